// What the network is told of a row, and the two axes that the map shows.

import { useState } from "preact/hooks";
import { Tip } from "../controls/tip";
import { diverging } from "../colors";
import { middle } from "../draw/palette";
import { Drawing } from "../draw/drawing";
import { fill, inputHeight } from "../draw/thumbnails";
import type { Input, Setup } from "../protocol";
import { catalog, change, data, setup } from "../state";
import { note } from "../view";

const MANY = 12; // from here on a search box helps

export function Inputs() {
  const available = data.value?.header.available ?? [];
  const [search, setSearch] = useState("");
  const found = available.filter((one) => one.name.toLowerCase().includes(search.toLowerCase()));
  const many = available.length >= MANY;
  return (
    <section class="panel inputs" aria-label="Inputs">
      <h2>Inputs <Tip about="inputs">
        <p>What the first layer sees of each row. Products and sines are worked out from the columns before the network
          sees them: with the right ones a small network is enough.</p>
      </Tip></h2>
      {many && (
        <input type="search" data-testid="inputs-search" aria-label="Search the columns" placeholder="Search"
          value={search} onInput={(event) => setSearch(event.currentTarget.value)} />
      )}
      {many && <SelectAll found={found} />}
      <div class="input-list" role="group" aria-label="Inputs of the network">
        {found.map((one) => <InputBox key={one.name} input={one} />)}
        {found.length === 0 && <p class="says">No column has this in its name.</p>}
      </div>
      {setup.value && <View view={setup.value.view} columns={available.filter((one) => one.is_column)} />}
    </section>
  );
}

/** Return whether the network can have these inputs; if so, ask for them. */
function choose(names: string[]): boolean {
  const most = catalog.peek()!.limits.inputs;
  note.value = null;
  if (names.length === 0) note.value = "The network needs at least one input.";
  else if (names.length > most) note.value = `At most ${most} inputs: ${names.length} would be chosen.`;
  else change({ inputs: names });
  return note.value === null;
}

function SelectAll({ found }: { found: Input[] }) {
  const chosen = setup.value?.inputs ?? [];
  const names = found.map((one) => one.name);
  return (
    <div class="row tight">
      <button type="button" data-testid="inputs-all" title="Add those that are listed"
        onClick={() => choose([...new Set([...chosen, ...names])])}>All</button>
      <button type="button" data-testid="inputs-only" title="Only those that are listed"
        onClick={() => choose(names)}>Only</button>
      <span class="muted" aria-live="polite">{chosen.length}</span>
    </div>
  );
}

function InputBox({ input }: { input: Input }) {
  const chosen = setup.value?.inputs ?? [];
  const checked = chosen.includes(input.name);
  // In the order that the server lists them, whatever the order of the clicks.
  const flipped = () => {
    const all = data.peek()!.header.available.map((one) => one.name);
    return all.filter((name) => (name === input.name ? !checked : chosen.includes(name)));
  };
  return (
    <label class="input" title={input.label}>
      <input type="checkbox" data-testid={`input-${input.name.replaceAll(" ", "-")}`} checked={checked}
        onChange={(event) => {
          if (!choose(flipped())) event.currentTarget.checked = checked;
        }} />
      {inputHeight(input.name) && <InputMap name={input.name} side={28} />}
      <span>{input.label}</span>
    </label>
  );
}

function InputMap({ name, side }: { name: string; side: number }) {
  const height = inputHeight(name)!;
  return (
    <Drawing class="input-map" width={side} height={side} of={[name]}
      draw={(context) => fill(context, side, (x, y) => diverging(height(x, y), middle()))} />
  );
}

function View({ view, columns }: { view: Setup["view"]; columns: Input[] }) {
  const explained = data.value?.header.explained;
  // A column that is the other axis already changes places with this one.
  const set = (axis: "x" | "y", name: string) => {
    if (view.kind !== "columns") return;
    const swapped = { x: view.y, y: view.x };
    const isOther = swapped[axis] === name;
    change({ view: { kind: "columns", ...(isOther ? swapped : { ...view, [axis]: name }) } });
  };
  if (columns.length <= 2) return null;
  return (
    <fieldset class="view">
      <legend>Axes of the map</legend>
      <select data-testid="view-kind" aria-label="What the axes are" value={view.kind}
        onChange={(event) =>
          change({ view: event.currentTarget.value === "components" ? { kind: "components" }
            : { kind: "columns", x: columns[0]!.name, y: columns[1]!.name } })}>
        <option value="columns">two columns</option>
        <option value="components">two components</option>
      </select>
      {view.kind === "columns" && (["x", "y"] as const).map((axis) => (
        <select key={axis} data-testid={`view-${axis}`} aria-label={axis === "x" ? "Across" : "Up"} value={view[axis]}
          onChange={(event) => set(axis, event.currentTarget.value)}>
          {columns.map((one) => (
            <option key={one.name} value={one.name}>{axis === "x" ? "→ " : "↑ "}{one.label}</option>
          ))}
        </select>
      ))}
      {view.kind === "components" && explained != null && (
        <p class="says" data-testid="explained">
          The first two principal components keep {Math.round(explained * 100)} % of the variance.
        </p>
      )}
    </fieldset>
  );
}
