// A chart of lines over training, read with the pointer or the arrow keys.

import { signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { CurvePoint } from "../protocol";
import { Canvas } from "./canvas";
import { points, stepsPerEpoch } from "./course";
import { drawPlot } from "./plot";
import { across, placeOf } from "./plot_scales";
import type { Plot } from "./plot_scales";

type Props = Omit<Plot, "read" | "best" | "perEpoch"> & {
  name: string;
  label: string;
  best?: (points: CurvePoint[]) => number | null;
  /** Told the point that is read, so that a text can say it too. */
  onRead?: (point: CurvePoint | null) => void;
};

export function Chart({ name, label, best, onRead, ...plot }: Props) {
  const read = useRef(signal<number | null>(null)).current;
  const tell = useRef(onRead);
  tell.current = onRead;
  useEffect(() => read.subscribe((i) => tell.current?.(i === null ? null : points.peek()[i] ?? null)), []);
  return (
    <Canvas
      class="chart" tabIndex={0} data-testid={`chart-${name}`} label={label}
      watch={() => [points.value, read.value]}
      draw={(context, width, high, colours) => {
        const all = points.peek();
        const at = read.peek();
        const place = at === null || all.length === 0 ? null : Math.min(at, all.length - 1);
        const whole = { ...plot, read: place, best: best?.(all) ?? null, perEpoch: stepsPerEpoch.peek() };
        drawPlot(context, width, high, all, whole, colours);
      }}
      onPointerMove={(event) => (read.value = nearest(event, plot))}
      onPointerLeave={() => (read.value = null)}
      onBlur={() => (read.value = null)}
      onKeyDown={(event) => {
        const to = moved(event.key, read.peek());
        if (to === undefined) return;
        event.preventDefault();
        event.stopPropagation();
        read.value = to;
      }}
    />
  );
}

/** Return the index of the point that lies nearest to the pointer across. */
function nearest(event: PointerEvent, plot: Pick<Plot, "x" | "lines">): number | null {
  const all = points.peek();
  const unit = { ...plot, perEpoch: stepsPerEpoch.peek() };
  const canvas = event.currentTarget as HTMLCanvasElement;
  const at = across(all, unit, canvas.clientWidth).invert(event.offsetX);
  let [low, high] = [0, all.length - 1];
  if (high < 0) return null;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (placeOf(all[middle]!, unit) < at) low = middle + 1;
    else high = middle;
  }
  const before = all[low - 1];
  return before && at - placeOf(before, unit) < placeOf(all[low]!, unit) - at ? low - 1 : low;
}

/** Arrow keys read the next point; Escape stops; undefined: not our key. */
function moved(key: string, at: number | null): number | null | undefined {
  const last = points.peek().length - 1;
  if (last < 0) return undefined;
  const stride = Math.max(1, Math.round(last / 50));
  const from = at ?? last;
  if (key === "ArrowLeft") return Math.max(0, from - stride);
  if (key === "ArrowRight") return Math.min(last, from + stride);
  if (key === "Home") return 0;
  if (key === "End") return last;
  return key === "Escape" && at !== null ? null : undefined;
}
