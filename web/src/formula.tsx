// A formula. KaTeX comes when the first one is shown; until then, and on errors, it is plain text.

import { signal } from "@preact/signals";
import { useLayoutEffect, useRef } from "preact/hooks";

type Render = typeof import("katex").default.render;
const render = signal<Render | null>(null);
let asked = false;
/** Milliseconds until a download that failed is tried again, with the next formula. */
const RETRY = 5000;

/** Load KaTeX once. Without it (a broken download) the plain text simply stays. */
async function load(): Promise<void> {
  if (asked) return;
  asked = true;
  try {
    const [katex, { addStyles }] = await Promise.all([import("katex"), import("./formula_styles")]);
    addStyles();
    render.value = katex.default.render;
  } catch {
    setTimeout(() => (asked = false), RETRY);
  }
}

export function Formula({ tex, block = false }: { tex: string; block?: boolean }) {
  const ref = useRef<HTMLSpanElement>(null);
  const draw = render.value;
  useLayoutEffect(() => {
    void load();
    drawInto(ref.current!, tex, block, draw);
  }, [tex, block, draw]);
  return <span ref={ref} class={block ? "formula formula-block" : "formula"} />;
}

function drawInto(box: HTMLElement, tex: string, block: boolean, draw: Render | null): void {
  try {
    if (!draw) throw new Error("not loaded yet");
    // Names of a table's columns may hold any letter, hence no strictness; and nothing is trusted.
    draw(tex, box, { displayMode: block, throwOnError: true, strict: "ignore", trust: false, maxSize: 20, maxExpand: 200 });
  } catch {
    box.textContent = plain(tex);
  }
}

const SIGNS: Record<string, string> = {
  cdot: "·", times: "×", partial: "∂", leftarrow: "←", rightarrow: "→", to: "→", sum: "Σ", sqrt: "√", infty: "∞", odot: "⊙",
  alpha: "α", beta: "β", gamma: "γ", delta: "δ", epsilon: "ε", eta: "η", theta: "θ", lambda: "λ", mu: "μ", rho: "ρ",
  sigma: "σ", phi: "φ", varphi: "φ", Phi: "Φ", pi: "π", nabla: "∇", le: "≤", leq: "≤", ge: "≥", geq: "≥", ne: "≠", approx: "≈",
  in: "∈", pm: "±", dots: "…", ldots: "…", cdots: "…", quad: "  ", qquad: "   ", mid: "|", lVert: "‖", rVert: "‖", top: "ᵀ",
  exp: "exp", log: "log", ln: "ln", max: "max", min: "min", tanh: "tanh", sin: "sin", cos: "cos",
};

/** Return LaTeX as a line of text that can be read: good enough for a moment. */
export function plain(tex: string): string {
  return tex
    .replace(/\\(?:d|t)?frac\s*\{([^{}]*)\}\s*\{([^{}]*)\}/g, "($1)/($2)")
    .replace(/\\(?:text|mathrm|operatorname|mathbf|hat|bar)\*?\s*\{([^{}]*)\}/g, "$1")
    .replace(/\\([a-zA-Z]+)/g, (_, name: string) => SIGNS[name] ?? "")
    .replace(/\\[,;!: ]/g, " ")
    .replace(/\\([%&#_{}$])/g, "$1")
    .replace(/_\{?([^{}\s])\}?/g, "$1")
    .replace(/[{}]/g, "")
    .replace(/\s+/g, " ")
    .trim();
}
