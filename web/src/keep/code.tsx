// The page as a Python program: to read, copy and run.

import { signal } from "@preact/signals";
import { useEffect, useState } from "preact/hooks";
import { ask, code, problem } from "../state";
import { Dialog } from "./dialog";
import { copy, download } from "./files";

const refused = signal<string | null>(null);

export function CodeDialog({ onClose }: { onClose: () => void }) {
  const [says, setSays] = useState("");
  useEffect(() => {
    // The answer before is of another network.
    code.value = null;
    const before = problem.peek();
    refused.value = null;
    ask({ do: "export" });
    return problem.subscribe((now) => {
      if (now !== null && now !== before) refused.value = now;
    });
  }, []);
  const text = code.value?.text ?? null;
  return (
    <Dialog name="code" title="This page as Python" onClose={onClose}>
      <p>
        This program makes the same data, builds the same network and trains it the same way with glassnet: it comes to the
        same weights. Run it by <code>python playground.py</code>, and change what you like.
      </p>
      <div class="keep-actions">
        <button
          type="button" class="plain-button strong" data-testid="keep-code-copy" disabled={text === null}
          onClick={async () => setSays((await copy(text!)) ? "Copied." : "The browser forbids copying: select the text, then Ctrl+C.")}
        >
          Copy
        </button>
        <button
          type="button" class="plain-button" data-testid="keep-code-download" disabled={text === null}
          onClick={() => download("playground.py", new Blob([text!], { type: "text/x-python" }))}
        >
          Download
        </button>
        <span role="status" class="keep-says">{says}</span>
      </div>
      {text === null ? (
        <p role="status">{refused.value ?? "Writing it …"}</p>
      ) : (
        <pre class="keep-code" tabIndex={0} aria-label="Python program" data-testid="keep-code"><code>{text}</code></pre>
      )}
    </Dialog>
  );
}
