// What a plot is, and where its numbers lie on the canvas.

import { scaleLinear, scaleLog } from "d3-scale";
import type { ScaleContinuousNumeric } from "d3-scale";
import type { CurvePoint } from "../protocol";
import type { ColourName } from "./palette";

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

export type Scale = ScaleContinuousNumeric<number, number>;
/** Below this width the labels stand above the plot, not beside it. */
const NARROW = 340;

export const isNarrow = (width: number): boolean => width < NARROW;

export interface Box { left: number; right: number; top: number; bottom: number }

/** Return the plot's edges: room for labels at the lines' ends; a single line has its number in the heading. */
export function boxOf(plot: Pick<Plot, "lines">, width: number, height: number): Box {
  const labelled = plot.lines.length > 1;
  const beside = labelled && !isNarrow(width);
  const above = labelled && isNarrow(width);
  return { left: 44, right: width - (beside ? 96 : 10), top: above ? 20 : 8, bottom: height - 20 };
}

/** The scale of steps, counted in epochs or not; also used to find the point under a pointer. */
export function across(points: CurvePoint[], plot: Pick<Plot, "x" | "perEpoch" | "lines">, width: number): Scale {
  const last = points[points.length - 1]?.step ?? 0;
  const { left, right } = boxOf(plot, width, 0);
  const unit = plot.x === "epoch" ? plot.perEpoch : 1;
  return scaleLinear().domain([0, Math.max(last, unit) / unit]).range([left, right]);
}

/** Return where a point lies on that scale's axis. */
export function placeOf(point: CurvePoint, plot: Pick<Plot, "x" | "perEpoch">): number {
  return plot.x === "epoch" ? point.step / plot.perEpoch : point.step;
}

export function upward(points: CurvePoint[], plot: Plot, box: Box): Scale {
  const range = [box.bottom, box.top];
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

export const usable = (value: number | null, log: boolean): value is number =>
  value !== null && Number.isFinite(value) && (!log || value > 0);
