// Points of data: a shape for each class, filled for training rows, hollow for test rows.

import { css, diverging, ofClass, type Rgb } from "../colors";
import type { Arrays, DataMessage } from "../protocol";
import { ink, middle } from "./palette";

type Context = CanvasRenderingContext2D;
export type Place = (value: number) => number;

/** Corners on a circle, the first at the top; `inner` makes a star of it. */
function corners(context: Context, x: number, y: number, r: number, n: number, inner = 1, turn = 0): void {
  for (let i = 0; i < n; i++) {
    const angle = turn + (2 * Math.PI * i) / n - Math.PI / 2;
    const radius = i % 2 ? r * inner : r;
    context.lineTo(x + radius * Math.cos(angle), y + radius * Math.sin(angle));
  }
  context.closePath();
}

/** Shapes of about the same area, told apart without colour. */
const SHAPES: readonly ((context: Context, x: number, y: number, r: number) => void)[] = [
  (context, x, y, r) => context.arc(x, y, r, 0, 2 * Math.PI),
  (context, x, y, r) => corners(context, x, y, r * 1.25, 4, 1, Math.PI / 4),
  (context, x, y, r) => corners(context, x, y, r * 1.35, 3),
  (context, x, y, r) => corners(context, x, y, r * 1.3, 4),
  (context, x, y, r) => corners(context, x, y, r * 1.5, 10, 0.5),
  (context, x, y, r) => corners(context, x, y, r * 1.35, 3, 1, Math.PI),
  (context, x, y, r) => corners(context, x, y, r * 1.5, 8, 0.4),
  (context, x, y, r) => corners(context, x, y, r * 1.1, 6),
];
export const SHAPE_NAMES = [
  "circle", "square", "triangle", "diamond", "star", "triangle down", "cross", "hexagon",
];

export function drawShape(
  context: Context, shape: number, x: number, y: number, r: number, color: Rgb, hollow: boolean,
): void {
  context.beginPath();
  SHAPES[shape]!(context, x, y, r);
  context.lineWidth = hollow ? 1.8 : r < 3 ? 0.6 : 1;
  context.fillStyle = hollow ? css(middle(), 0.85) : css(color);
  context.strokeStyle = hollow ? css(color) : ink("--rim");
  context.fill();
  context.stroke();
}

/** The colour of a target: its class's, or its place in the range. */
export function targetColor(header: DataMessage, target: number): Rgb {
  if (header.task === "classification") return ofClass(target);
  const [low, high] = header.range;
  return diverging((2 * (target - low)) / (high - low || 1) - 1, middle());
}

/** A class's shape. Colours begin again after eight classes; then the shapes are others. */
export function shapeOf(k: number): number {
  return (k + Math.floor(k / SHAPES.length)) % SHAPES.length;
}

interface Options {
  showTest: boolean;
  shapes: boolean;
  chosen: number | null;
}

export function drawPoints(
  context: Context, header: DataMessage, arrays: Arrays, x: Place, y: Place, options: Options,
): void {
  const { points, target, test } = arrays;
  if (!points || !target || !test) return;
  const radius = target.length > 1200 ? 2.2 : target.length > 500 ? 2.8 : 3.4;
  const classes = header.task === "classification";
  for (let i = 0; i < target.length; i++) {
    if (test[i] && !options.showTest && i !== options.chosen) continue;
    const shape = classes && options.shapes ? shapeOf(target[i]!) : 0;
    const color = targetColor(header, target[i]!);
    if (!classes) rim(context, x(points[2 * i]!), y(points[2 * i + 1]!), radius + (test[i] ? 0.7 : 0.2));
    drawShape(context, shape, x(points[2 * i]!), y(points[2 * i + 1]!), radius, color, test[i] === 1);
  }
  if (options.chosen !== null && options.chosen < target.length)
    ring(context, x(points[2 * options.chosen]!), y(points[2 * options.chosen + 1]!));
}

/** A dark edge: the colours of numbers near the middle are as pale as the map. */
function rim(context: Context, x: number, y: number, r: number): void {
  context.beginPath();
  context.arc(x, y, r + 0.6, 0, 2 * Math.PI);
  context.fillStyle = ink("--muted");
  context.fill();
}

/** Two rings, dark and light, seen on any map. */
function ring(context: Context, x: number, y: number): void {
  for (const [color, width] of [[css(middle()), 5], [ink("--ink"), 2.2]] as const) {
    context.beginPath();
    context.arc(x, y, 8.5, 0, 2 * Math.PI);
    context.lineWidth = width;
    context.strokeStyle = color;
    context.stroke();
  }
}

/** The row whose point is nearest to a place, within `reach` pixels; null if none is. */
export function nearest(
  arrays: Arrays, x: Place, y: Place, at: [number, number], reach: number, test: boolean,
): number | null {
  const { points, test: isTest } = arrays;
  let best = reach * reach;
  let row: number | null = null;
  for (let i = 0; points && isTest && i < isTest.length; i++) {
    if (isTest[i] && !test) continue;
    const distance = (x(points[2 * i]!) - at[0]) ** 2 + (y(points[2 * i + 1]!) - at[1]) ** 2;
    if (distance < best) [best, row] = [distance, i];
  }
  return row;
}
