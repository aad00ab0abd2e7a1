// Runs in each page before its own scripts: notes what the server sends, and what is operated.

(() => {
  const spy = {
    messages: {}, // the last one of each type
    arrays: {}, // of the last "frame" and "data"
    counts: {},
    sent: [], // requests, acknowledgements left out
    operated: new Set(),
    firstDrawn: null, // milliseconds since the navigation began
    longest: 0, // milliseconds between two of the screen's frames
    socket: null,
  };
  window.spy = spy;

  function decoded(buffer) {
    const length = new DataView(buffer).getUint32(0, true);
    const header = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, length)));
    spy.arrays[header.type] = { buffer, start: Math.ceil((4 + length) / 8) * 8 };
    return header;
  }

  /** An array's bytes as base64, with what NumPy needs to read them. */
  spy.array = (type, name) => {
    const { dtype, shape, offset } = spy.messages[type].arrays[name];
    const { buffer, start } = spy.arrays[type];
    const n = shape.reduce((product, one) => product * one, Number(dtype[1]));
    const bytes = new Uint8Array(buffer, start + offset, n);
    let text = "";
    for (let i = 0; i < n; i += 8192) text += String.fromCharCode(...bytes.subarray(i, i + 8192));
    return { dtype, shape, base64: btoa(text) };
  };

  /** One number of a frame's array, such as a weight. */
  spy.number = (name, i) => {
    const { buffer, start } = spy.arrays.frame;
    const { dtype, offset } = spy.messages.frame.arrays[name];
    return new { f4: Float32Array, f8: Float64Array }[dtype](buffer, start + offset)[i];
  };

  window.WebSocket = class extends WebSocket {
    constructor(...given) {
      super(...given);
      spy.socket = this;
      this.addEventListener("message", ({ data }) => {
        const message = typeof data === "string" ? JSON.parse(data) : decoded(data);
        if (message.type === "frame") {
          spy.numbers = message.numbers ?? spy.numbers; // those before hold until others come
          Object.assign(message, spy.numbers);
        }
        spy.messages[message.type] = message;
        spy.counts[message.type] = (spy.counts[message.type] ?? 0) + 1;
      });
    }
    send(text) {
      const request = JSON.parse(text);
      if (request.do !== "ack") spy.sent.push(request);
      super.send(text);
    }
  };

  const CONTROLS = "button, input, select, textarea, summary, a[href], [tabindex]";

  /** What a control is called here: its test id; without one, its name. */
  spy.nameOf = (control) => {
    const own = control.dataset.testid ?? control.ariaLabel ?? control.closest("[data-testid]")?.dataset.testid;
    return own ?? control.textContent.trim();
  };
  spy.controls = () => [...document.querySelectorAll(CONTROLS)].filter((one) => one.checkVisibility({ visibilityProperty: true }));

  const note = (event) => {
    const control = event.target instanceof Element && event.target.closest(CONTROLS);
    // Playwright chooses options and files without a real event.
    const isChosen = control && (control.tagName === "SELECT" || control.type === "file");
    if (control && (event.isTrusted || isChosen)) spy.operated.add(spy.nameOf(control));
  };
  for (const type of ["click", "change", "input", "keydown", "pointerdown"]) document.addEventListener(type, note, true);

  // Reading a canvas often makes the browser complain, so we read a copy of one pixel.
  const pixel = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
  const isDrawn = (canvas) => {
    if (!canvas?.width) return false;
    pixel.drawImage(canvas, -canvas.width / 2, -canvas.height / 2);
    return pixel.getImageData(0, 0, 1, 1).data[3] > 0;
  };

  let before = performance.now();
  const watch = (now) => {
    spy.longest = Math.max(spy.longest, now - before);
    before = now;
    if (spy.firstDrawn === null && spy.messages.frame && isDrawn(document.querySelector(".map canvas")))
      spy.firstDrawn = performance.now();
    requestAnimationFrame(watch);
  };
  requestAnimationFrame(watch);
})();
