// The frame of a panel: its heading, its "?" with an explanation, its content.

import type { ComponentChildren } from "preact";
import { useId, useRef } from "preact/hooks";
import "../insight.css";

interface PanelProps {
  name: string; // for tests and pictures: "curves"
  title: string;
  help: ComponentChildren;
  tools?: ComponentChildren;
  children: ComponentChildren;
}

export function Panel({ name, title, help, tools, children }: PanelProps) {
  const id = useId();
  return (
    <section class={`insight insight-${name}`} aria-labelledby={id} data-picture={name} data-testid={`panel-${name}`}>
      <header class="insight-head">
        <h2 id={id}>{title}</h2>
        <Help about={title} name={name}>{help}</Help>
        <span class="insight-tools">{tools}</span>
      </header>
      {children}
    </section>
  );
}

/** A "?" that opens a short explanation; Escape or a click elsewhere closes it. */
export function Help({ about, name, children }: { about: string; name: string; children: ComponentChildren }) {
  const id = useId();
  const button = useRef<HTMLButtonElement>(null);
  const card = useRef<HTMLDivElement>(null);
  return (
    <>
      <button
        ref={button} type="button" class="help-button" popovertarget={id} data-testid={`${name}-help`}
        aria-label={`What is this? ${about}`}
      >
        ?
      </button>
      <div
        ref={card} id={id} popover="auto" class="help-card" role="note" data-testid={`${name}-help-card`}
        onToggle={() => place(button.current!, card.current!)}
      >
        {children}
      </div>
    </>
  );
}

/** Put the card below its button, or above it, and inside the window. */
export function place(button: HTMLElement, card: HTMLElement): void {
  const from = button.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = card;
  const below = from.bottom + 6 + height <= innerHeight;
  const top = below ? from.bottom + 6 : Math.max(8, from.top - 6 - height);
  card.style.top = `${top}px`;
  card.style.left = `${Math.max(8, Math.min(from.left, innerWidth - width - 8))}px`;
}
