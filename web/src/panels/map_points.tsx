// Over the big map: axes, points and the keyboard's cross; what pointer and keys do there.

import { useRef } from "preact/hooks";
import { drawAxes, MARGIN, type Frame } from "../draw/axes";
import { ink } from "../draw/palette";
import { drawPoints, nearest } from "../draw/points";
import { surface, useDrawing } from "../draw/surface";
import { chosen, data, measured, showTest } from "../state";
import { brush, chooseRow, dark, painting, shapes, sketch } from "../view";
import { axesShown, cross, inverted, isInside, middleOf, pointed, shownPoints, type Pixel } from "./map_place";
import { addPoint, startStroke } from "./painter";

const SPACING = 0.035; // between painted points, of the map's side
const REACH = 12; // pixels from a point to a click

const paints = () => painting.value && brush.value !== null;

export function MapPoints({ scales, width, height }: { scales: Frame; width: number; height: number }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const stroke = useRef<Pixel | null>(null);
  useDrawing([data, dark, shapes, showTest, chosen, cross, sketch], [scales], () => {
    draw(surface(canvas.current!, width, height), scales);
  });
  const at = (event: MouseEvent): Pixel => {
    const { left, top } = canvas.current!.getBoundingClientRect();
    return [event.clientX - left, event.clientY - top];
  };
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
    if (!stroke.current || !pointed.value) return;
    const [x, y] = stroke.current;
    if (Math.hypot(place[0] - x, place[1] - y) < SPACING * scales.side) return;
    stroke.current = place;
    dab(scales, place);
  };
  const up = () => (stroke.current = null);
  const focus = (element: HTMLElement) => {
    element.ariaLabel = label(); // with the score of now
    if (element.matches(":focus-visible")) cross.value ??= inverted(scales, middleOf(scales));
  };
  return (
    <canvas ref={canvas} tabIndex={0} role="application" data-testid="map" class={paints() ? "paints" : ""}
      aria-label={label()} onPointerDown={down} onPointerMove={move} onPointerUp={up} onPointerCancel={up}
      onPointerLeave={() => (pointed.value = null)} onClick={(event) => paints() || choose(scales, at(event), REACH)}
      onKeyDown={(event) => key(event, scales)} onFocus={(event) => focus(event.currentTarget)}
      onBlur={() => (cross.value = null)} />
  );
}

function draw(context: CanvasRenderingContext2D, scales: Frame): void {
  const { header, arrays } = shownPoints();
  drawAxes(context, scales, axesShown.peek()!);
  context.save();
  context.beginPath();
  context.rect(MARGIN.left, MARGIN.top, scales.side, scales.side);
  context.clip();
  const options = { shapes: shapes.peek(), showTest: showTest.peek(), chosen: chosen.peek() };
  drawPoints(context, header, arrays, scales.x, scales.y, options);
  context.restore();
  const at = cross.peek();
  if (at) drawCross(context, scales.x(at.x), scales.y(at.y));
}

/** The map in words, for those who do not see it. */
function label(): string {
  const { header } = data.value!;
  const { x, y } = header.axes;
  const now = measured.peek();
  const score = now?.score[1] ?? now?.score[0];
  const words = header.task === "classification" ? "Accuracy" : "R²";
  return [
    `Map of the network's answers over ${x.label} and ${y.label}, with ${header.n_train} training and`,
    `${header.n_test} test rows.`,
    typeof score === "number" ? `${words} ${score.toFixed(3)}.` : "",
    "Arrow keys move a cross, Enter chooses the nearest point or paints one.",
  ].join(" ");
}

function choose(scales: Frame, place: Pixel, reach: number): void {
  const now = data.peek();
  const row = now && nearest(now.arrays, scales.x, scales.y, place, reach, showTest.peek());
  if (row !== null) chooseRow(row);
}

function dab(scales: Frame, place: Pixel): void {
  const { x, y } = inverted(scales, place);
  addPoint(x, y, brush.peek()!);
}

const DIRECTIONS: Record<string, [number, number]> = {
  ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1],
};

/** Arrows move the cross (with shift in long steps); Enter paints there, or chooses the nearest point. */
function key(event: KeyboardEvent, scales: Frame): void {
  const { x, y } = axesShown.peek()!;
  const now = cross.peek() ?? inverted(scales, middleOf(scales));
  const to = DIRECTIONS[event.key];
  if (to) {
    const step = event.shiftKey ? 0.1 : 0.02;
    const moved = (from: number, sign: number, axis: typeof x) =>
      Math.min(Math.max(from + sign * step * (axis.high - axis.low), axis.low), axis.high);
    cross.value = { x: moved(now.x, to[0], x), y: moved(now.y, to[1], y) };
  } else if (event.key === "Enter") {
    const place: Pixel = [scales.x(now.x), scales.y(now.y)];
    if (paints()) startStroke();
    if (paints()) dab(scales, place);
    else choose(scales, place, Infinity);
  } else if (event.key === "Escape") cross.value = null;
  else return;
  event.preventDefault();
}

/** Two lines, dark over light: seen on any map. */
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
