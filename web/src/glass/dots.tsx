// The way as a row of signs, one for each step, in three groups.

import type { GlassStep } from "../protocol";
import { at, go, PHASES, steps, titleOf } from "./steps";

export function Dots() {
  const all = steps.value;
  return (
    <nav class="glass-dots" aria-label="Steps">
      {(Object.keys(PHASES) as (keyof typeof PHASES)[]).map((phase) => (
        <Group key={phase} phase={phase} all={all} />
      ))}
    </nav>
  );
}

function Group({ phase, all }: { phase: keyof typeof PHASES; all: GlassStep[] }) {
  const { word, sign } = PHASES[phase];
  const mine = all.map((step, i) => ({ step, i })).filter(({ step }) => step.phase === phase);
  if (mine.length === 0) return null;
  return (
    <div class="glass-group" data-phase={phase}>
      <span>{word}</span>
      <div>
        {mine.map(({ step, i }) => (
          <button
            key={i} type="button" data-testid={`glass-step-${i + 1}`} aria-current={i === at.value ? "step" : undefined}
            data-done={i < at.value || undefined} title={titleOf(step)} aria-label={`Step ${i + 1}, ${word.toLowerCase()}: ${titleOf(step)}`}
            onClick={() => go(i)}
          >
            {sign}
          </button>
        ))}
      </div>
    </div>
  );
}
