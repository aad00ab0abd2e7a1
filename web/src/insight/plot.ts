// Draws lines over training: axes, the gap between two lines, direct labels, what the pointer reads.

import { scaleLinear, scaleLog } from "d3-scale";
import type { ScaleContinuousNumeric } from "d3-scale";
import { area, line as lineOf } from "d3-shape";
import type { CurvePoint } from "../state";
import { trimmed } from "./numbers";
import type { ColourName, Palette } from "./palette";
import { faded } from "./palette";

export interface Line {
  name: string;
  colour: ColourName;
  dash: number[];
  of: (point: CurvePoint) => number | null;
}

export interface Plot {
  lines: Line[];
  x: "epoch" | "step";
  log: boolean;
  /** Fill where the second line lies above the first: what overfitting looks like. */
  gap: boolean;
  /** Bounds that the axis never leaves, such as 1 for an accuracy. */
  floor?: number;
  ceiling?: number;
  format: (value: number) => string;
  /** The place under the pointer, an index into the points. */
  read: number | null;
  /** Steps of an epoch, where the axis counts epochs. */
  perEpoch: number;
  /** A point of the second line that is marked with a ring: its best. */
  best: number | null;
}

type Scale = ScaleContinuousNumeric<number, number>;
export const MARGIN = { left: 44, right: 78, top: 8, bottom: 20 };
const FONT = "11px system-ui, 'DejaVu Sans', sans-serif";

export function drawPlot(
  context: CanvasRenderingContext2D, width: number, height: number, points: CurvePoint[], plot: Plot, colours: Palette,
): void {
  context.font = FONT;
  const x = across(points, plot, width);
  const y = upward(points, plot, height);
  drawAxes(context, width, height, x, y, plot, colours);
  if (points.length === 0) return;
  context.save();
  context.beginPath();
  context.rect(MARGIN.left, 0, width - MARGIN.left - MARGIN.right + 4, height - MARGIN.bottom + 2);
  context.clip();
  if (plot.gap) drawGap(context, points, plot, x, y, colours);
  for (const one of plot.lines) drawLine(context, points, one, plot, x, y, colours);
  context.restore();
  if (plot.best !== null) drawBest(context, points, plot, x, y, colours);
  if (plot.read === null) drawLabels(context, width, height, points, plot, y, colours);
  else drawReading(context, width, height, points[plot.read]!, plot, x, y, colours);
}

/** The scale of steps, counted in epochs or not; also used to find the point under a pointer. */
export function across(points: CurvePoint[], plot: Pick<Plot, "x" | "perEpoch">, width: number): Scale {
  const last = points[points.length - 1]?.step ?? 0;
  const unit = plot.x === "epoch" ? plot.perEpoch : 1;
  return scaleLinear().domain([0, Math.max(last, unit) / unit]).range([MARGIN.left, width - MARGIN.right]);
}

/** Return where a point lies on that scale's axis. */
export function placeOf(point: CurvePoint, plot: Pick<Plot, "x" | "perEpoch">): number {
  return plot.x === "epoch" ? point.step / plot.perEpoch : point.step;
}

function upward(points: CurvePoint[], plot: Plot, height: number): Scale {
  const range = [height - MARGIN.bottom, MARGIN.top];
  let [low, high] = bounds(points, plot);
  if (plot.log) {
    if (high <= low * 1.5) [low, high] = [low / 1.5, high * 1.5];
    return scaleLog().domain([low, high]).range(range).clamp(true);
  }
  if (plot.floor !== undefined) low = Math.max(low, plot.floor);
  if (plot.ceiling !== undefined) high = plot.ceiling;
  if (high - low < 1e-12) high = low + 1;
  return scaleLinear().domain([low, high]).nice(4).range(range).clamp(true);
}

function bounds(points: CurvePoint[], plot: Plot): [number, number] {
  let [low, high] = [Infinity, -Infinity];
  for (const one of plot.lines) {
    for (const point of points) {
      const value = one.of(point);
      if (value === null || !Number.isFinite(value) || (plot.log && value <= 0)) continue;
      if (value < low) low = value;
      if (value > high) high = value;
    }
  }
  if (low > high) return plot.log ? [0.1, 1] : [0, 1];
  // A loss begins at 0: a curve that is cut off there looks better than it is.
  return [plot.log || plot.floor !== undefined ? low : Math.min(0, low), high];
}

function drawAxes(
  context: CanvasRenderingContext2D, width: number, height: number, x: Scale, y: Scale, plot: Plot, colours: Palette,
): void {
  const [left, right, bottom] = [MARGIN.left, width - MARGIN.right, height - MARGIN.bottom];
  context.strokeStyle = colours.line;
  context.fillStyle = colours.muted;
  context.lineWidth = 1;
  context.textAlign = "right";
  context.textBaseline = "middle";
  for (const tick of readable(y, plot, height)) {
    const at = Math.round(y(tick)) + 0.5;
    context.beginPath();
    context.moveTo(left, at);
    context.lineTo(right, at);
    context.stroke();
    context.fillText(trimmed(plot.format(tick)), left - 5, at);
  }
  context.textAlign = "center";
  context.textBaseline = "top";
  for (const tick of x.ticks(Math.max(2, Math.floor((right - left) / 70)))) {
    if (Number.isInteger(tick)) context.fillText(tick.toLocaleString("en"), x(tick), bottom + 5);
  }
  context.textAlign = "left";
  context.fillText(plot.x, right + 18, bottom + 5);
}

/** Ticks that do not run into each other. */
function readable(y: Scale, plot: Plot, height: number): number[] {
  const most = Math.max(2, Math.floor(height / 34));
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

const usable = (value: number | null, log: boolean): value is number =>
  value !== null && Number.isFinite(value) && (!log || value > 0);

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

function drawBest(
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
function drawLabels(
  context: CanvasRenderingContext2D, width: number, height: number, points: CurvePoint[], plot: Plot, y: Scale, colours: Palette,
): void {
  labelsAt(context, width - MARGIN.right, height, points[points.length - 1]!, plot, y, colours);
}

function labelsAt(
  context: CanvasRenderingContext2D, left: number, height: number, point: CurvePoint, plot: Plot, y: Scale, colours: Palette,
): void {
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
    const text = one.name ? `${one.name} ${plot.format(value!)}` : plot.format(value!);
    context.fillText(text, left + 6, at);
  }
}

function drawReading(
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
  labelsAt(context, width - MARGIN.right, height, point, plot, y, colours);
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
