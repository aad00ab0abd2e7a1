// Why the training stands still, in plain words, with the way out as a button.

import { computed } from "@preact/signals";
import type { FrameMessage, Setup } from "../protocol";
import { ask, change, frame, setup } from "../state";
import { short, trimmed } from "./numbers";
import "../insight.css";

type End = NonNullable<FrameMessage["ended"]>;

// A text compared by its value: the same end comes with every frame and must not be announced again.
const asText = computed(() => JSON.stringify(frame.value?.header.ended ?? null));

export function Ended() {
  const ended = JSON.parse(asText.value) as End | null;
  // The alert's box stays, so that screen readers hear what comes into it.
  return (
    <div role="alert" data-testid="ended" class="ended-box">
      {ended?.why === "diverged" && <Diverged ended={ended} />}
      {ended?.why === "stop" && <LastEpoch ended={ended} />}
    </div>
  );
}

function Diverged({ ended }: { ended: End }) {
  const { fix } = ended;
  const repair = () => {
    change(fix!);
    ask({ do: "reset" });
    ask({ do: "play" });
  };
  return (
    <div class="ended diverged">
      <span class="ended-sign" aria-hidden="true">⚠</span>
      <Says says={ended.says} />
      {fix && <button type="button" class="strong" data-testid="ended-fix" onClick={repair}>{inWords(fix)}</button>}
      <button type="button" data-testid="ended-reset" onClick={() => ask({ do: "reset" })}>Only reset</button>
    </div>
  );
}

/** The first sentence; what follows is for those who want to know. */
function Says({ says }: { says: string }) {
  const [first = "", ...more] = says.split(/(?<=[.!?])\s+/);
  return (
    <div class="ended-says">
      <b>{first}</b>
      {more.length > 0 && <details data-testid="ended-more"><summary>Why?</summary>{more.join(" ")}</details>}
    </div>
  );
}

function LastEpoch({ ended }: { ended: End }) {
  const goOn = () => {
    const now = setup.peek();
    // A schedule needs a length, so it gets twice as long; without one there is no end.
    change(ended.fix ?? { epochs: now?.schedule ? 2 * (now.epochs ?? 1) : null });
    ask({ do: "play" });
  };
  return (
    <div class="ended">
      <span class="ended-sign" aria-hidden="true">⚑</span>
      <p><b>The last epoch is done.</b> {ended.says}</p>
      <button type="button" class="strong" data-testid="ended-go-on" onClick={goOn}>Go on</button>
    </div>
  );
}

/** Return what the button does: "Learning rate 0.01, and start again". */
function inWords(fix: Partial<Setup>): string {
  const parts = Object.entries(fix).map(([name, value]) => {
    const words = name.replaceAll("_", " ");
    if (typeof value === "number") return `${words} ${trimmed(short(value))}`;
    if (value !== null && typeof value === "object" && "name" in value) return `${words} ${value.name}`;
    return `another ${words}`;
  });
  const text = parts.join(", ");
  return text ? `${text[0]!.toUpperCase()}${text.slice(1)}, and start again` : "Start again";
}
