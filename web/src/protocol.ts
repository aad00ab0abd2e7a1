// What the page and the server say to each other. The server's half: src/glassnet/playground/.
//
// Text messages are JSON. Binary messages are a header and arrays:
//   4 bytes     length H of the header, little-endian
//   H bytes     JSON; "arrays": {name: {dtype: "f4"|"f8"|"u1"|"i4", shape, offset}}
//   padding     to a multiple of 8; offsets count from here, and are multiples of 8
// One training a page. The server sends a frame when the page has acknowledged the one before.

/** A thing that can be chosen, such as an optimizer, and its settings. */
export interface Kind {
  /** As the setup names it, which is the library's own name: "Adam". */
  name: string;
  /** As people say it: "Adam". */
  label: string;
  /** LaTeX, or "". */
  formula: string;
  /** One plain sentence. */
  says: string;
  settings: Setting[];
}

export interface Setting {
  name: string;
  label: string;
  default: number | string;
  /** Numbers have bounds; a text has options. */
  low?: number;
  high?: number;
  whole?: boolean;
  options?: string[];
}

export interface DataKind {
  name: string;
  label: string;
  task: Task;
  /** "plane": generated, two columns; "table": fixed rows; "painted", "file": the user's own. */
  source: "plane" | "table" | "painted" | "file";
  says: string;
  /** How many classes it can have; null if that is fixed or there are none. */
  classes: [number, number] | null;
  /** Whether `noise` and `rows` mean something. */
  noise: boolean;
}

export type Task = "classification" | "regression";

/** What can be chosen. Comes once, with "ready". */
export interface Catalog {
  data: DataKind[];
  activations: Kind[];
  /** By task. */
  losses: Record<Task, Kind[]>;
  optimizers: Kind[];
  schedules: Kind[];
  initializers: Kind[];
  limits: {
    layers: number; // hidden ones
    nodes: number; // of a hidden layer
    classes: number;
    rows: number; // of painted and of generated points
    upload: number; // bytes
    inputs: number;
  };
}

/** A choice of a kind, with settings that differ from the defaults or not. */
export interface Choice {
  name: string;
  settings: Record<string, number | string>;
}

export interface HiddenLayer {
  nodes: number;
  activation: string;
  dropout: number;
}

/** The whole state of a page but for its weights: what a link holds, and a seed gives the rest. */
export interface Setup {
  data: {
    name: string;
    rows: number;
    noise: number; // 0 to 1
    classes: number;
    test: number; // share of the rows, 0 to 0.9
    seed: number; // "new sample" is another one
    /** Painted points: x, y, class. */
    points: [number, number, number][];
    /** Of a file: the column that is predicted. */
    target: string | null;
  };
  inputs: string[]; // names out of DataMessage.available
  /** The two axes: two inputs' columns, or the first two principal components. */
  view: { kind: "columns"; x: string; y: string } | { kind: "components" };
  layers: HiddenLayer[];
  weights: Choice; // initializer
  loss: Choice;
  optimizer: Choice; // without its learning rate
  learning_rate: number;
  schedule: Choice | null;
  /** The length that a schedule is laid out for, and where training stops; null: it goes on. */
  epochs: number | null;
  penalty: { l1: number; l2: number };
  batch_size: number; // 0 is all rows
  seed: number; // of initial weights, order of rows, dropout
}

/** From the page to the server. */
export type Request =
  // Any top-level parts of a setup. The server answers with "setup", and "data" if points changed.
  | { do: "setup"; setup: Partial<Setup> }
  | { do: "play" }
  | { do: "pause" }
  | { do: "step"; unit: "batch" | "epoch" }
  | { do: "reset" } // initial weights again, of the same seed
  | { do: "speed"; steps_per_second: number } // 0: as fast as it goes
  | { do: "edit"; index: number; value: number } // a number of theta
  | { do: "look"; layer: number | null; node: number } // the big map shows a node; null: the output
  | { do: "ack"; frame: number }
  // Through the glass: a point (its place in DataMessage) forward and backward; answered by "glass".
  | { do: "glass"; row: number; parameter: number | null }
  | { do: "export" } // answered by "code"
  | { do: "gradcheck" }; // answered by "gradcheck"

export interface ReadyMessage {
  type: "ready";
  page: string; // names this page in uploads and downloads
  version: string;
  catalog: Catalog;
  setup: Setup;
}

/** The setup as it is now, and the network that it means. After every request that changes it. */
export interface SetupMessage {
  type: "setup";
  generation: number; // frames of another generation are stale
  setup: Setup;
  /** Dense layers in their order, the output layer last. */
  network: DenseLayer[];
  n_params: number;
  /** Such as "12 rows with an empty target were left out". */
  notes: string[];
}

export interface DenseLayer {
  n_in: number;
  n_out: number;
  /** Where W (row by row: one row for each input) and b begin in theta. */
  W: number;
  b: number;
  activation: string | null; // null: the output layer
  dropout: number;
  /** Where its nodes begin in FrameMessage's "nodes". */
  first: number;
}

/** With arrays points f4 (n, 2) in the view's axes; target f4 (n): class or value; test u1 (n). */
export interface DataMessage {
  type: "data";
  generation: number;
  task: Task;
  classes: string[]; // empty for regression
  target: string;
  available: Input[];
  axes: { x: Axis; y: Axis };
  /** Of the target, for colours; regression only. */
  range: [number, number];
  n_train: number;
  n_test: number;
  /** Columns of the user's file that could be predicted; empty for other data. */
  columns: string[];
  /** The user's own file, by its name. */
  file: string | null;
  /** Where the network is asked for a map: false where a view by components explains too little. */
  explained: number | null; // share of variance in the two components
}

