// One step: its title, formula, numbers, the sentence, and its arrays as coloured matrices.

import { Formula } from "../formula";
import type { GlassStep } from "../protocol";
import { glass, network, parameter } from "../state";
import { follow } from "./asking";
import { GradientCheck } from "./check";
import { Matrix } from "./matrix";
import { partsOf } from "./parts";
import { current, isCheck, PHASES, steps, titleOf } from "./steps";
import { Agreement, Update } from "./update";
import { WeightChoice } from "./weight_choice";

export function StepView() {
  const step = current.value;
  if (!step) return null;
  const { word, sign, says } = PHASES[step.phase];
  return (
    <article class="glass-step" aria-live={follow.value ? "off" : "polite"} data-testid="glass-step">
      <p class="glass-phase" data-phase={step.phase}><i aria-hidden="true">{sign}</i> {word}: {says}</p>
      <h3 data-testid="glass-step-title">{titleOf(step)}</h3>
      <p class="glass-sentence">{step.says}</p>
      <General tex={step.formula} />
      <div class="glass-work">
        <Lines lines={step.lines} />
        {!isCheck(step) && <Arrays step={step} />}
      </div>
      <OneWeight step={step} />
    </article>
  );
}

/** The formula in general; its parts stand beside each other where there is room. */
function General({ tex }: { tex: string }) {
  if (!tex) return null;
  return <div class="glass-formula">{partsOf(tex).map((part) => <Formula key={part} tex={`\\displaystyle ${part}`} />)}</div>;
}

function Lines({ lines }: { lines: string[] }) {
  if (lines.length === 0) return null;
  return <ol class="glass-lines">{lines.map((line, i) => <li key={i}><Formula tex={`\\displaystyle ${line}`} /></li>)}</ol>;
}

function Arrays({ step }: { step: GlassStep }) {
  const { values } = step;
  // The first layer passes no gradient on: its values are one of the gradients that follow.
  const again = step.gradients.some((one) => one.name === values?.name);
  return (
    <div class="glass-arrays">
      {values && !again && <Matrix name={values.name} shape={values.shape} numbers={values.numbers} mark={null} pick={null} />}
      {step.gradients.map((one) => {
        const first = begins(step, one.name);
        const chosenHere = first === null || !glass.value?.parameter ? null : glass.value.parameter.index - first;
        const pick = first === null ? null : (i: number) => (parameter.value = first + i);
        return <Matrix key={one.name} name={one.name} shape={one.shape} numbers={one.numbers} mark={chosenHere} pick={pick} />;
      })}
    </div>
  );
}

/** Return where the array that a gradient belongs to begins in theta; null if it is none of ours. */
function begins(step: GlassStep, name: string): number | null {
  const layer = step.dense === null ? undefined : network.value?.network[step.dense];
  if (!layer) return null;
  if (name === "dW") return layer.W;
  return name === "db" ? layer.b : null;
}

/** What is shown of the chosen weight: its check, its update; both where the server has no step for the check. */
function OneWeight({ step }: { step: GlassStep }) {
  const one = glass.value?.parameter;
  const check = isCheck(step);
  const update = step.phase === "update";
  if (!one || !(check || update)) return null;
  const checksHere = check || !steps.value.some(isCheck);
  return (
    <>
      <WeightChoice />
      {update && <Update one={one} />}
      {checksHere && <Agreement one={one} />}
      {checksHere && <GradientCheck />}
    </>
  );
}
