// The answer at one place of the map, in numbers: under the pointer or under the keyboard's cross.

import { css, ofClass } from "../colors";
import { shown } from "../controls/scales";
import { data, frame, network } from "../state";
import { moment } from "../view";
import { axesShown, cross, pointed } from "./map_place";
import { looked } from "./node_buttons";
import { Ramp } from "./ramp";

export function Readout() {
  const at = pointed.value ?? cross.value;
  void moment.value; // the answers move while it trains
  const header = data.value?.header;
  if (looked.value && !at) return <p class="readout"><NodeRamp {...looked.value} /></p>;
  if (!at || !header || axesShown.value !== header.axes)
    return <p class="readout muted">Point at the map to read the answer there; at a node to see it here.</p>;
  const { x, y } = header.axes;
  return (
    <p class="readout" data-testid="readout" aria-live={cross.value ? "polite" : "off"}>
      <span class="muted">{x.label} {shown(at.x, 3)}, {y.label} {shown(at.y, 3)}: </span>
      <Answer x={(at.x - x.low) / (x.high - x.low)} y={(at.y - y.low) / (y.high - y.low)} />
    </p>
  );
}

/** What a node's colours mean: as far from 0 as its activations go. */
function NodeRamp({ layer, node }: { layer: number; node: number }) {
  const at = (network.value?.network[layer]?.first ?? 0) + node;
  const bounds = frame.peek()?.arrays.bounds;
  const [low, high] = [bounds?.[2 * at] ?? 0, bounds?.[2 * at + 1] ?? 0];
  const most = Math.max(Math.abs(low), Math.abs(high));
  return (
    <>
      <Ramp low={shown(-most, 3)} high={shown(most, 3)} />
      <span class="muted"> its activations go from {shown(low, 3)} to {shown(high, 3)}</span>
    </>
  );
}

/** Of a place, 0 to 1 from the left and from the bottom. */
function Answer({ x, y }: { x: number; y: number }) {
  const now = frame.peek();
  const { classes } = data.peek()!.header;
  const map = now?.arrays.map;
  if (!map) return null;
  const isClasses = map instanceof Uint8Array;
  const n = isClasses ? map.length / classes.length : map.length;
  const size = Math.round(Math.sqrt(n));
  const pixel = (share: number) => Math.min(size - 1, Math.max(0, Math.floor(share * size)));
  const at = pixel(1 - y) * size + pixel(x);
  if (!isClasses) return <strong>{now.header.look ? "activation " : ""}{shown(map[at]!, 4)}</strong>;
  return <Shares classes={classes} shares={classes.map((_, k) => map[k * n + at]! / 255)} />;
}

const MOST = 3; // classes that have room

function Shares({ classes, shares }: { classes: string[]; shares: number[] }) {
  const all = classes.map((name, k) => ({ name, k, share: shares[k]! }));
  const listed = all.length > MOST ? all.sort((a, b) => b.share - a.share).slice(0, MOST) : all;
  return (
    <>
      {listed.map(({ name, k, share }) => (
        <strong key={k} class="share">
          <i class="swatch" style={{ background: css(ofClass(k)) }} />{name} {Math.round(share * 100)} %
        </strong>
      ))}
    </>
  );
}
