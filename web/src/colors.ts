// Colours that people who see fewer of them can tell apart (after Okabe and Ito), and their mixes.

export type Rgb = readonly [number, number, number];

/** Of classes, in their order. Blue and orange first: they differ in hue and lightness for all. */
export const CLASSES: readonly Rgb[] = [
  [0, 114, 178], [230, 129, 0], [0, 148, 110], [204, 91, 158], [86, 170, 222], [196, 78, 18],
  [150, 136, 0], [96, 80, 160],
];

/** Of numbers from -1 (orange) to 1 (blue), white between: weights, regression, nodes. */
const LOW: Rgb = [230, 129, 0];
const HIGH: Rgb = [0, 114, 178];

export function css([r, g, b]: Rgb, alpha = 1): string {
  return `rgba(${Math.round(r)}, ${Math.round(g)}, ${Math.round(b)}, ${alpha})`;
}

export function mixed(from: Rgb, to: Rgb, share: number): Rgb {
  return [0, 1, 2].map((i) => from[i]! + (to[i]! - from[i]!) * share) as unknown as Rgb;
}

/** The colour of a number in [-1, 1]; what lies beyond has the colour of the end. */
export function diverging(value: number, middle: Rgb = [255, 255, 255]): Rgb {
  const share = Math.min(Math.abs(value), 1);
  return mixed(middle, value < 0 ? LOW : HIGH, share);
}

export function ofClass(k: number): Rgb {
  return CLASSES[k % CLASSES.length]!;
}
