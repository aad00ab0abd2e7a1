// A picture of any part of the page: a copy with its styles written out, drawn by way of an SVG.

import { sharpCopies } from "../insight/canvas";

// Canvases become images, for a copied canvas is empty. Nothing comes from elsewhere, so the canvas
// that we draw on stays readable.

const SCALE = 2; // for a projector or paper
const MARGIN = 12;

/** What a picture does not need: cards, and buttons that explain. */
const LEFT_OUT = "[popover], dialog, .help-button, .tip, [data-no-picture], script, style";

/** The properties that make up a look; all four hundred would take seconds. */
const PROPERTIES = (
  "accent-color align-content align-items align-self background-color background-image border-bottom-color border-bottom-left-radius " +
  "border-bottom-right-radius border-bottom-style border-bottom-width border-collapse border-left-color border-left-style " +
  "border-left-width border-right-color border-right-style border-right-width border-spacing border-top-color " +
  "border-top-left-radius border-top-right-radius border-top-style border-top-width bottom box-shadow box-sizing clip-path color-scheme " +
  "color column-gap direction display fill fill-opacity flex-basis flex-direction flex-grow flex-shrink flex-wrap float " +
  "font-family font-size font-stretch font-style font-variant-numeric font-weight grid-auto-columns grid-auto-flow " +
  "grid-auto-rows grid-column-end grid-column-start grid-row-end grid-row-start grid-template-areas grid-template-columns " +
  "grid-template-rows height justify-content justify-items justify-self left letter-spacing line-height list-style-type " +
  "margin-bottom margin-left margin-right margin-top max-height max-width min-height min-width object-fit opacity order " +
  "overflow-x overflow-y padding-bottom padding-left padding-right padding-top position right row-gap stroke " +
  "stroke-dasharray stroke-linecap stroke-linejoin stroke-opacity stroke-width table-layout text-align text-anchor " +
  "text-overflow text-transform top transform transform-origin vertical-align visibility white-space width word-break z-index"
).split(" ");

export async function snapshot(element: HTMLElement): Promise<HTMLCanvasElement> {
  const { width, height } = element.getBoundingClientRect();
  const copy = copied(element) as HTMLElement;
  Object.assign(copy.style, { margin: "0", position: "static", width: `${width}px`, height: `${height}px` });
  const image = await drawn(copy, width, height);
  const canvas = document.createElement("canvas");
  canvas.width = Math.ceil((width + 2 * MARGIN) * SCALE);
  canvas.height = Math.ceil((height + 2 * MARGIN) * SCALE);
  const context = canvas.getContext("2d")!;
  context.fillStyle = backgroundOf(element);
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(image, MARGIN * SCALE, MARGIN * SCALE, width * SCALE, height * SCALE);
  return canvas;
}

/** Return the picture of an element that carries all its styles itself. */
async function drawn(copy: HTMLElement, width: number, height: number): Promise<HTMLImageElement> {
  const SVG = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(SVG, "svg");
  const box = document.createElementNS(SVG, "foreignObject");
  for (const one of [svg, box]) {
    one.setAttribute("width", String(width));
    one.setAttribute("height", String(height));
  }
  svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
  box.append(copy);
  svg.append(box);
  const image = new Image();
  // A data address, not a blob's: Chromium keeps the canvas readable with this one only.
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(new XMLSerializer().serializeToString(svg))}`;
  await image.decode();
  return image;
}

function copied(from: Element): Element {
  const to = from instanceof HTMLCanvasElement ? imageOf(from) : (from.cloneNode(false) as Element);
  write(from, to);
  for (const child of from.childNodes) {
    if (child instanceof Element) {
      if (!child.matches(LEFT_OUT)) to.append(copied(child));
    } else if (child instanceof Text && !(from instanceof HTMLCanvasElement)) {
      to.append(child.cloneNode());
    }
  }
  if (from instanceof HTMLInputElement) writeInput(from, to);
  // After its options are there; a copy knows only what stands in attributes.
  if (from instanceof HTMLSelectElement) to.children[from.selectedIndex]?.setAttribute("selected", "");
  return to;
}

function writeInput(from: HTMLInputElement, to: Element): void {
  to.setAttribute("value", from.value);
  to.toggleAttribute("checked", from.checked);
}

function imageOf(canvas: HTMLCanvasElement): HTMLImageElement {
  const image = new Image();
  const sharp = sharpCopies.get(canvas)?.(SCALE) ?? canvas;
  if (sharp.width > 0 && sharp.height > 0) image.src = sharp.toDataURL();
  return image;
}

function write(from: Element, to: Element): void {
  const style = getComputedStyle(from);
  const text = PROPERTIES.map((name) => `${name}:${style.getPropertyValue(name)}`).join(";");
  to.removeAttribute("class");
  to.removeAttribute("id");
  to.setAttribute("style", text);
}

/** Return the colour behind an element: the first of its ancestors that has one. */
function backgroundOf(element: HTMLElement): string {
  for (let one: HTMLElement | null = element; one; one = one.parentElement) {
    const colour = getComputedStyle(one).backgroundColor;
    if (colour !== "rgba(0, 0, 0, 0)") return colour;
  }
  return getComputedStyle(document.body).backgroundColor;
}
