// The learning rate and the length of the gradient over steps, small.

import { Chart } from "./chart";
import { last } from "./course";
import { short } from "./numbers";
import { Panel } from "./panel";
import type { Line } from "./plot";
import { useSlow } from "./slow";

const RATE: Line[] = [{ name: "", colour: "accent", dash: [], of: (point) => point.learning_rate }];
const NORM: Line[] = [{ name: "", colour: "train", dash: [], of: (point) => point.gradient_norm }];

export function LearningRate() {
  const point = useSlow(last, 250);
  const at = point ? `at step ${point.step}: ` : "nothing yet";
  return (
    <Panel name="learning-rate" title="Learning rate" help={<RateHelp />}>
      <h3>Learning rate η</h3>
      <Chart
        name="learning-rate" label={`Learning rate over steps, ${at}${point ? short(point.learning_rate) : ""}`} height={84}
        lines={RATE} x="step" log={false} gap={false} format={(value) => short(value)}
      />
      <h3>Length of the gradient ‖g‖</h3>
      <Chart
        name="gradient-norm" label={`Length of the gradient over steps, ${at}${point ? short(point.gradient_norm) : ""}`}
        height={84} lines={NORM} x="step" log gap={false} format={(value) => short(value)}
      />
    </Panel>
  );
}

function RateHelp() {
  return (
    <>
      <p>
        A step moves all weights against the <b>gradient</b>, the direction in which the loss grows fastest. The{" "}
        <b>learning rate</b> says how far. Too small: slow. Too large: the loss jumps about, or grows without end.
      </p>
      <p>A schedule changes the rate over time: large steps first, small ones to finish.</p>
      <p>
        The <b>length of the gradient</b> says how steep the loss is here. It gets small where the ground is flat: near a
        minimum, or on a plain. Its axis is logarithmic.
      </p>
    </>
  );
}
