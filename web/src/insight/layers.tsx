// Each layer's activations, dead nodes and gradient: where training starves or explodes.

import { computed } from "@preact/signals";
import type { DenseLayer, LayerFrame } from "../protocol";
import { measured, network } from "../state";
import { Canvas } from "./canvas";
import { LayersHelp } from "./helps";
import { drawGradient, drawHistogram, GRADIENT_TICKS, share } from "./histogram";
import { counted, raised, short, times } from "./numbers";
import { Panel } from "./panel";
import { useSlow } from "./slow";

const dense = computed(() => network.value?.network ?? []);
const layers = computed(() => measured.value?.layers ?? []);

export function Layers() {
  const all = dense.value;
  return (
    <Panel name="layers" title="Inside the layers" help={<LayersHelp />}>
      <Verdict />
      <div class="layer-rows">
        <div class="layer-row layer-row-head">
          <span>layer</span>
          <span>activations</span>
          <span>gradient</span>
        </div>
        {all.map((layer, i) => <LayerRow key={i} layer={layer} i={i} isOutput={i === all.length - 1} />)}
        <Ticks />
      </div>
    </Panel>
  );
}

function LayerRow({ layer, i, isOutput }: { layer: DenseLayer; i: number; isOutput: boolean }) {
  const now = useSlow(layers, 250)[i];
  const title = isOutput ? "Output" : `Layer ${i + 1}`;
  const dead = now && now.dead_nodes.length > 0 ? `${now.dead_nodes.length} of ${layer.n_out} dead` : "";
  return (
    <div class="layer-row" data-testid={`layer-stats-${i + 1}`}>
      <span class="layer-name">
        <b>{title}</b>
        <small>{isOutput ? "scores" : `${layer.n_out} ${layer.activation}`}</small>
        {dead && <small class="dead" title={`Dead nodes: ${listed(now!.dead_nodes)}`}>✕ {dead}</small>}
      </span>
      <Canvas
        class="histogram" label={spoken(title, now, layer)} data-testid={`layer-histogram-${i + 1}`}
        watch={() => layers.value}
        draw={(context, width, height, colours) => drawHistogram(context, width, height, layers.peek()[i], colours)}
      />
      <span class="gradient">
        <Canvas
          class="gradient-bar" label={`${title}: length of the gradient ${short(now?.gradient_norm)}`}
          watch={() => layers.value}
          draw={(context, width, height, colours) => drawGradient(context, width, height, layers.peek()[i]?.gradient_norm, colours)}
        />
        <small>{short(now?.gradient_norm)}</small>
      </span>
    </div>
  );
}

/** The powers of ten below the bars: one axis for all, or the layers could not be compared. */
function Ticks() {
  return (
    <div class="layer-row gradient-ticks" aria-hidden="true">
      <span /><span />
      <span>
        {GRADIENT_TICKS.map((power) => (
          <i key={power} style={{ left: `${100 * share(10 ** power)}%` }}>10{raised(power)}</i>
        ))}
      </span>
    </div>
  );
}

const listed = (nodes: number[]): string => nodes.map((node) => node + 1).join(", ");

function spoken(title: string, now: LayerFrame | undefined, layer: DenseLayer): string {
  if (!now) return `${title}: activations, nothing yet`;
  const dead = now.dead_nodes.length > 0 ? ` Dead nodes, of ${layer.n_out}: ${listed(now.dead_nodes)}.` : "";
  return `${title}: activations from ${short(now.low)} to ${short(now.high)}.${dead}`;
}

function Verdict() {
  const text = useSlow(verdict, 500);
  return <p class="verdict" role="status" data-testid="layers-verdict">{text}</p>;
}

/** What is evident gets a sentence: two powers of ten between first and last, or many dead nodes. */
const verdict = computed(() => {
  const all = layers.value;
  const [first, last] = [all[0], all[all.length - 1]];
  if (!first || !last) return "Nothing yet. Press play.";
  const worst = all.reduce((most, layer) => (layer.dead > most.dead ? layer : most), first);
  if (worst.dead >= 0.3) return deadWords(worst, worst === last ? "the output" : `layer ${all.indexOf(worst) + 1}`);
  if (all.length < 2 || last.gradient_norm === 0) return "";
  const ratio = last.gradient_norm / first.gradient_norm;
  if (ratio >= 100) {
    return `Vanishing: the gradient of layer 1 is ${times(ratio)} smaller than the output's, so layer 1 hardly learns.`;
  }
  if (ratio <= 0.01) {
    return `Exploding: the gradient of layer 1 is ${times(1 / ratio)} larger than the output's. A smaller learning rate helps.`;
  }
  if (ratio >= 10) return `The gradient of layer 1 is ${times(ratio)} smaller than the output's: it learns more slowly.`;
  return "The gradients of all layers have a similar length: each layer gets to learn.";
});

function deadWords(layer: LayerFrame, name: string): string {
  const nodes = layer.dead_nodes.length;
  return `${counted(nodes, "node")} of ${name} ${nodes === 1 ? "is" : "are"} dead: ` +
    "the same for every row, so nothing flows through. A smaller learning rate or another activation helps.";
}
