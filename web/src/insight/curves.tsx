// Loss, and accuracy or R², of training and test rows over epochs.

import { computed, signal } from "@preact/signals";
import type { RefObject } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { data } from "../state";
import type { CurvePoint } from "../protocol";
import { Chart } from "./chart";
import { last, points } from "./course";
import { CurvesHelp } from "./helps";
import { percent, short } from "./numbers";
import { Panel } from "./panel";
import type { Line } from "./plot_scales";
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

type View = "loss" | "score";
const view = signal<View>("loss");

export function Curves() {
  const box = useRef<HTMLDivElement>(null);
  const roomy = useRoom(box);
  const word = regression.value ? "R²" : "Accuracy";
  return (
    <Panel
      name="curves" title="Curves" help={<CurvesHelp word={word} />}
      tools={<>{!roomy && <ViewTabs word={word} />}<LogToggle /></>}
    >
      <div ref={box} class="charts">
        {(roomy || view.value === "loss") && <LossChart titled={roomy} />}
        {(roomy || view.value === "score") && <ScoreChart titled={roomy} word={word} />}
      </div>
      <Verdict />
    </Panel>
  );
}

// Below this height two charts would be too flat to read: then there is one, and tabs.
const TWO_CHARTS = 230;

/** Return whether a box has room for two charts. */
function useRoom(box: RefObject<HTMLElement>): boolean {
  const [roomy, setRoomy] = useState(false);
  useEffect(() => {
    const observer = new ResizeObserver(() => setRoomy(box.current!.clientHeight >= TWO_CHARTS));
    observer.observe(box.current!);
    return () => observer.disconnect();
  }, []);
  return roomy;
}

function LossChart({ titled }: { titled: boolean }) {
  const point = useSlow(told, 250);
  return (
    <>
      {titled && <h3>Loss <Key /></h3>}
      <Chart
        name="loss" label={said("Loss", point, point?.loss, short)} lines={LOSS} x="epoch" log={log.value} gap
        format={short} best={lowest} onRead={(one) => (reading.value = one)}
      />
    </>
  );
}

function ScoreChart({ titled, word }: { titled: boolean; word: string }) {
  const point = useSlow(told, 250);
  const [format, floor] = regression.value ? [twoDigits, -1] : [percent, 0];
  return (
    <>
      {titled && <h3>{word}</h3>}
      <Chart
        name="score" label={said(word, point, point?.score, format)} lines={SCORE} x="epoch" log={false} gap={false}
        floor={floor} ceiling={1} format={format} onRead={(one) => (reading.value = one)}
      />
    </>
  );
}

const twoDigits = (value: number): string => short(value, 2);

function ViewTabs({ word }: { word: string }) {
  const tab = (name: View, words: string) => (
    <button type="button" aria-pressed={view.value === name} data-testid={`curves-${name}`} onClick={() => (view.value = name)}>
      {words}
    </button>
  );
  return <span class="tabs" role="group" aria-label="Curve">{tab("loss", "Loss")}{tab("score", word)}</span>;
}

function LogToggle() {
  return (
    <label class="check" title="Logarithmic scale of the loss: small differences near 0 show">
      <input
        type="checkbox" data-testid="loss-log" checked={log.value} aria-label="Logarithmic scale of the loss"
        onChange={(event) => (log.value = event.currentTarget.checked)}
      />
      log
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
  return `${what} over epochs, at epoch ${point.epoch.toLocaleString("en")}: training rows ${format(pair[0])}${test}. Arrow keys read it.`;
}

/** Return where the test loss was lowest, if it has risen since while training went on well; else null. */
function lowest(all: CurvePoint[]): number | null {
  let best = -1;
  for (let i = 0; i < all.length; i++) {
    const loss = all[i]!.loss[1];
    if (loss !== null && (best < 0 || loss < all[best]!.loss[1]!)) best = i;
  }
  const now = all[all.length - 1];
  if (best < 0 || !now || now.loss[1] === null) return null;
  const { loss } = all[best]!;
  // Where both losses rise the steps are too long: that is no overfitting.
  return now.loss[1] > 1.1 * loss[1]! && now.loss[0] <= 1.05 * loss[0] ? best : null;
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
  // The server sends null for what is no number.
  if (!Number.isFinite(now.loss[0])) return "The loss is no longer a number.";
  if (all.length > 5 && now.loss[0] > 1.1 * all[0]!.loss[0]) {
    return "The loss is larger than at the start: the steps are too long. A smaller learning rate helps.";
  }
  if (now.loss[1] === null) return "There are no test rows: nothing tells whether it only learns by heart.";
  const best = lowest(all);
  if (best !== null && now.loss[1] > now.loss[0]) {
    return `Overfitting: the test loss was lowest at epoch ${all[best]!.epoch.toLocaleString("en")} and has risen since.`;
  }
  if (all.length <= 20) return "";
  const gap = now.loss[1] / now.loss[0];
  if (gap > 1.5) return "The gap: it does clearly better on rows that it has seen.";
  if (gap > 1.15) return "A small gap: it does a little better on rows that it has seen.";
  return "Training and test rows go together: what it learns holds for new rows.";
});
