"""What is written at a drawn network, and the check of its parameters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from glassnet.errors import DataError, ParameterError, ShapeError
from glassnet.plots.checks import Floats, column_names
from glassnet.plots.house import label_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike


def check_parameters(
    coefs: Sequence[ArrayLike], intercepts: Sequence[ArrayLike]
) -> tuple[list[Floats], list[Floats]]:
    """Return weights and biases as finite arrays whose shapes follow each other."""
    weights = [np.array(W, dtype=np.float64) for W in coefs]
    biases = [np.array(b, dtype=np.float64) for b in intercepts]
    if not weights or len(weights) != len(biases):
        raise ShapeError(
            "coefs and intercepts must hold one array a layer, at least one layer; "
            f"got {len(weights)} and {len(biases)}."
        )
    n_in = len(weights[0]) if weights[0].ndim else 0
    for layer, (W, b) in enumerate(zip(weights, biases, strict=True)):
        if W.ndim != 2 or 0 in W.shape or len(W) != n_in or b.shape != W.shape[1:]:
            raise ShapeError(
                f"Layer {layer}: expected coefs of shape ({n_in}, n_out) and intercepts of shape "
                f"(n_out,), got {W.shape} and {b.shape}."
            )
        if not (np.isfinite(W).all() and np.isfinite(b).all()):
            raise DataError(
                f"Layer {layer} has weights or biases that are NaN or infinite: the training "
                "diverged. Fit again with a smaller learning rate."
            )
        n_in = W.shape[1]
    return weights, biases


def names_of_inputs(model: Any, n_inputs: int) -> list[str] | None:
    """Return the feature names that the estimator was fitted with, if they are its inputs."""
    names = column_names(None, model)
    return names if names is not None and len(names) == n_inputs else None


def names_of_outputs(model: Any, n_outputs: int) -> list[str] | None:
    """Return what each output stands for: a class, P(class) for the one of two, or None."""
    classes = getattr(model, "classes_", None)
    if classes is None:
        return None
    if isinstance(classes, list):  # several targets side by side
        names = [f"y{t + 1} = {c}" for t, some in enumerate(classes) for c in some]
    elif len(classes) == 2 and n_outputs == 1:
        names = [f"P({classes[1]})"]
    else:
        names = [str(c) for c in classes]
    return names if len(names) == n_outputs else None


def activation_names(model: Any, n_layers: int) -> list[str] | None:
    """Return the activation after each layer, as far as the estimator says."""
    hidden = getattr(model, "activation", None)
    output = getattr(model, "out_activation_", None)
    if hidden is None or not isinstance(output, str):
        return None
    each = list(hidden) if isinstance(hidden, list | tuple) else [hidden] * (n_layers - 1)
    if len(each) != n_layers - 1:
        return None
    return [*(name if isinstance(name, str) else type(name).__name__ for name in each), output]


def layer_titles(sizes: Sequence[int], activations: Sequence[str] | None) -> list[str]:
    """Return the lines below each layer: what it is, its nodes, its activation."""
    kinds = ["Input", *(f"Hidden {k}" for k in range(1, len(sizes) - 1)), "Output"]
    if len(sizes) == 3:
        kinds[1] = "Hidden"
    titles = [
        f"{kind}\n{size} node{'' if size == 1 else 's'}"
        for kind, size in zip(kinds, sizes, strict=True)
    ]
    if activations is not None:
        titles[1:] = [
            f"{title}\n{label_text(name.replace('_', ' '), 14)}"
            for title, name in zip(titles[1:], activations, strict=True)
        ]
    return titles


def default_names(letter: str, n: int) -> list[str]:
    """Return x1, x2, ... as mathematics; one alone needs no number."""
    return [f"${letter}$"] if n == 1 else [f"${letter}_{{{k}}}$" for k in range(1, n + 1)]


def checked_names(names: Sequence[object] | None, n: int, what: str, letter: str) -> list[str]:
    """Return one line of text a node: the given names, else mathematics."""
    if names is None:
        return default_names(letter, n)
    if isinstance(names, str) or len(names) != n:
        got = repr(names) if isinstance(names, str) else str(len(names))
        raise ParameterError(f"{what} must hold {n} names, one a node, got {got}.")
    return [label_text(name) for name in names]
