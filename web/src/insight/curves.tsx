// Loss, and accuracy or R², of training and test rows over epochs.

import { computed, signal } from "@preact/signals";
import { data } from "../state";
import type { CurvePoint } from "../state";
import { Chart } from "./chart";
import { last, points } from "./course";
import { percent, short } from "./numbers";
import { Panel } from "./panel";
import type { Line } from "./plot";
import { useSlow } from "./slow";

const log = signal(false);
const reading = signal<CurvePoint | null>(null);
const told = computed(() => reading.value ?? last.value);
const regression = computed(() => data.value?.header.task === "regression");

const SOLID: number[] = [];
const DASHED = [5, 3];
const LOSS: Line[] = [
  { name: "train", colour: "train", dash: SOLID, of: (point) => point.loss[0] },
  { name: "test", colour: "test", dash: DASHED, of: (point) => point.loss[1] },
];
const SCORE: Line[] = [
  { name: "train", colour: "train", dash: SOLID, of: (point) => point.score[0] },
  { name: "test", colour: "test", dash: DASHED, of: (point) => point.score[1] },
];

export function Curves() {
  const point = useSlow(told, 250);
  const word = regression.value ? "R²" : "accuracy";
  const ofScore = regression.value ? (value: number) => short(value, 2) : percent;
  return (
    <Panel name="curves" title="Learning curves" help={<CurvesHelp word={word} />} tools={<LogToggle />}>
      <h3>Loss <Key /></h3>
      <Chart
        name="loss" label={said("Loss", point, point?.loss, short)} height={150} lines={LOSS} x="epoch"
        log={log.value} gap format={(value) => short(value)} best={lowest} onRead={(one) => (reading.value = one)}
      />
      <h3>{regression.value ? "R²" : "Accuracy"}</h3>
      <Chart
        name="score" label={said(word, point, point?.score, ofScore)} height={104} lines={SCORE} x="epoch" log={false}
        gap={false} floor={regression.value ? -1 : 0} ceiling={1} format={ofScore}
        onRead={(one) => (reading.value = one)}
      />
      <Verdict />
    </Panel>
  );
}

function LogToggle() {
  return (
    <label class="check">
      <input
        type="checkbox" data-testid="loss-log" checked={log.value}
        onChange={(event) => (log.value = event.currentTarget.checked)}
      />
      log scale
    </label>
  );
}

/** Solid and dashed: the lines differ without their colours too. */
function Key() {
  return (
    <span class="line-key">
      <svg width="24" height="8" aria-hidden="true"><path d="M0 4H24" stroke="var(--train)" stroke-width="2" /></svg>
      training
      <svg width="24" height="8" aria-hidden="true">
        <path d="M0 4H24" stroke="var(--test)" stroke-width="2" stroke-dasharray="5 3" />
      </svg>
      test
    </span>
  );
}

function said(
  what: string, point: CurvePoint | null, pair: [number, number | null] | undefined, format: (x: number) => string,
): string {
  if (!point || !pair) return `${what} over epochs: nothing yet. Press play.`;
  const test = pair[1] === null ? "" : `, test rows ${format(pair[1])}`;
  return `${what} over epochs, at epoch ${short(point.epoch)}: training rows ${format(pair[0])}${test}. Arrow keys read it.`;
}

/** Return where the test loss was lowest, if it has risen since; else null. */
function lowest(all: CurvePoint[]): number | null {
  let best = -1;
  for (let i = 0; i < all.length; i++) {
    const loss = all[i]!.loss[1];
    if (loss !== null && (best < 0 || loss < all[best]!.loss[1]!)) best = i;
  }
  const now = all[all.length - 1]?.loss[1];
  return best >= 0 && now != null && now > 1.1 * all[best]!.loss[1]! ? best : null;
}

/** One sentence on what the two curves say together. It keeps its place, so that nothing jumps. */
function Verdict() {
  const text = useSlow(verdict, 500);
  return <p class="verdict" role="status" data-testid="curves-verdict">{text}</p>;
}

const verdict = computed(() => {
  const all = points.value;
  const now = all[all.length - 1];
  if (!now) return "Press play: each epoch adds a point.";
  if (now.loss[1] === null) return "There are no test rows: nothing tells whether it only learns by heart.";
  const best = lowest(all);
  if (best !== null && now.loss[1] > now.loss[0]) {
    return `Overfitting: the test loss was lowest at epoch ${short(all[best]!.epoch)} and has risen since.`;
  }
  if (now.loss[1] > 1.5 * now.loss[0] && all.length > 20) {
    return "The gap: it does clearly better on rows that it has seen.";
  }
  return all.length > 20 ? "Training and test rows go together: what it learns holds for new rows." : "";
});

function CurvesHelp({ word }: { word: string }) {
  return (
    <>
      <p>The <b>loss</b> says how wrong the network is. Training makes it smaller, on the <b>training rows</b>.</p>
      <p>
        The <b>test rows</b> are kept away from training. So the dashed curve tells how the network does on rows that it
        has never seen, and that is what counts.
      </p>
      <p>
        If the dashed curve rises while the solid one falls, the network learns its rows by heart: <b>overfitting</b>. The
        shaded gap shows how much. A ring marks the lowest test loss. More rows, fewer nodes, a penalty or dropout help.
      </p>
      <p>
        {word === "R²"
          ? "R² is 1 for a perfect prediction, and 0 for one that always says the mean."
          : "Accuracy is the share of rows whose class is predicted right."}
      </p>
    </>
  );
}
