// The big map: a canvas for the network's answers, one over it for axes and points, and what the hand does there.

import { computed, signal } from "@preact/signals";
import { useMemo, useRef } from "preact/hooks";
import { drawAxes, framed, MARGIN, outerWidth, type Frame } from "../draw/axes";
import { paintClasses, paintNumbers, Raster } from "../draw/heat";
import { divergingTable, ink } from "../draw/palette";
import { drawPoints, nearest } from "../draw/points";
import { surface, useDrawing, useSize } from "../draw/surface";
import { chosen, data, discrete, frame, showTest } from "../state";
import type { Arrays, DataMessage } from "../protocol";
import { brush, chooseRow, dark, dataKind, numbers, painting, shapes, sketch } from "../view";
import { addPoint, startStroke } from "./painter";

interface Place {
  x: number;
  y: number;
}

/** Where the pointer is, in the axes' units. */
export const pointed = signal<Place | null>(null);
/** Where the keyboard's cross is, while the map has the focus. */
export const cross = signal<Place | null>(null);

const PLANE = { x: { label: "x₁", low: -3, high: 3 }, y: { label: "x₂", low: -3, high: 3 } };

/** Whether the map shows a sketch that no network has learned from yet. */
const isBlank = computed(() => sketch.value !== null && dataKind.value?.source !== "painted");
export const axesShown = computed(() => (isBlank.value ? PLANE : data.value?.header.axes));

/** What is drawn as points: the server's, or a sketch that it does not have yet. */
function shownPoints(): { header: DataMessage; arrays: Arrays } {
  const now = data.peek()!;
  const drawn = sketch.peek();
  if (!drawn) return now;
  const points = Float32Array.from(drawn.flatMap(([x, y]) => [x, y]));
  const target = Float32Array.from(drawn, ([, , k]) => k);
  return { header: { ...now.header, task: "classification" }, arrays: { points, target, test: new Uint8Array(drawn.length) } };
}

const SPACING = 0.035; // between painted points, of the map's side

const raster = new Raster();

export function BigMap() {
  const [box, size] = useSize<HTMLDivElement>();
  const axes = axesShown.value;
  const scales = useMemo(() => (axes && size.width > 0 ? framed(size.width, size.height, axes) : null), [axes, size]);
  return (
    <div ref={box} class="map">
      {scales && (
        <div class="map-inside" style={{ width: `${outerWidth(scales)}px` }}>
          <Answers scales={scales} />
          <Points scales={scales} width={outerWidth(scales)} height={size.height} />
        </div>
      )}
    </div>
  );
}

/** Redrawn for each frame; the points over it are not. */
function Answers({ scales }: { scales: Frame }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useDrawing([frame, discrete, dark, isBlank], [scales], () => {
    const context = surface(canvas.current!, scales.side, scales.side);
    const now = frame.peek();
    const header = data.peek()?.header;
    const map = now?.arrays.map;
    if (!map || !header || isBlank.peek() || now.header.generation !== header.generation) return;
    if (map instanceof Uint8Array) paintClasses(raster, map, header.classes.length, discrete.peek());
    else if (now.header.look) paintNumbers(raster, map as Float32Array, 0, largest(map as Float32Array), divergingTable());
    else {
      const [low, high] = header.range;
      paintNumbers(raster, map as Float32Array, (low + high) / 2, (high - low) / 2 / 0.85, divergingTable());
    }
    context.imageSmoothingEnabled = !discrete.peek();
    context.drawImage(raster.done(), 0, 0, scales.side, scales.side);
  });
  return <canvas ref={canvas} aria-hidden="true" style={{ left: `${MARGIN.left}px`, top: `${MARGIN.top}px` }} />;
}

function largest(values: Float32Array): number {
  let most = 1e-9;
  for (const value of values) most = Math.max(most, Math.abs(value));
  return most / 0.85;
}

