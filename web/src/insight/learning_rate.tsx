// The learning rate and the length of the gradient over steps, small.

import { signal } from "@preact/signals";
import { useRef } from "preact/hooks";
import type { CurvePoint } from "../protocol";
import { Chart } from "./chart";
import { last } from "./course";
import { RateHelp } from "./helps";
import { short } from "./numbers";
import { Panel } from "./panel";
import type { ColourName } from "./palette";
import type { Line } from "./plot_scales";
import { useSlow } from "./slow";

const line = (colour: ColourName, of: (point: CurvePoint) => number): Line[] => [{ name: "", colour, dash: [], of }];
const RATE = line("accent", (point) => point.learning_rate);
const NORM = line("train", (point) => point.gradient_norm);

export function LearningRate() {
  return (
    <Panel name="learning-rate" title="Learning rate" help={<RateHelp />}>
      <div class="rates">
        <Small name="learning-rate" title="Learning rate η" lines={RATE} log={false} />
        <Small name="gradient-norm" title="Gradient ‖g‖" lines={NORM} log />
      </div>
    </Panel>
  );
}

/** One line, with its number in the heading: the one that is read, or the last. */
function Small({ name, title, lines, log }: { name: string; title: string; lines: Line[]; log: boolean }) {
  const reading = useRef(signal<CurvePoint | null>(null)).current;
  const now = useSlow(last, 250);
  const point = reading.value ?? now;
  const value = point ? short(lines[0]!.of(point)) : "–";
  const where = point ? `, at step ${point.step}: ${value}` : ": nothing yet";
  return (
    <div class="rate">
      <h3>{title} <b>{value}</b></h3>
      <Chart
        name={name} label={`${title} over steps${where}. Arrow keys read it.`} lines={lines} x="step" log={log} gap={false}
        format={short} onRead={(one) => (reading.value = one)}
      />
    </div>
  );
}
