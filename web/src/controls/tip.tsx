// A "?" that opens a few words of help. The browser's own popover: Escape and a click outside close it.

import type { ComponentChildren } from "preact";
import { useId, useRef } from "preact/hooks";

const WIDTH = 280;

export function Tip({ about, children }: { about: string; children: ComponentChildren }) {
  const id = useId();
  const button = useRef<HTMLButtonElement>(null);
  const box = useRef<HTMLDivElement>(null);
  const place = (event: ToggleEvent) => {
    if (event.newState !== "open" || !button.current || !box.current) return;
    const { left, bottom, top } = button.current.getBoundingClientRect();
    const style = box.current.style;
    style.left = `${Math.max(8, Math.min(left, innerWidth - WIDTH - 16))}px`;
    // Below the button where there is room, else above it.
    const below = innerHeight - bottom > 220;
    style.top = below ? `${bottom + 6}px` : "auto";
    style.bottom = below ? "auto" : `${innerHeight - top + 6}px`;
  };
  return (
    <>
      <button ref={button} type="button" class="tip" popovertarget={id} aria-label={`About ${about}`}>?</button>
      <div ref={box} id={id} popover="auto" class="tip-box" onBeforeToggle={place}>{children}</div>
    </>
  );
}
