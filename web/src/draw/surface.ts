// Canvases that fit their place: sharp on any screen, drawn once a screen refresh at most.

import { effect, type ReadonlySignal } from "@preact/signals";
import { useEffect, useRef, useState } from "preact/hooks";
import { withFrames } from "../controls/throttle";

/** The drawing context of a canvas, in CSS pixels, sized to `width` x `height` and wiped. */
export function surface(canvas: HTMLCanvasElement, width: number, height: number): CanvasRenderingContext2D {
  const ratio = Math.min(window.devicePixelRatio || 1, 2);
  const [w, h] = [Math.round(width * ratio), Math.round(height * ratio)];
  if (canvas.width !== w || canvas.height !== h) {
    canvas.width = w;
    canvas.height = h;
    canvas.style.width = `${width}px`;
    canvas.style.height = `${height}px`;
  }
  const context = canvas.getContext("2d")!;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  return context;
}

/**
 * Draw when one of `signals` or of `facts` changes; many changes before a refresh are one drawing.
 * What takes long to draw is drawn at most every `ms` milliseconds; the last change always is. Where `draw` returns
 * false there was nothing to draw yet, and the next change is drawn at once.
 */
export function useDrawing(
  signals: ReadonlySignal<unknown>[], facts: unknown[], draw: () => boolean | void, ms = 0,
): void {
  const latest = useRef(draw);
  latest.current = draw;
  useEffect(() => {
    let handle = 0;
    const soon = () => {
      handle ||= requestAnimationFrame(() => {
        handle = 0;
        if (latest.current() === false) pace.atOnce();
      });
    };
    const pace = withFrames(soon, ms);
    const stop = effect(() => {
      for (const one of signals) one.value;
      pace.changed();
    });
    return () => {
      stop();
      pace.stop();
      cancelAnimationFrame(handle);
    };
  }, facts);
}

/** The size of an element's inside, kept up to date. */
export function useSize<E extends HTMLElement>(): [preact.RefObject<E>, { width: number; height: number }] {
  const box = useRef<E>(null);
  const [size, setSize] = useState({ width: 0, height: 0 });
  useEffect(() => {
    const observer = new ResizeObserver(() => {
      const { clientWidth: width, clientHeight: height } = box.current!;
      setSize((old) => (old.width === width && old.height === height ? old : { width, height }));
    });
    observer.observe(box.current!);
    return () => observer.disconnect();
  }, []);
  return [box, size];
}
