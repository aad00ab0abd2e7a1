// Where the hand is on the big map, and which axes and points it shows.

import { computed, signal } from "@preact/signals";
import { MARGIN, type Frame } from "../draw/axes";
import type { Arrays, DataMessage } from "../protocol";
import { data } from "../state";
import { dataKind, sketch } from "../view";

/** In the axes' units. */
export interface Place {
  x: number;
  y: number;
}
export type Pixel = [x: number, y: number];

/** Where the pointer is. */
export const pointed = signal<Place | null>(null);
/** Where the keyboard's cross is, while the map has the focus. */
export const cross = signal<Place | null>(null);

const PLANE = { x: { label: "x₁", low: -3, high: 3 }, y: { label: "x₂", low: -3, high: 3 } };

/** Whether the map shows a sketch that no network has learned from yet. */
export const isBlank = computed(() => sketch.value !== null && dataKind.value?.source !== "painted");
export const axesShown = computed(() => (isBlank.value ? PLANE : data.value?.header.axes));

/** What is drawn as points: the server's, or a sketch that it does not have yet. */
export function shownPoints(): { header: DataMessage; arrays: Arrays } {
  const now = data.peek()!;
  const drawn = sketch.peek();
  if (!drawn) return now;
  const points = Float32Array.from(drawn.flatMap(([x, y]) => [x, y]));
  const target = Float32Array.from(drawn, ([, , k]) => k);
  const arrays = { points, target, test: new Uint8Array(drawn.length) };
  return { header: { ...now.header, task: "classification" }, arrays };
}

export function isInside({ side }: Frame, [x, y]: Pixel): boolean {
  return x >= MARGIN.left && x <= MARGIN.left + side && y >= MARGIN.top && y <= MARGIN.top + side;
}

export function inverted({ x, y }: Frame, place: Pixel): Place {
  return { x: x.invert(place[0]), y: y.invert(place[1]) };
}

export function middleOf({ side }: Frame): Pixel {
  return [MARGIN.left + side / 2, MARGIN.top + side / 2];
}
