// How often each class is taken for each other one; for regression R² and the loss in words.

import { computed, signal } from "@preact/signals";
import { css, ofClass } from "../colors";
import { data, measured } from "../state";
import { ConfusionHelp, ScoreHelp } from "./helps";
import { counted, percent, short } from "./numbers";
import { Panel } from "./panel";
import { useSlow } from "./slow";

type Rows = "train" | "test";
const shown = signal<Rows>("test");

export function Confusion() {
  const now = useSlow(measured, 200);
  const regression = data.value?.header.task === "regression";
  if (regression) {
    return (
      <Panel name="confusion" title="How good is it?" help={<ScoreHelp />}>
        {now ? <Scores loss={now.loss} score={now.score} /> : <p class="quiet">Nothing yet.</p>}
      </Panel>
    );
  }
  const test = now?.confusion?.test ?? null;
  const rows: Rows = shown.value === "test" && test ? "test" : "train";
  const matrix = now?.confusion ? (rows === "test" ? test : now.confusion.train) : null;
  return (
    <Panel name="confusion" title="Confusion matrix" help={<ConfusionHelp />} tools={<Tabs rows={rows} hasTest={test !== null} />}>
      {matrix && matrix.length > 0 ? <Matrix counts={matrix} rows={rows} /> : <p class="quiet">Nothing yet.</p>}
    </Panel>
  );
}

function Tabs({ rows, hasTest }: { rows: Rows; hasTest: boolean }) {
  const tab = (name: Rows, words: string) => (
    <button
      type="button" aria-pressed={rows === name} disabled={name === "test" && !hasTest}
      data-testid={`confusion-${name}`} onClick={() => (shown.value = name)}
    >
      {words}
    </button>
  );
  return <span class="tabs" role="group" aria-label="Training or test rows">{tab("train", "train")}{tab("test", "test")}</span>;
}

const names = computed(() => data.value?.header.classes ?? []);
// Digits and letters fit above any column; other names are numbered where there are many.
const areShort = computed(() => names.value.every((name) => name.length <= 3));
const nameOf = (k: number): string => names.value[k] ?? `class ${k}`;

// More classes than this get numbers above the columns: names would not fit.
const MOST_NAMES = 5;

function Matrix({ counts, rows }: { counts: number[][]; rows: Rows }) {
  const crowded = counts.length > MOST_NAMES;
  return (
    <>
      <div class="matrix-box" tabIndex={0} role="region" aria-label="Confusion matrix">
        <table class="matrix" data-testid="confusion-matrix" data-crowded={crowded || undefined}>
          <caption class="unseen">Rows: the true class. Columns: what the network says. {rows} rows.</caption>
          <thead>
            <tr>
              <th class="corner" scope="col"><span>true ↓</span> <span>said →</span></th>
              {counts.map((_, k) => <th key={k} scope="col" aria-label={nameOf(k)}><ClassName k={k} naming={crowded ? "number" : "name"} /></th>)}
            </tr>
          </thead>
          <tbody>
            {counts.map((row, k) => <MatrixRow key={k} row={row} k={k} crowded={crowded} />)}
          </tbody>
        </table>
      </div>
      <p class="verdict" role="status" data-testid="confusion-verdict">{largestMistake(counts)}</p>
    </>
  );
}

/** How a class is called in a heading: all of it, its number alone, or both. */
type Naming = "name" | "number" | "both";

function ClassName({ k, naming }: { k: number; naming: Naming }) {
  const text = { name: nameOf(k), number: `${k + 1}`, both: `${k + 1} ${nameOf(k)}` }[areShort.value ? "name" : naming];
  return (
    <span class="class-name" title={nameOf(k)}>
      <i style={{ background: css(ofClass(k)) }} aria-hidden="true" />
      {text}
    </span>
  );
}

function MatrixRow({ row, k, crowded }: { row: number[]; k: number; crowded: boolean }) {
  const sum = row.reduce((total, n) => total + n, 0);
  return (
    <tr>
      <th scope="row" aria-label={nameOf(k)}><ClassName k={k} naming={crowded ? "both" : "name"} /></th>
      {row.map((n, j) => {
        const share = sum > 0 ? n / sum : 0;
        // At most half of the colour, so that the ink on it can be read.
        const style = { background: css(ofClass(k), 0.5 * share) };
        return (
          <td key={j} class={j === k ? "right" : n > 0 ? "wrong" : "none"} style={style}>
            <b>{n}</b> <small>{sum > 0 ? percent(share) : ""}</small>
          </td>
        );
      })}
    </tr>
  );
}

/** Return one sentence that names the largest mistake. */
function largestMistake(counts: number[][]): string {
  let [from, to, most, wrong, all] = [0, 0, 0, 0, 0];
  counts.forEach((row, k) => row.forEach((n, j) => {
    all += n;
    if (j === k) return;
    wrong += n;
    if (n > most) [from, to, most] = [k, j, n];
  }));
  if (all === 0) return "There are no rows.";
  if (wrong === 0) return `No mistakes: all ${counted(all, "row")} right.`;
  const ofClassFrom = counts[from]!.reduce((total, n) => total + n, 0);
  const share = percent(most / ofClassFrom);
  return `${counted(wrong, "mistake")} in ${counted(all, "row")}. The largest: “${nameOf(from)}” taken for “${nameOf(to)}”, ` +
    `${most} of ${ofClassFrom} (${share}).`;
}

function Scores({ loss, score }: { loss: [number, number | null]; score: [number, number | null] }) {
  const [kept, on] = score[1] === null ? [score[0], "training"] : [score[1], "test"];
  return (
    <>
      <table class="scores" data-testid="scores">
        <thead><tr><th /><th scope="col">R²</th><th scope="col">loss</th></tr></thead>
        <tbody>
          <tr><th scope="row">training rows</th><td>{short(score[0])}</td><td>{short(loss[0])}</td></tr>
          <tr><th scope="row">test rows</th><td>{short(score[1])}</td><td>{short(loss[1])}</td></tr>
        </tbody>
      </table>
      <p class="verdict" role="status" data-testid="confusion-verdict">{inWords(kept, on)}</p>
    </>
  );
}

function inWords(r2: number, rows: string): string {
  if (!Number.isFinite(r2)) return "R² is not a number: the training has left the track.";
  if (r2 < 0) return `On ${rows} rows it is worse than always saying the mean.`;
  return `On ${rows} rows the network explains ${percent(r2)} of how much the target varies.`;
}
