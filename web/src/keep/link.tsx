// The page's link: copied, or in a field to copy by hand where the browser forbids it.

import { useEffect, useRef, useState } from "preact/hooks";
import { Dialog } from "./dialog";
import { copy } from "./files";

/** The address as it is now: it is kept up to date by replaceState, which tells nobody. */
export function useAddress(): string {
  const [href, setHref] = useState(location.href);
  useEffect(() => {
    const timer = setInterval(() => setHref(location.href), 250);
    return () => clearInterval(timer);
  }, []);
  return href;
}

export function LinkDialog({ onClose }: { onClose: () => void }) {
  const href = useAddress();
  return (
    <Dialog name="link" title="Copy the link" onClose={onClose}>
      <p>The link holds data, network and settings. The same seeds give the same training again.</p>
      <LinkField href={href} testid="keep-link" />
      <p class="keep-quiet">
        It opens while this playground runs on this computer. On another one, start <code>glassnet playground</code> and put
        the part from # on behind its address.
      </p>
      <LinkField href={new URL(href).hash} testid="keep-hash" label="The part from # on" />
    </Dialog>
  );
}

export function LinkField({ href, testid, label = "The link" }: { href: string; testid: string; label?: string }) {
  const field = useRef<HTMLInputElement>(null);
  const [says, setSays] = useState("");
  const copyIt = async () => {
    if (await copy(href)) return setSays("Copied.");
    field.current!.focus();
    field.current!.select();
    setSays("The browser forbids copying. The text is selected: press Ctrl+C, or ⌘C.");
  };
  return (
    <div class="keep-field">
      <label>
        <span>{label}</span>
        <input ref={field} type="text" readOnly value={href} data-testid={testid} onFocus={(event) => event.currentTarget.select()} />
      </label>
      <button type="button" class="plain-button strong" data-testid={`${testid}-copy`} onClick={copyIt}>Copy</button>
      <span role="status" class="keep-says">{says}</span>
    </div>
  );
}
