// Above each hidden layer: how many nodes, which activation, how much dropout.

import { Stepper } from "../controls/buttons";
import type { HiddenLayer } from "../protocol";
import { catalog } from "../state";
import { setLayer } from "./network";

const DROPOUTS = [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.7];

interface Props {
  index: number;
  layer: HiddenLayer;
  center: number;
  width: number;
  /** Whether the glass stands at this layer. */
  lit: boolean;
}

export function LayerHead({ index, layer, center, width, lit }: Props) {
  const kinds = catalog.value!;
  const id = `layer-${index + 1}`;
  const dropouts = DROPOUTS.includes(layer.dropout) ? DROPOUTS : [...DROPOUTS, layer.dropout].sort();
  return (
    <div class={lit ? "layer-head lit" : "layer-head"} role="group" aria-label={`Layer ${index + 1}`}
      style={{ left: `${center - width / 2}px`, width: `${width}px` }}>
      <Stepper id={`${id}-nodes`} label={`nodes of layer ${index + 1}`} value={layer.nodes} low={1}
        high={kinds.limits.nodes} onChange={(nodes) => setLayer(index, { nodes })} />
      <select data-testid={`${id}-activation`} aria-label={`Activation of layer ${index + 1}`} value={layer.activation}
        title={kinds.activations.find((one) => one.name === layer.activation)?.says}
        onChange={(event) => setLayer(index, { activation: event.currentTarget.value })}>
        {kinds.activations.map((one) => <option key={one.name} value={one.name} title={one.says}>{one.label}</option>)}
      </select>
      <select data-testid={`${id}-dropout`} aria-label={`Dropout of layer ${index + 1}`} value={layer.dropout}
        title="The share of nodes that is left out of each step while it trains"
        onChange={(event) => setLayer(index, { dropout: Number(event.currentTarget.value) })}>
        {dropouts.map((one) => (
          <option key={one} value={one}>{one ? `dropout ${Math.round(one * 100)} %` : "no dropout"}</option>
        ))}
      </select>
    </div>
  );
}
