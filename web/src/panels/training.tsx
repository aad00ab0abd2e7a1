// How it learns: loss, optimizer, learning rate, schedule, penalty, first weights.

import { useMemo } from "preact/hooks";
import { KindChoice } from "../controls/choice";
import { logarithmic, shown } from "../controls/scales";
import { NumberBox, Slider } from "../controls/slider";
import { Tip } from "../controls/tip";
import { catalog, change, data, measured, setup } from "../state";
import { dataKind } from "../view";

const MOST_SEED = 2 ** 32 - 1;

export function Training() {
  return (
    <section class="panel training" aria-label="Training">
      <h2>Training <Tip about="training">
        <p>Each step moves every weight a little against its gradient. Here you choose what is made small (the loss and
          a penalty) and how the steps are made.</p>
      </Tip></h2>
      {catalog.value && setup.value && <Settings />}
    </section>
  );
}

function Settings() {
  const kinds = catalog.value!;
  const now = setup.value!;
  const task = data.value?.header.task ?? dataKind.value?.task ?? "classification";
  return (
    <div class="settings-grid">
      <LearningRate />
      <KindChoice id="optimizer" label="Optimizer" kinds={kinds.optimizers} choice={now.optimizer}
        help="How a gradient becomes a step." onChange={(optimizer) => optimizer && change({ optimizer })} />
      <KindChoice id="loss" label="Loss" kinds={kinds.losses[task]} choice={now.loss}
        help="What training makes small." onChange={(loss) => loss && change({ loss })} />
      <Penalty />
      <Schedule />
      <Epochs />
      <KindChoice id="initializer" label="First weights" kinds={kinds.initializers} choice={now.weights}
        help="The random numbers that the weights begin with." onChange={(weights) => weights && change({ weights })} />
      <Seed />
    </div>
  );
}

function LearningRate() {
  const scale = useMemo(() => logarithmic(1e-5, 10), []);
  const { learning_rate } = setup.value!;
  return (
    <Slider id="learning-rate" label="Learning rate" value={learning_rate} scale={scale}
      onChange={(rate) => change({ learning_rate: rate })}
      help={<p>How long the steps are. Too small: it hardly moves. Too large: it jumps about, or diverges. A change acts
        at once; nothing is reset.</p>} />
  );
}

function Schedule() {
  const { schedule, epochs } = setup.value!;
  const rate = schedule && measured.value?.learning_rate;
  return (
    <KindChoice id="schedule" label="Schedule" kinds={catalog.value!.schedules} choice={schedule} none="constant rate"
      help="How the learning rate changes while it trains." words={rate ? `rate now ${shown(rate, 3)}` : undefined}
      onChange={(one) => change(one && epochs === null ? { schedule: one, epochs: 200 } : { schedule: one })} />
  );
}

function Penalty() {
  const scale = useMemo(() => logarithmic(1e-6, 1, true), []);
  const { penalty } = setup.value!;
  return (
    <>
      <Slider id="l2" label="L2 penalty" value={penalty.l2} scale={scale}
        onChange={(l2) => change({ penalty: { ...penalty, l2 } })}
        help={<p>Adds the squares of the weights to the loss: large weights become smaller, the map smoother.</p>} />
      <Slider id="l1" label="L1 penalty" value={penalty.l1} scale={scale}
        onChange={(l1) => change({ penalty: { ...penalty, l1 } })}
        help={<p>Adds the sizes of the weights to the loss: weights that help little become 0.</p>} />
    </>
  );
}

function Epochs() {
  const { epochs } = setup.value!;
  return (
    <div class="field">
      <div class="field-head">
        <label for="epochs-limited">Stop after</label>
        <Tip about="the number of epochs"><p>Where training stops, and the length that a schedule is laid out for.</p></Tip>
      </div>
      <div class="row tight">
        <select id="epochs-limited" data-testid="epochs-limited" value={epochs === null ? "no" : "yes"}
          onChange={(event) => change({ epochs: event.currentTarget.value === "yes" ? 200 : null })}>
          <option value="no">never</option>
          <option value="yes">epochs</option>
        </select>
        {epochs !== null && (
          <NumberBox id="epochs" label="Epochs" value={epochs} whole scale={{ low: 1, high: 1_000_000 }}
            onChange={(n) => change({ epochs: n })} />
        )}
      </div>
    </div>
  );
}

function Seed() {
  const { seed } = setup.value!;
  return (
    <div class="field">
      <div class="field-head">
        <label for="seed-next">Seed</label>
        <Tip about="the seed"><p>The same seed gives the same first weights, the same order of rows, the same dropout.</p></Tip>
      </div>
      <div class="row tight">
        <NumberBox id="seed" label="Seed" value={seed} whole scale={{ low: 0, high: MOST_SEED }}
          onChange={(one) => change({ seed: one })} />
        <button id="seed-next" type="button" data-testid="seed-next"
          onClick={() => change({ seed: (seed + 1) % MOST_SEED })}>Another</button>
      </div>
    </div>
  );
}
