// The steps on show: those of the server, and which one is looked at.

import { computed } from "@preact/signals";
import type { GlassStep } from "../protocol";
import { chosen, data, glass, glassStep, network } from "../state";

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

/** The page's name of a dense layer: what the network panel shows. */
export function layerName(dense: number): string {
  const n = network.value?.network.length ?? 0;
  return dense === n - 1 ? "output layer" : `layer ${dense + 1}`;
}

/** Return a step's title with the page's layers: the server counts activations and dropout as well. */
export function titleOf({ title, layer, dense }: GlassStep): string {
  if (layer === null || dense === null) return title;
  const name = layerName(dense);
  const numbered = new RegExp(`\\b(l)ayer ${layer + 1}\\b`, "i");
  return title.replace(numbered, (_, l: string) => (l === "L" ? name[0]!.toUpperCase() + name.slice(1) : name));
}

/** Whether a step compares the gradient with the central difference. */
export const isCheck = (step: GlassStep): boolean => step.phase === "backward" && step.values?.name === "g";
