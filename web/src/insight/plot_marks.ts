// What a plot says at its points: labels at the lines' ends, the best point, what the pointer reads.

import type { CurvePoint } from "../state";
import type { Palette } from "./palette";
import { MARGIN, placeOf, rightOf, usable } from "./plot_scales";
import type { Plot, Scale } from "./plot_scales";

export function drawBest(
  context: CanvasRenderingContext2D, points: CurvePoint[], plot: Plot, x: Scale, y: Scale, colours: Palette,
): void {
  const [point, test] = [points[plot.best!], plot.lines[1]];
  const value = point && test ? test.of(point) : null;
  if (!point || !test || !usable(value, plot.log)) return;
  dot(context, x(placeOf(point, plot)), y(value), 4, colours.panel, colours[test.colour]);
}

function dot(context: CanvasRenderingContext2D, x: number, y: number, radius: number, fill: string, edge: string): void {
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.fillStyle = fill;
  context.fill();
  context.strokeStyle = edge;
  context.lineWidth = 1.5;
  context.stroke();
}

/** The name and the current number at the end of each line, kept apart. */
export function drawLabels(
  context: CanvasRenderingContext2D, width: number, height: number, points: CurvePoint[], plot: Plot, y: Scale, colours: Palette,
): void {
  labelsAt(context, width - rightOf(plot), height, points[points.length - 1]!, plot, y, colours);
}

function labelsAt(
  context: CanvasRenderingContext2D, left: number, height: number, point: CurvePoint, plot: Plot, y: Scale, colours: Palette,
): void {
  if (plot.lines.length < 2) return;
  const labels = plot.lines
    .map((one) => ({ one, value: one.of(point) }))
    .filter((label) => label.value !== null)
    .map((label) => ({ ...label, at: usable(label.value, plot.log) ? y(label.value) : MARGIN.top }))
    .sort((a, b) => a.at - b.at);
  const apart = 14;
  const bottom = height - MARGIN.bottom - 6;
  labels.forEach((label, i) => {
    const before = labels[i - 1];
    if (before) label.at = Math.max(label.at, before.at + apart);
    label.at = Math.min(Math.max(label.at, 7), bottom - apart * (labels.length - 1 - i));
  });
  context.textAlign = "left";
  context.textBaseline = "middle";
  for (const { one, value, at } of labels) {
    context.fillStyle = colours[one.colour];
    context.fillText(`${one.name} ${plot.format(value!)}`, left + 6, at);
  }
}

export function drawReading(
  context: CanvasRenderingContext2D, width: number, height: number, point: CurvePoint, plot: Plot, x: Scale, y: Scale,
  colours: Palette,
): void {
  const at = Math.round(x(placeOf(point, plot))) + 0.5;
  context.strokeStyle = colours.muted;
  context.lineWidth = 1;
  context.beginPath();
  context.moveTo(at, MARGIN.top);
  context.lineTo(at, height - MARGIN.bottom);
  context.stroke();
  for (const one of plot.lines) {
    const value = one.of(point);
    if (usable(value, plot.log)) dot(context, at, y(value), 3.5, colours[one.colour], colours.panel);
  }
  labelsAt(context, width - rightOf(plot), height, point, plot, y, colours);
  context.fillStyle = colours.panel;
  context.textAlign = "center";
  context.textBaseline = "top";
  const text = `${plot.x} ${point[plot.x].toLocaleString("en")}`;
  const half = context.measureText(text).width / 2 + 4;
  const middle = Math.min(Math.max(at, half + 2), width - half - 2);
  context.fillRect(middle - half, height - MARGIN.bottom + 2, 2 * half, 16);
  context.fillStyle = colours.ink;
  context.fillText(text, middle, height - MARGIN.bottom + 5);
}
