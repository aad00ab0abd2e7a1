// The menu of what can be kept of a page: its link, code, model, pictures, a version for a class.

import { signal } from "@preact/signals";
import { useId, useRef } from "preact/hooks";
import { place } from "../insight/panel";
import "../keep.css";
import { CodeDialog } from "./code";
import { loadModel, saveModel } from "./files";
import { HideDialog } from "./hide";
import { LinkDialog } from "./link";
import { PictureDialog } from "./picture";

type Name = "link" | "code" | "picture" | "hide";
const open = signal<Name | null>(null);
/** What has come of saving or loading, until it is dismissed. */
const note = signal<{ says: string; good: boolean } | null>(null);

const DIALOGS = { link: LinkDialog, code: CodeDialog, picture: PictureDialog, hide: HideDialog };

export function Keep() {
  const id = useId();
  const button = useRef<HTMLButtonElement>(null);
  const menu = useRef<HTMLDivElement>(null);
  const Shown = open.value && DIALOGS[open.value];
  return (
    <>
      <button ref={button} type="button" class="keep-button plain-button" popovertarget={id} data-testid="keep">Keep ▾</button>
      <div
        ref={menu} id={id} popover="auto" class="keep-menu" data-testid="keep-menu"
        onToggle={(event) => {
          if (event.newState !== "open") return;
          place(button.current!, menu.current!);
          menu.current!.querySelector("button")!.focus();
        }}
        onClick={(event) => (event.target as Element).closest("button") && menu.current!.hidePopover()}
        onKeyDown={(event) => walk(event, menu.current!)}
      >
        <Items />
      </div>
      {Shown && <Shown onClose={() => (open.value = null)} />}
      <Note />
    </>
  );
}

function Items() {
  const file = useRef<HTMLInputElement>(null);
  return (
    <>
      <Item name="link" says="this page as an address" onClick={() => (open.value = "link")}>Copy the link</Item>
      <Item name="code" says="a program that does the same" onClick={() => (open.value = "code")}>Python code</Item>
      <Item name="save" says="network and weights, a file" onClick={() => told(saveModel())}>Save the model</Item>
      <Item name="load" says="a .glassnet file" onClick={() => file.current!.click()}>Load a model</Item>
      <Item name="picture" says="of a panel, as PNG" onClick={() => (open.value = "picture")}>Picture</Item>
      <Item name="hide" says="a link that hides controls" onClick={() => (open.value = "hide")}>For a class</Item>
      <input
        ref={file} type="file" accept=".glassnet" hidden data-testid="keep-file"
        onChange={(event) => {
          const chosen = event.currentTarget.files?.[0];
          if (chosen) void told(loadModel(chosen));
          event.currentTarget.value = ""; // the same file can be chosen again
        }}
      />
    </>
  );
}

interface ItemProps { name: string; says: string; onClick: () => void; children: string }

function Item({ name, says, onClick, children }: ItemProps) {
  return (
    <button type="button" class="keep-item" data-testid={`keep-${name}-item`} onClick={onClick}>
      <b>{children}</b> <small>{says}</small>
    </button>
  );
}

async function told(doing: Promise<string>): Promise<void> {
  note.value = null;
  try {
    note.value = { says: await doing, good: true };
  } catch (error) {
    note.value = { says: error instanceof Error ? error.message : String(error), good: false };
  }
}

/** A box that stays, so that screen readers hear what comes into it. */
function Note() {
  const now = note.value;
  return (
    <div role="status" class="keep-note-box" data-testid="keep-note">
      {now && (
        <p class="keep-note" data-bad={!now.good || undefined}>
          <span aria-hidden="true">{now.good ? "✓" : "⚠"}</span> {now.says}
          <button type="button" class="plain-button" aria-label="Dismiss" data-testid="keep-note-dismiss" onClick={() => (note.value = null)}>✕</button>
        </p>
      )}
    </div>
  );
}

/** Arrow keys walk through the menu's buttons. */
function walk(event: KeyboardEvent, menu: HTMLElement): void {
  const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!by) return;
  event.preventDefault();
  event.stopPropagation();
  const buttons = [...menu.querySelectorAll("button")];
  const at = buttons.indexOf(document.activeElement as HTMLButtonElement);
  buttons[(at + by + buttons.length) % buttons.length]?.focus();
}
