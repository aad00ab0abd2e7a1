// The stage: a canvas for weights, one over it for nodes, and over both a button for each node and bias.

import { signal } from "@preact/signals";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { columns as placed, stageWidth, type Column } from "../draw/layout";
import { drawGap, drawOne, isCrowded, weightAt } from "../draw/connections";
import { BIAS_FROM, drawInputs, drawNodes, drawOutputs, outline } from "../draw/nodes";
import { surface, useDrawing, useSize } from "../draw/surface";
import { inputHeight } from "../draw/thumbnails";
import type { Arrays, SetupMessage } from "../protocol";
import { chosen, data, frame, glass, glassStep, measured, network } from "../state";
import { dark, editing, editorAt } from "../view";
import { HoverBox } from "./hover";
import { LayerHead } from "./layers";
import { hovered, look, looked, NodeButtons } from "./node_buttons";

const HEAD = matchMedia("(pointer: coarse)").matches ? 114 : 96; // pixels for what stands above the layers
const FOOT = 10;

function columnsOf({ setup: { inputs }, network: layers }: SetupMessage, width: number, height: number): Column[] {
  const hasMaps = inputs.every((name) => inputHeight(name) !== null);
  return placed(inputs.length, hasMaps, layers, width, HEAD, height - FOOT);
}

/** The dense layer that the glass shows, and null while it is closed. */
const litLayer = () => (chosen.value === null ? null : (glass.value?.steps[glassStep.value]?.dense ?? null));

export function Stage() {
  const [box, size] = useSize<HTMLDivElement>();
  const net = network.value;
  const width = net ? stageWidth(net.network, size.width) : 0;
  const columns = useMemo(
    () => (net && size.height > 0 ? columnsOf(net, width, size.height) : []),
    [net, width, size.height],
  );
  // A node that is looked at may be gone in another network.
  useEffect(() => look(null), [net?.generation]);
  return (
    <div ref={box} class="stage" onMouseLeave={() => (hovered.value = null)}>
      {net && columns.length > 0 && (
        <div class="stage-inside" style={{ width: `${width}px` }}>
          <Weights net={net} columns={columns} width={width} height={size.height} />
          <Nodes net={net} columns={columns} width={width} height={size.height} />
          <Heads net={net} columns={columns} />
          <NodeButtons net={net} columns={columns} biasFrom={BIAS_FROM} />
          <HoverBox net={net} width={width} height={size.height} />
        </div>
      )}
    </div>
  );
}

function Heads({ net, columns }: { net: SetupMessage; columns: Column[] }) {
  const lit = litLayer();
  const width = Math.min(132, (columns[1]?.pitch ?? 100) - 6);
  const plain = (column: Column, name: string, isLit: boolean) => (
    <div class={isLit ? "layer-head plain lit" : "layer-head plain"}
      style={{ left: `${column.center - width / 2}px`, width: `${width}px` }}>{name}</div>
  );
  return (
    <>
      {plain(columns[0]!, "Inputs", false)}
      {net.setup.layers.map((layer, i) => columns[i + 1] && (
        <LayerHead key={i} index={i} layer={layer} center={columns[i + 1]!.center} width={width} lit={lit === i} />
      ))}
      {plain(columns[columns.length - 1]!, "Output", lit === columns.length - 2)}
    </>
  );
}

interface PictureProps {
  net: SetupMessage;
  columns: Column[];
  width: number;
  height: number;
}

const cursor = signal("default");

/** The frame's arrays, if they are those of this network. */
function arraysOf(net: SetupMessage): Arrays | null {
  const now = frame.peek();
  const fits = now && now.header.generation === net.generation && now.arrays.theta!.length === net.n_params;
  return fits ? now.arrays : null;
}

/** Milliseconds between two drawings of the weights: hundreds of curves take longer than all the rest of a frame. */
const weightsEvery = (net: SetupMessage) => (net.network.some(isCrowded) ? 300 : 120);

function Weights({ net, columns, width, height }: PictureProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useDrawing([frame, dark], [net, columns, width, height], () => {
    const theta = arraysOf(net)?.theta as Float64Array | undefined;
    if (!theta) return false; // of another network: the old picture stays until its frame comes
    const context = surface(canvas.current!, width, height);
    net.network.forEach((layer, l) => drawGap(context, theta, layer, columns[l]!, columns[l + 1]!));
    return true;
  }, weightsEvery(net));
  return <canvas ref={canvas} aria-hidden="true" />;
}

function Nodes({ net, columns, width, height }: PictureProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useDrawing([frame, data, dark, hovered, looked], [net, columns, width, height], () => {
    const context = surface(canvas.current!, width, height);
    const header = data.peek()?.header;
    if (!header || header.available.length === 0) return;
    const labels = new Map(header.available.map((one) => [one.name, one.label]));
    const arrays = arraysOf(net);
    if (arrays) {
      const index = hovered.peek()?.index;
      if (index !== undefined) drawOne(context, net.network, columns, index);
      drawNodes(context, net, columns, arrays, header.classes.length,
        (l) => new Set(measured.peek()?.layers[l]?.dead_nodes ?? []));
    }
    drawInputs(context, columns[0]!, net.setup.inputs, (name) => labels.get(name) ?? name);
    drawOutputs(context, columns[columns.length - 1]!, header, width);
    const at = looked.peek();
    const column = at && columns[at.layer + 1];
    if (column && column.x[at.node] !== undefined)
      outline(context, column.x[at.node]!, column.y[at.node]!, column.size, column.size);
  });
  const find = (event: MouseEvent, reach: number) => {
    const { left, top } = canvas.current!.getBoundingClientRect();
    const [x, y] = [event.clientX - left, event.clientY - top];
    const index = found(net, columns, x, y, reach);
    hovered.value = index === null ? null : { index, x, y };
    cursor.value = index === null ? "default" : "pointer";
    return { index, x, y };
  };
  const sizes = [net.setup.inputs.length, ...net.network.map((one) => one.n_out)].join(", ");
  return (
    <canvas ref={canvas} role="img" style={{ cursor: cursor.value }}
      aria-label={`The network: ${sizes} nodes from the inputs to the output.`}
      onMouseMove={(event) => find(event, 6)}
      onClick={(event) => {
        const { index, x, y } = find(event, 12);
        editorAt.value = { x, y };
        editing.value = index === null ? null : { index };
      }} />
  );
}

/** The weight under the pointer: of the gap that it stands in. */
function found(net: SetupMessage, columns: Column[], x: number, y: number, reach: number): number | null {
  const theta = frame.peek()?.arrays.theta as Float64Array | undefined;
  if (!theta || theta.length !== net.n_params || y < HEAD - 20) return null;
  const l = net.network.findIndex((_, i) => x > Math.min(...columns[i]!.x) && x < Math.max(...columns[i + 1]!.x));
  return l < 0 ? null : weightAt(theta, net.network[l]!, columns[l]!, columns[l + 1]!, x, y, reach);
}
