// Small pictures for the data buttons, drawn from formulas of this page's own: hints, not the data.

import { css, diverging, ofClass, type Rgb } from "../colors";
import type { DataKind } from "../protocol";
import { ink, middle } from "./palette";

type Context = CanvasRenderingContext2D;
/** A point of the picture, -1 to 1, and its class. */
type Dot = [x: number, y: number, k: number];

/** Numbers that look random and are the same each time, -1 to 1. */
function wobble(i: number): number {
  const one = Math.sin(12.9898 * i) * 43758.5453;
  return 2 * (one - Math.floor(one)) - 1;
}

const N = 56;
const dots = (dot: (i: number, k: number) => [number, number], nClasses = 2): Dot[] =>
  Array.from({ length: N }, (_, i) => [...dot(i, i % nClasses), i % nClasses]);
const spread = (i: number): [number, number] => [wobble(2 * i + 1) * 0.9, wobble(2 * i + 2) * 0.9];
const round = (radius: number, angle: number): [number, number] => [radius * Math.cos(angle), radius * Math.sin(angle)];
const colored = (klass: (x: number, y: number) => boolean): Dot[] =>
  Array.from({ length: N }, (_, i) => [...spread(i), klass(...spread(i)) ? 1 : 0]);

/** Classification on a plane, by a word in the kind's name. */
const PICTURES: [RegExp, () => Dot[]][] = [
  [/spiral/i, () => dots((i, k) => round(0.1 + (0.8 * i) / N, (4.6 * i) / N + Math.PI * k))],
  [/xor/i, () => colored((x, y) => x * y > 0)],
  [/check|chess/i, () => colored((x, y) => (Math.floor(2 * x + 8) + Math.floor(2 * y + 8)) % 2 === 0)],
  [/moon/i, () => dots((i, k) => {
    const [x, y] = round(0.6, (Math.PI * i) / N + Math.PI * k);
    return [x + (k ? 0.28 : -0.28), y + (k ? 0.2 : -0.2)];
  })],
  [/circle|ring|donut/i, () => dots((i, k) => round((k ? 0.75 : 0.25) + 0.12 * wobble(i), 2.4 * i))],
  [/wave|sin/i, () => colored((x, y) => y > 0.5 * Math.sin(4 * x))],
  [/stripe|line/i, () => colored((x, y) => x + y > 0)],
  [/stretch/i, () => dots((i, k) => [wobble(i) * 0.9, (k ? 0.18 : -0.18) + 0.12 * wobble(3 * i)])],
  [/cloud|blob/i, () => dots((i, k) => {
    const [x, y] = spread(i);
    const [cx, cy] = round(0.5, 2.2 + (2 * Math.PI * k) / 3);
    return [cx + 0.35 * x, cy + 0.35 * y];
  }, 3)],
  [/gauss|cluster/i, () => dots((i, k) => {
    const [x, y] = spread(i);
    return [(k ? 0.45 : -0.45) + 0.4 * x, (k ? 0.45 : -0.45) + 0.4 * y];
  })],
];

/** Regression on a plane: a height, -1 to 1. */
const HEIGHTS: [RegExp, (x: number, y: number) => number][] = [
  [/saddle|product/i, (x, y) => 1.4 * x * y],
  [/wave|sin|ripple/i, (x, y) => Math.sin(4 * x) * Math.cos(3 * y)],
  [/ring|hat|radial|bowl|circle/i, (x, y) => Math.cos(5 * Math.hypot(x, y))],
  [/hill|gauss|bump|peak/i, (x, y) =>
    Math.exp(-5 * ((x - 0.4) ** 2 + (y - 0.4) ** 2)) - Math.exp(-5 * ((x + 0.4) ** 2 + (y + 0.4) ** 2))],
  [/step|edge/i, (x, y) => (x + 0.4 * y > 0 ? 0.8 : -0.8)],
  [/./, (x, y) => 0.7 * (x + y)],
];

export function drawKind(context: Context, kind: DataKind, side: number): void {
  if (kind.source === "file" || kind.source === "table") return drawTable(context, kind, side);
  if (kind.source === "painted") return drawBrush(context, side);
  if (kind.task === "regression") return drawHeight(context, kind.name, side);
  const found = PICTURES.find(([word]) => word.test(kind.name));
  for (const [x, y, k] of found ? found[1]() : colored((u, v) => u * u + v > 0.2)) {
    context.fillStyle = css(ofClass(k));
    context.beginPath();
    context.arc((side * (1 + x * 0.92)) / 2, (side * (1 - y * 0.92)) / 2, side / 26, 0, 7);
    context.fill();
  }
}

function drawHeight(context: Context, name: string, side: number): void {
  const height = HEIGHTS.find(([word]) => word.test(name))![1];
  fill(context, side, (x, y) => diverging(height(x, y), middle()));
}

/** Colour each small square of a picture by its place, -1 to 1. */
export function fill(context: Context, side: number, color: (x: number, y: number) => Rgb): void {
  const cells = 22;
  const size = side / cells;
  for (let i = 0; i < cells; i++)
    for (let j = 0; j < cells; j++) {
      context.fillStyle = css(color((2 * (i + 0.5)) / cells - 1, 1 - (2 * (j + 0.5)) / cells));
      context.fillRect(i * size, j * size, size + 0.5, size + 0.5);
    }
}

/** A table: its name, and rows whose last column is the target. */
function drawTable(context: Context, kind: DataKind, side: number): void {
  const own = kind.source === "file";
  const cell = side / 6;
  for (let row = 0; row < 4; row++)
    for (let column = 0; column < 5; column++) {
      const target = kind.task === "regression" ? diverging(wobble(row + 2) * 0.9, middle()) : ofClass((row * row) % 3);
      context.fillStyle = column === 4 ? css(target) : ink("--line");
      context.fillRect((column + 0.5) * cell + 1, side * 0.42 + row * cell * 0.82 + 1, cell - 2, cell * 0.82 - 2);
    }
  context.fillStyle = ink("--ink");
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.font = "600 11px system-ui, sans-serif";
  context.fillText(own ? "yours" : kind.label, side / 2, side * 0.22, side - 2);
  if (!own) return;
  context.strokeStyle = ink("--accent");
  context.lineWidth = 1.5;
  context.setLineDash([3, 3]);
  context.strokeRect(1, 1, side - 2, side - 2);
}

function drawBrush(context: Context, side: number): void {
  context.lineCap = "round";
  context.lineWidth = side / 8;
  for (const [k, y] of [[0, 0.32], [1, 0.68]] as const) {
    context.strokeStyle = css(ofClass(k));
    context.beginPath();
    context.moveTo(side * 0.18, side * y);
    context.bezierCurveTo(side * 0.4, side * (y - 0.3), side * 0.6, side * (y + 0.3), side * 0.82, side * y);
    context.stroke();
  }
}

/** What an input on the plane looks like, by its name; null for a table's column. */
export function inputHeight(name: string): ((x: number, y: number) => number) | null {
  const one = (letter: string) => (x: number, y: number) => (letter === "1" ? x : y);
  let match = /^x([12])$/.exec(name);
  if (match) return one(match[1]!);
  match = /^x([12])\^2$/.exec(name);
  if (match) return (x, y) => one(match![1]!)(x, y) ** 2;
  match = /^(sin|cos)\(?\s*x([12])\)?$/.exec(name);
  if (match) return (x, y) => (match![1] === "sin" ? Math.sin : Math.cos)(3 * one(match![2]!)(x, y));
  if (/^x1\s*\*?\s*x2$/.test(name)) return (x, y) => x * y;
  return null;
}
