// An array as a coloured matrix: a small one with its numbers, a large one read by pointer or keys.

import { signal } from "@preact/signals";
import { useRef } from "preact/hooks";
import { css, diverging, ofClass } from "../colors";
import type { Rgb } from "../colors";
import { Formula } from "../formula";
import { Canvas } from "../insight/canvas";
import { short } from "../insight/numbers";
import { rgbOf } from "../insight/palette";

interface Props {
  name: string;
  shape: number[];
  numbers: (number | null)[];
  /** The cell that is worked out, an index; anything outside marks none. */
  mark: number | null;
  /** Called with a cell's index, where cells can be chosen. */
  pick: ((i: number) => void) | null;
}

// More numbers than this nobody reads from a table.
const [MOST_CELLS, MOST_COLUMNS] = [64, 10];

export function Matrix(props: Props) {
  const columns = props.shape[props.shape.length - 1] ?? 1;
  const rows = Math.max(1, Math.round(props.numbers.length / Math.max(1, columns)));
  const small = props.numbers.length <= MOST_CELLS && columns <= MOST_COLUMNS;
  const largest = props.numbers.reduce<number>((most, x) => Math.max(most, Math.abs(x ?? 0)), 0);
  const shared = { ...props, rows, columns, largest };
  return (
    <figure class="glass-matrix" data-testid={`glass-matrix-${props.name}`}>
      <figcaption>
        <Formula tex={letter(props.name)} /> <small>{rows} × {columns}{largest > 0 ? `, largest ${short(largest)}` : ""}</small>
      </figcaption>
      {small ? <Table {...shared} /> : <Map {...shared} />}
    </figure>
  );
}

type Sized = Props & { rows: number; columns: number; largest: number };

/** "dW" is the derivative by W: an upright d would look like a number of its own. */
function letter(name: string): string {
  return /^d?[A-Za-z]$/.test(name) ? name : `\\text{${name.replace(/[\\{}$%&#_~^]/g, " ")}}`;
}

function Table({ name, numbers, rows, columns, largest, mark, pick }: Sized) {
  const digits = columns > 6 ? 2 : 3;
  return (
    <table aria-label={`${name}, ${rows} by ${columns}`}>
      <tbody>
        {Array.from({ length: rows }, (_, i) => (
          <tr key={i}>
            {Array.from({ length: columns }, (_, j) => {
              const at = i * columns + j;
              const x = numbers[at] ?? null;
              const style = { background: tint(x, largest) };
              const title = `${name}, row ${i + 1}, column ${j + 1}: ${x}`;
              return (
                <td key={j} style={style} title={title} data-marked={at === mark || undefined}>
                  {pick ? <button type="button" onClick={() => pick(at)} aria-label={`${title}. Work out this one.`}>{short(x, digits)}</button> : short(x, digits)}
                </td>
              );
            })}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** A cell's colour lets the panel shine through, so that its number can be read in light and dark. */
function tint(x: number | null, largest: number): string {
  if (x === null || x === 0 || largest === 0) return "transparent";
  return css(ofClass(x < 0 ? 1 : 0), 0.08 + 0.42 * (Math.abs(x) / largest));
}

function Map({ name, numbers, rows, columns, largest, mark, pick }: Sized) {
  const read = useRef(signal<number | null>(null)).current;
  const at = read.value;
  const spot = (event: MouseEvent) => cellAt(event, rows, columns);
  const said = at === null
    ? "Move over it, or use the arrow keys, to read a number."
    : `row ${Math.floor(at / columns) + 1}, column ${(at % columns) + 1}: ${numbers[at] ?? "not a number"}`;
  return (
    <>
      <Canvas
        class="glass-map" tabIndex={0} data-own-keys style={{ aspectRatio: `${columns} / ${Math.min(rows, 2 * columns)}` }}
        label={`${name}, ${rows} by ${columns}. ${said}`}
        watch={() => read.value}
        draw={(context, width, height, colours) => {
          drawCells(context, width, height, { numbers, rows, columns, largest }, rgbOf(colours.panel));
          for (const cell of [mark, read.peek()]) drawFrame(context, width, height, { numbers, rows, columns }, cell, colours.ink);
        }}
        onPointerMove={(event) => (read.value = spot(event))}
        onPointerLeave={() => (read.value = null)}
        onClick={(event) => pick?.(spot(event))}
        onKeyDown={(event) => {
          const from = read.peek() ?? 0;
          if (event.key === "Enter") return pick?.(from);
          const by = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns }[event.key];
          if (by === undefined) return;
          event.preventDefault();
          read.value = Math.max(0, Math.min(numbers.length - 1, from + by));
        }}
      />
      <small class="glass-reading">{said}</small>
    </>
  );
}

function cellAt(event: MouseEvent, rows: number, columns: number): number {
  const { clientWidth, clientHeight } = event.currentTarget as HTMLElement;
  const i = Math.min(rows - 1, Math.max(0, Math.floor((event.offsetY / clientHeight) * rows)));
  const j = Math.min(columns - 1, Math.max(0, Math.floor((event.offsetX / clientWidth) * columns)));
  return i * columns + j;
}

interface Cells { numbers: (number | null)[]; rows: number; columns: number }

function drawCells(
  context: CanvasRenderingContext2D, width: number, height: number,
  { numbers, rows, columns, largest }: Cells & { largest: number }, middle: Rgb,
): void {
  const [wide, high] = [width / columns, height / rows];
  numbers.forEach((x, at) => {
    context.fillStyle = css(diverging(largest > 0 ? (x ?? 0) / largest : 0, middle));
    context.fillRect((at % columns) * wide, Math.floor(at / columns) * high, wide + 0.5, high + 0.5);
  });
}

function drawFrame(
  context: CanvasRenderingContext2D, width: number, height: number, { numbers, rows, columns }: Cells, at: number | null,
  colour: string,
): void {
  if (at === null || at < 0 || at >= numbers.length) return;
  const [wide, high] = [width / columns, height / rows];
  context.strokeStyle = colour;
  context.lineWidth = 2;
  context.strokeRect((at % columns) * wide, Math.floor(at / columns) * high, wide, high);
}
