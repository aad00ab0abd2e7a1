"""The data of the demos: generated, or scikit-learn's; split, with a scale for the columns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Rows = tuple[Floats, NDArray[Any]]
"""``X`` of shape (n_samples, n_features) and ``y`` of shape (n_samples,)."""

CENTERS = np.array([[0.0, -2.0], [2.0, 2.0], [-2.0, 2.0]])
"""The centers of the article's three clouds."""

N_FRESH = 20_000


@dataclass(frozen=True)
class Table:
    """Rows to train on, to stop early on, and to test on, in the units of the data.

    Attributes
    ----------
    train, test : pair of X and y
    validation : pair of X and y, or None
        None: training goes on to the last epoch.
    feature_names : list of str
    class_names : list of str
        ``y`` counts in it. Empty: ``y`` holds numbers.
    scaler : StandardScaler or None
        Brings the columns to mean 0 and variance 1 on the training rows; None leaves them.
    yardstick : str
        What another rule achieves on the test rows, to compare with.
    """

    train: Rows
    validation: Rows | None
    test: Rows
    feature_names: list[str]
    class_names: list[str]
    scaler: Any
    yardstick: str

    @property
    def y_scale(self) -> tuple[float, float]:
        """What is subtracted from a number to predict, and what it is then divided by."""
        y = self.train[1]
        return (0.0, 1.0) if self.class_names else (float(y.mean()), float(y.std()))

    def scaled(self, rows: Rows) -> Rows:
        """Return rows as the network sees them."""
        X, y = rows
        mean, std = self.y_scale
        X = X if self.scaler is None else self.scaler.transform(X)
        return X, y if self.class_names else (y - mean) / std


def clouds(rng: np.random.Generator) -> Table:
    """Return the article's three Gaussian clouds of 500 points, and 20,000 fresh points."""
    labels = np.repeat([0, 1, 2], 500)
    X = CENTERS[labels] + rng.normal(size=(1_500, 2))
    fresh_labels = rng.integers(3, size=N_FRESH)
    X_fresh = CENTERS[fresh_labels] + rng.normal(size=(N_FRESH, 2))
    distances = ((X_fresh[:, np.newaxis] - CENTERS) ** 2).sum(axis=-1)
    best = (distances.argmin(axis=1) == fresh_labels).mean()
    return Table(
        train=(X, labels),
        validation=None,
        test=(X_fresh, fresh_labels),
        feature_names=["x1", "x2"],
        class_names=["bottom", "right", "left"],
        scaler=None,
        yardstick=f"{best:.2%} by the best possible rule, the nearest center",
    )


def from_scikit_learn(name: str, rng: np.random.Generator) -> Table:
    """Return one of the tables that come with scikit-learn."""
    from sklearn import datasets

    bunch = getattr(datasets, f"load_{name}")()
    class_names = [str(one).replace("_", " ") for one in bunch.get("target_names", [])]
    return split(bunch.data, bunch.target, list(map(str, bunch.feature_names)), class_names, rng)


def moons(rng: np.random.Generator) -> Table:
    """Return two half moons, one within the other's reach."""
    from sklearn.datasets import make_moons

    X, y = make_moons(1_000, noise=0.15, random_state=int(rng.integers(2**31)))
    return plane(X, y, ["upper", "lower"], rng)


def circles(rng: np.random.Generator) -> Table:
    """Return a circle inside a circle."""
    from sklearn.datasets import make_circles

    X, y = make_circles(1_000, noise=0.08, factor=0.5, random_state=int(rng.integers(2**31)))
    return plane(X, y, ["outer", "inner"], rng)


def spirals(rng: np.random.Generator) -> Table:
    """Return two spirals of one turn and a half, wound into each other."""
    y = np.repeat([0, 1], 600)
    radius = np.sqrt(rng.uniform(0.03, 1, 1_200))  # even over the disk
    angle = 3 * np.pi * radius + np.pi * y
    X = radius[:, np.newaxis] * np.column_stack([np.cos(angle), np.sin(angle)])
    return plane(X + rng.normal(scale=0.02, size=X.shape), y, ["one", "other"], rng)


def xor(rng: np.random.Generator) -> Table:
    """Return four clouds at the corners of a square, of one class across the diagonal."""
    corners = rng.choice([-1.0, 1.0], (1_000, 2))
    X = corners + rng.normal(scale=0.35, size=corners.shape)
    y = (corners[:, 0] == corners[:, 1]).astype(int)
    return plane(X, y, ["signs differ", "same sign"], rng)


def plane(X: Floats, y: NDArray[Any], class_names: list[str], rng: np.random.Generator) -> Table:
    """Return points of two features as a table."""
    return split(X, y, ["x1", "x2"], class_names, rng)


def split(
    X: Floats,
    y: NDArray[Any],
    feature_names: list[str],
    class_names: list[str],
    rng: np.random.Generator,
) -> Table:
    """Return 60 % of the rows to train on, 20 % to validate on, 20 % to test on."""
    from sklearn.model_selection import train_test_split
    from sklearn.preprocessing import StandardScaler

    def parts(X: Floats, y: NDArray[Any], test_size: float) -> Any:
        seed = int(rng.integers(2**31))
        kinds = y if class_names else None
        return train_test_split(X, y, test_size=test_size, random_state=seed, stratify=kinds)

    X_rest, X_test, y_rest, y_test = parts(X, y, 0.2)
    X_train, X_val, y_train, y_val = parts(X_rest, y_rest, 0.25)
    return Table(
        train=(X_train, y_train),
        validation=(X_val, y_val),
        test=(X_test, y_test),
        feature_names=feature_names,
        class_names=class_names,
        scaler=StandardScaler().fit(X_train),
        yardstick=guess(y_train, y_test, class_names),
    )


def guess(y_train: NDArray[Any], y_test: NDArray[Any], class_names: list[str]) -> str:
    """Return what a guess that does not look at the row achieves."""
    if not class_names:
        return f"{abs(y_test - y_train.mean()).mean():.1f} by always saying the mean"
    most_frequent = int(np.bincount(y_train).argmax())
    rate = (y_test == most_frequent).mean()
    return f"{rate:.2%} by always saying {class_names[most_frequent]!r}"
