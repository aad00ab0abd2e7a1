// When the server is asked for a row's passes: on another row or weight, and while we follow.

import { computed, effect, signal, untracked } from "@preact/signals";
import type { Arrays } from "../protocol";
import { ask, chosen, data, frame, glass, network, parameter } from "../state";

/** Whether the numbers are renewed while the network trains. */
export const follow = signal(false);

// Four times a second can still be read, and costs the training little.
const EVERY = 250;
// An answer may get lost, with a refusal: then we ask again.
const PATIENCE = 2000;

type Theta = Arrays[string] | null;
const theta = computed<Theta>(() => frame.value?.arrays["theta"] ?? null);
const askedTheta = signal<Theta>(null);
let askedAt = -Infinity;
let waiting = false;
let timer = 0;

/** Whether the network has other weights than those that the numbers were worked out with. */
export const stale = computed(() => chosen.value !== null && askedTheta.value !== null && !same(theta.value, askedTheta.value));

function same(a: Theta, b: Theta): boolean {
  if (a === b) return true;
  return a !== null && b !== null && a.length === b.length && a.every((x, i) => x === b[i]);
}

export function renew(): void {
  const row = chosen.peek();
  if (row === null) return;
  waiting = true;
  askedAt = performance.now();
  askedTheta.value = theta.peek();
  ask({ do: "glass", row, parameter: parameter.peek() });
}

/** While it stands still the numbers are always those of now: after a step, an edit, a reset. */
function renewWhenDue(): void {
  clearTimeout(timer);
  if (!(follow.value || frame.value?.header.playing === false) || !stale.value) return;
  const wait = askedAt + (waiting ? PATIENCE : EVERY) - performance.now();
  if (wait <= 0) untracked(renew);
  else timer = window.setTimeout(renew, wait);
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
      untracked(renewWhenDue);
    }),
    effect(renewWhenDue),
    effect(forgetWhatIsGone),
    effect(() => {
      // Closed: nothing is looked at any more, and the network panel marks no layer.
      if (chosen.value === null) glass.value = null;
    }),
  ];
  return () => {
    stops.forEach((stop) => stop());
    clearTimeout(timer);
  };
}

/** Rows and weights that the new data or network does not have. */
function forgetWhatIsGone(): void {
  const header = data.value?.header;
  const n = network.value?.n_params ?? 0;
  if (header && (chosen.peek() ?? -1) >= header.n_train + header.n_test) chosen.value = null;
  if ((parameter.peek() ?? -1) >= n) parameter.value = null;
}
