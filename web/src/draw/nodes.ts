// The network's nodes: each one's heat map, its bias at a corner, a cross where it is dead, labels.

import { css, diverging, ofClass } from "../colors";
import type { Arrays, DataMessage, SetupMessage } from "../protocol";
import { Atlas, paintNumbers, Raster } from "./heat";
import type { Column } from "./layout";
import { classTable, divergingTable, ink, middle } from "./palette";
import { drawShape, shapeOf } from "./points";
import { inputHeight } from "./thumbnails";

type Context = CanvasRenderingContext2D;
const atlas = new Atlas();
export const BIAS_FROM = 18; // smaller nodes have no room for their bias
const LABEL_FONT = "11px system-ui, sans-serif";

/** Draw every node that has weights: of the hidden layers and of the output. */
export function drawNodes(
  context: Context, net: SetupMessage, columns: Column[], arrays: Arrays, nClasses: number,
  dead: (layer: number) => Set<number>,
): void {
  const { nodes, bounds, theta } = arrays as { nodes: Uint8Array; bounds: Float32Array; theta: Float64Array };
  const n = bounds.length / 2;
  const size = Math.round(Math.sqrt(nodes.length / n));
  atlas.fit(n, size);
  net.network.forEach((layer, l) => {
    const byClass = l === net.network.length - 1 && layer.n_out === nClasses;
    for (let j = 0; j < layer.n_out; j++) {
      const node = layer.first + j;
      const table = byClass ? classTable(j) : divergingTable();
      atlas.paint(nodes, node, size, bounds[2 * node]!, bounds[2 * node + 1]!, table);
    }
  });
  atlas.done();
  net.network.forEach((layer, l) => {
    const column = columns[l + 1]!;
    const deadNodes = dead(l);
    const most = strongestBias(theta, layer.b, layer.n_out);
    for (let j = 0; j < layer.n_out; j++) {
      const [x, y, s] = [column.x[j]!, column.y[j]!, column.size];
      context.drawImage(atlas.canvas, ...atlas.place(layer.first + j, size), size, size, x - s / 2, y - s / 2, s, s);
      border(context, x, y, s);
      if (deadNodes.has(j)) cross(context, x, y, s);
      if (s >= BIAS_FROM) bias(context, x, y, s, theta[layer.b + j]! / most);
    }
  });
}

function strongestBias(theta: Float64Array, start: number, n: number): number {
  let most = 1e-9;
  for (let i = start; i < start + n; i++) most = Math.max(most, Math.abs(theta[i]!));
  return most;
}

function border(context: Context, x: number, y: number, s: number): void {
  context.strokeStyle = ink("--muted");
  context.lineWidth = 1;
  context.strokeRect(x - s / 2, y - s / 2, s, s);
}

/** A dead node gives the same for every row: a cross says so without colour. */
function cross(context: Context, x: number, y: number, s: number): void {
  const r = s / 2 - 2;
  for (const [color, width] of [[css(middle()), 4], [ink("--warn"), 2]] as const) {
    context.beginPath();
    context.moveTo(x - r, y - r);
    context.lineTo(x + r, y + r);
    context.moveTo(x + r, y - r);
    context.lineTo(x - r, y + r);
    context.strokeStyle = color;
    context.lineWidth = width;
    context.stroke();
  }
}

function bias(context: Context, x: number, y: number, s: number, value: number): void {
  const side = s > 30 ? 9 : 6;
  context.fillStyle = css(diverging(value, middle()));
  context.fillRect(x - s / 2 - 2, y + s / 2 + 2 - side, side, side);
  context.strokeStyle = ink("--ink");
  context.lineWidth = 1;
  context.strokeRect(x - s / 2 - 2, y + s / 2 + 2 - side, side, side);
}

/** Frames the node that the big map shows, or the layer that the glass is at. */
export function outline(context: Context, x: number, y: number, width: number, height: number): void {
  context.strokeStyle = ink("--accent");
  context.lineWidth = 2.5;
  context.strokeRect(x - width / 2 - 3, y - height / 2 - 3, width + 6, height + 6);
}

const inputRasters = new Map<string, Raster>();

/** An input's own map on the plane, made once for each theme. */
function inputRaster(name: string): Raster | null {
  const height = inputHeight(name);
  if (!height) return null;
  const key = `${name} ${middle()[0]}`;
  let raster = inputRasters.get(key);
  if (!raster) {
    raster = new Raster();
    const size = 24;
    const at = (i: number) => (2 * (i + 0.5)) / size - 1;
    const values = Float32Array.from({ length: size * size }, (_, i) => height(at(i % size), -at(Math.floor(i / size))));
    paintNumbers(raster, values, 0, 1, divergingTable());
    raster.done();
    inputRasters.set(key, raster);
  }
  return raster;
}

export function drawInputs(context: Context, column: Column, names: string[], label: (name: string) => string): void {
  context.font = LABEL_FONT;
  names.forEach((name, i) => {
    const [x, y, s] = [column.x[i]!, column.y[i]!, column.size];
    const raster = inputRaster(name);
    context.fillStyle = ink("--line");
    if (raster) context.drawImage(raster.canvas, x - s / 2, y - s / 2, s, s);
    else context.fillRect(x - s / 2, y - s / 2, s, s);
    border(context, x, y, s);
    if (column.files > 1) return;
    context.fillStyle = ink("--ink");
    context.textAlign = "right";
    context.textBaseline = "middle";
    context.fillText(clipped(context, label(name), x - s / 2 - 8), x - s / 2 - 6, y);
  });
}

/** The classes' names with their shapes beside the output nodes. */
export function drawOutputs(context: Context, column: Column, header: DataMessage, width: number): void {
  if (column.files > 1) return;
  context.font = LABEL_FONT;
  context.textAlign = "left";
  context.textBaseline = "middle";
  const names = header.classes.length === column.x.length ? header.classes : [header.target];
  const room = width - column.x[0]! - column.size / 2 - 20;
  const start = names.some((name) => context.measureText(name).width > room) ? sameStart(names) : 0;
  names.forEach((name, k) => {
    let x = column.x[k]! + column.size / 2 + 6;
    if (header.classes.length > 0) {
      drawShape(context, shapeOf(k), x + 4, column.y[k]!, 3.6, ofClass(k), false);
      x += 12;
    }
    context.fillStyle = ink("--ink");
    context.fillText(clipped(context, name.slice(start), width - x - 2), x, column.y[k]!);
  });
}

/** How many letters all names begin with: where room is scarce, the rest tells them apart. */
function sameStart(names: string[]): number {
  if (names.length < 2) return 0;
  let n = 0;
  while (n < names[0]!.length - 1 && names.every((name) => name[n] === names[0]![n])) n++;
  return n;
}

function clipped(context: Context, text: string, width: number): string {
  if (context.measureText(text).width <= width) return text;
  let kept = text;
  while (kept.length > 1 && context.measureText(`${kept}…`).width > width) kept = kept.slice(0, -1);
  return `${kept}…`;
}
