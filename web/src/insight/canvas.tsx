// A canvas that fits its box, is sharp on every screen, and draws at most once a screen's frame.

import { effect, signal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { followTheme, palette } from "./palette";
import type { Palette } from "./palette";

export type Draw = (context: CanvasRenderingContext2D, width: number, height: number, colours: Palette) => void;

type Props = Omit<JSX.CanvasHTMLAttributes<HTMLCanvasElement>, "ref"> & {
  /** Reads the signals that a drawing depends on. */
  watch: () => unknown;
  draw: Draw;
  label: string;
};

/** Draws a canvas anew with more pixels: what a picture for paper needs. */
export const sharpCopies = new WeakMap<HTMLCanvasElement, (ratio: number) => HTMLCanvasElement>();

export function Canvas({ watch, draw, label, ...rest }: Props) {
  const ref = useRef<HTMLCanvasElement>(null);
  // The newest functions, without a new effect for each rendering.
  const now = useRef({ watch, draw });
  now.current = { watch, draw };
  const rendered = useRef(signal(0)).current;
  useEffect(() => {
    rendered.value += 1;
  });
  useEffect(() => keepDrawn(ref.current!, now, () => rendered.value), []);
  return <canvas ref={ref} role="img" aria-label={label} {...rest} />;
}

function keepDrawn(
  canvas: HTMLCanvasElement, now: { current: { watch: () => unknown; draw: Draw } }, again: () => unknown,
): () => void {
  const context = canvas.getContext("2d")!;
  const resized = signal(0);
  const observer = new ResizeObserver(() => (resized.value += 1));
  let due = 0;
  const paint = () => {
    due = 0;
    const { clientWidth: width, clientHeight: height } = canvas;
    if (width === 0 || height === 0) return;
    fit(canvas, width, height);
    const ratio = canvas.width / width;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, width, height);
    now.current.draw(context, width, height, palette.peek());
  };
  followTheme();
  sharpCopies.set(canvas, (ratio) => {
    const copy = document.createElement("canvas");
    const { clientWidth: width, clientHeight: height } = canvas;
    [copy.width, copy.height] = [width * ratio, height * ratio];
    const inside = copy.getContext("2d")!;
    inside.scale(ratio, ratio);
    now.current.draw(inside, width, height, palette.peek());
    return copy;
  });
  const stop = effect(() => {
    palette.value;
    resized.value;
    again();
    now.current.watch();
    due ||= requestAnimationFrame(paint);
  });
  observer.observe(canvas);
  return () => {
    stop();
    observer.disconnect();
    cancelAnimationFrame(due);
  };
}

/** Setting a size clears and allocates, so it is set only when it changes. */
function fit(canvas: HTMLCanvasElement, width: number, height: number): void {
  const ratio = devicePixelRatio || 1;
  const [wide, high] = [Math.round(width * ratio), Math.round(height * ratio)];
  if (canvas.width !== wide) canvas.width = wide;
  if (canvas.height !== high) canvas.height = high;
}
