// A link for a class that hides what is not today's subject.

import { useState } from "preact/hooks";
import { hidden } from "../state";
import { Dialog } from "./dialog";
import { LinkField, useAddress } from "./link";

const PARTS: [name: string, words: string][] = [
  ["data", "Data"],
  ["inputs", "Inputs"],
  ["network", "Network"],
  ["training", "Training settings"],
  ["output", "Output map"],
  ["charts", "Curves and numbers"],
  ["keep", "This menu"],
];

export function HideDialog({ onClose }: { onClose: () => void }) {
  const [chosen, setChosen] = useState<ReadonlySet<string>>(hidden.peek());
  const href = hiding(useAddress(), chosen);
  const toggle = (name: string) => {
    const next = new Set(chosen);
    if (!next.delete(name)) next.add(name);
    setChosen(next);
  };
  return (
    <Dialog name="hide" title="Hide controls for a class" onClose={onClose}>
      <p>Who opens the link does not see what you tick here. Nothing is locked: the link's “hide” part brings it back.</p>
      <fieldset class="keep-parts">
        <legend>Hide</legend>
        {PARTS.map(([name, words]) => (
          <label key={name}>
            <input type="checkbox" data-testid={`hide-${name}`} checked={chosen.has(name)} onChange={() => toggle(name)} />
            {words}
          </label>
        ))}
      </fieldset>
      <LinkField href={href} testid="keep-hide-link" />
      <div class="keep-actions">
        <button
          type="button" class="plain-button" data-testid="hide-here"
          onClick={() => {
            hidden.value = chosen;
            onClose();
          }}
        >
          Hide them here too
        </button>
      </div>
    </Dialog>
  );
}

/** Return an address whose hash hides these parts. */
export function hiding(href: string, names: ReadonlySet<string>): string {
  const url = new URL(href);
  const rest = url.hash.slice(1).split("&").filter((part) => part !== "" && !part.startsWith("hide="));
  if (names.size > 0) rest.push(`hide=${[...names].join(",")}`);
  url.hash = rest.join("&");
  return url.href;
}
