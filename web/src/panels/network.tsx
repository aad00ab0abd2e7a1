// The network: how many hidden layers, and the stage on which its nodes and weights are drawn.

import { Stepper } from "../controls/buttons";
import { AboutKind } from "../controls/choice";
import { Tip } from "../controls/tip";
import { Ended } from "../insight";
import type { HiddenLayer, Kind } from "../protocol";
import { catalog, change, network, setup } from "../state";
import { Editor } from "./editor";
import { Stage } from "./stage";

export function NetworkPanel() {
  const net = network.value;
  return (
    <section class="panel network" aria-label="Network" data-picture="network">
      <h2>
        Network
        <Tip about="the network">
          <p>Each square is a node: how active it is at every place of the map. Blue is above 0, orange below. Each curve
            is a weight; the small square at a node's corner is its bias.</p>
          <p>A cross marks a dead node: it gives the same for every row, so its weights cannot learn.</p>
          {used().map((kind) => <AboutKind key={kind.name} kind={kind} />)}
        </Tip>
        {setup.value && catalog.value && (
          <span class="layer-count">
            <span>Hidden layers</span>
            <Stepper id="layers" label="hidden layers" value={setup.value.layers.length} low={0}
              high={catalog.value.limits.layers} onChange={setLayers} />
          </span>
        )}
        {net && <span class="muted count" data-testid="n-params">{net.n_params} parameters</span>}
      </h2>
      <Ended />
      <Stage />
      <Editor />
    </section>
  );
}

/** The activations of the hidden layers, each once. */
function used(): Kind[] {
  const names = new Set(setup.value?.layers.map((one) => one.activation));
  return catalog.value?.activations.filter((one) => names.has(one.name)) ?? [];
}

/** A new layer is like the last one, a little smaller. */
function setLayers(n: number): void {
  const layers = setup.peek()!.layers.slice(0, n);
  const last: HiddenLayer = layers[layers.length - 1] ?? { nodes: 4, activation: "Tanh", dropout: 0 };
  while (layers.length < n) layers.push({ ...last, nodes: Math.max(2, Math.ceil(last.nodes * 0.75)) });
  change({ layers });
}

export function setLayer(index: number, parts: Partial<HiddenLayer>): void {
  const layers = setup.peek()!.layers.map((one, i) => (i === index ? { ...one, ...parts } : one));
  change({ layers });
}
