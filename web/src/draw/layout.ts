// Where the network's nodes stand: a column for the inputs, for each hidden layer, and for the output.

import type { DenseLayer } from "../protocol";

export interface Column {
  /** Nodes stand in this many files beside each other; labels have room beside one. */
  files: number;
  /** -1 for the inputs, else an index into the dense layers. */
  layer: number;
  center: number;
  /** Width that it has. */
  pitch: number;
  /** Side of a node's square map. */
  size: number;
  x: number[]; // centers of the nodes
  y: number[];
}

const SMALLEST = 13;
const LARGEST = 42;
const END = 70; // pixels for the inputs, and for the output: a node and its name
const PITCH = 100; // the least for a hidden layer: what stands above it

/** Width of the stage: the panel's where the columns have room in it, else what they need; then it scrolls. */
export function stageWidth(network: DenseLayer[], panel: number): number {
  const needed = (end: number, pitch: number) => 2 * end + (network.length - 1) * pitch;
  return panel >= needed(END, PITCH) ? panel : needed(1.4 * END, 1.15 * PITCH);
}

/** Of a table, an input is a small square; on the plane it has a map. */
export function columns(
  nInputs: number, hasMaps: boolean, network: DenseLayer[], width: number, top: number, bottom: number,
): Column[] {
  const nHidden = network.length - 1;
  // Hidden layers come first: what stands above them needs its width.
  const end = Math.max(END, Math.min(150, width / (nHidden + 2), (width - 1.12 * PITCH * nHidden) / 2));
  const pitch = nHidden > 0 ? (width - 2 * end) / nHidden : 0;
  // Names stand outside of the first and the last column.
  return [nInputs, ...network.map((layer) => layer.n_out)].map((n, i) => {
    if (i === 0) return column(-1, n, end / 2, (hasMaps ? 0.27 : 0.38) * end, end, top, bottom, hasMaps ? LARGEST : 14);
    if (i > nHidden) return column(i - 1, n, width - end / 2, -0.27 * end, end, top, bottom);
    return column(i - 1, n, end + pitch * (i - 0.5), 0, pitch, top, bottom);
  });
}

/** One column; many nodes stand in two to four files beside each other. */
function column(
  layer: number, n: number, center: number, shift: number, pitch: number, top: number, bottom: number,
  largest = LARGEST,
): Column {
  const height = bottom - top;
  let files = 1;
  while (files < 4 && Math.ceil(n / files) * (SMALLEST + 3) > height) files++;
  const rows = Math.ceil(n / files);
  const gap = rows > 14 ? 3 : 8;
  const most = Math.min(largest, pitch * (shift ? 0.34 : 0.5));
  const size = Math.max(6, Math.min(most, height / rows - gap, (pitch * 0.62) / files - 3));
  const step = Math.min(height / rows, size + 22);
  const first = top + height / 2 - (step * (rows - 1)) / 2;
  const x: number[] = [];
  const y: number[] = [];
  for (let i = 0; i < n; i++) {
    const file = Math.floor(i / rows);
    x.push(center + (files > 1 ? 0 : shift) + (file - (files - 1) / 2) * (size + 4));
    y.push(first + step * (i % rows));
  }
  return { layer, files, center, pitch, size, x, y };
}
