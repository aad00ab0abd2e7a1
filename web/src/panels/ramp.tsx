// A strip of the colours that stand for numbers, with the numbers at its ends.

import { css, diverging } from "../colors";
import { middle } from "../draw/palette";
import { Drawing } from "../draw/drawing";

const [WIDTH, HEIGHT] = [80, 12];

export function Ramp({ low, high }: { low: string; high: string }) {
  return <span class="ramp">{low}<Drawing width={WIDTH} height={HEIGHT} draw={strip} />{high}</span>;
}

function strip(context: CanvasRenderingContext2D): void {
  for (let x = 0; x < WIDTH; x++) {
    context.fillStyle = css(diverging((2 * x) / (WIDTH - 1) - 1, middle()));
    context.fillRect(x, 0, 1, HEIGHT);
  }
}
