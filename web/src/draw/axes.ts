// Axes of the big map: ticks, numbers and labels round a square.

import { scaleLinear, type ScaleLinear } from "d3-scale";
import type { Axis } from "../protocol";
import { ink } from "./palette";

export const MARGIN = { left: 46, top: 6, right: 8, bottom: 34 };

export interface Frame {
  x: ScaleLinear<number, number>;
  y: ScaleLinear<number, number>;
  side: number;
}

/** The square map and its scales, inside a canvas of this size. */
export function framed(width: number, height: number, axes: { x: Axis; y: Axis }): Frame {
  const side = Math.max(40, Math.min(width - MARGIN.left - MARGIN.right, height - MARGIN.top - MARGIN.bottom));
  return {
    side,
    x: scaleLinear([axes.x.low, axes.x.high], [MARGIN.left, MARGIN.left + side]),
    y: scaleLinear([axes.y.low, axes.y.high], [MARGIN.top + side, MARGIN.top]),
  };
}

/** Width of the map with its numbers. */
export function outerWidth({ side }: Frame): number {
  return side + MARGIN.left + MARGIN.right;
}

export function drawAxes(context: CanvasRenderingContext2D, { x, y, side }: Frame, axes: { x: Axis; y: Axis }): void {
  const bottom = MARGIN.top + side;
  context.font = "11px system-ui, sans-serif";
  context.fillStyle = ink("--muted");
  context.strokeStyle = ink("--line");
  context.lineWidth = 1;
  context.strokeRect(MARGIN.left - 0.5, MARGIN.top - 0.5, side + 1, side + 1);
  context.beginPath();
  context.textAlign = "center";
  context.textBaseline = "top";
  const [xText, yText] = [x.tickFormat(6), y.tickFormat(6)];
  for (const tick of x.ticks(6)) {
    context.moveTo(x(tick), bottom);
    context.lineTo(x(tick), bottom + 4);
    context.fillText(xText(tick), x(tick), bottom + 6);
  }
  context.textAlign = "right";
  context.textBaseline = "middle";
  for (const tick of y.ticks(6)) {
    context.moveTo(MARGIN.left - 4, y(tick));
    context.lineTo(MARGIN.left, y(tick));
    context.fillText(yText(tick), MARGIN.left - 6, y(tick));
  }
  context.stroke();
  drawLabels(context, side, axes);
}

function drawLabels(context: CanvasRenderingContext2D, side: number, axes: { x: Axis; y: Axis }): void {
  context.fillStyle = ink("--ink");
  context.font = "12px system-ui, sans-serif";
  context.textAlign = "center";
  context.textBaseline = "bottom";
  context.fillText(axes.x.label, MARGIN.left + side / 2, MARGIN.top + side + MARGIN.bottom - 1, side);
  context.save();
  context.translate(2, MARGIN.top + side / 2);
  context.rotate(-Math.PI / 2);
  context.textBaseline = "top";
  context.fillText(axes.y.label, 0, 0, side);
  context.restore();
}
