// What a plot says at its points: labels at the lines' ends, the best point, what the pointer reads.

import type { CurvePoint } from "../protocol";
import type { Palette } from "./palette";
import { isNarrow, placeOf, usable } from "./plot_scales";
import type { Box, Plot, Scale } from "./plot_scales";

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

interface Label { text: string; colour: string; at: number }

/** The name and the number of each line: at its end, or in a row above where the plot is narrow. */
export function drawLabels(
  context: CanvasRenderingContext2D, box: Box, width: number, point: CurvePoint, plot: Plot, y: Scale, colours: Palette,
): void {
  if (plot.lines.length < 2) return;
  const labels = plot.lines.flatMap((one) => {
    const value = one.of(point);
    if (value === null) return [];
    const at = usable(value, plot.log) ? y(value) : box.top;
    return [{ text: `${one.name} ${plot.format(value)}`, colour: colours[one.colour], at }];
  });
  context.textBaseline = "middle";
  if (isNarrow(width)) drawAbove(context, box, labels);
  else drawBeside(context, box, labels.sort((a, b) => a.at - b.at));
}

function drawAbove(context: CanvasRenderingContext2D, box: Box, labels: Label[]): void {
  context.textAlign = "right";
  let right = box.right;
  for (const { text, colour } of labels.reverse()) {
    context.fillStyle = colour;
    context.fillText(text, right, 8);
    right -= context.measureText(text).width + 12;
  }
}

/** Labels beside the lines' ends, kept apart. */
function drawBeside(context: CanvasRenderingContext2D, box: Box, labels: Label[]): void {
  const apart = 14;
  context.textAlign = "left";
  let before = -Infinity;
  labels.forEach(({ text, colour, at }, i) => {
    const lowest = box.bottom - 6 - apart * (labels.length - 1 - i);
    before = Math.min(Math.max(at, 7, before + apart), lowest);
    context.fillStyle = colour;
    context.fillText(text, box.right + 6, before);
  });
}

/** A dot on each line at a point. */
export function drawDots(
  context: CanvasRenderingContext2D, point: CurvePoint, plot: Plot, x: Scale, y: Scale, colours: Palette,
): void {
  for (const one of plot.lines) {
    const value = one.of(point);
    if (usable(value, plot.log)) dot(context, x(placeOf(point, plot)), y(value), 3.5, colours[one.colour], colours.panel);
  }
}

/** A line at the point that is read, its dots and numbers. */
export function drawReading(
  context: CanvasRenderingContext2D, box: Box, width: number, point: CurvePoint, plot: Plot, x: Scale, y: Scale, colours: Palette,
): void {
  const at = Math.round(x(placeOf(point, plot))) + 0.5;
  context.strokeStyle = colours.muted;
  context.lineWidth = 1;
  context.beginPath();
  context.moveTo(at, box.top);
  context.lineTo(at, box.bottom);
  context.stroke();
  drawDots(context, point, plot, x, y, colours);
  drawLabels(context, box, width, point, plot, y, colours);
  drawPlace(context, box, width, at, `${plot.x} ${point[plot.x].toLocaleString("en")}`, colours);
}

/** Where the reading is, over the axis' own numbers. */
function drawPlace(
  context: CanvasRenderingContext2D, box: Box, width: number, at: number, text: string, colours: Palette,
): void {
  const half = context.measureText(text).width / 2 + 4;
  const middle = Math.min(Math.max(at, half + 2), width - half - 2);
  context.fillStyle = colours.panel;
  context.fillRect(middle - half, box.bottom + 2, 2 * half, 16);
  context.fillStyle = colours.ink;
  context.textAlign = "center";
  context.textBaseline = "top";
  context.fillText(text, middle, box.bottom + 5);
}
