// A signal's value a few times a second: for texts, which nobody reads 60 times a second.

import type { ReadonlySignal } from "@preact/signals";
import { useEffect, useState } from "preact/hooks";

/** Return the signal's value, renewed at most every `ms` milliseconds; the last one always comes. */
export function useSlow<T>(source: ReadonlySignal<T>, ms = 150): T {
  const [value, setValue] = useState(() => source.peek());
  useEffect(() => {
    let timer = 0;
    let last = -Infinity;
    const renew = () => {
      timer = 0;
      last = performance.now();
      setValue(() => source.peek());
    };
    const stop = source.subscribe(() => {
      timer ||= window.setTimeout(renew, Math.max(0, last + ms - performance.now()));
    });
    return () => {
      stop();
      clearTimeout(timer);
    };
  }, [source, ms]);
  return value;
}
