// Painted points in a link: five letters each. Hundredths of x and y, two letters each; then the class.

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const ZERO = 2048; // what stands for 0: 4096 steps of 0.01 are -20.48 to 20.47

type Painted = [x: number, y: number, k: number][];

export function encodedPoints(points: Painted): string {
  return points.map(([x, y, k]) => two(x) + two(y) + LETTERS[k]!).join("");
}

function two(value: number): string {
  const steps = Math.min(Math.max(Math.round(value * 100) + ZERO, 0), 4095);
  return LETTERS[steps >> 6]! + LETTERS[steps & 63]!;
}

export function decodedPoints(text: string): Painted {
  const digits = [...text].map((letter) => LETTERS.indexOf(letter));
  if (digits.includes(-1) || digits.length % 5) throw new Error("not points");
  const value = (at: number) => (64 * digits[at]! + digits[at + 1]! - ZERO) / 100;
  return Array.from({ length: digits.length / 5 }, (_, i) => [value(5 * i), value(5 * i + 2), digits[5 * i + 4]!]);
}
