// The page's state: signals that the components read, and the requests that change them.

import { batch, computed, signal } from "@preact/signals";
import { decoded } from "./protocol";
import type {
  Arrays, Catalog, CodeMessage, CurvePoint, DataMessage, FrameMessage, GlassMessage, GradcheckMessage, Message,
  Numbers, Request, Setup, SetupMessage,
} from "./protocol";

export const connected = signal(false);
/** Why the server has closed the connection, in its words: too many pages, a table that is gone. */
export const closedFor = signal<string | null>(null);
export const page = signal("");
export const version = signal("");
export const catalog = signal<Catalog | null>(null);
export const network = signal<SetupMessage | null>(null);
export const setup = computed<Setup | null>(() => network.value?.setup ?? null);
export const data = signal<{ header: DataMessage; arrays: Arrays } | null>(null);
export const frame = signal<{ header: FrameMessage; arrays: Arrays } | null>(null);
/** The newest numbers that came with a frame. */
export const measured = signal<Numbers | null>(null);
export const curves = signal<CurvePoint[]>([]);
export const glass = signal<GlassMessage | null>(null);
export const code = signal<CodeMessage | null>(null);
export const gradcheck = signal<GradcheckMessage | null>(null);
/** The last refusal, until it is dismissed. */
export const problem = signal<string | null>(null);
/** The row that is looked at through the glass, and the step of its passes on show. */
export const chosen = signal<number | null>(null);
export const glassStep = signal(0);
/** The weight that is worked out: an index into theta. */
export const parameter = signal<number | null>(null);
/** What a link hides: "data", "inputs", "network", "training", "output", "charts", "keep". */
export const hidden = signal<ReadonlySet<string>>(new Set());
export const discrete = signal(false);
export const showTest = signal(true);

const MOST_POINTS = 2000;

let socket: WebSocket | null = null;

export function ask(request: Request): void {
  if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(request));
}

/** The token that the server has put into this page's address. */
export function token(): string {
  return new URLSearchParams(location.search).get("token") ?? "";
}

export function address(path: string, more: Record<string, string> = {}): string {
  const query = new URLSearchParams({ token: token(), page: page.value, ...more });
  return `${path}?${query}`;
}

/** Open the socket; `ready` is called with the server's own setup once it is there. */
export function connect(ready: (setup: Setup) => void): void {
  const scheme = location.protocol === "https:" ? "wss" : "ws";
  socket = new WebSocket(`${scheme}://${location.host}/socket?token=${encodeURIComponent(token())}`);
  socket.binaryType = "arraybuffer";
  socket.onopen = () => (connected.value = true);
  socket.onclose = (event) => {
    closedFor.value = event.reason || null;
    connected.value = false;
  };
  socket.onmessage = (event) => {
    if (typeof event.data === "string") text(JSON.parse(event.data), ready);
    else binary(event.data);
  };
}

function text(message: Message, ready: (setup: Setup) => void): void {
  switch (message.type) {
    case "ready":
      page.value = message.page;
      version.value = message.version;
      catalog.value = message.catalog;
      ready(message.setup);
      break;
    case "setup":
      network.value = message;
      break;
    case "glass":
      glass.value = message;
      break;
    case "code":
      code.value = message;
      break;
    case "gradcheck":
      gradcheck.value = message;
      break;
    case "error":
      problem.value = message.says;
      // Controls go back to what is: the choice that was refused would stay in sight.
      if (message.about === "setup" && network.value)
        network.value = { ...network.value, setup: { ...network.value.setup } };
      break;
  }
}

function binary(buffer: ArrayBuffer): void {
  const { header, arrays } = decoded(buffer);
  if (header.type === "data") {
    data.value = { header, arrays };
    return;
  }
  ask({ do: "ack", frame: header.frame });
  if (header.generation !== network.value?.generation) return;
  batch(() => {
    frame.value = { header, arrays };
    if (header.numbers) {
      measured.value = header.numbers;
      remember(header.run, header.numbers.curve);
    }
  });
}

let run = 0;

/** Add points to the curves; every second point goes when there are too many. */
function remember(itsRun: number, curve: CurvePoint[]): void {
  const again = itsRun !== run;
  run = itsRun;
  if (curve.length === 0 && !again) return;
  const points = again ? [] : [...curves.value];
  for (const point of curve) {
    if (point.step !== points[points.length - 1]?.step) points.push(point);
  }
  curves.value = points.length > MOST_POINTS ? points.filter((_, i) => i % 2 === 0) : points;
}

/** Change parts of the setup. */
export function change(parts: Partial<Setup>): void {
  problem.value = null;
  ask({ do: "setup", setup: parts });
}
