// The page as a link: what differs from the server's own setup stands readable after the "#".

import { effect } from "@preact/signals";
import type { Catalog, Choice, HiddenLayer, Kind, Setup, SetupMessage } from "./protocol";
import { ask, catalog, data, discrete, hidden, network, setup, showTest } from "./state";
import { throttled } from "./controls/throttle";
import { decodedPoints, encodedPoints } from "./link_points";
import { note, sketch, theme, THEMES, type Theme } from "./view";

const HIDEABLE = ["data", "inputs", "network", "training", "output", "charts", "keep"];

type Parts = Map<string, string>;
/** A part of the link: what it says of a setup (null: nothing that differs), and what a text makes of it. */
interface Part {
  write(now: Setup, first: Setup): string | null;
  /** Throws where the text means nothing. */
  read(text: string, to: Setup, kinds: Catalog): void;
}

class Unreadable extends Error {}

const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);

/** A part that is one number or one word. */
function plain(get: (one: Setup) => unknown, set: (one: Setup, text: string) => void): Part {
  return {
    write: (now, first) => (same(get(now), get(first)) ? null : String(get(now) ?? "none")),
    read: (text, to) => set(to, text),
  };
}

function number(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !Number.isFinite(value)) throw new Unreadable();
  return value;
}

function named(kinds: readonly { name: string }[], name: string): string {
  if (!kinds.some((one) => one.name === name)) throw new Unreadable();
  return name;
}

/** A kind and those of its settings that are not the defaults: Adam(beta_1:0.8). */
function choice(key: "weights" | "loss" | "optimizer" | "schedule", kindsOf: (all: Catalog) => Kind[]): Part {
  const written = (one: Choice | null): string => {
    if (!one) return "none";
    const kind = kindsOf(catalog.peek()!).find((two) => two.name === one.name);
    const settings = Object.entries(one.settings)
      .filter(([name, value]) => kind?.settings.find((two) => two.name === name)?.default !== value)
      .map(([name, value]) => `${name}:${value}`);
    return settings.length > 0 ? `${one.name}(${settings.join(",")})` : one.name;
  };
  return {
    write: (now, first) => (same(now[key], first[key]) ? null : written(now[key])),
    read(text, to, all) {
      const match = /^(\w+)(?:\((.*)\))?$/.exec(text);
      if (!match) throw new Unreadable();
      if (key === "schedule" && match[1] === "none") to.schedule = null;
      else to[key] = { name: named(kindsOf(all), match[1]!), settings: settingsOf(match[2] ?? "") };
    },
  };
}

function settingsOf(text: string): Choice["settings"] {
  const pairs = text.split(",").filter(Boolean).map((one) => {
    const [name, value] = one.split(":");
    if (!name || value === undefined) throw new Unreadable();
    return [name, Number.isFinite(Number(value)) ? Number(value) : value] as const;
  });
  return Object.fromEntries(pairs);
}

/** Layers as 8-Tanh or 8-Tanh-0.2, the last number the dropout. */
const layers: Part = {
  write: (now, first) => (same(now.layers, first.layers) ? null : now.layers
    .map((one) => `${one.nodes}-${one.activation}${one.dropout ? `-${one.dropout}` : ""}`).join(",") || "none"),
  read(text, to, all) {
    const read = (one: string): HiddenLayer => {
      const [nodes = "", activation = "", dropout = "0"] = one.split("-");
      return { nodes: number(nodes), activation: named(all.activations, activation), dropout: number(dropout) };
    };
    to.layers = text === "none" ? [] : text.split(",").map(read);
  },
};

const PARTS: Record<string, Part> = {
  data: plain((one) => one.data.name, (one, text) => (one.data.name = named(catalog.peek()!.data, text))),
  rows: plain((one) => one.data.rows, (one, text) => (one.data.rows = number(text))),
  noise: plain((one) => one.data.noise, (one, text) => (one.data.noise = number(text))),
  classes: plain((one) => one.data.classes, (one, text) => (one.data.classes = number(text))),
  test: plain((one) => one.data.test, (one, text) => (one.data.test = number(text))),
  sample: plain((one) => one.data.seed, (one, text) => (one.data.seed = number(text))),
  target: {
    write: ({ data }, first) => (data.name === "file" && data.target !== first.data.target ? data.target : null),
    read: (text, to) => (to.data.target = text),
  },
  points: {
    write: (now) => (now.data.name === "painted" && encodedPoints(now.data.points)) || null,
    read: (text, to) => (to.data.points = decodedPoints(text)),
  },
  inputs: {
    write: (now, first) => (same(now.inputs, first.inputs) || isWholeTable(now) ? null : now.inputs.map(escaped).join(",")),
    read: (text, to) => (to.inputs = text.split(",").map(unescaped)),
  },
  view: plain(
    ({ view }) => (view.kind === "components" ? "components" : `${escaped(view.x)},${escaped(view.y)}`),
    (one, text) => {
      const [x, y] = text.split(",").map(unescaped);
      if (text !== "components" && (!x || !y)) throw new Unreadable();
      one.view = text === "components" ? { kind: "components" } : { kind: "columns", x: x!, y: y! };
    },
  ),
  layers,
  weights: choice("weights", (all) => all.initializers),
  loss: choice("loss", (all) => [...all.losses.classification, ...all.losses.regression]),
  optimizer: choice("optimizer", (all) => all.optimizers),
  rate: plain((one) => one.learning_rate, (one, text) => (one.learning_rate = number(text))),
  schedule: choice("schedule", (all) => all.schedules),
  epochs: plain((one) => one.epochs, (one, text) => (one.epochs = text === "none" ? null : number(text))),
  l1: plain((one) => one.penalty.l1, (one, text) => (one.penalty = { ...one.penalty, l1: number(text) })),
  l2: plain((one) => one.penalty.l2, (one, text) => (one.penalty = { ...one.penalty, l2: number(text) })),
  batch: plain((one) => one.batch_size, (one, text) => (one.batch_size = text === "all" ? 0 : number(text))),
  seed: plain((one) => one.seed, (one, text) => (one.seed = number(text))),
};

