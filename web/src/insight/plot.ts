// Draws lines over training: axes, lines, and the gap between two of them.

import { area, line as lineOf } from "d3-shape";
import type { CurvePoint } from "../protocol";
import { trimmed } from "./numbers";
import type { Palette } from "./palette";
import { faded } from "./palette";
import { drawBest, drawDots, drawLabels, drawReading } from "./plot_marks";
import { across, boxOf, placeOf, upward, usable } from "./plot_scales";
import type { Box, Line, Plot, Scale } from "./plot_scales";

const FONT = "11px system-ui, 'DejaVu Sans', sans-serif";

export function drawPlot(
  context: CanvasRenderingContext2D, width: number, height: number, points: CurvePoint[], plot: Plot, colours: Palette,
): void {
  context.font = FONT;
  const x = across(points, plot, width);
  const box = boxOf(plot, width, height);
  const y = upward(points, plot, box);
  drawAxes(context, box, x, y, plot, colours);
  if (points.length === 0) return;
  context.save();
  context.beginPath();
  context.rect(box.left, 0, box.right - box.left + 4, box.bottom + 2);
  context.clip();
  if (plot.gap) drawGap(context, points, plot, x, y, colours);
  for (const one of plot.lines) drawLine(context, points, one, plot, x, y, colours);
  context.restore();
  // A line needs two points.
  if (points.length === 1) drawDots(context, points[0]!, plot, x, y, colours);
  if (plot.best !== null) drawBest(context, points, plot, x, y, colours);
  if (plot.read === null) drawLabels(context, box, width, points[points.length - 1]!, plot, y, colours);
  else drawReading(context, box, width, points[plot.read]!, plot, x, y, colours);
}

function drawAxes(
  context: CanvasRenderingContext2D, { left, right, top, bottom }: Box, x: Scale, y: Scale, plot: Plot, colours: Palette,
): void {
  context.strokeStyle = colours.line;
  context.fillStyle = colours.muted;
  context.lineWidth = 1;
  context.textAlign = "right";
  context.textBaseline = "middle";
  for (const tick of readable(y, plot, bottom - top)) {
    const at = Math.round(y(tick)) + 0.5;
    context.beginPath();
    context.moveTo(left, at);
    context.lineTo(right, at);
    context.stroke();
    context.fillText(trimmed(plot.format(tick)), left - 5, at);
  }
  context.textAlign = "center";
  context.textBaseline = "top";
  const unit = context.measureText(`${plot.x}s`).width;
  for (const tick of x.ticks(Math.max(2, Math.floor((right - left) / 70)))) {
    const text = tick.toLocaleString("en");
    const isFree = x(tick) + context.measureText(text).width / 2 + 6 < right - unit;
    if (Number.isInteger(tick) && isFree) context.fillText(text, x(tick), bottom + 5);
  }
  context.textAlign = "right";
  context.fillText(`${plot.x}s`, right, bottom + 5);
}

/** Ticks that do not run into each other. */
function readable(y: Scale, plot: Plot, height: number): number[] {
  const most = Math.max(2, Math.floor(height / 30));
  const ticks = plot.log ? logTicks(y) : y.ticks(most);
  const kept: number[] = [];
  for (const tick of ticks) {
    if (kept.every((other) => Math.abs(y(other) - y(tick)) > 15)) kept.push(tick);
  }
  return kept;
}

/** Powers of ten first, so that they are the ones that stay. */
function logTicks(y: Scale): number[] {
  const isPower = (tick: number) => Math.abs(Math.log10(tick) - Math.round(Math.log10(tick))) < 1e-9;
  const all = y.ticks();
  return [...all.filter(isPower), ...all.filter((tick) => !isPower(tick))];
}

function drawLine(
  context: CanvasRenderingContext2D, points: CurvePoint[], one: Line, plot: Plot, x: Scale, y: Scale, colours: Palette,
): void {
  context.strokeStyle = colours[one.colour];
  context.lineWidth = 1.75;
  context.lineJoin = "round";
  context.setLineDash(one.dash);
  context.beginPath();
  lineOf<CurvePoint>()
    .defined((point) => usable(one.of(point), plot.log))
    .x((point) => x(placeOf(point, plot)))
    .y((point) => y(one.of(point)!))
    .context(context)(points);
  context.stroke();
  context.setLineDash([]);
}

function drawGap(
  context: CanvasRenderingContext2D, points: CurvePoint[], plot: Plot, x: Scale, y: Scale, colours: Palette,
): void {
  const [train, test] = plot.lines;
  if (!train || !test) return;
  context.fillStyle = faded(colours[test.colour], 0.16);
  context.beginPath();
  area<CurvePoint>()
    .defined((point) => usable(train.of(point), plot.log) && usable(test.of(point), plot.log))
    .x((point) => x(placeOf(point, plot)))
    .y0((point) => y(train.of(point)!))
    .y1((point) => y(Math.max(train.of(point)!, test.of(point)!)))
    .context(context)(points);
  context.fill();
}
