// Numbers as people read them: three digits that mean something, and a real minus sign.

const SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹";

/** Return a number with `digits` significant ones; what is no finite number is said in words. */
export function short(x: number | null | undefined, digits = 3): string {
  if (x === null || x === undefined) return "–";
  if (Number.isNaN(x)) return "not a number";
  if (!Number.isFinite(x)) return x < 0 ? "−∞" : "∞";
  if (x === 0) return "0";
  const size = Math.abs(x);
  const sign = x < 0 ? "−" : "";
  if (size < 0.00095 || size >= 1e6) return sign + power(size, digits);
  if (size >= 10 ** digits) return sign + Math.round(size).toLocaleString("en");
  return sign + size.toPrecision(digits);
}

function power(size: number, digits: number): string {
  const [mantissa, exponent] = size.toExponential(digits - 1).split("e") as [string, string];
  return `${mantissa}·10${raised(Number(exponent))}`;
}

/** Return a whole number as an exponent: −3 is "⁻³". */
export function raised(exponent: number): string {
  const digits = [...String(Math.abs(exponent))].map((digit) => SUPERSCRIPTS[Number(digit)]);
  return (exponent < 0 ? "⁻" : "") + digits.join("");
}

/** Return a share as per cent: one digit after the point where the share is small. */
export function percent(share: number | null | undefined): string {
  if (share === null || share === undefined || !Number.isFinite(share)) return "–";
  const hundred = share * 100;
  const fine = (hundred > 0 && hundred < 1) || (hundred > 99 && hundred < 100);
  return `${fine ? hundred.toFixed(1) : Math.round(hundred)}%`;
}

/** Return "1 row", "2 rows". */
export function counted(n: number, one: string, many = `${one}s`): string {
  return `${n.toLocaleString("en")} ${n === 1 ? one : many}`;
}

/** Return how many times larger in words: "about 1,000 times". */
export function times(ratio: number): string {
  if (!Number.isFinite(ratio)) return "many times";
  const rough = Number(ratio.toPrecision(1));
  return ratio >= 1e6 ? `about 10${raised(Math.floor(Math.log10(ratio)))} times` : `about ${rough.toLocaleString("en")} times`;
}

/** Return a number's text without the zeros at its end: for round numbers, which do not jump. */
export function trimmed(text: string): string {
  return text.replace(/(\.\d*?)0+(?=$|·)/, "$1").replace(/\.(?=$|·)/, "");
}
