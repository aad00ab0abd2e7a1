// The page's own gradient check: every weight of the network against central differences.

import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { short } from "../insight/numbers";
import type { GradcheckMessage } from "../protocol";
import { ask, gradcheck, problem } from "../state";
import { layerName } from "./steps";
import { agreement } from "./update";

const waiting = signal(false);

export function GradientCheck() {
  useEffect(() => {
    // An answer ends the waiting, and so does a refusal, which the page shows.
    const stops = [gradcheck, problem].map((one) => one.subscribe(() => (waiting.value = false)));
    return () => stops.forEach((stop) => stop());
  }, []);
  const result = gradcheck.value;
  return (
    <section class="glass-check">
      <h4>And all the other weights?</h4>
      <button type="button" class="plain-button" data-testid="gradcheck" disabled={waiting.value} onClick={run}>
        {waiting.value ? "Checking …" : "Check the whole network"}
      </button>
      <div role="status">{result && !waiting.value && <Result result={result} />}</div>
    </section>
  );
}

function run(): void {
  waiting.value = true;
  ask({ do: "gradcheck" });
}

function Result({ result }: { result: GradcheckMessage }) {
  // "3 Dense(4, 2)": the server counts activations as well, the page only what has weights.
  const layers = [...new Set(result.rows.map((row) => row.layer))];
  const named = (layer: string) => `${layerName(layers.indexOf(layer))}: ${layer.replace(/^\d+ /, "")}`;
  return (
    <>
      <p>{agreement(result.relative_error)} Relative error {short(result.relative_error, 2)}.{kink(result.kink_distance)}</p>
      <table class="glass-table" data-testid="gradcheck-table">
        <thead>
          <tr><th scope="col">layer</th><th scope="col">parameter</th><th scope="col">how many</th><th scope="col">largest gradient</th><th scope="col">relative error</th></tr>
        </thead>
        <tbody>
          {result.rows.map((row, i) => (
            <tr key={i}>
              <td>{named(row.layer)}</td><td>{row.parameter}</td><td>{row.size.toLocaleString("en")}</td>
              <td>{short(row.largest)}</td><td>{short(row.relative_error, 2)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}

/** Differences across a kink tell nothing, so a near one is said. */
function kink(distance: number): string {
  return distance < 1e-3 ? ` A kink lies ${short(distance, 2)} away: differences across it are wrong, not the gradient.` : "";
}
