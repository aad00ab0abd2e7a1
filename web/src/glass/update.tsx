// The chosen weight before and after its step, and its gradient beside the central difference.

import { short, trimmed } from "../insight/numbers";
import type { GlassParameter } from "../protocol";
import { measured, setup } from "../state";

export function Update({ one }: { one: GlassParameter }) {
  // The rate that was in force when the numbers were worked out is not in the message.
  const rate = measured.peek()?.learning_rate ?? setup.value?.learning_rate;
  return (
    <>
      <dl class="glass-update" data-testid="glass-update">
        <Number word="before" value={one.before} digits={7} />
        <Number word="gradient" value={one.gradient} />
        <Number word="learning rate" value={rate} />
        <Number word="after" value={one.after} digits={7} strong />
      </dl>
      <p class="glass-quiet">{direction(one)}</p>
    </>
  );
}

/** The gradient beside the central difference: two ways to the same number. */
export function Agreement({ one }: { one: GlassParameter }) {
  return (
    <>
      <dl class="glass-update" data-testid="glass-check">
        <Number word="gradient, derived" value={one.gradient} digits={8} />
        <Number word="central difference" value={one.difference} digits={8} />
        <Number word="relative error" value={one.relative_error} digits={2} />
      </dl>
      <p data-testid="glass-agreement">{agreement(one.relative_error)}</p>
    </>
  );
}

interface NumberProps { word: string; value: number | null | undefined; digits?: number; strong?: boolean }

function Number({ word, value, digits = 5, strong }: NumberProps) {
  return (
    <div data-strong={strong || undefined}>
      <dt>{word}</dt>
      <dd>{trimmed(short(value, digits))}</dd>
    </div>
  );
}

/** Return in words which way the weight goes, and why. */
function direction({ before, gradient, after }: GlassParameter): string {
  const change = after - before;
  if (change === 0) return "The weight does not move: its gradient is 0.";
  const way = change > 0 ? "up" : "down";
  const against = change * gradient < 0;
  const why = against
    ? `the loss grows when it goes ${gradient > 0 ? "up" : "down"}, so it steps the other way`
    : "the optimizer remembers earlier steps, or a penalty pulls";
  return `The weight goes ${way} by ${short(Math.abs(change))}: ${why}.`;
}

export function agreement(error: number): string {
  if (!(error >= 0)) return "There is nothing to compare.";
  if (error < 1e-6) return "✓ They agree. The derivation is right.";
  if (error < 1e-3) return "≈ They nearly agree. Rounding, or a kink near by, can do that.";
  return "✕ They differ. If the weight stands at a kink (as of ReLU), there is no one derivative there.";
}
