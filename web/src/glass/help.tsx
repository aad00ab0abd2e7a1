// What "through the glass" is, for learners.

export function GlassHelp() {
  return (
    <>
      <p>
        Here you see <b>one row</b> go through the network, with the real numbers. <b>▶ Forward</b>: each layer multiplies,
        adds and bends, until the loss comes out.
      </p>
      <p>
        <b>◀ Backward</b>: the chain rule carries the derivative of the loss from the end to the start. Each layer gets the
        gradient of its output and works out those of its weights and its input.
      </p>
      <p><b>◆ Update</b>: the optimizer moves one weight. Choose which one.</p>
      <p>
        It is this row alone. In training, the gradients of a batch of rows are averaged. Keys: ← → step, Home and End jump,
        ↑ ↓ another row, Esc closes.
      </p>
    </>
  );
}