/** All columns of a table: what the server itself begins with. */
function isWholeTable(now: Setup): boolean {
  const available = data.peek()?.header.available ?? [];
  return available.every((one) => one.is_column && now.inputs.includes(one.name)) && available.length === now.inputs.length;
}

/** A name inside a list: its own commas are written as %2C, once more escaped by the address. */
function escaped(name: string): string {
  return name.replaceAll("%", "%25").replaceAll(",", "%2C");
}

function unescaped(text: string): string {
  return text.replaceAll("%2C", ",").replaceAll("%25", "%");
}

/** Escape what an address cannot hold, and no more: the link is to be read. */
function inAddress(text: string): string {
  return encodeURIComponent(text).replace(/%(2C|3A|3D|5E|28|29|2F|40)/g, decodeURIComponent).replaceAll("%20", "+");
}

function parsed(hash: string): Parts {
  const parts: Parts = new Map();
  for (const one of hash.replace(/^#/, "").split("&").filter(Boolean)) {
    const [name = "", ...rest] = one.split("=");
    try {
      parts.set(name, decodeURIComponent(rest.join("=").replaceAll("+", " ")));
    } catch {
      parts.set(one, ""); // no such part: it will be said
    }
  }
  return parts;
}

/** The setup that this server starts with: a link says what differs. */
let first: Setup | null = null;

/** Called when the server is there: ask it for what the link holds, then keep the link up to date. */
export function restore(own: Setup): void {
  first = own;
  fromHash(own, true);
  addEventListener("hashchange", () => fromHash(own, false));
  effect(() => {
    const now = network.value;
    const parts = now && [setup.value, data.value, hidden.value, theme.value, discrete.value, showTest.value];
    if (now !== seen) waiting = Math.max(waiting - 1, 0);
    seen = now;
    if (parts && waiting === 0) write();
  });
}

/** Answers that are still to come before the address may be written: until then it says more than the page knows. */
let waiting = 0;
let seen: SetupMessage | null = null;

/** Read the address. What it does not mention is the server's to choose: a table brings its own inputs. */
function fromHash(own: Setup, begins: boolean): void {
  const parts = parsed(location.hash);
  waiting = 1;
  if (!begins) {
    sketch.value = null;
    if (!parts.has("hide")) hidden.value = new Set();
  }
  const to = structuredClone(own);
  const unread = [...parts.keys()].filter((name) => !readPart(name, parts.get(name)!, to));
  if (to.data.name === "file" && own.data.name !== "file") {
    note.value = "This link is of a table, which a link cannot hold: choose the file again.";
    Object.assign(to, { data: own.data, inputs: own.inputs, view: own.view, loss: own.loss });
  } else if (unread.length > 0) note.value = `The link says what this page does not know: ${unread.join(", ")}.`;
  const asked = Object.entries(to).filter(([name, part]) => !begins || !same(part, own[name as keyof Setup]));
  if (asked.length > 0) {
    if (begins) waiting += 1; // the server's own setup comes first
    ask({ do: "setup", setup: Object.fromEntries(asked) });
  }
  if (!begins) ask({ do: "reset" }); // a link is of a beginning
}

function readPart(name: string, text: string, to: Setup): boolean {
  switch (name) {
    case "hide":
      hidden.value = new Set(text.split(",").filter((one) => HIDEABLE.includes(one)));
      return true;
    case "theme":
      theme.value = THEMES.includes(text as Theme) ? (text as Theme) : "auto";
      return true;
    case "discrete":
      discrete.value = text === "1";
      return true;
    case "tests":
      showTest.value = text !== "0";
      return true;
  }
  try {
    if (!Object.hasOwn(PARTS, name)) return false;
    PARTS[name]!.read(text, to, catalog.peek()!);
    return true;
  } catch {
    return false;
  }
}

/** The link's part after "#", of the page as it is now. */
export function hash(): string {
  const now = setup.peek();
  const written: [string, string | null][] = now && first
    ? Object.entries(PARTS).map(([name, part]) => [name, part.write(now, first!)])
    : [];
  written.push(
    ["hide", [...hidden.peek()].join(",") || null],
    ["theme", theme.peek() === "auto" ? null : theme.peek()],
    ["discrete", discrete.peek() ? "1" : null],
    ["tests", showTest.peek() ? null : "0"],
  );
  return written.filter(([, text]) => text !== null).map(([name, text]) => `${name}=${inAddress(text!)}`).join("&");
}

// Browsers refuse many changes of the address in a short time.
const write = throttled(() => {
  history.replaceState(null, "", `${location.pathname}${location.search}#${hash()}`);
}, 500);