function Points({ scales, width, height }: { scales: Frame; width: number; height: number }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const stroke = useRef<[number, number] | null>(null);
  useDrawing([data, dark, shapes, showTest, chosen, cross, sketch], [scales], () => {
    const context = surface(canvas.current!, width, height);
    const now = shownPoints();
    drawAxes(context, scales, axesShown.peek()!);
    context.save();
    context.beginPath();
    context.rect(MARGIN.left, MARGIN.top, scales.side, scales.side);
    context.clip();
    const options = { shapes: shapes.peek(), showTest: showTest.peek(), chosen: chosen.peek() };
    drawPoints(context, now.header, now.arrays, scales.x, scales.y, options);
    context.restore();
    if (cross.peek()) drawCross(context, scales.x(cross.peek()!.x), scales.y(cross.peek()!.y));
  });
  const at = (event: MouseEvent): [number, number] => {
    const { left, top } = canvas.current!.getBoundingClientRect();
    return [event.clientX - left, event.clientY - top];
  };
  const paints = () => painting.peek() && brush.peek() !== null;
  const down = (event: PointerEvent) => {
    if (!paints() || event.button !== 0 || !isInside(scales, at(event))) return;
    canvas.current!.setPointerCapture(event.pointerId);
    startStroke();
    stroke.current = at(event);
    dab(scales, stroke.current);
  };
  const move = (event: PointerEvent) => {
    const place = at(event);
    pointed.value = isInside(scales, place) ? inverted(scales, place) : null;
    if (!stroke.current || !isInside(scales, place)) return;
    const [x, y] = stroke.current;
    if (Math.hypot(place[0] - x, place[1] - y) < SPACING * scales.side) return;
    stroke.current = place;
    dab(scales, place);
  };
  const click = (event: MouseEvent) => {
    const now = data.peek();
    if (paints() || !now) return;
    const row = nearest(now.arrays, scales.x, scales.y, at(event), 12, showTest.peek());
    if (row !== null) chooseRow(row);
  };
  return (
    <canvas ref={canvas} tabIndex={0} role="application" data-testid="map" class={painting.value && brush.value !== null ? "paints" : ""}
      aria-label={label()} onPointerDown={down} onPointerMove={move} onPointerUp={() => (stroke.current = null)}
      onPointerCancel={() => (stroke.current = null)} onPointerLeave={() => (pointed.value = null)} onClick={click}
      onKeyDown={(event) => keyed(event, scales, paints())} onBlur={() => (cross.value = null)}
      onFocus={(event) => {
        event.currentTarget.ariaLabel = label(); // with the score of now
        if (event.currentTarget.matches(":focus-visible")) cross.value ??= inverted(scales, [MARGIN.left + scales.side / 2, MARGIN.top + scales.side / 2]);
      }} />
  );
}

function label(): string {
  const { header } = data.value!;
  const now = numbers.peek();
  const score = now?.score[1] ?? now?.score[0];
  const words = header.task === "classification" ? "Accuracy" : "R²";
  return `Map of the network's answers over ${header.axes.x.label} and ${header.axes.y.label}, with ${header.n_train} training `
    + `and ${header.n_test} test rows. ${score === undefined || score === null ? "" : `${words} ${score.toFixed(3)}. `}`
    + "Arrow keys move a cross, Enter chooses the nearest point or paints one.";
}

function isInside({ side }: Frame, [x, y]: [number, number]): boolean {
  return x >= MARGIN.left && x <= MARGIN.left + side && y >= MARGIN.top && y <= MARGIN.top + side;
}

function inverted({ x, y }: Frame, place: [number, number]): Place {
  return { x: x.invert(place[0]), y: y.invert(place[1]) };
}

function dab(scales: Frame, place: [number, number]): void {
  const { x, y } = inverted(scales, place);
  addPoint(x, y, brush.peek()!);
}

function keyed(event: KeyboardEvent, scales: Frame, paints: boolean): void {
  const step = event.shiftKey ? 0.1 : 0.02;
  const moves: Record<string, [number, number]> = {
    ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, step], ArrowDown: [0, -step],
  };
  const { x, y } = axesShown.peek()!;
  const now = cross.peek() ?? { x: (x.low + x.high) / 2, y: (y.low + y.high) / 2 };
  const move = moves[event.key];
  if (move) {
    const within = (value: number, axis: typeof x) => Math.min(Math.max(value, axis.low), axis.high);
    cross.value = {
      x: within(now.x + move[0] * (x.high - x.low), x), y: within(now.y + move[1] * (y.high - y.low), y),
    };
  } else if (event.key === "Enter" && paints) {
    startStroke();
    addPoint(now.x, now.y, brush.peek()!);
  } else if (event.key === "Enter") {
    const place: [number, number] = [scales.x(now.x), scales.y(now.y)];
    const row = nearest(data.peek()!.arrays, scales.x, scales.y, place, Infinity, showTest.peek());
    if (row !== null) chooseRow(row);
  } else if (event.key === "Escape") cross.value = null;
  else return;
  event.preventDefault();
}

function drawCross(context: CanvasRenderingContext2D, x: number, y: number): void {
  for (const [color, width] of [[ink("--panel"), 4], [ink("--ink"), 1.6]] as const) {
    context.beginPath();
    context.moveTo(x - 10, y);
    context.lineTo(x + 10, y);
    context.moveTo(x, y - 10);
    context.lineTo(x, y + 10);
    context.strokeStyle = color;
    context.lineWidth = width;
    context.stroke();
  }
}
