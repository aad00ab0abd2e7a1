"""Building an ONNX graph: operators, constants and names that never meet."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from importlib import import_module
from typing import Any

import numpy as np

from glassnet.core.arrays import Array
from glassnet.errors import MissingExtraError, ParameterError

OPSET, ML_OPSET, IR_VERSION = 17, 3, 8
"""Of 2022. Each newer runtime reads them; onnxruntime does from 1.12 on."""

ML = "ai.onnx.ml"
ROWS = "n_rows"
"""What the axis of rows is called: any number."""


def needed(name: str) -> Any:
    """Return one of the two packages that write and run ONNX files.

    Raises
    ------
    MissingExtraError
        If it is not installed.
    """
    try:
        return import_module(name)
    except ModuleNotFoundError as error:
        if error.name != name:  # installed, but something that it needs is not
            raise
        raise MissingExtraError(
            f'ONNX files need {name}, which is not installed: pip install "glassnet[onnx]"'
        ) from error


def utf8(text: str, what: str) -> bytes:
    """Return a text as an ONNX file holds it.

    Raises
    ------
    ParameterError
        If it has half of a surrogate pair: UTF-8 has no bytes for it.
    """
    try:
        return text.encode()
    except UnicodeEncodeError:
        raise ParameterError(
            f"{what} is {text!r}, which is no Unicode text: UTF-8, which ONNX files hold, cannot "
            "express it. Replace it in the data, and fit again."
        ) from None


class Graph:
    """A graph in the making; what stands for a tensor is its name.

    Parameters
    ----------
    dtype : dtype
        Of the arithmetic, float32 or float64: numbers among the inputs of an operator are of it.

    Attributes
    ----------
    outputs : list of str
        The names of the outputs so far.
    """

    def __init__(self, dtype: np.dtype[Any]) -> None:
        self.dtype = dtype
        self.outputs: list[str] = []
        self._onnx = needed("onnx")
        self._nodes: list[Any] = []
        self._inputs: list[Any] = []
        self._outputs: list[Any] = []
        self._constants: dict[tuple[Any, ...], Any] = {}
        self._taken: set[str] = set()

    def input(self, name: str, dtype: Any, n_columns: int, about: str = "") -> str:
        """Declare an input of shape (n_rows, n_columns), before all operators; object is text.

        ``about`` says what its cells are, for whoever reads the file.
        """
        utf8(name, "the name of a column")
        self._taken.add(name)
        declared = self._declared(name, dtype, [ROWS, n_columns])
        declared.doc_string = about
        self._inputs.append(declared)
        return name

    def output(self, tensor: str, name: str, dtype: Any, n_columns: int | None = None) -> None:
        """Declare a tensor as an output: a column if ``n_columns`` is given, else a vector.

        A name that an input has, too, gets an underscore.
        """
        while name in self._taken:
            name += "_"
        self._taken.add(name)
        self._nodes.append(self._onnx.helper.make_node("Identity", [tensor], [name], name=name))
        shape: list[int | str] = [ROWS] if n_columns is None else [ROWS, n_columns]
        self._outputs.append(self._declared(name, dtype, shape))
        self.outputs.append(name)

    def op(self, kind: str, *inputs: Any, **attributes: Any) -> str:
        """Add an operator with one output, and return that.

        Parameters
        ----------
        kind : str
        *inputs : str, float, or array
            Tensors by their names; numbers and arrays become constants.
        **attributes
            Of the operator; ``domain`` among them.
        """
        return self.ops(kind, *inputs, n_outputs=1, **attributes)[0]

    def ops(self, kind: str, *inputs: Any, n_outputs: int, **attributes: Any) -> list[str]:
        """Add an operator with several outputs."""
        names = [self._tensor(one) for one in inputs]
        outputs = [self._new(kind) for _ in range(n_outputs)]
        node = self._onnx.helper.make_node(kind, names, outputs, name=outputs[0], **attributes)
        self._nodes.append(node)
        return outputs

    def cast(self, tensor: str, dtype: Any) -> str:
        """Return a tensor in another type."""
        return self.op("Cast", tensor, to=self._type(dtype))

    def joined(self, tensors: Sequence[str]) -> str:
        """Return tensors of shape (n_rows, n_columns) beside each other."""
        return tensors[0] if len(tensors) == 1 else self.op("Concat", *tensors, axis=1)

    def split(self, tensor: str, sizes: Sequence[int]) -> list[str]:
        """Return the columns of a tensor, so many at a time."""
        if len(sizes) == 1:
            return [tensor]
        return self.ops("Split", tensor, np.array(sizes), n_outputs=len(sizes), axis=1)

    def vector(self, tensor: str) -> str:
        """Return a tensor of shape (n_rows, 1) as one of shape (n_rows,)."""
        return self.op("Squeeze", tensor, np.array([1]))

    def polynomial(self, coefficients: Iterable[float], x: str) -> str:
        """Return a polynomial by Horner's rule; coefficients from the lowest power up."""
        last, *others = reversed(tuple(coefficients))
        result: Any = last
        for coefficient in others:
            result = self.op("Add", self.op("Mul", x, result), coefficient)
        return str(result)

    def model(self, version: str, metadata: Mapping[str, str]) -> Any:
        """Return the whole as an ``onnx.ModelProto``."""
        helper = self._onnx.helper
        graph = helper.make_graph(
            self._nodes, "glassnet", self._inputs, self._outputs, list(self._constants.values())
        )
        model = helper.make_model(
            graph,
            producer_name="glassnet",
            producer_version=version,
            opset_imports=[helper.make_opsetid("", OPSET), helper.make_opsetid(ML, ML_OPSET)],
            ir_version=IR_VERSION,
        )
        helper.set_model_props(model, dict(metadata))
        return model

    def _tensor(self, value: Any) -> str:
        """Return the name of a tensor, or make a constant."""
        if isinstance(value, str):
            return value
        if isinstance(value, float | int):
            return self._constant(np.array(value, self.dtype))
        return self._constant(value)

    def _constant(self, array: Array) -> str:
        """Return the name of a constant; what has been there before is not written again."""
        is_text = array.dtype.kind in "OU"
        content = tuple(array.flat) if is_text else array.tobytes()
        key = (array.dtype.str, array.shape, content)
        if key not in self._constants:
            name = self._new("constant")
            if is_text:
                texts = [utf8(str(text), "a label") for text in array.flat]
                made = self._onnx.helper.make_tensor(
                    name, self._type(object), array.shape, texts
                )  # fmt: skip
            else:
                made = self._onnx.numpy_helper.from_array(np.ascontiguousarray(array), name)
            self._constants[key] = made
        return str(self._constants[key].name)

    def _new(self, kind: str) -> str:
        """Return a name that nothing else has."""
        number = len(self._nodes) + len(self._constants)
        while (name := f"{kind.lower()}_{number}") in self._taken:
            number += 1
        self._taken.add(name)
        return name

    def _declared(self, name: str, dtype: Any, shape: Sequence[int | str]) -> Any:
        return self._onnx.helper.make_tensor_value_info(name, self._type(dtype), shape)

    def _type(self, dtype: Any) -> int:
        """Return ONNX's number of a type; that of text for objects."""
        if np.dtype(dtype).kind in "OU":
            return int(self._onnx.TensorProto.STRING)
        return int(self._onnx.helper.np_dtype_to_tensor_dtype(np.dtype(dtype)))
