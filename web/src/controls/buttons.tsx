// Small inputs made of buttons: one of a few, and a number with minus and plus.

import type { ComponentChildren } from "preact";

interface SegmentedProps<T> {
  id: string;
  label: string;
  options: readonly { value: T; label: ComponentChildren; id: string; title?: string }[];
  value: T;
  onChange: (value: T) => void;
}

export function Segmented<T>({ id, label, options, value, onChange }: SegmentedProps<T>) {
  return (
    <div class="segmented" role="group" aria-label={label} data-testid={id}>
      {options.map((one) => (
        <button
          key={one.id} type="button" data-testid={`${id}-${one.id}`} title={one.title}
          aria-pressed={one.value === value} onClick={() => onChange(one.value)}
        >
          {one.label}
        </button>
      ))}
    </div>
  );
}

interface StepperProps {
  id: string;
  label: string;
  value: number;
  low: number;
  high: number;
  onChange: (value: number) => void;
}

export function Stepper({ id, label, value, low, high, onChange }: StepperProps) {
  return (
    <span class="stepper" role="group" aria-label={label}>
      <button type="button" data-testid={`${id}-minus`} aria-label={`Fewer ${label}`}
        disabled={value <= low} onClick={() => onChange(value - 1)}>−</button>
      <output data-testid={id}>{value}</output>
      <button type="button" data-testid={`${id}-plus`} aria-label={`More ${label}`}
        disabled={value >= high} onClick={() => onChange(value + 1)}>+</button>
    </span>
  );
}

interface ToggleProps {
  id: string;
  label: string;
  checked: boolean;
  onChange: (checked: boolean) => void;
  title?: string;
}

export function Toggle({ id, label, checked, onChange, title }: ToggleProps) {
  return (
    <label class="toggle" title={title}>
      <input type="checkbox" data-testid={id} checked={checked}
        onChange={(event) => onChange(event.currentTarget.checked)} />
      <span>{label}</span>
    </label>
  );
}
