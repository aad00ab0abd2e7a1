// What nodes and weights are called in words.

import type { DenseLayer, SetupMessage } from "../protocol";
import { data } from "../state";

export function nodeName(net: SetupMessage, layer: number, node: number): string {
  if (layer < 0) return inputName(net, node);
  if (layer < net.network.length - 1) return `node ${node + 1} of layer ${layer + 1}`;
  const name = data.value?.header.classes[node];
  return name === undefined ? "the output" : `output ${name}`;
}

function inputName(net: SetupMessage, i: number): string {
  const name = net.setup.inputs[i] ?? "";
  return data.value?.header.available.find((one) => one.name === name)?.label ?? name;
}

/** The dense layer that a place in theta belongs to. */
export function layerOf(net: SetupMessage, index: number): [DenseLayer, number] | null {
  const l = net.network.findIndex((one) => index >= one.W && index < one.b + one.n_out);
  return l < 0 ? null : [net.network[l]!, l];
}

/** "weight from x₁ to node 2 of layer 1", "bias of node 2 of layer 1". */
export function parameterName(net: SetupMessage, index: number): string {
  const found = layerOf(net, index);
  if (!found) return "";
  const [layer, l] = found;
  if (index >= layer.b) return `bias of ${nodeName(net, l, index - layer.b)}`;
  const [i, j] = [Math.floor((index - layer.W) / layer.n_out), (index - layer.W) % layer.n_out];
  return `weight from ${nodeName(net, l - 1, i)} to ${nodeName(net, l, j)}`;
}
