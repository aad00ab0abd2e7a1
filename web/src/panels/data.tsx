// What is learned from: the kind of data, how much of it, how noisy, and what is kept for the test.

import { useMemo } from "preact/hooks";
import { Segmented, Stepper } from "../controls/buttons";
import { linear, logarithmic } from "../controls/scales";
import { Slider } from "../controls/slider";
import { Tip } from "../controls/tip";
import { Drawing } from "../draw/drawing";
import { drawKind } from "../draw/thumbnails";
import { counted } from "../insight/numbers";
import type { DataKind, Task } from "../protocol";
import { catalog, change, data, network, setup } from "../state";
import { changeData, dataKind, newSample, sketch } from "../view";
import { hasFile, OwnTable, pickFile } from "./own";
import { Painter, startPainting } from "./painter";

const TASKS = [
  { value: "classification", id: "classification", label: "Classes", title: "Classification: predict a class" },
  { value: "regression", id: "regression", label: "Numbers", title: "Regression: predict a number" },
] as const;

export function Data() {
  const painted = catalog.value?.data.find((one) => one.source === "painted");
  const kind = (sketch.value && painted) || dataKind.value;
  const task = sketch.value ? "classification" : (data.value?.header.task ?? kind?.task ?? "classification");
  if (!catalog.value || !setup.value) return <Panel />;
  const kinds = catalog.value.data.filter((one) => one.task === task || one.source === "file");
  return (
    <Panel>
      <Segmented id="task" label="What is predicted" options={TASKS} value={task} onChange={chooseTask} />
      <div class="kinds" role="group" aria-label="Data">
        {kinds.map((one) => <KindButton key={one.name} kind={one} pressed={one === kind} />)}
      </div>
      {kind && <p class="says"><strong>{kind.label}.</strong> {kind.says}</p>}
      {kind?.source === "painted" && <Painter />}
      <OwnTable />
      {kind && <Amounts kind={kind} />}
      <Notes />
    </Panel>
  );
}

function Panel({ children }: { children?: preact.ComponentChildren }) {
  return (
    <section class="panel data" aria-label="Data">
      <h2>Data <Tip about="data">
        <p>The network sees the <strong>training</strong> rows and learns from them. The <strong>test</strong> rows are
          kept from it: they tell whether it learned the rule or only the rows.</p>
      </Tip></h2>
      {children}
    </section>
  );
}

/** The first kind of the other task that needs nothing of the reader. */
function chooseTask(task: Task): void {
  const first = catalog.peek()?.data.find((one) => one.task === task && one.source === "plane");
  if (first) chooseKind(first);
}

function chooseKind(kind: DataKind): void {
  sketch.value = null;
  if (kind.source === "painted") return startPainting();
  const classes = setup.peek()!.data.classes;
  const [low, high] = kind.classes ?? [classes, classes];
  changeData({ name: kind.name, classes: Math.min(Math.max(classes, low), high), target: null });
}

const SIDE = 42;

function KindButton({ kind, pressed }: { kind: DataKind; pressed: boolean }) {
  return (
    <button type="button" class="kind" data-testid={`data-${kind.name}`} aria-pressed={pressed} aria-label={kind.label}
      title={`${kind.label}. ${kind.says}`}
      onClick={() => (kind.source === "file" && !hasFile.value ? pickFile() : chooseKind(kind))}>
      <Drawing width={SIDE} height={SIDE} of={[kind]} draw={(context) => drawKind(context, kind, SIDE)} />
    </button>
  );
}

const percent = (value: number) => Math.round(value * 100) / 100;

function Amounts({ kind }: { kind: DataKind }) {
  const { data: now, batch_size } = setup.value!;
  const nTrain = data.value?.header.n_train ?? now.rows;
  const most = catalog.value!.limits.rows;
  const rows = useMemo(() => logarithmic(10, most), [most]);
  const batch = useMemo(() => logarithmic(1, Math.max(2, nTrain)), [nTrain]);
  return (
    <>
      {kind.source === "plane" && kind.classes && kind.classes[1] > kind.classes[0] && (
        <div class="row">
          <span>Classes</span>
          <Stepper id="classes" label="classes" value={now.classes} low={kind.classes[0]} high={kind.classes[1]}
            onChange={(classes) => changeData({ classes })} />
        </div>
      )}
      {kind.noise && (
        <>
          <Slider id="noise" label="Noise" value={now.noise} scale={linear(0, 1)} round={percent}
            onChange={(noise) => changeData({ noise })} />
          <Slider id="rows" label="Rows" value={now.rows} scale={rows} round={Math.round}
            onChange={(n) => changeData({ rows: n })} />
        </>
      )}
      <Slider id="test-share" label="Test rows" value={now.test} scale={linear(0, 0.9)} round={percent}
        words={counted(data.value?.header.n_test ?? 0, "row")}
        onChange={(test) => changeData({ test })} help={<p>The share of rows that is kept for the test.</p>} />
      <Slider id="batch-size" label="Batch size" value={batch_size || nTrain} scale={batch} round={Math.round}
        words={batch_size === 0 || batch_size >= nTrain ? "all rows" : undefined}
        onChange={(size) => change({ batch_size: size >= nTrain ? 0 : size })}
        help={<p>How many rows a step looks at. Small batches make many cheap, noisy steps; all rows make one exact
          step.</p>} />
      {kind.source !== "painted" && (
        <button type="button" class="wide" data-testid="new-sample" title="New sample (n)" onClick={newSample}>
          {kind.source === "plane" ? "New sample" : "Shuffle rows anew"}
        </button>
      )}
    </>
  );
}

function Notes() {
  return (
    <div aria-live="polite">
      {network.value?.notes.map((says) => <p key={says} class="says note">{says}</p>)}
    </div>
  );
}
