// What only the page knows and no server: theme, speed, brush, what is being edited.

import { computed, effect, signal } from "@preact/signals";
import { withFrames } from "./controls/throttle";
import type { DataKind, FrameMessage, Setup } from "./protocol";
import { ask, catalog, change, chosen, connected, data, frame, setup } from "./state";

export type Theme = "auto" | "light" | "dark";
export const THEMES: readonly Theme[] = ["auto", "light", "dark"];

export const theme = signal<Theme>("auto");
/** Whether the page is dark now, whoever asked for it. Canvases are drawn again when it changes. */
export const dark = signal(false);
/** A shape for each class, for those who see few colours. */
export const shapes = signal(true);
/** Steps a second that were asked for; 0 is as fast as it goes. */
export const speed = signal(0);
/** The class that is painted with; null: the pointer chooses points. */
export const brush = signal<number | null>(0);
/** Whether the list of keys is open. */
export const help = signal(false);
/** Something the reader should know that is no error, until it is dismissed. */
export const note = signal<string | null>(null);
/** What became of the socket: "waiting" for it is no fault for some seconds. */
export const connection = signal<"waiting" | "there" | "lost" | "never">("waiting");

/** What the small box in the network edits: one number of theta, or all that enter a node. */
export type Editing = { index: number } | { layer: number; node: number };
export const editing = signal<Editing | null>(null);
/** Where on the stage it was asked for. */
export const editorAt = signal({ x: 0, y: 0 });

/** The header of a recent frame, a few times a second: for text. */
export const moment = signal<FrameMessage | null>(null);
export const playing = computed(() => moment.value?.playing ?? false);

/** The kind of data in use. */
export const dataKind = computed<DataKind | null>(
  () => catalog.value?.data.find((one) => one.name === setup.value?.data.name) ?? null,
);

export type Painted = Setup["data"]["points"];
/** Painted points that the server does not have yet; null while it has them all. */
export const sketch = signal<Painted | null>(null);
export const painting = computed(() => sketch.value !== null || dataKind.value?.source === "painted");

const BETWEEN_TEXTS = 150; // milliseconds

/** Keep `moment` up to date without a text that flickers. */
export function followFrames(): void {
  const show = () => (moment.value = frame.peek()?.header ?? null);
  const pace = withFrames(show, BETWEEN_TEXTS);
  effect(() => {
    const [now, before] = [frame.value?.header, moment.peek()];
    if (now?.playing !== before?.playing || now?.generation !== before?.generation) show();
    else pace.changed();
  });
}

const PATIENCE = 4000; // milliseconds until a server that has not answered is called away

export function followConnection(): void {
  const late = window.setTimeout(() => (connection.value = "never"), PATIENCE);
  effect(() => {
    if (connected.value) {
      clearTimeout(late);
      connection.value = "there";
    } else if (connection.peek() === "there") connection.value = "lost";
  });
}

/** Forget a sketch once the server has all of it, and a chosen point that is no more. */
export function followData(): void {
  effect(() => {
    const n = data.value?.arrays.target?.length ?? 0;
    if ((chosen.peek() ?? 0) >= n) chosen.value = null;
    const now = data.value && setup.peek()?.data;
    const drawn = sketch.peek();
    const isThere = now && drawn && now.name === "painted" && JSON.stringify(now.points) === JSON.stringify(drawn);
    if (isThere) sketch.value = null;
  });
}

/** Keep the page's theme and `dark` in step with the choice and with the system. */
export function followTheme(): void {
  const system = matchMedia("(prefers-color-scheme: dark)");
  const settle = () => {
    dark.value = theme.value === "dark" || (theme.value === "auto" && system.matches);
  };
  system.addEventListener("change", settle);
  effect(() => {
    document.documentElement.dataset.theme = theme.value;
    settle();
  });
}

/** Change parts of what the setup says of its data. */
export function changeData(parts: Partial<Setup["data"]>): void {
  const now = setup.peek();
  if (now) change({ data: { ...now.data, ...parts } });
}

export function togglePlaying(): void {
  ask({ do: frame.peek()?.header.playing ? "pause" : "play" });
}

export function newSample(): void {
  const now = setup.peek();
  if (now) changeData({ seed: (now.data.seed + 1) % 1_000_000 });
}

export function setSpeed(stepsPerSecond: number): void {
  speed.value = stepsPerSecond;
  ask({ do: "speed", steps_per_second: stepsPerSecond });
}

let lastChosen = 0;

/** Open the glass on a point; the same again closes it. */
export function chooseRow(row: number | null): void {
  if (row !== null) lastChosen = row;
  chosen.value = row;
}

export function toggleGlass(): void {
  chooseRow(chosen.peek() === null ? lastChosen : null);
}

/** Choose the point before or after, round the end. */
export function chooseNext(by: 1 | -1): void {
  const n = data.peek()?.arrays.target?.length ?? 0;
  const row = chosen.peek();
  if (n > 0) chooseRow(row === null ? Math.min(lastChosen, n - 1) : (row + by + n) % n);
}
