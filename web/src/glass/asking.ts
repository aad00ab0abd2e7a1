// When the server is asked for a row's passes: on another row or weight, and while we follow.

import { computed, effect, signal, untracked } from "@preact/signals";
import { ask, chosen, data, frame, glass, network, parameter } from "../state";

/** Whether the numbers are renewed while the network trains. */
export const follow = signal(false);

// Four times a second can still be read, and costs the training little.
const EVERY = 250;
let askedAt = -Infinity;
let waiting = false;
const askedStep = signal<number | null>(null);
const step = computed(() => frame.value?.header.step ?? null);

/** Whether the network has been trained on since the numbers were worked out. */
export const stale = computed(() => chosen.value !== null && askedStep.value !== null && step.value !== askedStep.value);

export function renew(): void {
  const row = chosen.peek();
  if (row === null) return;
  waiting = true;
  askedAt = performance.now();
  askedStep.value = step.peek();
  ask({ do: "glass", row, parameter: parameter.peek() });
}

/** Begin; returns what ends it. */
export function keepAsking(): () => void {
  const stops = [
    effect(() => {
      // A new setup answers with new numbers; another network has other weights.
      network.value;
      parameter.value;
      if (chosen.value !== null) untracked(renew);
    }),
    effect(() => {
      glass.value;
      waiting = false;
    }),
    effect(() => {
      if (!follow.value || chosen.value === null || step.value === null) return;
      const due = performance.now() - askedAt >= EVERY;
      // An answer may get lost, with a refusal: after two seconds we ask again.
      if (due && (!waiting || performance.now() - askedAt > 2000) && stale.peek()) untracked(renew);
    }),
    effect(() => {
      const rows = data.value ? data.value.header.n_train + data.value.header.n_test : null;
      if (rows !== null && chosen.peek() !== null && chosen.peek()! >= rows) chosen.value = null;
    }),
    effect(() => {
      const n = network.value?.n_params ?? 0;
      if (parameter.peek() !== null && parameter.peek()! >= n) parameter.value = null;
    }),
  ];
  return () => stops.forEach((stop) => stop());
}
