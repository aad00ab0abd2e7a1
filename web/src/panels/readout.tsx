// The answer at one place of the map, in numbers: under the pointer or under the keyboard's cross.

import { css, ofClass } from "../colors";
import { shown } from "../controls/scales";
import { data, frame } from "../state";
import { numbers } from "../view";
import { axesShown, cross, pointed } from "./map";

export function Readout() {
  const at = pointed.value ?? cross.value;
  void numbers.value; // the answers move while it trains
  const header = data.value?.header;
  if (!at || !header || axesShown.value !== header.axes) return <p class="readout muted">Point at the map to read the answer there.</p>;
  const { x, y } = header.axes;
  return (
    <p class="readout" data-testid="readout" aria-live={cross.value ? "polite" : "off"}>
      <span class="muted">{x.label} {shown(at.x, 3)}, {y.label} {shown(at.y, 3)}: </span>
      <Answer x={(at.x - x.low) / (x.high - x.low)} y={(at.y - y.low) / (y.high - y.low)} />
    </p>
  );
}

/** Of a place, 0 to 1 from the left and from the bottom. */
function Answer({ x, y }: { x: number; y: number }) {
  const now = frame.peek();
  const { classes, task } = data.peek()!.header;
  const map = now?.arrays.map;
  if (!map) return null;
  const isClasses = map instanceof Uint8Array;
  const n = isClasses ? map.length / classes.length : map.length;
  const size = Math.round(Math.sqrt(n));
  const pixel = (share: number) => Math.min(size - 1, Math.max(0, Math.floor(share * size)));
  const at = pixel(1 - y) * size + pixel(x);
  if (!isClasses) return <strong>{task === "regression" && !now.header.look ? "" : "activation "}{shown(map[at]!, 4)}</strong>;
  const shares = classes.map((name, k) => ({ name, k, share: map[k * n + at]! / 255 }));
  if (shares.length > 3) shares.sort((a, b) => b.share - a.share).splice(3);
  return (
    <>
      {shares.map(({ name, k, share }) => (
        <strong key={k} class="share"><i class="swatch" style={{ background: css(ofClass(k)) }} />{name} {Math.round(share * 100)} %</strong>
      ))}
    </>
  );
}
