// The big map: a canvas for the network's answers, drawn for each frame, and one over it for the points.

import { useMemo, useRef } from "preact/hooks";
import { framed, MARGIN, outerWidth, type Frame } from "../draw/axes";
import { paintClasses, paintNumbers, Raster } from "../draw/heat";
import { divergingTable } from "../draw/palette";
import { surface, useDrawing, useSize } from "../draw/surface";
import { data, discrete, frame } from "../state";
import { dark } from "../view";
import { axesShown, isBlank } from "./map_place";
import { MapPoints } from "./map_points";

const raster = new Raster();
/** The strongest colour of a map: points of the same colour can still be seen on it. */
const STRONGEST = 0.85;

export function BigMap() {
  const [box, size] = useSize<HTMLDivElement>();
  const axes = axesShown.value;
  const scales = useMemo(() => (axes && size.width > 0 ? framed(size.width, size.height, axes) : null), [axes, size]);
  return (
    <div ref={box} class="map">
      {scales && (
        <div class="map-inside" style={{ width: `${outerWidth(scales)}px` }}>
          <Answers scales={scales} />
          <MapPoints scales={scales} width={outerWidth(scales)} height={size.height} />
        </div>
      )}
    </div>
  );
}

function Answers({ scales }: { scales: Frame }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useDrawing([frame, discrete, dark, isBlank], [scales], () => {
    const context = surface(canvas.current!, scales.side, scales.side);
    if (!paint()) return;
    context.imageSmoothingEnabled = !discrete.peek();
    context.drawImage(raster.done(), 0, 0, scales.side, scales.side);
  });
  return <canvas ref={canvas} aria-hidden="true" style={{ left: `${MARGIN.left}px`, top: `${MARGIN.top}px` }} />;
}

/** Paint the frame's map; false if there is none of the data on show. */
function paint(): boolean {
  const now = frame.peek();
  const header = data.peek()?.header;
  const map = now?.arrays.map;
  if (!map || !header || isBlank.peek() || now.header.generation !== header.generation) return false;
  if (map instanceof Uint8Array) paintClasses(raster, map, header.classes.length, discrete.peek());
  else {
    const [low, high] = now.header.look ? around0(map as Float32Array) : header.range;
    paintNumbers(raster, map as Float32Array, (low + high) / 2, (high - low) / 2 / STRONGEST, divergingTable());
  }
  return true;
}

/** Of a node's activations: 0 is in the middle of the colours. */
function around0(values: Float32Array): [number, number] {
  let most = 1e-9;
  for (const value of values) most = Math.max(most, Math.abs(value));
  return [-most, most];
}
