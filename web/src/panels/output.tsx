// What the network answers at every place of the map, with the rows over it, and how to read it.

import { ofClass, type Rgb } from "../colors";
import { Toggle } from "../controls/buttons";
import { shown } from "../controls/scales";
import { Tip } from "../controls/tip";
import { drawShape, shapeOf } from "../draw/points";
import { Drawing } from "../draw/drawing";
import type { DataMessage } from "../protocol";
import { data, discrete, network, showTest } from "../state";
import { dark, shapes } from "../view";
import { nodeName } from "./names";
import { looked } from "./node_buttons";
import { BigMap } from "./map";
import { Ramp } from "./ramp";
import { Readout } from "./readout";

export function Output() {
  const header = data.value?.header;
  const classes = header?.task === "classification";
  const at = looked.value;
  const title = at && network.value ? nodeName(network.value, at.layer, at.node) : "Output";
  return (
    <section class="panel output" aria-label="Output" data-picture="output">
      <h2>
        <span class="map-title" data-testid="map-title">{title[0]!.toUpperCase() + title.slice(1)}</span>
        <Tip about="the map">
          <p>The colour is what the network answers there; the paler, the less sure. The points are the rows: filled for
            training, hollow for test. Click a point to follow it through the network.</p>
          <p>Of a table with more than two inputs the map is a cut: all other columns stand at their mean.</p>
        </Tip>
        <span class="toggles">
          {classes && (
            <Toggle id="discrete" label="Discrete" title="Show the likeliest class only (d)" checked={discrete.value}
              onChange={(on) => (discrete.value = on)} />
          )}
          <Toggle id="show-test" label="Test" title="Show the test points (t)" checked={showTest.value}
            onChange={(on) => (showTest.value = on)} />
          {classes && (
            <Toggle id="shapes" label="Shapes" title="A shape for each class" checked={shapes.value}
              onChange={(on) => (shapes.value = on)} />
          )}
        </span>
      </h2>
      <BigMap />
      <Readout />
      {header && <Legend />}
    </section>
  );
}

function Legend() {
  const { header } = data.value!;
  return (
    <div class="legend" aria-label="Legend">
      {header.task === "regression" && <TargetRamp header={header} />}
      {header.classes.map((name, k) => (
        <span key={name}><Sign shape={shapes.value ? shapeOf(k) : 0} color={ofClass(k)} />{name}</span>
      ))}
      <span><Sign shape={0} hollow={false} color={grey()} />training</span>
      {header.n_test > 0 && <span><Sign shape={0} hollow color={grey()} />test</span>}
    </div>
  );
}

const [LIGHT_GREY, DARK_GREY]: [Rgb, Rgb] = [[195, 202, 210], [74, 80, 88]];
const grey = (): Rgb => (dark.value ? LIGHT_GREY : DARK_GREY);

function Sign({ shape, color, hollow = false }: { shape: number; color: Rgb; hollow?: boolean }) {
  return (
    <Drawing width={14} height={14} of={[shape, color, hollow]}
      draw={(context) => drawShape(context, shape, 7, 7, 4, color, hollow)} />
  );
}

function TargetRamp({ header }: { header: DataMessage }) {
  const [low, high] = header.range;
  return <Ramp low={shown(low, 3)} high={`${shown(high, 3)} ${header.target}`} />;
}
