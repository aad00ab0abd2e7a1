// Draws a layer's activations as a histogram, and its gradient as a bar on a common log scale.

import type { LayerFrame } from "../protocol";
import type { Palette } from "./palette";
import { faded } from "./palette";
import { short } from "./numbers";

// Gradients of healthy small networks lie between 1e-3 and 1; below 1e-8 a layer stands still.
const [LEAST, MOST] = [-8, 2];
export const GRADIENT_TICKS = [-6, -3, 0];

/** Return where a gradient's length lies on the common axis, 0 to 1. */
export function share(norm: number): number {
  if (!(norm > 0)) return 0;
  return Math.min(1, Math.max(0.005, (Math.log10(norm) - LEAST) / (MOST - LEAST)));
}

export function drawHistogram(
  context: CanvasRenderingContext2D, width: number, height: number, layer: LayerFrame | undefined, colours: Palette,
): void {
  const bottom = height - 13;
  context.fillStyle = colours.line;
  context.fillRect(0, bottom, width, 1);
  if (!layer || layer.counts.length === 0) return;
  const { counts, low, high } = layer;
  // log(1 + n): one row in a bin still shows beside a thousand.
  const top = Math.log1p(Math.max(...counts, 1));
  const wide = width / counts.length;
  context.fillStyle = faded(colours.accent, 0.75);
  counts.forEach((n, i) => {
    if (n <= 0) return;
    const tall = Math.max(1.5, (bottom - 2) * (Math.log1p(n) / top));
    context.fillRect(i * wide + 0.5, bottom - tall, Math.max(1, wide - 1), tall);
  });
  drawScale(context, width, height, bottom, low, high, colours);
}

/** The least and the most below the bars, and a line at 0 where that lies between. */
function drawScale(
  context: CanvasRenderingContext2D, width: number, height: number, bottom: number, low: number, high: number,
  colours: Palette,
): void {
  context.font = "10px system-ui, 'DejaVu Sans', sans-serif";
  context.textBaseline = "bottom";
  context.fillStyle = colours.muted;
  context.textAlign = "left";
  context.fillText(short(low, 2), 0, height);
  context.textAlign = "right";
  context.fillText(short(high, 2), width, height);
  if (low > 0 || high < 0 || high === low) return;
  const zero = Math.min(width - 1, Math.max(0, (width * -low) / (high - low)));
  context.fillStyle = colours.ink;
  context.fillRect(zero, 0, 1, bottom + 3);
  if (zero < 34 || zero > width - 34) return;
  context.textAlign = "center";
  context.fillText("0", zero, height);
}

export function drawGradient(
  context: CanvasRenderingContext2D, width: number, height: number, norm: number | undefined, colours: Palette,
): void {
  context.fillStyle = faded(colours.line, 0.5);
  context.fillRect(0, 0, width, height);
  for (const power of GRADIENT_TICKS) {
    context.fillStyle = colours.line;
    context.fillRect(Math.round(width * share(10 ** power)), 0, 1, height);
  }
  if (norm === undefined) return;
  context.fillStyle = colours.accent;
  context.fillRect(0, 2, width * share(norm), height - 4);
}
