"""Neural networks you can see through: hand-derived in Python on NumPy.

Level 1, the mathematics: `Network`, its layers, losses, optimizers, and `train`.
Level 2, scikit-learn's contract: `MLPClassifier` and `MLPRegressor`.
Level 3, raw tables: `TabularClassifier`, `TabularRegressor`; `load` gives a `Predictor`.

Names load when they are first used (PEP 562), so importing glassnet costs next to nothing.
"""

import sys
from importlib import import_module
from types import ModuleType
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
    "core.initializers": (
        "INITIALIZERS", "Glorot", "He", "HyperplaneBias", "Initializer", "LeCun", "Normal",
        "UnitVariance", "Zeros",
    ),
    "core.layer": ("Layer", "Parameter", "Step"),
    "core.losses": (
        "LOSSES", "AbsoluteError", "BinaryCrossEntropy", "CrossEntropy", "Huber",
        "JointCrossEntropy", "Loss", "Poisson", "Quantile", "SquaredError", "one_hot", "softmax",
    ),
    "core.minimize": ("descent", "minimize"),
    "core.mixed": ("MixedActivation",),
    "core.network": ("Network",),
    "core.optimizers": (
        "OPTIMIZERS", "AdaGrad", "Adam", "AdamEpsilonHat", "AdamW", "GradientDescent", "Momentum",
        "NAdam", "Nesterov", "Optimizer", "RMSProp",
    ),
    "core.penalties": ("Penalty",),
    "core.scale": ("Scale",),
    "core.schedules": (
        "SCHEDULES", "Constant", "Cosine", "Exponential", "FlatCosine", "InverseScaling",
        "LogCosine", "OneCycle", "ProgressSchedule", "Schedule", "StepDecay",
    ),
    "core.training": ("Epoch", "TrainingState", "train"),
    "errors": (
        "CheckpointError", "DTypeError", "DataError", "DataWarning", "DigestError",
        "DivergenceError", "ExportError", "GlassnetError", "HeaderError", "LabelError",
        "LayoutError", "MissingExtraError", "ModelFileError", "NewerFormatError", "NonFiniteError",
        "NotAModelFileError", "ParameterError", "RecordError", "ShapeError", "TruncatedFileError",
    ),
    "estimators.classifier": ("MLPClassifier",),
    "estimators.regressor": ("MLPRegressor",),
    "estimators.tables.classifier": ("TabularClassifier",),
    "estimators.tables.regressor": ("TabularRegressor",),
    "explain.models": ("explain",),
    "files.onnx.inputs": ("onnx_inputs",),
    "files.predictor": ("Predictor", "load"),
    "points": ("make_points",),
    "tabular.blocks": ("Columns",),
    "tabular.columns": ("Column",),
    "tabular.embeddings": ("CategoryEmbedding", "PeriodicEmbedding"),
    "tabular.table": ("Table",),
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


class _Package(ModuleType):
    """The package. Its `explain` is the function, though a folder has the same name.

    Importing a module sets it as an attribute of its package: ``from glassnet.explain import ...``
    would put the folder in the function's place.
    """

    @property
    def explain(self) -> Any:
        """The function."""
        return import_module("glassnet.explain.models").explain

    @explain.setter
    def explain(self, folder: Any) -> None:
        """Leave it as it is."""


sys.modules[__name__].__class__ = _Package


