// The keys of the glass: arrows step and change the row, Home and End jump, Escape closes.

import { chosen } from "../state";
import { at, go, goRow, steps } from "./steps";

const ACTIONS: Record<string, () => void> = {
  ArrowLeft: () => go(at.peek() - 1),
  ArrowRight: () => go(at.peek() + 1),
  Home: () => go(0),
  End: () => go(steps.peek().length - 1),
  ArrowUp: () => goRow(-1),
  ArrowDown: () => goRow(1),
  Escape: () => (chosen.value = null),
};

/** Listen before the page's own keys do; returns what ends it. */
export function listen(panel: HTMLElement): () => void {
  const onKey = (event: KeyboardEvent) => {
    const action = ACTIONS[event.key];
    if (!action || event.ctrlKey || event.metaKey || event.altKey || !isOurs(event, panel)) return;
    event.preventDefault();
    event.stopPropagation();
    action();
  };
  document.addEventListener("keydown", onKey, true);
  return () => document.removeEventListener("keydown", onKey, true);
}

/** Whether a key is meant for the glass: not for a field, an open card or a panel with arrow keys of its own. */
function isOurs(event: KeyboardEvent, panel: HTMLElement): boolean {
  if (document.querySelector(":popover-open, dialog[open]")) return false;
  const target = event.target as HTMLElement;
  if (/^(INPUT|SELECT|TEXTAREA)$/.test(target.tagName)) return event.key === "Escape" && panel.contains(target);
  if (event.key === "Escape" || target === document.body) return true;
  return panel.contains(target) ? !target.closest("[data-own-keys]") : !target.closest(OWN_ARROWS);
}

const OWN_ARROWS = "canvas, svg, [data-picture], [role=grid], [role=radiogroup], [role=tablist], [role=slider], [role=menu]";
