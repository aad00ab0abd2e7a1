// Chooses the weight that is worked out: a layer, from which node, to which.

import { computed } from "@preact/signals";
import type { DenseLayer } from "../protocol";
import { data, glass, network, parameter, setup } from "../state";
import { layerName } from "./steps";

const layers = computed(() => network.value?.network ?? []);

interface Place { layer: number; from: number; to: number } // from = n_in: the bias

export function WeightChoice() {
  const index = glass.value?.parameter?.index ?? parameter.value;
  const place = index === null ? null : placeOf(index);
  const layer = place === null ? undefined : layers.value[place.layer];
  if (!place || !layer) return null;
  const choose = (part: Partial<Place>) => (parameter.value = indexOf({ ...place, ...part }));
  return (
    <div class="glass-choice">
      <span>Which weight?</span>
      <Choice
        label="layer" testid="glass-weight-layer" value={place.layer} names={layers.value.map((_, k) => layerName(k))}
        onChoose={(k) => choose({ layer: k, from: 0, to: 0 })}
      />
      <Choice
        label="from" testid="glass-weight-from" value={place.from} names={sources(layer, place.layer)}
        onChoose={(from) => choose({ from })}
      />
      <Choice
        label="to" testid="glass-weight-to" value={place.to} names={targets(layer, place.layer)}
        onChoose={(to) => choose({ to })}
      />
      <button
        type="button" class="plain-button" data-testid="glass-weight-largest" disabled={parameter.value === null}
        onClick={() => (parameter.value = null)}
      >
        the largest gradient
      </button>
      <small>number {index} of theta</small>
    </div>
  );
}

interface ChoiceProps { label: string; testid: string; value: number; names: string[]; onChoose: (i: number) => void }

function Choice({ label, testid, value, names, onChoose }: ChoiceProps) {
  return (
    <label>
      {label}
      <select data-testid={testid} value={value} onChange={(event) => onChoose(Number(event.currentTarget.value))}>
        {names.map((name, i) => <option key={i} value={i}>{name}</option>)}
      </select>
    </label>
  );
}

/** Return which weight an index of theta is; null if it belongs to no dense layer. */
export function placeOf(index: number): Place | null {
  for (const [k, { n_in, n_out, W, b }] of layers.value.entries()) {
    if (index >= W && index < W + n_in * n_out) {
      return { layer: k, from: Math.floor((index - W) / n_out), to: (index - W) % n_out };
    }
    if (index >= b && index < b + n_out) return { layer: k, from: n_in, to: index - b };
  }
  return null;
}

function indexOf({ layer, from, to }: Place): number {
  const { n_in, n_out, W, b } = layers.value[layer]!;
  return from === n_in ? b + to : W + from * n_out + to;
}

function sources({ n_in }: DenseLayer, k: number): string[] {
  const inputs = setup.value?.inputs ?? [];
  const named = k === 0 && inputs.length === n_in;
  const names = Array.from({ length: n_in }, (_, i) => (named ? labelOf(inputs[i]!) : `${k === 0 ? "input" : "node"} ${i + 1}`));
  return [...names, "bias"];
}

const labelOf = (name: string): string => data.value?.header.available.find((one) => one.name === name)?.label ?? name;

function targets({ n_out }: DenseLayer, k: number): string[] {
  const classes = data.value?.header.classes ?? [];
  const named = k === layers.value.length - 1 && classes.length === n_out;
  return Array.from({ length: n_out }, (_, i) => (named ? classes[i]! : `node ${i + 1}`));
}
