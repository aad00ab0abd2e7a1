// Heat maps: arrays of numbers or probabilities into the pixels of a small canvas that is kept.

import { ofClass, type Rgb } from "../colors";
import { middle, type Table } from "./palette";

/** A square of pixels, made once and filled again for each frame. */
export class Raster {
  readonly canvas = document.createElement("canvas");
  private context = this.canvas.getContext("2d")!;
  private image = new ImageData(1, 1);

  /** The pixels, four bytes each, for a square of `size`; opaque. */
  pixels(size: number): Uint8ClampedArray {
    if (this.image.width !== size) {
      this.canvas.width = this.canvas.height = size;
      this.image = this.context.createImageData(size, size);
      this.image.data.fill(255);
    }
    return this.image.data;
  }

  done(): HTMLCanvasElement {
    this.context.putImageData(this.image, 0, 0);
    return this.canvas;
  }
}

/** Numbers, from -`most` to `most`, in the table's colours. */
export function paintNumbers(raster: Raster, values: Float32Array, center: number, most: number, table: Table): void {
  const pixels = raster.pixels(Math.round(Math.sqrt(values.length)));
  const scale = most > 0 ? 255 / most : 0;
  for (let i = 0, p = 0; i < values.length; i++, p += 4) {
    const at = 3 * Math.round(255 + Math.max(-255, Math.min(255, (values[i]! - center) * scale)));
    pixels[p] = table[at]!;
    pixels[p + 1] = table[at + 1]!;
    pixels[p + 2] = table[at + 2]!;
  }
}

const PER_ROW = 16;
const colors = new Uint8Array(256 * 3);

/** The pictures of all nodes on one canvas, so that a frame goes to the screen in one piece. */
export class Atlas {
  readonly canvas = document.createElement("canvas");
  private context = this.canvas.getContext("2d")!;
  private image = new ImageData(1, 1);

  /** Make room for n pictures; only another network needs another canvas. */
  fit(n: number, size: number): void {
    const [width, height] = [PER_ROW * size, Math.max(1, Math.ceil(n / PER_ROW)) * size];
    if (this.image.width === width && this.image.height === height) return;
    Object.assign(this.canvas, { width, height });
    this.image = this.context.createImageData(width, height);
    this.image.data.fill(255);
  }

  /** Where a node's picture begins. */
  place(node: number, size: number): [number, number] {
    return [(node % PER_ROW) * size, Math.floor(node / PER_ROW) * size];
  }

  /** Paint a node of a frame's "nodes": bytes from its least to its most activation. */
  paint(bytes: Uint8Array, node: number, size: number, low: number, high: number, table: Table): void {
    const most = Math.max(Math.abs(low), Math.abs(high)) || 1;
    for (let i = 0; i < 256; i++) {
      const at = 3 * Math.round(255 + (255 * (low + ((high - low) * i) / 255)) / most);
      for (let c = 0; c < 3; c++) colors[3 * i + c] = table[at + c]!;
    }
    const [left, top] = this.place(node, size);
    const pixels = this.image.data;
    for (let y = 0, i = node * size * size; y < size; y++) {
      let p = 4 * ((top + y) * this.image.width + left);
      for (let x = 0; x < size; x++, i++, p += 4) {
        const at = 3 * bytes[i]!;
        pixels[p] = colors[at]!;
        pixels[p + 1] = colors[at + 1]!;
        pixels[p + 2] = colors[at + 2]!;
      }
    }
  }

  done(): void {
    this.context.putImageData(this.image, 0, 0);
  }
}

/**
 * Probabilities of classes: the classes' colours mixed, the paler the less sure.
 * `discrete` shows the likeliest class alone.
 */
export function paintClasses(raster: Raster, map: Uint8Array, nClasses: number, discrete: boolean): void {
  const n = map.length / nClasses;
  const pixels = raster.pixels(Math.round(Math.sqrt(n)));
  const paper = middle();
  const palette = Array.from({ length: nClasses }, (_, k) => ofClass(k));
  for (let i = 0, p = 0; i < n; i++, p += 4) {
    let [r, g, b, total, most, winner] = [0, 0, 0, 0, -1, 0];
    for (let k = 0; k < nClasses; k++) {
      const share = map[k * n + i]!;
      const color = palette[k]!;
      r += share * color[0];
      g += share * color[1];
      b += share * color[2];
      total += share;
      if (share > most) [most, winner] = [share, k];
    }
    if (discrete) put(pixels, p, paper, palette[winner]!, 1, 0.6);
    else {
      const sure = Math.max(0, (most / (total || 1) - 1 / nClasses) / (1 - 1 / nClasses));
      put(pixels, p, paper, [r, g, b], total || 1, 0.14 + 0.54 * sure);
    }
  }
}

function put(pixels: Uint8ClampedArray, p: number, paper: Rgb, color: Rgb, total: number, share: number): void {
  for (let c = 0; c < 3; c++) pixels[p + c] = paper[c]! + (color[c]! / total - paper[c]!) * share;
}
