// What the tests ask of the page as it is drawn.

/** Texts that are shown, of less contrast than `least`, as WCAG counts it. */
spy.unreadable = (least) => {
  const pixel = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
  const rgba = (colour) => {
    pixel.clearRect(0, 0, 1, 1);
    pixel.fillStyle = colour;
    pixel.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = pixel.getImageData(0, 0, 1, 1).data;
    return [r, g, b, a / 255];
  };
  const over = ([r, g, b, a], below) => [...[r, g, b].map((v, i) => v * a + below[i] * (1 - a)), 1];
  const linear = (v) => (v / 255 <= 0.03928 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4);
  const light = ([r, g, b]) => 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
  const ancestors = (one) => (one ? [one, ...ancestors(one.parentElement)] : []);
  const behind = (one) => {
    const layers = ancestors(one).map((at) => rgba(getComputedStyle(at).backgroundColor));
    return layers.reverse().reduce((below, above) => over(above, below), [255, 255, 255, 1]);
  };
  const ratio = (one) => {
    const opacity = ancestors(one).reduce((all, at) => all * Number(getComputedStyle(at).opacity), 1);
    const back = behind(one);
    const [r, g, b, a] = rgba(getComputedStyle(one).color);
    const lights = [light(over([r, g, b, a * opacity], back)), light(back)].sort((x, y) => x - y);
    return (lights[1] + 0.05) / (lights[0] + 0.05);
  };
  const left = ":disabled, script, style, noscript, [aria-hidden=true], .unseen, option";
  const found = new Set();
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const text = walker.currentNode.textContent.trim();
    const one = walker.currentNode.parentElement;
    const seen = one.checkVisibility({ opacityProperty: true, visibilityProperty: true });
    if (!text || !seen || one.closest(left)) continue;
    if (ratio(one) < least) found.add(`${text.slice(0, 30)} (${one.className || one.tagName}): ${ratio(one).toFixed(2)}`);
  }
  return [...found];
};

// Places in a picture and cells of a table are pressed where they are; the list of a node's weights
// and its own button stand for its small bias.
const NOT_MEASURED = "canvas, .bias, .node, dialog, aside, pre, [role=region], td *, [inert]";

/** Controls whose box, label, or what lies invisibly around them, is smaller than `least` pixels. */
spy.small = (least) => spy.controls().filter((one) => {
  if (one.matches(NOT_MEASURED)) return false;
  const sizes = [one, one.closest("label")].filter(Boolean).map((it) => {
    const { width, height } = it.getBoundingClientRect();
    const around = getComputedStyle(it, "::after");
    const grown = around.content !== "none" && around.position === "absolute" ? -2 * parseFloat(around.top) || 0 : 0;
    return Math.min(width, height) + grown;
  });
  return Math.max(...sizes) < least - 0.01;
}).map((one) => {
  const { width, height } = one.getBoundingClientRect();
  return `${spy.nameOf(one)}: ${Math.round(width)} x ${Math.round(height)}`;
});

/** Controls that lie beside the window; what scrolls by itself may. */
spy.outside = () => spy.controls().filter((one) => {
  const { left, right } = one.getBoundingClientRect();
  return !one.closest(".stage, .glass, .matrix-box") && (left < -1 || right > innerWidth + 1);
}).map(spy.nameOf);

/** Whether one sees where the focus is. */
spy.showsFocus = () => getComputedStyle(document.activeElement).outlineStyle !== "none";

/** Elements that change gradually. */
spy.moving = () => [...document.querySelectorAll("*")]
  .filter((one) => parseFloat(getComputedStyle(one).transitionDuration) > 0);

/** A paragraph in two of the style sheet's colours. */
spy.probe = (ink, ground) => {
  document.querySelector("#probe")?.remove();
  const one = Object.assign(document.createElement("p"), { id: "probe", textContent: "probe" });
  one.style = `color: var(--${ink}); background: var(--${ground})`;
  document.querySelector(".bars").append(one);
};
