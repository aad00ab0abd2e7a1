// Call a function now and then at most once in a while; the last call is never lost.

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