if TYPE_CHECKING:  # the same names, for editors and type checkers; a test compares the two
    from glassnet.core.activations import (
        ACTIVATIONS as ACTIVATIONS,
    )
    from glassnet.core.activations import (
        ELU as ELU,
    )
    from glassnet.core.activations import (
        GELU as GELU,
    )
    from glassnet.core.activations import (
        SELU as SELU,
    )
    from glassnet.core.activations import (
        Activation as Activation,
    )
    from glassnet.core.activations import (
        GELUTanh as GELUTanh,
    )
    from glassnet.core.activations import (
        HardTanh as HardTanh,
    )
    from glassnet.core.activations import (
        Identity as Identity,
    )
    from glassnet.core.activations import (
        LeakyReLU as LeakyReLU,
    )
    from glassnet.core.activations import (
        Mish as Mish,
    )
    from glassnet.core.activations import (
        ReLU as ReLU,
    )
    from glassnet.core.activations import (
        Sigmoid as Sigmoid,
    )
    from glassnet.core.activations import (
        SiLU as SiLU,
    )
    from glassnet.core.activations import (
        Softplus as Softplus,
    )
    from glassnet.core.activations import (
        Tanh as Tanh,
    )
    from glassnet.core.dense import Dense as Dense
    from glassnet.core.dropout import Dropout as Dropout
    from glassnet.core.gradcheck import GradCheck as GradCheck
    from glassnet.core.gradcheck import gradcheck as gradcheck
    from glassnet.core.initializers import (
        INITIALIZERS as INITIALIZERS,
    )
    from glassnet.core.initializers import (
        Glorot as Glorot,
    )
    from glassnet.core.initializers import (
        He as He,
    )
    from glassnet.core.initializers import (
        HyperplaneBias as HyperplaneBias,
    )
    from glassnet.core.initializers import (
        Initializer as Initializer,
    )
    from glassnet.core.initializers import (
        LeCun as LeCun,
    )
    from glassnet.core.initializers import (
        Normal as Normal,
    )
    from glassnet.core.initializers import (
        UnitVariance as UnitVariance,
    )
    from glassnet.core.initializers import (
        Zeros as Zeros,
    )
    from glassnet.core.layer import Layer as Layer
    from glassnet.core.layer import Parameter as Parameter
    from glassnet.core.layer import Step as Step
    from glassnet.core.losses import (
        LOSSES as LOSSES,
    )
    from glassnet.core.losses import (
        AbsoluteError as AbsoluteError,
    )
    from glassnet.core.losses import (
        BinaryCrossEntropy as BinaryCrossEntropy,
    )
    from glassnet.core.losses import (
        CrossEntropy as CrossEntropy,
    )
    from glassnet.core.losses import (
        Huber as Huber,
    )
    from glassnet.core.losses import (
        JointCrossEntropy as JointCrossEntropy,
    )
    from glassnet.core.losses import (
        Loss as Loss,
    )
    from glassnet.core.losses import (
        Poisson as Poisson,
    )
    from glassnet.core.losses import (
        Quantile as Quantile,
    )
    from glassnet.core.losses import (
        SquaredError as SquaredError,
    )
    from glassnet.core.losses import (
        one_hot as one_hot,
    )
    from glassnet.core.losses import (
        softmax as softmax,
    )
    from glassnet.core.minimize import descent as descent
    from glassnet.core.minimize import minimize as minimize
    from glassnet.core.mixed import MixedActivation as MixedActivation
    from glassnet.core.network import Network as Network
    from glassnet.core.optimizers import (
        OPTIMIZERS as OPTIMIZERS,
    )
    from glassnet.core.optimizers import (
        AdaGrad as AdaGrad,
    )
    from glassnet.core.optimizers import (
        Adam as Adam,
    )
    from glassnet.core.optimizers import (
        AdamEpsilonHat as AdamEpsilonHat,
    )
    from glassnet.core.optimizers import (
        AdamW as AdamW,
    )
    from glassnet.core.optimizers import (
        GradientDescent as GradientDescent,
    )
    from glassnet.core.optimizers import (
        Momentum as Momentum,
    )
    from glassnet.core.optimizers import (
        NAdam as NAdam,
    )
    from glassnet.core.optimizers import (
        Nesterov as Nesterov,
    )
    from glassnet.core.optimizers import (
        Optimizer as Optimizer,
    )
    from glassnet.core.optimizers import (
        RMSProp as RMSProp,
    )
    from glassnet.core.penalties import Penalty as Penalty
    from glassnet.core.scale import Scale as Scale
    from glassnet.core.schedules import (
        SCHEDULES as SCHEDULES,
    )
    from glassnet.core.schedules import (
        Constant as Constant,
    )
    from glassnet.core.schedules import (
        Cosine as Cosine,
    )
    from glassnet.core.schedules import (
        Exponential as Exponential,
    )
    from glassnet.core.schedules import (
        FlatCosine as FlatCosine,
    )
    from glassnet.core.schedules import (
        InverseScaling as InverseScaling,
    )
    from glassnet.core.schedules import (
        LogCosine as LogCosine,
    )
    from glassnet.core.schedules import (
        OneCycle as OneCycle,
    )
    from glassnet.core.schedules import (
        ProgressSchedule as ProgressSchedule,
    )
    from glassnet.core.schedules import (
        Schedule as Schedule,
    )
    from glassnet.core.schedules import (
        StepDecay as StepDecay,
    )
    from glassnet.core.training import (
        Epoch as Epoch,
    )
    from glassnet.core.training import (
        TrainingState as TrainingState,
    )
    from glassnet.core.training import (
        train as train,
    )
    from glassnet.errors import (
        CheckpointError as CheckpointError,
    )
    from glassnet.errors import (
        DataError as DataError,
    )
    from glassnet.errors import (
        DataWarning as DataWarning,
    )
    from glassnet.errors import (
        DigestError as DigestError,
    )
    from glassnet.errors import (
        DivergenceError as DivergenceError,
    )
    from glassnet.errors import (
        DTypeError as DTypeError,
    )
    from glassnet.errors import (
        ExportError as ExportError,
    )
    from glassnet.errors import (
        GlassnetError as GlassnetError,
    )
    from glassnet.errors import (
        HeaderError as HeaderError,
    )
    from glassnet.errors import (
        LabelError as LabelError,
    )
    from glassnet.errors import (
        LayoutError as LayoutError,
    )
    from glassnet.errors import (
        MissingExtraError as MissingExtraError,
    )
    from glassnet.errors import (
        ModelFileError as ModelFileError,
    )
    from glassnet.errors import (
        NewerFormatError as NewerFormatError,
    )
    from glassnet.errors import (
        NonFiniteError as NonFiniteError,
    )
    from glassnet.errors import (
        NotAModelFileError as NotAModelFileError,
    )
    from glassnet.errors import (
        ParameterError as ParameterError,
    )
    from glassnet.errors import (
        RecordError as RecordError,
    )
    from glassnet.errors import (
        ShapeError as ShapeError,
    )
    from glassnet.errors import (
        TruncatedFileError as TruncatedFileError,
    )
    from glassnet.estimators.classifier import MLPClassifier as MLPClassifier
    from glassnet.estimators.regressor import MLPRegressor as MLPRegressor
    from glassnet.estimators.tables.classifier import TabularClassifier as TabularClassifier
    from glassnet.estimators.tables.regressor import TabularRegressor as TabularRegressor
    from glassnet.explain.models import explain as explain
    from glassnet.files.onnx.inputs import onnx_inputs as onnx_inputs
    from glassnet.files.predictor import Predictor as Predictor
    from glassnet.files.predictor import load as load
    from glassnet.points import (
        make_points as make_points,
    )
    from glassnet.tabular.blocks import Columns as Columns
    from glassnet.tabular.columns import Column as Column
    from glassnet.tabular.embeddings import (
        CategoryEmbedding as CategoryEmbedding,
    )
    from glassnet.tabular.embeddings import (
        PeriodicEmbedding as PeriodicEmbedding,
    )
    from glassnet.tabular.table import Table as Table
