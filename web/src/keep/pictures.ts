// Pictures of panels: what can be pictured, and who draws it.

import { snapshot } from "./snapshot";

/** A panel may draw its own picture; it wins over a snapshot of what is on the page. */
export const pictures = new Map<string, () => HTMLCanvasElement | Promise<HTMLCanvasElement>>();

export interface Picturable {
  name: string;
  label: string;
}

/** Return the panels that can be pictured now: marked by data-picture, and visible. */
export function picturable(): Picturable[] {
  const found = new Map<string, string>();
  for (const element of document.querySelectorAll<HTMLElement>("[data-picture]")) {
    if (element.checkVisibility()) found.set(element.dataset["picture"]!, labelOf(element));
  }
  for (const name of pictures.keys()) if (!found.has(name)) found.set(name, inWords(name));
  return [...found].map(([name, label]) => ({ name, label }));
}

function labelOf(element: HTMLElement): string {
  const by = element.getAttribute("aria-labelledby");
  const text = element.getAttribute("aria-label") ?? (by ? document.getElementById(by)?.textContent : null);
  return text?.trim() || inWords(element.dataset["picture"]!);
}

const inWords = (name: string): string => (name[0] ?? "").toUpperCase() + name.slice(1).replaceAll("-", " ");

export async function pictureOf(name: string): Promise<Blob> {
  const own = pictures.get(name);
  const element = document.querySelector<HTMLElement>(`[data-picture="${CSS.escape(name)}"]`);
  if (!own && !element) throw new Error("This panel is not on the page.");
  const canvas = own ? await own() : await snapshot(element!);
  return await new Promise((resolve, reject) => {
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("The browser made no picture."))), "image/png");
  });
}
