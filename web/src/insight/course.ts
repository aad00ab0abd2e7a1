// The training so far as charts need it: its points, and where epochs lie.

import { computed } from "@preact/signals";
import { curves, frame } from "../state";
import type { CurvePoint } from "../protocol";

export const points = curves;

export const last = computed<CurvePoint | null>(() => points.value[points.value.length - 1] ?? null);

/** Steps of an epoch so far: a point knows its whole epochs only, and its step exactly. */
export const stepsPerEpoch = computed(() => {
  const header = frame.value?.header;
  if (!header || header.step === 0) return header?.n_batches ?? 1;
  const epochs = Math.max(header.epoch - 1, 0) + header.batch / Math.max(header.n_batches, 1);
  return epochs > 0 ? header.step / epochs : header.n_batches;
});
