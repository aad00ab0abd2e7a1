"""The data of the demos: generated, or among scikit-learn's; split and scaled."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn import datasets
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

from glassnet.core.arrays import Array


@dataclass(frozen=True)
class Table:
    """Rows to train on, to validate on (if early stopping does) and to test on.

    Attributes
    ----------
    train, validation, test : pair of array, or None
        Columns of mean 0 and variance 1 on the training rows (the article's: as they are), and
        labels, or numbers scaled in the same way.
    feature_names, class_names : list of str
        No classes: numbers are to be predicted.
    target_scale : float
        What a predicted number is to be multiplied by to be in units of the data.
    target_mean : float
        What is then to be added.
    """

    train: tuple[Array, Any]
    validation: tuple[Array, Any] | None
    test: tuple[Array, Any]
    feature_names: list[str]
    class_names: list[str]
    target_scale: float = 1.0
    target_mean: float = 0.0


def clouds(rng: np.random.Generator) -> Table:
    """Return the article's three Gaussian clouds of 500 points, and 20,000 fresh points."""

    def draw(n_points: int) -> tuple[Array, Any]:
        centers = np.array([[0, -2], [2, 2], [-2, 2]])
        labels = np.repeat(np.arange(3), n_points)
        return rng.normal(size=(3 * n_points, 2)) + centers[labels], labels

    train = draw(500)
    X, labels = draw(6667)
    test = X[:20_000], labels[:20_000]
    return Table(train, None, test, ["x1", "x2"], ["bottom", "right", "left"])


def from_scikit_learn(name: str, rng: np.random.Generator) -> Table:
    """Return one of scikit-learn's own tables."""
    bunch = getattr(datasets, f"load_{name}")()
    class_names = [str(one) for one in bunch.get("target_names", [])]
    feature_names = [str(one) for one in bunch.feature_names]
    return split(bunch.data, bunch.target, feature_names, class_names, rng)


def generated(name: str, rng: np.random.Generator) -> Table:
    """Return points in the plane that no straight line tells apart."""
    seed = int(rng.integers(2**31))
    if name == "moons":
        X, y = datasets.make_moons(1_000, noise=0.15, random_state=seed)
    elif name == "circles":
        X, y = datasets.make_circles(1_000, noise=0.08, factor=0.5, random_state=seed)
    elif name == "spirals":
        X, y = _spirals(rng)
    else:
        X = rng.uniform(-1, 1, (1_000, 2))
        y = (X[:, 0] * X[:, 1] > 0).astype(int)
    return split(X, y, ["x1", "x2"], ["no", "yes"], rng)


def _spirals(rng: np.random.Generator) -> tuple[Array, Any]:
    """Return two spirals of 600 points, one turn and a half each, wound into each other."""
    y = np.repeat([0, 1], 600)
    turn = 3 * np.pi * np.sqrt(rng.uniform(0.03, 1, 1_200))
    angle = turn + np.pi * y
    X = (turn / (3 * np.pi))[:, np.newaxis] * np.column_stack([np.cos(angle), np.sin(angle)])
    return X + rng.normal(scale=0.02, size=X.shape), y


def split(
    X: Array, y: Any, feature_names: list[str], class_names: list[str], rng: np.random.Generator
) -> Table:
    """Return 60 % of the rows to train on, 20 % to validate on, 20 % to test on, all scaled."""
    seed = int(rng.integers(2**31))
    classes = y if class_names else None
    X_rest, X_test, y_rest, y_test = train_test_split(
        X, y, test_size=0.2, random_state=seed, stratify=classes
    )
    classes = y_rest if class_names else None
    X_train, X_val, y_train, y_val = train_test_split(
        X_rest, y_rest, test_size=0.25, random_state=seed, stratify=classes
    )
    scaler = StandardScaler().fit(X_train)
    mean, scale = (0.0, 1.0) if class_names else (float(y_train.mean()), float(y_train.std()))
    if not class_names:
        y_train, y_val, y_test = ((part - mean) / scale for part in (y_train, y_val, y_test))
    return Table(
        (scaler.transform(X_train), y_train),
        (scaler.transform(X_val), y_val),
        (scaler.transform(X_test), y_test),
        feature_names,
        class_names,
        scale,
        mean,
    )
