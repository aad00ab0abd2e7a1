// The list of keys, and what the pictures mean.

import { useEffect, useRef } from "preact/hooks";
import { KEYS } from "../keyboard";
import { version } from "../state";
import { help } from "../view";

export function Help() {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    if (help.value) dialog.current?.showModal();
    else dialog.current?.close();
  }, [help.value]);
  return (
    <dialog ref={dialog} class="help" aria-labelledby="help-title" data-testid="help-dialog"
      onClose={() => (help.value = false)}>
      <header>
        <h2 id="help-title">What you see, and the keys</h2>
        <button type="button" data-testid="help-close" onClick={() => (help.value = false)}>Close</button>
      </header>
      <p>
        A real network of <strong>glassnet {version}</strong> learns in Python while you look at it. Each small square
        is a <em>node</em>: blue where its activation is above 0, orange where it is below, for every place on the
        map. Each curve is a <em>weight</em>: the wider, the larger; blue is positive, orange negative.
      </p>
      <p>
        Point at a node to see it large. Click a weight to change it. Click a point to follow it through the
        network, number by number.
      </p>
      <table>
        <tbody>
          {KEYS.map(({ keys, says }) => (
            <tr key={says}>
              <th scope="row">{keys.map((key) => <kbd key={key}>{key}</kbd>)}</th>
              <td>{says}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </dialog>
  );
}
