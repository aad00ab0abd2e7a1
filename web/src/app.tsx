// The page: the bars at the top, the panels in their places, and a file that is dropped anywhere.

import { signal } from "@preact/signals";
import { useState } from "preact/hooks";
import { Segmented } from "./controls/buttons";
import { Glass } from "./glass";
import { Confusion, Curves, Layers, LearningRate } from "./insight";
import { LessonBar } from "./lessons";
import { Data } from "./panels/data";
import { Help } from "./panels/help";
import { Inputs } from "./panels/inputs";
import { NetworkPanel } from "./panels/network";
import { Output } from "./panels/output";
import { showModel, upload } from "./panels/own";
import { IconButton, Top } from "./panels/top";
import { Training } from "./panels/training";
import { chosen, closedFor, hidden, problem } from "./state";
import { connection, note } from "./view";

const dropping = signal(false);

export function App() {
  const shows = (name: string) => !hidden.value.has(name);
  const side = shows("data");
  const main = ["inputs", "network", "output"].filter(shows);
  const below = ["training", "charts"].filter(shows);
  return (
    <div class={chosen.value === null ? "page" : "page with-glass"} onDragOver={over}
      onDragLeave={() => (dropping.value = false)} onDrop={drop}>
      <Top />
      <LessonBar />
      <Bars />
      <main class={side ? "panels" : "panels no-data"}>
        {side && <Data />}
        {main.length > 0 && (
          <div class={`main ${main.join(" ")}`}>
            {shows("inputs") && <Inputs />}
            {shows("network") && <NetworkPanel />}
            {shows("output") && <Output />}
          </div>
        )}
        {below.length > 0 && (
          <div class="below">
            {shows("training") && <Training />}
            {shows("charts") && <Charts />}
          </div>
        )}
      </main>
      <Glass />
      <Help />
      {dropping.value && <div class="drop" aria-hidden="true">Drop the table here</div>}
    </div>
  );
}

function over(event: DragEvent): void {
  if (!event.dataTransfer?.types.includes("Files")) return;
  event.preventDefault();
  dropping.value = true;
}

function drop(event: DragEvent): void {
  dropping.value = false;
  const file = event.dataTransfer?.files[0];
  if (!file) return;
  event.preventDefault();
  void (file.name.endsWith(".glassnet") ? showModel(file) : upload(file));
}

function LostWords() {
  return (
    <>
      {connection.value === "lost"
        ? <><strong>The connection to the server is lost</strong>, so training stands still. Is it still running? </>
        : <><strong>The server does not answer.</strong> Is it running? </>}
      Start it again with <code>glassnet playground</code> and open the address that it prints. The link of this page
      keeps the setup, not the weights.
    </>
  );
}

/** What must not be missed: no connection, a refusal, a note. */
function Bars() {
  return (
    <div class="bars">
      {(connection.value === "lost" || connection.value === "never") && (
        <div class="bar warn" role="alert" data-testid="disconnected">
          <span>
            {closedFor.value ? <><strong>The server has closed this page</strong>: {closedFor.value}.</> : <LostWords />}
          </span>
          <button type="button" data-testid="reload" onClick={() => location.reload()}>Try again</button>
        </div>
      )}
      {problem.value && (
        <div class="bar warn" role="alert" data-testid="problem">
          <span>{problem.value}</span>
          <IconButton id="problem-close" icon="close" label="Dismiss" onClick={() => (problem.value = null)} />
        </div>
      )}
      {note.value && (
        <div class="bar" role="status" data-testid="note">
          <span>{note.value}</span>
          <IconButton id="note-close" icon="close" label="Dismiss" onClick={() => (note.value = null)} />
        </div>
      )}
    </div>
  );
}

type View = "confusion" | "layers" | "rate";
const VIEWS = [
  { value: "confusion", id: "confusion", label: "Mistakes" },
  { value: "layers", id: "layers", label: "Layers" },
  { value: "rate", id: "rate", label: "Rate" },
] as const;

function Charts() {
  const [view, setView] = useState<View>("confusion");
  return (
    <>
      <div class="panel chart curves"><Curves /></div>
      <div class="panel chart">
        <Segmented id="charts" label="What is shown" options={VIEWS} value={view} onChange={setView} />
        {view === "confusion" ? <Confusion /> : view === "layers" ? <Layers /> : <LearningRate />}
      </div>
    </>
  );
}
