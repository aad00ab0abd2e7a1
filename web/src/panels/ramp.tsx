// A strip of the colours that stand for numbers, with the numbers at its ends.

import { useRef } from "preact/hooks";
import { css, diverging } from "../colors";
import { middle } from "../draw/palette";
import { surface, useDrawing } from "../draw/surface";
import { dark } from "../view";

const [WIDTH, HEIGHT] = [80, 12];

export function Ramp({ low, high }: { low: string; high: string }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useDrawing([dark], [], () => {
    const context = surface(canvas.current!, WIDTH, HEIGHT);
    for (let x = 0; x < WIDTH; x++) {
      context.fillStyle = css(diverging((2 * x) / (WIDTH - 1) - 1, middle()));
      context.fillRect(x, 0, 1, HEIGHT);
    }
  });
  return <span class="ramp">{low}<canvas ref={canvas} width={WIDTH} height={HEIGHT} aria-hidden="true" />{high}</span>;
}
