// A slider with a number box: the slider for trying, the box for exact values.

import type { ComponentChildren } from "preact";
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { clamped, rounded, type Scale } from "./scales";
import { throttled } from "./throttle";
import { Tip } from "./tip";
import { note } from "../view";

interface Props {
  id: string; // the data-testid; the box has "-box" after it
  label: string;
  value: number;
  scale: Scale;
  /** The nearest number that is allowed; by default two digits that count. */
  round?: (value: number) => number;
  onChange: (value: number) => void;
  help?: ComponentChildren;
  /** Said beside the box, such as "all rows". */
  words?: string;
}

const STEPS = 200;

export function Slider({ id, label, value, scale, round = rounded, onChange, help, words }: Props) {
  const [draft, setDraft] = useState<number | null>(null);
  const dragging = useRef(false);
  const ends = useRef(0);
  const latest = useRef(onChange);
  latest.current = onChange;
  const send = useMemo(() => throttled((one: number) => latest.current(one), 120), []);

  // What the server answers takes the draft's place, though not under the reader's finger.
  useEffect(() => {
    if (!dragging.current) setDraft(null);
  }, [value]);
  const allowed = (one: number) => clamped(round(one), scale.low, scale.high);
  const set = (one: number) => {
    clearTimeout(ends.current); // the end of the move before: this one has its own
    setDraft(allowed(one));
    send(allowed(one));
  };
  const release = () => {
    dragging.current = false;
    clearTimeout(ends.current);
    ends.current = window.setTimeout(() => !dragging.current && setDraft(null), 600);
  };
  const now = draft ?? value;
  const place = Math.round(clamped(scale.position(now), 0, 1) * STEPS);
  // An arrow key moves by one place, which rounding may make the same number: then we go on to another.
  const go = (to: number) => {
    const by = to - place;
    let at = to;
    while (Math.abs(by) === 1 && at > 0 && at < STEPS && allowed(scale.at(at / STEPS)) === now) at += by;
    set(scale.at(at / STEPS));
  };
  return (
    <div class="field">
      <div class="field-head">
        <label for={id}>{label}</label>
        {help && <Tip about={label}>{help}</Tip>}
        {words && <span class="muted field-words">{words}</span>}
        <NumberBox id={`${id}-box`} label={label} value={now} scale={scale} onChange={set} />
      </div>
      <input
        id={id} data-testid={id} type="range" min={0} max={STEPS} step={1}
        value={place} aria-valuetext={words ?? String(now)}
        onInput={(event) => {
          dragging.current = true;
          go(Number(event.currentTarget.value));
        }}
        onChange={release}
      />
    </div>
  );
}

interface BoxProps {
  id: string;
  label: string;
  value: number;
  scale: { low: number; high: number };
  whole?: boolean;
  onChange: (value: number) => void;
}

/** A box for one number: what cannot be is not sent, what lies beyond becomes the bound. */
export function NumberBox({ id, label, value, scale, whole, onChange }: BoxProps) {
  const box = useRef<HTMLInputElement>(null);
  // Not while one types in it: numbers that training moves would take the digits away.
  useLayoutEffect(() => {
    if (document.activeElement !== box.current) box.current!.value = String(rounded(value, 6));
  }, [value]);
  const take = () => {
    const typed = box.current!.valueAsNumber;
    const number = Number.isFinite(typed) ? typed : value;
    const allowed = clamped(whole ? Math.round(number) : number, scale.low, scale.high);
    if (number < scale.low || number > scale.high)
      note.value = `${label}: ${number} lies beyond ${scale.low} to ${scale.high}; it is ${allowed} now.`;
    box.current!.value = String(allowed);
    if (allowed !== value) onChange(allowed);
  };
  return (
    <input ref={box} class="box" data-testid={id} type="number" step="any" aria-label={label}
      min={scale.low} max={scale.high} onChange={take} />
  );
}
