// A small box beside the pointer: the weight or the bias there, and its exact value.

import type { SetupMessage } from "../protocol";
import { frame } from "../state";
import { moment } from "../view";
import { parameterName } from "./names";
import { hovered } from "./node_buttons";

export function HoverBox({ net, width, height }: { net: SetupMessage; width: number; height: number }) {
  const at = hovered.value;
  void moment.value; // the value moves while it trains
  const value = at && frame.peek()?.arrays.theta?.[at.index];
  if (!at || value === undefined || value === null) return null;
  const left = Math.min(at.x + 14, width - 236);
  const top = at.y > height - 80 ? at.y - 72 : at.y + 14;
  return (
    <div class="hover-box" style={{ left: `${left}px`, top: `${top}px` }}>
      <strong>{value.toPrecision(7)}</strong>
      <div>{parameterName(net, at.index)}</div>
      <div class="muted">θ[{at.index}] · click to change it</div>
    </div>
  );
}
