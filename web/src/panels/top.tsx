// The top bar: play, step, reset, speed; where the training is; theme, keep, help.

import { Keep } from "../keep";
import { LessonsButton } from "../lessons";
import type { FrameMessage } from "../protocol";
import { ask, connected, data, hidden, measured } from "../state";
import { shown } from "../controls/scales";
import { help, moment, playing, setSpeed, speed, theme, THEMES, togglePlaying } from "../view";
import { Icon, type IconName } from "./icons";
import { isBlank } from "./map_place";

const SPEEDS: [number, string][] = [
  [1, "1 step/s"], [5, "5 steps/s"], [20, "20 steps/s"], [100, "100 steps/s"], [500, "500 steps/s"],
  [0, "full speed"],
];

export function Top() {
  return (
    <header class="top">
      <h1><Icon name="logo" /> glassnet <span class="muted">playground</span></h1>
      <Play />
      <Numbers />
      <div class="top-end">
        <LessonsButton />
        {!hidden.value.has("keep") && <Keep />}
        <ThemeButton />
        <IconButton id="help" icon="help" label="Help and keys (?)" onClick={() => (help.value = true)} />
      </div>
    </header>
  );
}

interface IconButtonProps {
  id: string;
  icon: IconName;
  label: string;
  disabled?: boolean;
  onClick: () => void;
}

export function IconButton({ id, icon, label, disabled, onClick }: IconButtonProps) {
  return (
    <button type="button" class="icon" data-testid={id} aria-label={label} title={label} disabled={disabled}
      onClick={onClick}>
      <Icon name={icon} />
    </button>
  );
}

function Play() {
  const off = !connected.value || isBlank.value;
  const step = (unit: "batch" | "epoch") => () => ask({ do: "step", unit });
  // After a click of the mouse the space key means play again, not that button.
  const free = (event: MouseEvent) => event.detail > 0 && (document.activeElement as HTMLElement | null)?.blur();
  return (
    <div class="play" role="group" aria-label="Training" onClick={free}>
      <IconButton id="reset" icon="reset" label="Reset the weights (r)" disabled={off} onClick={() => ask({ do: "reset" })} />
      <button type="button" class="play-button" data-testid="play" disabled={off} aria-pressed={playing.value}
        title={isBlank.value ? "Paint points of two classes first" : playing.value ? "Pause (space)" : "Play (space)"} onClick={togglePlaying}>
        <Icon name={playing.value ? "pause" : "play"} /> {playing.value ? "Pause" : "Play"}
      </button>
      <IconButton id="step-batch" icon="batch" label="Step one batch (b)" disabled={off} onClick={step("batch")} />
      <IconButton id="step-epoch" icon="epoch" label="Step one epoch (e)" disabled={off} onClick={step("epoch")} />
      <select data-testid="speed" aria-label="Speed" value={speed.value}
        onChange={(event) => setSpeed(Number(event.currentTarget.value))}>
        {SPEEDS.map(([value, says]) => <option key={value} value={value}>{says}</option>)}
      </select>
    </div>
  );
}

function ThemeButton() {
  const next = THEMES[(THEMES.indexOf(theme.value) + 1) % THEMES.length]!;
  const words = { auto: "as the system", light: "light", dark: "dark" };
  return (
    <IconButton id="theme" icon={theme.value} label={`Theme: ${words[theme.value]}. Change to ${words[next]}.`}
      onClick={() => (theme.value = next)} />
  );
}

function Numbers() {
  const now = moment.value;
  const found = now && measured.peek();
  const regression = data.value?.header.task === "regression";
  return (
    <dl class="numbers">
      <Figure id="epoch" name="epoch" value={now ? String(now.epoch) : "–"} more={now ? batch(now) : ""} />
      <Figure id="loss-train" name="training loss" mark="train" value={text(found?.loss[0])} />
      <Figure id="loss-test" name="test loss" mark="test" value={text(found?.loss[1])} />
      <Figure id="score-test" name={regression ? "R², test" : "accuracy, test"} mark="test"
        value={percent(found?.score[1], regression)} />
    </dl>
  );
}

/** How fast it goes; where exactly it is while it stands still. */
function batch(now: FrameMessage): string {
  if (!now.playing) return `step ${now.step}, batch ${now.batch} of ${now.n_batches}`;
  return `${shown(now.epochs_per_second, 2)} epochs/s`;
}

function text(value: number | null | undefined): string {
  return value === null || value === undefined ? "–" : shown(value, 3);
}

function percent(value: number | null | undefined, plain: boolean): string {
  if (value === null || value === undefined) return "–";
  return plain ? shown(value, 3) : `${(100 * value).toFixed(1)} %`;
}

interface FigureProps {
  id: string;
  name: string;
  value: string;
  mark?: "train" | "test";
  more?: string;
}

function Figure({ id, name, value, mark, more }: FigureProps) {
  return (
    <div>
      <dt>{mark && <i class={`mark ${mark}`} aria-hidden="true" />}{name}</dt>
      <dd data-testid={id}>{value}</dd>
      {more !== undefined && <dd class="muted more" data-testid={`${id}-more`}>{more}</dd>}
    </div>
  );
}
