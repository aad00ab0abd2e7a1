// The colours of style.css as a canvas needs them, worked out again when the theme changes.

import { signal } from "@preact/signals";
import type { Rgb } from "../colors";

const NAMES = ["paper", "panel", "ink", "muted", "line", "accent", "warn", "train", "test"] as const;
export type ColourName = (typeof NAMES)[number];
export type Palette = Record<ColourName, string>;

const EMPTY = Object.fromEntries(NAMES.map((name) => [name, "#888"])) as Palette;
export const palette = signal<Palette>(EMPTY);

let watched = false;

/** Begin to follow the theme; the first drawing calls it, when the styles are there. */
export function followTheme(): void {
  if (watched) return;
  watched = true;
  const update = () => (palette.value = worked());
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", update);
  new MutationObserver(update).observe(document.documentElement, { attributeFilter: ["data-theme"] });
  update();
}

/** A variable's text may be a light-dark(); only an element's colour is worked out. */
function worked(): Palette {
  const probe = document.createElement("i");
  document.body.append(probe);
  const colours = NAMES.map((name) => {
    probe.style.color = `var(--${name})`;
    return [name, getComputedStyle(probe).color];
  });
  probe.remove();
  return Object.fromEntries(colours) as Palette;
}

/** Return a worked-out colour with an alpha. */
export function faded(colour: string, alpha: number): string {
  return colour.replace(/^rgb\((.*)\)$/, (_, inner: string) => `rgb(${inner.replaceAll(",", " ")} / ${alpha})`);
}

/** Return a worked-out colour as three numbers. */
export function rgbOf(colour: string): Rgb {
  const [r = 255, g = 255, b = 255] = (colour.match(/[\d.]+/g) ?? []).map(Number);
  return [r, g, b];
}
