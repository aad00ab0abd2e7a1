// What the panels show, explained for learners: behind each panel's "?".

export function CurvesHelp({ word }: { word: string }) {
  return (
    <>
      <p>The <b>loss</b> says how wrong the network is. Training makes it smaller, on the <b>training rows</b>.</p>
      <p>
        The <b>test rows</b> are kept away from training. So the dashed curve tells how the network does on rows that it
        has never seen, and that is what counts.
      </p>
      <p>
        If the dashed curve rises while the solid one falls, the network learns its rows by heart: <b>overfitting</b>. The
        shaded gap shows how much. A ring marks the lowest test loss. More rows, fewer nodes, a penalty or dropout help.
      </p>
      <p>
        {word === "R²"
          ? "R² is 1 for a perfect prediction, and 0 for one that always says the mean."
          : "Accuracy is the share of rows whose class is predicted right."}
      </p>
    </>
  );
}

export function ConfusionHelp() {
  return (
    <>
      <p>
        Each row of the <b>confusion matrix</b> is a true class, each column what the network says. So the diagonal, framed,
        counts what is right, and every other cell counts one kind of mistake.
      </p>
      <p>The percentages are shares of the row: “of all rows of this class, so many were taken for that one”.</p>
      <p>It shows what one accuracy hides: which classes are mixed up, and whether a rare class is missed.</p>
    </>
  );
}

export function ScoreHelp() {
  return (
    <>
      <p>
        <b>R²</b> compares the squared errors with those of always saying the mean. 1 is perfect, 0 is no better than the
        mean, and less than 0 is worse.
      </p>
      <p>Look at the test rows: the network has not been trained on them.</p>
    </>
  );
}

export function LayersHelp() {
  return (
    <>
      <p>
        The <b>histogram</b> shows how often a layer's activations have each size, on the training rows. Heights are
        logarithmic, so that rare ones can be seen. The line marks 0.
      </p>
      <p>
        A <b>dead node</b> gives the same for every row, such as a ReLU that is always 0. No gradient flows through it, so it
        may never wake up.
      </p>
      <p>
        The <b>gradient</b> bars share one axis, in powers of ten. If the bars shrink from the output back to layer 1, the
        gradient <b>vanishes</b>: the first layers hardly learn. If they grow, it <b>explodes</b>. Other activations (tanh,
        ReLU), fewer layers or other initial weights help.
      </p>
    </>
  );
}

export function RateHelp() {
  return (
    <>
      <p>
        A step moves all weights against the <b>gradient</b>, the direction in which the loss grows fastest. The{" "}
        <b>learning rate</b> says how far. Too small: slow. Too large: the loss jumps about, or grows without end.
      </p>
      <p>A schedule changes the rate over time: large steps first, small ones to finish.</p>
      <p>
        The <b>length of the gradient</b> says how steep the loss is here. It gets small where the ground is flat: near a
        minimum, or on a plain. Its axis is logarithmic.
      </p>
    </>
  );
}
