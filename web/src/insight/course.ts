// The training so far as charts need it: points that tell something new, and where epochs lie.

import { computed } from "@preact/signals";
import { curves, frame } from "../state";
import type { CurvePoint } from "../state";

/** Numbers are worked out ten times a second, frames come more often: what repeats would make stairs. */
export const points = computed<CurvePoint[]>(() => {
  const all = curves.value;
  return all.filter((point, i) => i === 0 || i === all.length - 1 || !repeats(point, all[i - 1]!));
});

function repeats(a: CurvePoint, b: CurvePoint): boolean {
  return a.loss[0] === b.loss[0] && a.loss[1] === b.loss[1] && a.gradient_norm === b.gradient_norm;
}

export const last = computed<CurvePoint | null>(() => points.value[points.value.length - 1] ?? null);

/** Steps of an epoch so far: a point knows its whole epochs only, and its step exactly. */
export const stepsPerEpoch = computed(() => {
  const header = frame.value?.header;
  if (!header || header.step === 0) return header?.n_batches ?? 1;
  const epochs = Math.max(header.epoch - 1, 0) + header.batch / Math.max(header.n_batches, 1);
  return epochs > 0 ? header.step / epochs : header.n_batches;
});
