// The reader's own table: a file that is dropped or chosen, and the column that is predicted.

import { computed, signal } from "@preact/signals";
import { loadModel } from "../keep/files";
import { address, catalog, data, problem } from "../state";
import { changeData, dataKind, note, sketch } from "../view";

/** The name of the file on its way to the server; null: none is. */
const sending = signal<string | null>(null);

const seenFile = signal(false);

/** Send a table to the server, which answers with "setup" and "data"; a refusal is shown in its words. */
export async function upload(file: File): Promise<void> {
  const most = catalog.peek()?.limits.upload ?? Infinity;
  if (file.size > most) {
    problem.value = `${file.name} has ${megabytes(file.size)}; the most is ${megabytes(most)}.`;
    return;
  }
  sending.value = file.name;
  problem.value = note.value = null;
  try {
    const response = await fetch(address("file", { name: file.name }), { method: "POST", body: file });
    const { says } = (await response.json()) as { says: string | string[] };
    const words = [says].flat().join(" ");
    if (!response.ok) problem.value = words;
    else [seenFile.value, sketch.value, note.value] = [true, null, words || null];
  } catch {
    problem.value = `${file.name} could not be sent: the server does not answer.`;
  } finally {
    sending.value = null;
  }
}

/** A model file that was dropped like a table. */
export async function showModel(file: File): Promise<void> {
  problem.value = note.value = null;
  try {
    note.value = await loadModel(file);
  } catch (error) {
    problem.value = error instanceof Error ? error.message : String(error);
  }
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

/** Whether the server holds a table of this page: only then can it be chosen. */
export const hasFile = computed(() => seenFile.value || dataKind.value?.source === "file");

export function pickFile(): void {
  document.getElementById("file")?.click();
}

function chooseWords(): string {
  const name = data.value?.header.file;
  return `${name ? `${name}. ` : ""}Choose another table, or drop it anywhere`;
}

/** The way to a file is there always; what it says of a table only while that is in use. */
export function OwnTable() {
  const inUse = dataKind.value?.source === "file";
  const columns = data.value?.header.columns ?? [];
  return (
    <div class={inUse || sending.value ? "own" : "own hidden"}>
      <label class="file">
        <span>{sending.value ? `Reading ${sending.value} …` : chooseWords()}</span>
        <input id="file" type="file" data-testid="file" disabled={sending.value !== null} tabIndex={inUse ? 0 : -1}
          onChange={(event) => {
            const file = event.currentTarget.files?.[0];
            if (file) void upload(file);
            event.currentTarget.value = "";
          }} />
      </label>
      {inUse && columns.length > 0 && (
        <div class="field">
          <label for="target">Column to predict</label>
          <select id="target" data-testid="target" value={data.value!.header.target}
            onChange={(event) => changeData({ target: event.currentTarget.value })}>
            {columns.map((one) => <option key={one}>{one}</option>)}
          </select>
        </div>
      )}
    </div>
  );
}
