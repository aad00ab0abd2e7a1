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
const END = 104; // pixels for the inputs, and for the output: a node and its name
const PITCH = 108; // the least for a hidden layer: what stands above it

/** Width that the columns need; the panel scrolls when it has less. */
export function neededWidth(network: DenseLayer[]): number {
  return 2 * END + (network.length - 1) * PITCH;
}

export function columns(nInputs: number, network: DenseLayer[], width: number, top: number, bottom: number): Column[] {
  const nHidden = network.length - 1;
  const end = Math.max(END, Math.min(150, width / (nHidden + 2)));
  const pitch = nHidden > 0 ? (width - 2 * end) / nHidden : 0;
  // Names stand outside of the first and the last column.
  return [nInputs, ...network.map((layer) => layer.n_out)].map((n, i) => {
    if (i === 0) return column(-1, n, end / 2, 0.27 * end, end, top, bottom);
    if (i > nHidden) return column(i - 1, n, width - end / 2, -0.27 * end, end, top, bottom);
    return column(i - 1, n, end + pitch * (i - 0.5), 0, pitch, top, bottom);
  });
}

/** One column; many nodes stand in two to four files beside each other. */
function column(
  layer: number, n: number, center: number, shift: number, pitch: number, top: number, bottom: number,
): Column {
  const height = bottom - top;
  let files = 1;
  while (files < 4 && Math.ceil(n / files) * (SMALLEST + 3) > height) files++;
  const rows = Math.ceil(n / files);
  const gap = rows > 14 ? 3 : 8;
  const most = Math.min(LARGEST, pitch * (shift ? 0.34 : 0.5));
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
