// The network's connections: a curve for each weight, its colour the sign, its width the size.

import { css } from "../colors";
import type { DenseLayer } from "../protocol";
import type { Column } from "./layout";
import { ink, lineColor } from "./palette";

const MOST = 400; // curves between two layers; the largest weights stay
const LEVELS = 6; // widths
const WIDEST = 5.5; // pixels

/** The weights' sizes that a frame's picture is scaled by: |w| of `most` is the widest. */
function strongest(theta: Float64Array, layer: DenseLayer): number {
  let most = 0;
  for (let i = layer.W; i < layer.W + layer.n_in * layer.n_out; i++) most = Math.max(most, Math.abs(theta[i]!));
  return most;
}

const counts = new Int32Array(64);

/** The size below which weights are left out, so that no more than MOST are drawn. */
export function leastDrawn(theta: Float64Array, layer: DenseLayer, most: number): number {
  const n = layer.n_in * layer.n_out;
  if (n <= MOST || most === 0) return 0;
  counts.fill(0);
  for (let i = layer.W; i < layer.W + n; i++) counts[Math.min(63, Math.floor((64 * Math.abs(theta[i]!)) / most))]!++;
  let kept = 0;
  for (let bin = 63; bin >= 0; bin--) {
    kept += counts[bin]!;
    if (kept > MOST) return ((bin + 1) * most) / 64;
  }
  return 0;
}

/** Whether there are so many weights that curves have to be thin. */
export function isCrowded(layer: DenseLayer): boolean {
  return layer.n_in * layer.n_out > 300;
}

/** Draw one gap; equal colours and widths are one path, which is what makes it fast. */
export function drawGap(
  context: CanvasRenderingContext2D, theta: Float64Array, layer: DenseLayer, from: Column, to: Column,
): void {
  const most = strongest(theta, layer) || 1;
  const least = leastDrawn(theta, layer, most);
  const crowded = isCrowded(layer);
  const paths = Array.from({ length: 2 * LEVELS }, () => new Path2D());
  for (let i = 0, at = layer.W; i < layer.n_in; i++) {
    const [x0, y0] = [from.x[i]! + from.size / 2, from.y[i]!];
    for (let j = 0; j < layer.n_out; j++, at++) {
      const w = theta[at]!;
      if (Math.abs(w) < least) continue;
      const level = Math.min(LEVELS - 1, Math.floor((Math.abs(w) / most) * LEVELS));
      const [x1, y1] = [to.x[j]! - to.size / 2, to.y[j]!];
      const path = paths[(w < 0 ? 0 : LEVELS) + level]!;
      const bend = (x0 + x1) / 2;
      path.moveTo(x0, y0);
      path.bezierCurveTo(bend, y0, bend, y1, x1, y1);
    }
  }
  // The weak ones first, the signs by turns: neither hides the other.
  for (let k = 0; k < 2 * LEVELS; k++) {
    const [level, positive] = [k >> 1, k % 2];
    const share = (level + 0.5) / LEVELS;
    context.lineWidth = crowded ? 0.4 + share * 1.3 : 0.6 + share * WIDEST;
    context.strokeStyle = css(lineColor(positive ? 1 : -1), crowded ? 0.08 + 0.36 * share : 0.22 + 0.68 * share);
    context.stroke(paths[positive * LEVELS + level]!);
  }
}

/** Where on a curve from x0 to x1 (its share, 0 to 1) it passes `x`: halving is exact enough. */
function shareAt(x0: number, x1: number, x: number): number {
  const bend = (x0 + x1) / 2;
  let [low, high] = [0, 1];
  for (let i = 0; i < 12; i++) {
    const t = (low + high) / 2;
    const u = 1 - t;
    const at = u * u * u * x0 + 3 * u * u * t * bend + 3 * u * t * t * bend + t * t * t * x1;
    if (at < x) low = t;
    else high = t;
  }
  return (low + high) / 2;
}

/** The weight whose curve passes nearest to a place, within `reach` pixels; its index in theta. */
export function weightAt(
  theta: Float64Array, layer: DenseLayer, from: Column, to: Column, px: number, py: number, reach: number,
): number | null {
  const least = leastDrawn(theta, layer, strongest(theta, layer));
  let best = reach;
  let index: number | null = null;
  for (let i = 0, at = layer.W; i < layer.n_in; i++) {
    for (let j = 0; j < layer.n_out; j++, at++) {
      const [x0, x1] = [from.x[i]! + from.size / 2, to.x[j]! - to.size / 2];
      if (px < x0 || px > x1 || Math.abs(theta[at]!) < least) continue;
      const t = shareAt(x0, x1, px);
      const y = from.y[i]! + (to.y[j]! - from.y[i]!) * t * t * (3 - 2 * t);
      const distance = Math.abs(y - py);
      if (distance < best) [best, index] = [distance, at];
    }
  }
  return index;
}

/** Draw one weight's curve again, so that it stands out. */
export function drawOne(context: CanvasRenderingContext2D, network: DenseLayer[], columns: Column[], index: number): void {
  const l = network.findIndex((one) => index >= one.W && index < one.b);
  if (l < 0) return;
  const layer = network[l]!;
  const [i, j] = [Math.floor((index - layer.W) / layer.n_out), (index - layer.W) % layer.n_out];
  const [from, to] = [columns[l]!, columns[l + 1]!];
  const [x0, x1] = [from.x[i]! + from.size / 2, to.x[j]! - to.size / 2];
  context.beginPath();
  context.moveTo(x0, from.y[i]!);
  context.bezierCurveTo((x0 + x1) / 2, from.y[i]!, (x0 + x1) / 2, to.y[j]!, x1, to.y[j]!);
  context.lineWidth = 2;
  context.setLineDash([5, 3]);
  context.strokeStyle = ink("--ink");
  context.stroke();
  context.setLineDash([]);
}
