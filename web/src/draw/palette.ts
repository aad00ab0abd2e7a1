// Colours for canvases: the style sheet's names as numbers, and tables for heat maps.

import { diverging, mixed, ofClass, type Rgb } from "../colors";
import { dark } from "../view";

const probes = new Map<string, string>();
let probedDark: boolean | null = null;

/** A colour of style.css as it is now, such as ink("--muted"). Canvases know no variables. */
export function ink(name: string): string {
  if (probedDark !== dark.peek()) probes.clear();
  probedDark = dark.peek();
  let color = probes.get(name);
  if (!color) {
    const probe = document.createElement("span");
    probe.style.color = `var(${name})`;
    document.body.append(probe);
    color = getComputedStyle(probe).color;
    probe.remove();
    probes.set(name, color);
  }
  return color;
}

/** What stands for 0, or for "not sure": the panel's own colour. */
export function middle(): Rgb {
  return dark.peek() ? [38, 43, 51] : [255, 255, 255];
}

/** 511 colours for numbers from -1 to 1, three bytes each. */
export type Table = Uint8Array;
const tables = new Map<string, Table>();

function tabled(name: string, color: (value: number) => Rgb): Table {
  const key = `${name} ${dark.peek()}`;
  let table = tables.get(key);
  if (!table) {
    table = new Uint8Array(511 * 3);
    for (let i = 0; i < 511; i++) table.set(color(i / 255 - 1).map(Math.round), 3 * i);
    tables.set(key, table);
  }
  return table;
}

/** Orange below 0, blue above. */
export function divergingTable(): Table {
  return tabled("diverging", (value) => diverging(value, middle()));
}

/** A class's score: its colour above 0, grey below. */
export function classTable(k: number): Table {
  const grey: Rgb = dark.peek() ? [120, 128, 138] : [150, 156, 164];
  return tabled(`class ${k}`, (value) => mixed(middle(), value < 0 ? grey : ofClass(k), Math.abs(value)));
}

/** A weight's colour that can be seen as a line: never as pale as the paper. */
export function lineColor(value: number): Rgb {
  const [r, g, b] = diverging(Math.sign(value) || 1, middle());
  return dark.peek() && value >= 0 ? [70, 160, 230] : [r, g, b];
}
