// The page's keys. None acts while one types in a field or while a dialog is open.

import { ask, discrete, showTest } from "./state";
import { chooseNext, help, newSample, toggleGlass, togglePlaying } from "./view";

interface Key {
  keys: string[];
  says: string;
  act?: () => void; // none: some panel acts on it
}

export const KEYS: Key[] = [
  { keys: ["Space"], says: "play, pause", act: togglePlaying },
  { keys: ["b"], says: "one step: a batch", act: () => ask({ do: "step", unit: "batch" }) },
  { keys: ["e"], says: "one epoch: every training row once", act: () => ask({ do: "step", unit: "epoch" }) },
  { keys: ["r"], says: "reset: the first weights again", act: () => ask({ do: "reset" }) },
  { keys: ["n"], says: "new sample of the data", act: newSample },
  { keys: ["d"], says: "show the likeliest class only", act: () => (discrete.value = !discrete.value) },
  { keys: ["t"], says: "show or hide the test points", act: () => (showTest.value = !showTest.value) },
  { keys: ["g"], says: "through the glass: one point, forward and backward", act: toggleGlass },
  { keys: ["["], says: "the point before", act: () => chooseNext(-1) },
  { keys: ["]"], says: "the next point", act: () => chooseNext(1) },
  { keys: ["↑", "↓", "←", "→"], says: "in the network: another node; on the map: move the cross" },
  { keys: ["Enter"], says: "on a node: its weights, to edit (e does it, too); on the map: choose or paint a point" },
  { keys: ["Esc"], says: "close what is open" },
  { keys: ["?"], says: "this list", act: () => (help.value = !help.value) },
];

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  const typed = target instanceof HTMLInputElement && target.type !== "checkbox";
  return typed || target.isContentEditable || /^(SELECT|TEXTAREA)$/.test(target.tagName);
}

/** Space presses the button that has the focus: then it is that button's key. */
function isPress(event: KeyboardEvent): boolean {
  const pressed = event.target instanceof Element && event.target.closest("button, a, summary, [type=checkbox]");
  return event.key === " " && Boolean(pressed);
}

export function listenToKeys(): void {
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    if (isTyping(event.target) || isPress(event) || document.querySelector("dialog[open]")) return;
    const name = event.key === " " ? "Space" : event.key;
    const key = KEYS.find((one) => one.act && (one.keys.includes(name) || one.keys.includes(name.toLowerCase())));
    if (!key || (event.repeat && key.keys[0] !== "b")) return;
    event.preventDefault();
    key.act!();
  });
}