export interface Axis {
  label: string;
  low: number;
  high: number;
}

export interface Input {
  name: string; // "x1", "x1^2", "x1 x2", "sin x1", or a column's
  label: string; // "x₁²"
  formula: string; // LaTeX
  is_column: boolean; // whether it can be an axis
}

/**
 * With arrays
 *   theta f8 (n_params)
 *   map: classes u1 (n_classes, size, size), probabilities times 255; numbers f4 (1, size, size);
 *        while a node is looked at, f4 (1, size, size): its activations
 *   nodes u1 (n_nodes, small, small): each node's activation, 0 to 255 from its least to its most
 *        over the map; rows go from the top (largest y) down, here and in "map"
 *   bounds f4 (n_nodes, 2): that least and most
 */
export interface FrameMessage {
  type: "frame";
  frame: number;
  generation: number;
  run: number; // counts the trainings: each one begins from initial weights
  epoch: number;
  step: number;
  batch: number; // of the epoch, from 1; 0 before the first
  n_batches: number;
  playing: boolean;
  epochs_per_second: number;
  steps_per_second: number;
  look: { layer: number; node: number } | null;
  /** Null where the ones before still hold: while it plays they come some six times a second, or less often. */
  numbers: Numbers | null;
  /** Why it stands still, in words: "diverged", "stop" (the last epoch). */
  ended: { why: "diverged" | "stop"; says: string; fix: Partial<Setup> | null } | null;
}

export interface Numbers {
  loss: [number, number | null]; // training rows, test rows
  score: [number, number | null]; // accuracy, or R²
  curve: CurvePoint[]; // since the last numbers
  learning_rate: number; // schedule included
  gradient_norm: number;
  layers: LayerFrame[]; // hidden layers, then the scores
  /** Rows: the true class; columns: the predicted one. Null for regression. */
  confusion: { train: number[][]; test: number[][] | null } | null;
}

export interface CurvePoint {
  epoch: number;
  step: number;
  loss: [number, number | null];
  score: [number, number | null];
  learning_rate: number;
  gradient_norm: number;
}

export interface LayerFrame {
  gradient_norm: number; // of W and b, on the training rows of the last gradient
  /** Of the layer's activations (scores for the last) on training rows. */
  low: number;
  high: number;
  counts: number[];
  /** Share of nodes that are 0 (or stand still) for every row. */
  dead: number;
  dead_nodes: number[];
}

/** Steps as glassnet.explain gives them. */
export interface GlassMessage {
  type: "glass";
  row: number;
  steps: GlassStep[];
  loss: number;
  prediction: Record<string, number>;
  parameter: GlassParameter | null;
  says: string; // "row 17, a training point of class 2"
}

export interface GlassStep {
  phase: "forward" | "backward" | "update";
  /** Index in the network's layers (dense, activation, dropout each count), or null. */
  layer: number | null;
  /** Index in SetupMessage.network that it belongs to, or null. */
  dense: number | null;
  title: string;
  formula: string; // LaTeX
  lines: string[]; // LaTeX, a node each
  values: { name: string; shape: number[]; numbers: number[] } | null;
  gradients: { name: string; shape: number[]; numbers: number[] }[];
  says: string;
}

export interface GlassParameter {
  index: number;
  layer: number;
  name: "W" | "b";
  row: number;
  column: number | null;
  before: number;
  gradient: number;
  difference: number; // central difference
  relative_error: number;
  after: number;
}

export interface CodeMessage {
  type: "code";
  text: string;
}

export interface GradcheckMessage {
  type: "gradcheck";
  relative_error: number;
  kink_distance: number;
  rows: { layer: string; parameter: string; size: number; largest: number; relative_error: number }[];
}

/** A request that cannot be done; nothing has changed. */
export interface ErrorMessage {
  type: "error";
  about: string; // the request's "do"
  says: string;
}

export type Message =
  | ReadyMessage
  | SetupMessage
  | GlassMessage
  | CodeMessage
  | GradcheckMessage
  | ErrorMessage;

export type Arrays = Record<string, Float32Array | Float64Array | Uint8Array | Int32Array>;

/** Return a binary message's header and its arrays, which are views into it. */
export function decoded(buffer: ArrayBuffer): { header: DataMessage | FrameMessage; arrays: Arrays } {
  const length = new DataView(buffer).getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, length)));
  const start = Math.ceil((4 + length) / 8) * 8;
  const arrays: Arrays = {};
  const views = { f4: Float32Array, f8: Float64Array, u1: Uint8Array, i4: Int32Array };
  for (const [name, one] of Object.entries<{ dtype: keyof typeof views; shape: number[]; offset: number }>(header.arrays)) {
    const size = one.shape.reduce((product, n) => product * n, 1);
    arrays[name] = new views[one.dtype](buffer, start + one.offset, size);
  }
  return { header, arrays };
}

// Over HTTP, each with the page's token and name: ?token=...&page=...
//   POST file    a table (CSV, Parquet, ...), the body; ?name= its name. Answers {says: [...]} and
//                sends "setup" and "data" over the socket, or 4xx with {says}.
//   POST model   a .glassnet file: its network and weights
//   GET model    the network as it is, as a .glassnet file
