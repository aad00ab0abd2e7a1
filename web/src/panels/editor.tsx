// The small box that edits the network's numbers: one weight or bias, or all that enter a node.

import { useEffect, useRef } from "preact/hooks";
import { clamped, linear, rounded } from "../controls/scales";
import { NumberBox, Slider } from "../controls/slider";
import type { SetupMessage } from "../protocol";
import { ask, chosen, frame, network, parameter } from "../state";
import { chooseRow, editing, editorAt, moment, type Editing } from "../view";
import { IconButton } from "./top";
import { nodeName, parameterName } from "./names";

const MOST = 1e6; // what a weight can be set to

export function Editor() {
  const what = editing.value;
  const net = network.value;
  // Another network has other weights.
  useEffect(() => {
    editing.value = null;
  }, [net?.generation]);
  return what && net ? <Box key={JSON.stringify(what)} what={what} net={net} /> : null;
}

function Box({ what, net }: { what: Editing; net: SetupMessage }) {
  const box = useRef<HTMLDivElement>(null);
  const before = useRef(document.activeElement as HTMLElement | null);
  const close = () => {
    editing.value = null;
    before.current?.focus();
  };
  useEffect(() => {
    place(box.current!);
    const first = box.current!.querySelector<HTMLInputElement>("input");
    first?.focus();
    first?.select(); // what is typed replaces the number
  }, []);
  const one = "index" in what;
  const title = one ? parameterName(net, what.index) : `Weights into ${nodeName(net, what.layer, what.node)}`;
  return (
    <div ref={box} class="editor" role="dialog" aria-label={title} data-testid="editor"
      onKeyDown={(event) => {
        if (event.key !== "Escape") return;
        event.stopPropagation();
        close();
      }}>
      <header>
        <strong>{title[0]!.toUpperCase() + title.slice(1)}</strong>
        <IconButton id="editor-close" icon="close" label="Close" onClick={close} />
      </header>
      {one ? <One index={what.index} /> : <Many net={net} layer={what.layer} node={what.node} />}
    </div>
  );
}

/** Near to what was clicked, inside the panel. */
function place(box: HTMLElement): void {
  const panel = box.parentElement!;
  const stage = panel.querySelector<HTMLElement>(".stage")!;
  const { x, y } = editorAt.peek();
  box.style.left = `${clamped(x - stage.scrollLeft + 16, 6, panel.clientWidth - box.offsetWidth - 6)}px`;
  box.style.top = `${clamped(stage.offsetTop + y + 12, 6, panel.clientHeight - box.offsetHeight - 6)}px`;
}

function valueAt(index: number): number {
  void moment.value; // moves while it trains
  return frame.peek()?.arrays.theta?.[index] ?? 0;
}

const set = (index: number, value: number) => ask({ do: "edit", index, value });

function One({ index }: { index: number }) {
  const value = valueAt(index);
  const most = useRef(Math.max(3, Math.ceil(2 * Math.abs(value))));
  return (
    <>
      <Slider id="edit" label="Value" value={rounded(value, 6)} scale={linear(-most.current, most.current)}
        round={(one) => Math.round(one * 1000) / 1000} onChange={(one) => set(index, one)} />
      <div class="row">
        <span class="muted">θ[{index}]</span>
        <button type="button" data-testid="edit-glass" onClick={() => {
          parameter.value = index;
          editing.value = null;
          if (chosen.peek() === null) chooseRow(0);
        }}>Work out its gradient</button>
      </div>
    </>
  );
}

function Many({ net, layer, node }: { net: SetupMessage; layer: number; node: number }) {
  const dense = net.network[layer]!;
  const rows = Array.from({ length: dense.n_in }, (_, i) => ({
    name: nodeName(net, layer - 1, i),
    index: dense.W + i * dense.n_out + node,
  }));
  return (
    <div class="editor-rows">
      <table>
        <thead><tr><th scope="col">from</th><th scope="col">weight</th></tr></thead>
        <tbody>
          {[...rows, { name: "bias", index: dense.b + node }].map(({ name, index }) => (
            <tr key={index}>
              <th scope="row">{name}</th>
              <td>
                <NumberBox id={`edit-${index}`} label={`${name}, theta ${index}`} value={valueAt(index)}
                  scale={{ low: -MOST, high: MOST }} onChange={(one) => set(index, one)} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
