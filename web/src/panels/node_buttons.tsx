// A button over each node and each bias: what the pointer and the keyboard reach of the network.

import { signal } from "@preact/signals";
import { useState } from "preact/hooks";
import type { Column } from "../draw/layout";
import type { SetupMessage } from "../protocol";
import { ask, measured } from "../state";
import { editing, editorAt } from "../view";
import { nodeName } from "./names";

export interface Node {
  layer: number;
  node: number;
}

/** The weight under the pointer and where; for the box that tells its value. */
export const hovered = signal<{ index: number; x: number; y: number } | null>(null);
/** The node that the big map shows; null: the output. */
export const looked = signal<Node | null>(null);

let leaving = 0;

/** Show a node on the big map. Leaving waits a little: the pointer may be on its way to the next node. */
export function look(at: Node | null): void {
  clearTimeout(leaving);
  const tell = () => {
    const now = looked.peek();
    if (now?.layer === at?.layer && now?.node === at?.node) return;
    looked.value = at;
    ask({ do: "look", layer: at?.layer ?? null, node: at?.node ?? 0 });
  };
  if (at) tell();
  else leaving = window.setTimeout(tell, 80);
}

interface Props {
  net: SetupMessage;
  columns: Column[];
  biasFrom: number;
}

export function NodeButtons({ net, columns, biasFrom }: Props) {
  // One node is in the order of the tab key; the arrows go to the others.
  const [active, setActive] = useState<Node>({ layer: 0, node: 0 });
  const nLayers = net.network.length;
  const layer = Math.min(active.layer, nLayers - 1);
  const node = Math.min(active.node, net.network[layer]!.n_out - 1);
  const go = (l: number, j: number) => {
    const to = Math.max(0, Math.min(l, nLayers - 1));
    const at = { layer: to, node: Math.max(0, Math.min(j, net.network[to]!.n_out - 1)) };
    setActive(at);
    document.getElementById(idOf(at, nLayers))?.focus();
  };
  return (
    <div role="group" aria-label="Nodes. Arrow keys go from one to the next; e lists the weights.">
      {net.network.map((one, l) => Array.from({ length: one.n_out }, (_, j) => (
        <NodeButton key={`${l} ${j}`} net={net} at={{ layer: l, node: j }} column={columns[l + 1]!}
          tab={l === layer && j === node} hasBias={columns[l + 1]!.size >= biasFrom} go={go} />
      )))}
    </div>
  );
}

const idOf = ({ layer, node }: Node, nLayers: number) =>
  layer === nLayers - 1 ? `node-output-${node + 1}` : `node-${layer + 1}-${node + 1}`;

interface ButtonProps {
  net: SetupMessage;
  at: Node;
  column: Column;
  tab: boolean;
  hasBias: boolean;
  go: (layer: number, node: number) => void;
}

function NodeButton({ net, at, column, tab, hasBias, go }: ButtonProps) {
  const id = idOf(at, net.network.length);
  const [x, y, side] = [column.x[at.node]!, column.y[at.node]!, column.size + 3];
  const open = (what: { index: number } | Node) => {
    editorAt.value = { x: x + side / 2 + 6, y };
    editing.value = what;
  };
  const key = (event: KeyboardEvent) => {
    const moves: Record<string, [number, number]> = {
      ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0],
    };
    const move = moves[event.key];
    if (move) go(at.layer + move[0], at.node + move[1]);
    else if (event.key === "e") open(at);
    else return;
    event.preventDefault();
  };
  // Said when one comes to the node: a text for each frame would be noise.
  const dead = () => measured.peek()?.layers[at.layer]?.dead_nodes.includes(at.node);
  const name = nodeName(net, at.layer, at.node);
  const enter = (button: HTMLElement) => {
    button.title = button.ariaLabel = dead() ? `${name}: dead, the same for every row` : name;
    hovered.value = null;
    look(at);
  };
  const bias = net.network[at.layer]!.b + at.node;
  return (
    <>
      <button id={id} data-testid={id} type="button" class="node" tabIndex={tab ? 0 : -1} aria-label={name}
        style={{ left: `${x - side / 2}px`, top: `${y - side / 2}px`, width: `${side}px`, height: `${side}px` }}
        onMouseEnter={(event) => enter(event.currentTarget)} onMouseLeave={() => look(null)}
        onFocus={(event) => event.currentTarget.matches(":focus-visible") && enter(event.currentTarget)}
        onBlur={() => look(null)} onKeyDown={key} onClick={() => open(at)} />
      {hasBias && (
        <button type="button" class="bias" data-testid={id.replace("node", "bias")} tabIndex={-1}
          aria-label={`Bias of ${name}`} title={`Bias of ${name}`}
          style={{ left: `${x - side / 2 - 8}px`, top: `${y + side / 2 - 10}px` }}
          onMouseEnter={() => (hovered.value = { index: bias, x: x - side / 2, y: y + side / 2 })}
          onMouseLeave={() => (hovered.value = null)} onClick={() => open({ index: bias })} />
      )}
    </>
  );
}
