// The chosen weight before and after its step, and its gradient beside the central difference.

import { Formula } from "../formula";
import { short } from "../insight/numbers";
import type { GlassParameter } from "../protocol";
import { frame, setup } from "../state";

export function Update({ one }: { one: GlassParameter }) {
  // The rate that was in force when the numbers were worked out is not in the message.
  const rate = frame.peek()?.header.learning_rate ?? setup.value?.learning_rate;
  return (
    <>
      <dl class="glass-update" data-testid="glass-update">
        <Number word="before" value={one.before} />
        <Number word="gradient" value={one.gradient} />
        <Number word="learning rate" value={rate} />
        <Number word="after" value={one.after} strong />
      </dl>
      <p class="glass-quiet">{direction(one)}</p>
      <section class="glass-check">
        <h4>Is this gradient right?</h4>
        <p>
          Move the weight a tiny bit up and down, and see how the loss changes: the <b>central difference</b>. It needs no
          derivation, so it can check one.
        </p>
        <Formula tex={"\\frac{\\partial L}{\\partial \\theta_i} \\approx \\frac{L(\\theta_i + h) - L(\\theta_i - h)}{2h}"} block />
        <dl class="glass-update">
          <Number word="gradient" value={one.gradient} digits={8} />
          <Number word="central difference" value={one.difference} digits={8} />
          <Number word="relative error" value={one.relative_error} digits={2} />
        </dl>
        <p data-testid="glass-agreement">{agreement(one.relative_error)}</p>
      </section>
    </>
  );
}

interface NumberProps { word: string; value: number | null | undefined; digits?: number; strong?: boolean }

function Number({ word, value, digits = 5, strong }: NumberProps) {
  return (
    <div data-strong={strong || undefined}>
      <dt>{word}</dt>
      <dd>{short(value, digits)}</dd>
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
