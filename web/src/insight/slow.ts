// A signal's value a few times a second: for texts, which nobody reads 60 times a second.

import type { ReadonlySignal } from "@preact/signals";
import { useEffect, useState } from "preact/hooks";
import { withFrames } from "../controls/throttle";
import { frame, network } from "../state";

/** Return the signal's value, renewed at most every `ms` milliseconds; the last one always comes. */
export function useSlow<T>(source: ReadonlySignal<T>, ms = 150): T {
  const [value, setValue] = useState(() => source.peek());
  useEffect(() => {
    const pace = withFrames(() => setValue(() => source.peek()), ms);
    let generation = network.peek()?.generation;
    const stop = source.subscribe(() => {
      const isOther = network.peek()?.generation !== generation; // nothing old beside other data
      if (isOther || frame.peek()?.header.playing === false) pace.atOnce();
      generation = network.peek()?.generation;
      pace.changed();
    });
    return () => {
      stop();
      pace.stop();
    };
  }, [source, ms]);
  return value;
}
