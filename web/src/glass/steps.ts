// The steps on show: those of the server, and which one is looked at.

import { computed } from "@preact/signals";
import type { GlassStep } from "../protocol";
import { chosen, data, glass, glassStep } from "../state";

export const steps = computed<GlassStep[]>(() => glass.value?.steps ?? []);
export const at = computed(() => Math.max(0, Math.min(glassStep.value, steps.value.length - 1)));
export const current = computed<GlassStep | null>(() => steps.value[at.value] ?? null);

export function go(to: number): void {
  glassStep.value = Math.max(0, Math.min(to, steps.peek().length - 1));
}

/** Look at another row: the step stays, so that rows can be compared. */
export function goRow(by: number): void {
  const header = data.peek()?.header;
  const row = chosen.peek();
  if (!header || row === null) return;
  const n = header.n_train + header.n_test;
  chosen.value = (row + by + n) % n;
}

/** Words and signs of the three phases: never colour alone. */
export const PHASES = {
  forward: { word: "Forward", sign: "▶", says: "from the inputs to the loss" },
  backward: { word: "Backward", sign: "◀", says: "from the loss to every weight" },
  update: { word: "Update", sign: "◆", says: "one weight takes its step" },
} as const;
