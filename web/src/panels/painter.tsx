// Points that the reader paints: brushes for the classes, undo and clear. The map is where one paints.

import { css, ofClass } from "../colors";
import { Segmented } from "../controls/buttons";
import { SHAPE_NAMES } from "../draw/points";
import { catalog, setup } from "../state";
import { brush, changeData, note, sketch, type Painted } from "../view";

export function Painter() {
  const points = sketch.value ?? setup.value!.data.points;
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
        <span data-testid="painted-count">{points.length} points</span>
        <button type="button" data-testid="paint-undo" disabled={points.length === 0} onClick={undo}>Undo</button>
        <button type="button" data-testid="paint-clear" disabled={points.length === 0}
          onClick={() => paint([])}>Clear</button>
      </div>
    </div>
  );
}

const BETWEEN = 150; // milliseconds: strokes are faster than a network can begin anew

/** How many points there were before each stroke. */
let strokes: number[] = [];
let timer = 0;

function painted(): Painted {
  return sketch.peek() ?? setup.peek()?.data.points ?? [];
}

/** Show points at once, and have them learned if they are enough. */
function paint(points: Painted): void {
  sketch.value = points;
  timer ||= window.setTimeout(() => {
    timer = 0;
    const now = sketch.peek();
    if (now && isEnough(now)) changeData({ name: "painted", points: now });
  }, BETWEEN);
}

/** A network needs two training rows; what is fewer stays on the page. */
export function isEnough(points: Painted): boolean {
  const n = points.length;
  return n - Math.min(Math.round((setup.peek()?.data.test ?? 0) * n), n - 1) >= 2;
}

/** Begin to paint, with what was painted before. */
export function startPainting(): void {
  const { points } = setup.peek()!.data;
  if (isEnough(points)) changeData({ name: "painted" });
  else sketch.value = points;
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
