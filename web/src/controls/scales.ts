// How a slider's position, 0 to 1, becomes a number and back.

export interface Scale {
  low: number;
  high: number;
  at(position: number): number;
  position(value: number): number;
}

export function linear(low: number, high: number): Scale {
  return {
    low,
    high,
    at: (position) => low + position * (high - low),
    position: (value) => (value - low) / (high - low),
  };
}

/** Each step multiplies. With `zero`, the leftmost position is 0 itself: "off". */
export function logarithmic(low: number, high: number, zero = false): Scale {
  const first = zero ? 0.05 : 0;
  const span = Math.log(high / low);
  return {
    low: zero ? 0 : low,
    high,
    at: (position) =>
      zero && position < first / 2 ? 0 : low * Math.exp(span * Math.max(0, (position - first) / (1 - first))),
    position: (value) => (value < low ? 0 : first + ((1 - first) * Math.log(value / low)) / span),
  };
}

/** A number as people read it: four digits that count. */
export function shown(value: number, digits = 4): string {
  if (!Number.isFinite(value)) return String(value);
  return String(Number(value.toPrecision(digits))).replace("-", "\u2212");
}

/** Two digits that count, for what a slider gives. */
export function rounded(value: number, digits = 2): number {
  return Number(value.toPrecision(digits));
}

export function clamped(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high);
}
