"""What a Python export says of the network and of the target: from numbers to predictions."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import accumulate, pairwise

from glassnet.core.activations import Activation, Identity
from glassnet.core.arrays import Array
from glassnet.core.dense import Dense
from glassnet.core.mixed import MixedActivation
from glassnet.core.scale import Scale
from glassnet.files.python_encoding import shown
from glassnet.files.source_steps import Step, called, filled
from glassnet.record import Classes, Labels, Means, Numbers, SeveralTargets, Target, TwoClasses
from glassnet.tabular.embeddings import CategoryEmbedding, PeriodicEmbedding
from glassnet.tabular.table import Table


def network_lines(steps: tuple[Step, ...], table: Table | None) -> Iterator[str]:
    """Yield the function that makes scores of the network's rows."""
    n_out = steps[-1].n_out
    yield "def network(w, x):"
    yield f'    """Return the scores, {n_out} for each row, of a network with the weights w."""'
    for step in steps:
        if isinstance(step.layer, Identity):
            continue
        if not step.blocks:
            yield f"    x = {_expression(step, 'x')}{_comment(step, table)}"
            continue
        yield f"    blocks = [  # side by side, {step.n_in} numbers become {step.n_out}"
        for block in step.blocks:
            of = f"x[:, {block.start}:{block.start + block.n_in}]"
            yield f"        {_expression(block, of)},{_comment(block, table)}"
        yield "    ]"
        yield "    x = np.concatenate(blocks, axis=1)"
    yield "    return x"


def _expression(step: Step, x: str) -> str:
    """Return what a layer makes of x."""
    layer, names = step.layer, [f'w["{name}"]' for name in step.names]
    if isinstance(layer, Dense):
        return f"{x} @ {names[0]} + {names[1]}"
    if isinstance(layer, Scale):
        return f"{x} * {names[0]}"
    if isinstance(layer, MixedActivation):
        return f"mixed({x}, {called(layer.activation, x)}, {names[0]})"
    if isinstance(layer, PeriodicEmbedding):
        return f"periodic_embedding({x}, {', '.join(names)})"
    if isinstance(layer, CategoryEmbedding):
        return f"category_embedding(x[:, {step.start}], {names[0]})"
    assert isinstance(layer, Activation)
    return called(layer, x)


def _comment(step: Step, table: Table | None) -> str:
    """Return a comment for a layer, if it says what its code does not."""
    layer = step.layer
    if isinstance(layer, CategoryEmbedding) and table is not None:
        return f"  # {shown(table.features[step.start].name)}"
    if isinstance(layer, PeriodicEmbedding):
        return "  # each beside its waves"
    if isinstance(layer, Dense):
        return f"  # {step.n_in} numbers become {step.n_out}"
    return "  # a learned factor for each" if isinstance(layer, Scale) else ""


def predict_lines(target: Target, n_networks: int) -> list[str]:
    """Return labels, and the functions from ``predict`` down to the network."""
    return [*_labels(target), "", "", *_predict(target), "", "", *_outputs(target, n_networks)]


def _labels(target: Target) -> Iterator[str]:
    if isinstance(target, SeveralTargets):
        yield "LABELS = ["
        for labels in target.labels:
            yield from _array("", labels, ",", 4)
        yield "]"
    elif isinstance(target, Classes):
        yield from _array("LABELS = ", target.labels, "", 0)
    elif isinstance(target, Labels):
        yield f"# {len(target.labels)} columns of the target, each 0 or 1"


def _array(opening: str, labels: Array, closing: str, indent: int) -> list[str]:
    """Return the lines of an array of labels, of the same dtype."""
    kind = labels.dtype.kind
    dtype = {"U": "", "O": ", object"}.get(kind, f', "{labels.dtype.name}"')
    items, space = [*map(repr, labels.tolist())], " " * indent
    whole = f"{space}{opening}np.array([{', '.join(items)}]{dtype}){closing}"
    if len(whole) < 100:
        return [whole]
    return [f"{space}{opening}np.array([", *filled(items, indent + 4), f"{space}]{dtype}){closing}"]


