// A small drawing that changes with the theme alone. It is an image: a canvas would be a layer of
// its own, which the browser puts together anew for each frame of the big ones.

import { useMemo } from "preact/hooks";
import { dark } from "../view";
import { surface } from "./surface";

interface Props {
  width: number;
  height: number;
  draw: (context: CanvasRenderingContext2D) => void;
  /** What the drawing depends on. */
  of?: unknown[];
  class?: string;
}

export function Drawing({ width, height, draw, of = [], ...rest }: Props) {
  const src = useMemo(() => {
    const canvas = document.createElement("canvas");
    draw(surface(canvas, width, height));
    return canvas.toDataURL();
  }, [dark.value, width, height, ...of]);
  return <img src={src} width={width} height={height} alt="" draggable={false} {...rest} />;
}
