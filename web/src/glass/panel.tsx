// The glass's panel: which row, the steps' dots, the step on show, back and next.

import { signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import "../glass.css";
import { Help } from "../insight/panel";
import { short } from "../insight/numbers";
import { useSlow } from "../insight/slow";
import { chosen, glass } from "../state";
import { follow, renew, stale } from "./asking";
import { Dots } from "./dots";
import { GlassHelp } from "./help";
import { listen } from "./keys";
import { StepView } from "./step";
import { at, go, goRow, steps } from "./steps";

/** Over the whole page, with larger letters: for a projector. */
const wide = signal(false);

export function GlassPanel() {
  const ref = useRef<HTMLElement>(null);
  useEffect(() => {
    const before = document.activeElement as HTMLElement | null;
    ref.current!.focus();
    const stop = listen(ref.current!);
    return () => {
      stop();
      if (before?.isConnected) before.focus();
    };
  }, []);
  return (
    <aside
      ref={ref} class="glass" role="dialog" aria-labelledby="glass-title" tabIndex={-1} data-testid="glass"
      data-wide={wide.value || undefined}
    >
      <Head />
      <Dots />
      <div class="glass-body" tabIndex={0} role="region" aria-label="The step">
        {steps.value.length > 0 ? <StepView /> : <p>Working it out …</p>}
      </div>
      <Foot />
    </aside>
  );
}

function Head() {
  return (
    <header class="glass-head">
      <div class="glass-title">
        <h2 id="glass-title">Through the glass</h2>
        <Help about="Through the glass" name="glass"><GlassHelp /></Help>
        <span class="insight-tools">
          <label class="check">
            <input
              type="checkbox" data-testid="glass-follow" checked={follow.value}
              onChange={(event) => (follow.value = event.currentTarget.checked)}
            />
            follow training
          </label>
          <button
            type="button" class="plain-button" data-testid="glass-wide" aria-pressed={wide.value}
            onClick={() => (wide.value = !wide.value)}
          >
            {wide.value ? "Smaller" : "Larger"}
          </button>
          <button
            type="button" class="plain-button" data-testid="glass-close" aria-label="Close (Escape)" title="Close (Esc)"
            onClick={() => (chosen.value = null)}
          >
            ✕
          </button>
        </span>
      </div>
      <Row />
    </header>
  );
}

/** Which row it is, and what the network says of it. */
function Row() {
  const now = glass.value;
  return (
    <div class="glass-row">
      <button type="button" class="plain-button" data-testid="glass-row-previous" aria-label="Previous row (arrow up)" onClick={() => goRow(-1)}>↑</button>
      <button type="button" class="plain-button" data-testid="glass-row-next" aria-label="Next row (arrow down)" onClick={() => goRow(1)}>↓</button>
      <p data-testid="glass-says">
        <b>{now ? capital(now.says) : `Row ${(chosen.value ?? 0) + 1}`}</b>
        {now && <Prediction prediction={now.prediction} loss={now.loss} />}
      </p>
    </div>
  );
}

const capital = (text: string): string => (text[0] ?? "").toUpperCase() + text.slice(1);

function Prediction({ prediction, loss }: { prediction: Record<string, number>; loss: number }) {
  const parts = Object.entries(prediction).sort((a, b) => b[1] - a[1]);
  const shown = parts.slice(0, 4).map(([name, value]) => `${name}: ${short(value)}`);
  if (parts.length > shown.length) shown.push("…");
  return <span>The network says {shown.join("; ")}. Loss {short(loss)}.</span>;
}

function Foot() {
  const n = steps.value.length;
  const old = useSlow(stale, 300) && !follow.value;
  return (
    <footer class="glass-foot">
      <button type="button" class="plain-button" data-testid="glass-back" disabled={at.value === 0} onClick={() => go(at.peek() - 1)}>
        ← Back
      </button>
      <span class="glass-count">{n > 0 ? `step ${at.value + 1} of ${n}` : ""}</span>
      {old && (
        <button type="button" class="plain-button glass-stale" data-testid="glass-renew" title="The network has changed since: work the numbers out again" onClick={renew}>
          ↻ trained on: renew
        </button>
      )}
      <button
        type="button" class="plain-button strong" data-testid="glass-next" disabled={at.value >= n - 1}
        onClick={() => go(at.peek() + 1)}
      >
        Next →
      </button>
    </footer>
  );
}
