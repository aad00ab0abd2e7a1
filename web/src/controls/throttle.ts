// Functions that are called at most once in a while; the last call is never lost.

/** Pass calls on, the first at once. */
export function throttled<A extends unknown[]>(call: (...args: A) => void, milliseconds: number): (...args: A) => void {
  let timer = 0;
  let latest: A | null = null;
  const run = () => {
    timer = 0;
    if (!latest) return;
    const args = latest;
    latest = null;
    timer = window.setTimeout(run, milliseconds);
    call(...args);
  };
  return (...args) => {
    latest = args;
    if (!timer) run();
  };
}

const GRACE = 80; // milliseconds in which the next frame comes, if one comes

/**
 * Show what frames change: with the first frame after `milliseconds`, so that the browser puts the page together once
 * for all that a frame changes; by a timer only where no frame follows.
 */
export function withFrames(
  show: () => void, milliseconds: number,
): { changed: () => void; atOnce: () => void; stop: () => void } {
  let [timer, last] = [0, -Infinity];
  const now = () => {
    clearTimeout(timer);
    [timer, last] = [0, performance.now()];
    show();
  };
  const changed = () => {
    const wait = last + milliseconds - performance.now();
    if (wait <= 0) now();
    else timer ||= window.setTimeout(now, wait + GRACE);
  };
  /** Have the next change shown at once. */
  const atOnce = () => (last = -Infinity);
  return { changed, atOnce, stop: () => clearTimeout(timer) };
}