def _predict(target: Target) -> Iterator[str]:
    """Yield the functions that users call."""
    yield "def predict(rows):"
    if isinstance(target, SeveralTargets):
        yield '    """Return the most probable class of each target, a column each."""'
        yield "    pairs = zip(LABELS, predict_proba(rows))"
        yield "    return np.stack([labels[p.argmax(axis=1)] for labels, p in pairs], axis=1)"
    elif isinstance(target, Labels):
        yield '    """Return 1 for each label whose probability is above a half, else 0."""'
        yield "    return (outputs(rows) > 0.5).astype(np.int64)"
    elif isinstance(target, TwoClasses) and len(target.labels) == 2:
        yield '    """Return the second class where its probability is above a half."""'
        yield "    return LABELS[(outputs(rows)[:, 1] > 0.5).astype(np.intp)]"
    elif isinstance(target, Classes):
        yield '    """Return the most probable class of each row."""'
        yield "    return LABELS[outputs(rows).argmax(axis=1)]"
    elif target.n_scores == 1:
        yield '    """Return a number for each row."""'
        yield "    return outputs(rows)[:, 0]"
    else:
        yield f'    """Return {target.n_scores} numbers for each row."""'
        yield "    return outputs(rows)"
    if not target.has_probabilities:
        return
    yield from ("", "", "def predict_proba(rows):")
    if isinstance(target, SeveralTargets):
        ends = [*accumulate(len(labels) for labels in target.labels)]
        yield '    """Return the probabilities of the classes of each target: an array for each."""'
        yield f"    return np.split(outputs(rows), {ends[:-1]}, axis=1)"
        return
    what = "of yes to each label" if isinstance(target, Labels) else "of each class, as in LABELS"
    yield f'    """Return the probability {what}: a column each."""'
    yield "    return outputs(rows)"


def _outputs(target: Target, n_networks: int) -> Iterator[str]:
    """Yield the function that sends rows through all the rest."""
    yield "def outputs(rows):"
    yield '    """Return what is predicted, some rows at a time; see link."""'
    yield "    x = encode(rows)"
    yield "    pieces = [x[i : i + 1000] for i in range(0, len(x), 1000)]"
    if n_networks == 1:
        yield "    return np.concatenate([link(network(WEIGHTS, piece)) for piece in pieces])"
        return
    yield f"    total = 0  # of {n_networks} networks, whose mean is taken"
    yield f"    for k in range({n_networks}):"
    yield "        w = {name: array[k] for name, array in WEIGHTS.items()}"
    yield "        total += np.concatenate([link(network(w, piece)) for piece in pieces])"
    if isinstance(target, Classes):
        yield f"    mean = total / {n_networks}"
        yield "    return mean / mean.sum(axis=1, keepdims=True)"
    else:
        yield f"    return total / {n_networks}"


def link_lines(target: Target) -> Iterator[str]:
    """Yield the function that makes of scores what is predicted."""
    yield "def link(z):"
    if isinstance(target, Numbers):
        yield '    """Return numbers in the units of the target, within its range in training."""'
        yield f"    y = z.astype(np.float64) * {float(target.std)!r} + {float(target.mean)!r}"
        yield f"    return np.clip(y, {float(target.low)!r}, {float(target.high)!r})"
        return
    if isinstance(target, Means):
        if target.link == "identity":
            yield '    """Return the scores: they are the numbers."""'
            yield "    return z"
            return
        yield '    """Return exp of the scores: they are logarithms."""'
        yield '    with np.errstate(over="ignore"):'
        yield "        return np.exp(z)"
        return
    yield '    """Return the probabilities that scores mean."""'
    yield f"    return inside({_probabilities(target)})"


def _probabilities(target: Target) -> str:
    if isinstance(target, SeveralTargets):
        ends = pairwise(accumulate((len(labels) for labels in target.labels), initial=0))
        blocks = ", ".join(f"softmax(z[:, {start}:{end}])" for start, end in ends)
        return f"np.concatenate([{blocks}], axis=1)"
    if isinstance(target, TwoClasses):
        if len(target.labels) == 1:
            return "np.ones_like(z)"
        return "sigmoid(np.concatenate([-z, z], axis=1))"
    return "sigmoid(z)" if isinstance(target, Labels) else "softmax(z)"
