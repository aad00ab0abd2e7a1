// A chart of lines over training, read with the pointer or the arrow keys.

import { signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { curves } from "../state";
import type { CurvePoint } from "../state";
import { Canvas } from "./canvas";
import { across, drawPlot } from "./plot";
import type { Plot } from "./plot";

type Props = Omit<Plot, "read" | "best"> & {
  name: string;
  label: string;
  height: number;
  best?: (points: CurvePoint[]) => number | null;
  /** Told the point that is read, so that a text can say it too. */
  onRead?: (point: CurvePoint | null) => void;
};

export function Chart({ name, label, height, best, onRead, ...plot }: Props) {
  const read = useRef(signal<number | null>(null)).current;
  const tell = useRef(onRead);
  tell.current = onRead;
  useEffect(() => read.subscribe((i) => tell.current?.(i === null ? null : curves.peek()[i] ?? null)), []);
  return (
    <Canvas
      class="chart" style={{ height }} tabIndex={0} data-testid={`chart-${name}`} label={label}
      watch={() => [curves.value, read.value]}
      draw={(context, width, high, colours) => {
        const points = curves.peek();
        const at = read.peek();
        const place = at === null || points.length === 0 ? null : Math.min(at, points.length - 1);
        drawPlot(context, width, high, points, { ...plot, read: place, best: best?.(points) ?? null }, colours);
      }}
      onPointerMove={(event) => (read.value = nearest(event, plot.x))}
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
function nearest(event: PointerEvent, unit: "epoch" | "step"): number | null {
  const points = curves.peek();
  const canvas = event.currentTarget as HTMLCanvasElement;
  const at = across(points, unit, canvas.clientWidth).invert(event.offsetX);
  let [low, high] = [0, points.length - 1];
  if (high < 0) return null;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (points[middle]![unit] < at) low = middle + 1;
    else high = middle;
  }
  const before = points[low - 1];
  return before && at - before[unit] < points[low]![unit] - at ? low - 1 : low;
}

/** Arrow keys read the next point; Escape stops; undefined: not our key. */
function moved(key: string, at: number | null): number | null | undefined {
  const last = curves.peek().length - 1;
  if (last < 0) return undefined;
  const stride = Math.max(1, Math.round(last / 50));
  const from = at ?? last;
  if (key === "ArrowLeft") return Math.max(0, from - stride);
  if (key === "ArrowRight") return Math.min(last, from + stride);
  if (key === "Home") return 0;
  if (key === "End") return last;
  return key === "Escape" && at !== null ? null : undefined;
}
