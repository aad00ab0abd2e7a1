"""Neural networks you can see through: hand-derived in Python on NumPy.

Level 1, the mathematics: `Network`, its layers, losses, optimizers, and `train`.
Level 2, scikit-learn's contract: `MLPClassifier` and `MLPRegressor`.

Names load when they are first used (PEP 562), so importing glassnet costs next to nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

_HOMES = {
    "core.activations": (
        "ACTIVATIONS", "Activation", "ELU", "GELU", "GELUTanh", "HardTanh", "Identity",
        "LeakyReLU", "Mish", "ReLU", "SELU", "SiLU", "Sigmoid", "Softplus", "Tanh",
    ),
    "core.dense": ("Dense",),
    "core.dropout": ("Dropout",),
    "core.gradcheck": ("GradCheck", "gradcheck"),
    "core.initializers": ("Glorot", "He", "Initializer", "LeCun", "Normal", "Zeros"),
    "core.layer": ("Layer", "Parameter", "Step"),
    "core.losses": (
        "LOSSES", "AbsoluteError", "BinaryCrossEntropy", "CrossEntropy", "Huber",
        "JointCrossEntropy", "Loss", "Poisson", "Quantile", "SquaredError", "one_hot", "softmax",
    ),
    "core.minimize": ("descent", "minimize"),
    "core.network": ("Network",),
    "core.optimizers": (
        "OPTIMIZERS", "AdaGrad", "Adam", "AdamEpsilonHat", "AdamW", "GradientDescent", "Momentum",
        "NAdam", "Nesterov", "Optimizer", "RMSProp",
    ),
    "core.penalties": ("Penalty",),
    "core.schedules": (
        "SCHEDULES", "Constant", "Cosine", "Exponential", "InverseScaling", "OneCycle",
        "Schedule", "StepDecay",
    ),
    "core.training": ("Epoch", "TrainingState", "train"),
    "errors": (
        "DTypeError", "DataError", "DivergenceError", "GlassnetError", "LabelError",
        "MissingExtraError", "ParameterError", "ShapeError",
    ),
    "estimators.classifier": ("MLPClassifier",),
    "estimators.regressor": ("MLPRegressor",),
}  # fmt: skip
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__all__ = sorted(["__version__", *_HOME_OF])


def __getattr__(name: str) -> Any:
    """Import a public name when it is first asked for."""
    if name not in _HOME_OF:
        raise AttributeError(f"module 'glassnet' has no attribute {name!r}")
    value = getattr(import_module(f"glassnet.{_HOME_OF[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """Return the public names."""
    return __all__


if TYPE_CHECKING:  # the same names, for editors and type checkers; a test compares the two
    from glassnet.core.activations import (
        ACTIVATIONS,
        ELU,
        GELU,
        SELU,
        Activation,
        GELUTanh,
        HardTanh,
        Identity,
        LeakyReLU,
        Mish,
        ReLU,
        Sigmoid,
        SiLU,
        Softplus,
        Tanh,
    )
    from glassnet.core.dense import Dense
    from glassnet.core.dropout import Dropout
    from glassnet.core.gradcheck import GradCheck, gradcheck
    from glassnet.core.initializers import Glorot, He, Initializer, LeCun, Normal, Zeros
    from glassnet.core.layer import Layer, Parameter, Step
    from glassnet.core.losses import (
        LOSSES,
        AbsoluteError,
        BinaryCrossEntropy,
        CrossEntropy,
        Huber,
        JointCrossEntropy,
        Loss,
        Poisson,
        Quantile,
        SquaredError,
        one_hot,
        softmax,
    )
    from glassnet.core.minimize import descent, minimize
    from glassnet.core.network import Network
    from glassnet.core.optimizers import (
        OPTIMIZERS,
        AdaGrad,
        Adam,
        AdamEpsilonHat,
        AdamW,
        GradientDescent,
        Momentum,
        NAdam,
        Nesterov,
        Optimizer,
        RMSProp,
    )
    from glassnet.core.penalties import Penalty
    from glassnet.core.schedules import (
        SCHEDULES,
        Constant,
        Cosine,
        Exponential,
        InverseScaling,
        OneCycle,
        Schedule,
        StepDecay,
    )
    from glassnet.core.training import Epoch, TrainingState, train
    from glassnet.errors import (
        DataError,
        DivergenceError,
        DTypeError,
        GlassnetError,
        LabelError,
        MissingExtraError,
        ParameterError,
        ShapeError,
    )
    from glassnet.estimators.classifier import MLPClassifier
    from glassnet.estimators.regressor import MLPRegressor
