// Data of the reader's own: a file that is dropped or chosen, or points that are painted.

import { signal } from "@preact/signals";
import { css, ofClass } from "../colors";
import { Segmented } from "../controls/buttons";
import { address, catalog, data, problem, setup } from "../state";
import { SHAPE_NAMES } from "../draw/points";
import { brush, changeData, note } from "../view";

/** The name of the file on its way to the server; null: none is. */
const sending = signal<string | null>(null);

/** Send a table to the server, which answers with "setup" and "data"; a refusal is shown in its words. */
export async function upload(file: File): Promise<void> {
  const most = catalog.peek()?.limits.upload ?? Infinity;
  if (file.size > most) {
    problem.value = `${file.name} has ${megabytes(file.size)}; the most is ${megabytes(most)}.`;
    return;
  }
  sending.value = file.name;
  problem.value = note.value = null;
  try {
    const response = await fetch(address("file", { name: file.name }), { method: "POST", body: file });
    const { says } = (await response.json()) as { says: string | string[] };
    const words = [says].flat().join(" ");
    if (response.ok) note.value = words || null;
    else problem.value = words;
  } catch {
    problem.value = `${file.name} could not be sent: the server does not answer.`;
  } finally {
    sending.value = null;
  }
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

export function OwnTable() {
  const columns = data.value?.header.columns ?? [];
  return (
    <div class="own">
      <label class="file">
        <span>{sending.value ? `Reading ${sending.value} …` : "Choose a table, or drop it anywhere"}</span>
        <input type="file" data-testid="file" disabled={sending.value !== null}
          onChange={(event) => {
            const file = event.currentTarget.files?.[0];
            if (file) void upload(file);
            event.currentTarget.value = "";
          }} />
      </label>
      {columns.length > 0 && (
        <div class="field">
          <label for="target">Column to predict</label>
          <select id="target" data-testid="target" value={data.value!.header.target}
            onChange={(event) => changeData({ target: event.currentTarget.value })}>
            {columns.map((one) => <option key={one}>{one}</option>)}
          </select>
        </div>
      )}
    </div>
  );
}

/** Brushes for each class, undo and clear. The painting itself happens on the output map. */
export function Painter() {
  const { points } = setup.value!.data;
  const brushes = Array.from({ length: catalog.value!.limits.classes }, (_, k) => ({
    value: k as number | null,
    id: String(k + 1),
    title: `Paint class ${k + 1} (${SHAPE_NAMES[k]})`,
    label: <><i class="swatch" style={{ background: css(ofClass(k)) }} />{k + 1}</>,
  }));
  const chooser = { value: null, id: "off", title: "Choose points instead of painting", label: "Choose" };
  return (
    <div class="own">
      <p class="says">Paint on the map: drag, or move the cross with the arrow keys and press Enter.</p>
      <Segmented id="brush" label="Brush" options={[...brushes, chooser]} value={brush.value}
        onChange={(k) => (brush.value = k)} />
      <div class="row">
        <span>{points.length} points</span>
        <button type="button" data-testid="paint-undo" disabled={points.length === 0}
          onClick={() => undo()}>Undo</button>
        <button type="button" data-testid="paint-clear" disabled={points.length === 0}
          onClick={() => paint([])}>Clear</button>
      </div>
    </div>
  );
}

type Painted = [number, number, number][];

/** What is painted but not yet answered: strokes are faster than the server. */
let pending: Painted | null = null;
/** How many points there were before each stroke. */
let strokes: number[] = [];
let timer = 0;

function painted(): Painted {
  return pending ?? setup.peek()?.data.points ?? [];
}

function paint(points: Painted): void {
  pending = points;
  timer ||= window.setTimeout(() => {
    timer = 0;
    if (pending) changeData({ points: pending });
    pending = null;
  }, 150);
}

export function startStroke(): void {
  strokes.push(painted().length);
}

/** Add a point; hundredths are exact enough, and short in a link. */
export function addPoint(x: number, y: number, k: number): void {
  const most = catalog.peek()?.limits.rows ?? 1000;
  if (painted().length >= most) {
    note.value = `There are ${most} points: the most that can be painted.`;
    return;
  }
  const hundredths = (value: number) => Math.round(value * 100) / 100;
  paint([...painted(), [hundredths(x), hundredths(y), k]]);
}

function undo(): void {
  const points = painted();
  strokes = strokes.filter((n) => n < points.length);
  paint(points.slice(0, strokes.pop() ?? points.length - 1));
}
