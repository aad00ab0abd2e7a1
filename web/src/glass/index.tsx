// Through the glass: one row forward and backward through the network, step by step.

import { useEffect } from "preact/hooks";
import { chosen } from "../state";
import { keepAsking } from "./asking";
import { GlassPanel } from "./panel";

export function Glass() {
  useEffect(keepAsking, []);
  return chosen.value === null ? null : <GlassPanel />;
}
