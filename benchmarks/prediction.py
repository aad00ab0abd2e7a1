"""The time of predictions: ``predict_proba`` of many rows, and of a single one.

Of many rows beside scikit-learn and onnxruntime, of one also beside the bare arithmetic in NumPy.
All hold the same weights and must give the same probabilities; all are held on one core, each in
its own process. In turns, the median of the rounds counts. onnxruntime is given the graph that
says the same, with the optimizations it has; its session is made outside the timing.

    python -m benchmarks.prediction [--shapes small mnist] [--rounds 5]
"""

from __future__ import annotations

import argparse
import math
import time
import warnings
from abc import ABC, abstractmethod
from collections.abc import Sequence
from contextlib import ExitStack
from statistics import median
from typing import Any

import numpy as np
from rich.table import Table

from benchmarks import table
from benchmarks.peers import OURS, Contender
from benchmarks.results import headline, machine, save
from benchmarks.rounds import say
from benchmarks.shapes import JOBS, Job
from benchmarks.workers import LeftOutError, Worker

ONE_ROW_ASKED = 60e-6
"""Seconds that a single row may take us."""


class Predictor(ABC):
    """A network that predicts the job's rows.

    Parameters
    ----------
    job : Job
        Its ``n_rows`` are the rows of a call.
    threads : int or None
        The process is held on as many cores.
    """

    def __init__(self, job: Job, threads: int | None) -> None:
        self.job = job
        self.threads = threads
        self.X, self.labels = job.data()
        self.weights = job.weights()
        self.prepare()

    @abstractmethod
    def prepare(self) -> None:
        """Make the network of ``self.weights``."""

    @abstractmethod
    def predict(self) -> Any:
        """Return the probabilities of all rows."""

    def warm_up(self) -> list[list[float]]:
        """Return the probabilities of the first rows."""
        first: list[list[float]] = np.asarray(self.predict())[:20].tolist()
        return first

    def call_seconds(self, least: float) -> float:
        """Return the time of a call, of as many as take this long."""
        began = time.perf_counter()
        self.predict()
        once = time.perf_counter() - began
        n_calls = max(1, math.ceil(least / once))
        began = time.perf_counter()
        for _ in range(n_calls):
            self.predict()
        return (time.perf_counter() - began) / n_calls


class Estimator(Predictor):
    """The classifier of a module that has one: fitted to a few rows, then given the weights."""

    def __init__(self, job: Job, threads: int | None, *, module: str) -> None:
        self.module = module
        super().__init__(job, threads)

    def prepare(self) -> None:
        from importlib import import_module

        from benchmarks.peers.ours import estimator_settings

        few = self.job.changed(timed_rows=100).data()
        settings = estimator_settings(self.job.changed(batch=100))
        self.estimator = import_module(self.module).MLPClassifier(**settings, max_iter=1)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            self.estimator.fit(*few)
        self.estimator.coefs_ = [W for W, _ in self.weights]
        self.estimator.intercepts_ = [b for _, b in self.weights]

    def predict(self) -> Any:
        return self.estimator.predict_proba(self.X)


class Arithmetic(Predictor):
    """The formulas and nothing else: no checks, no care for large numbers."""

    def prepare(self) -> None:
        """Do nothing."""

    def predict(self) -> Any:
        A = self.X
        for W, b in self.weights[:-1]:
            Z = A @ W + b
            A = np.maximum(Z, 0) if self.job.activation == "relu" else 1 / (1 + np.exp(-Z))
        W, b = self.weights[-1]
        P = np.exp(A @ W + b)
        if self.job.is_binary:
            P /= 1 + P
            return np.hstack([1 - P, P])
        return P / P.sum(axis=1, keepdims=True)


class OnnxRuntime(Predictor):
    """The same network as a graph of ONNX."""

    def prepare(self) -> None:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = self.threads or 1
        self.session = onnxruntime.InferenceSession(
            self.graph().SerializeToString(), options, providers=["CPUExecutionProvider"]
        )

    def graph(self) -> Any:
        """Return the model: a Gemm and an activation a layer."""
        from onnx import TensorProto, helper, numpy_helper

        activation = {"relu": "Relu", "sigmoid": "Sigmoid"}[self.job.activation]
        nodes, constants, name = [], [], "X"
        for layer, (W, b) in enumerate(self.weights):
            constants += [
                numpy_helper.from_array(W, f"W{layer}"),
                numpy_helper.from_array(b, f"b{layer}"),
            ]
            nodes.append(helper.make_node("Gemm", [name, f"W{layer}", f"b{layer}"], [f"Z{layer}"]))
            if layer < len(self.weights) - 1:
                nodes.append(helper.make_node(activation, [f"Z{layer}"], [f"A{layer}"]))
                name = f"A{layer}"
        scores = f"Z{len(self.weights) - 1}"
        if self.job.is_binary:
            constants.append(numpy_helper.from_array(np.ones((), self.job.dtype), "one"))
            nodes += [
                helper.make_node("Sigmoid", [scores], ["p"]),
                helper.make_node("Sub", ["one", "p"], ["q"]),
                helper.make_node("Concat", ["q", "p"], ["P"], axis=1),
            ]
        else:
            nodes.append(helper.make_node("Softmax", [scores], ["P"], axis=1))
        kind = TensorProto.FLOAT if self.job.dtype == "float32" else TensorProto.DOUBLE
        inputs = [helper.make_tensor_value_info("X", kind, [None, self.job.layers[0]])]
        outputs = [helper.make_tensor_value_info("P", kind, [None, self.job.layers[-1]])]
        graph = helper.make_graph(nodes, "network", inputs, outputs, constants)
        opset = [helper.make_opsetid("", 17)]
        return helper.make_model(graph, opset_imports=opset, ir_version=9)

    def predict(self) -> Any:
        return self.session.run(None, {"X": self.X})[0]


HERE = "benchmarks.prediction"
PREDICTORS = (
    Contender(OURS, f"{HERE}:Estimator", 1, pinned=True, settings={"module": "glassnet"}),
    Contender("NumPy", f"{HERE}:Arithmetic", 1, pinned=True),
    Contender(
        "scikit-learn",
        f"{HERE}:Estimator",
        1,
        pinned=True,
        settings={"module": "sklearn.neural_network"},
    ),
    Contender("onnxruntime", f"{HERE}:OnnxRuntime", 1, pinned=True),
)
NAMES = [contender.name for contender in PREDICTORS]

#: Many rows of each shape; of the wide one fewer, for 100,000 take ten seconds.
MANY = tuple(
    job.changed(timed_rows=10_000 if job.name == "wide" else 100_000)
    for job in JOBS
    if job.name != "article64"  # onnxruntime's sigmoid of doubles is no question of ours
)
ONE = Job("one row", rows=1, layers=(20, 64, 32, 3), batch=1)


def compare(job: Job, workers: Sequence[Worker], n_rounds: int) -> dict[str, list[float]]:
    """Return the seconds of a call in each round."""
    answers: dict[str, Any] = {}
    taking_part = []
    for worker in workers:
        worker.prepare(job)
    for worker in workers:
        try:
            answers[worker.contender.name] = worker.ready()
            taking_part.append(worker)
        except LeftOutError as error:
            say(f"left out: {error}")
    for name, answer in answers.items():
        first = next(iter(answers.values()))
        if not np.allclose(answer, first, atol=1e-4):
            raise AssertionError(f"{name} predicts something else than the first")
    seconds: dict[str, list[float]] = {worker.contender.name: [] for worker in taking_part}
    for number in range(n_rounds):
        say(f"{job.name}: round {number + 1} of {n_rounds}")
        first = number % max(len(taking_part), 1)
        for worker in taking_part[first:] + taking_part[:first]:
            seconds[worker.contender.name].append(worker.ask("call_seconds", 0.1))
    return seconds


def as_table(measured: dict[Job, dict[str, list[float]]], title: str) -> Table:
    """Return microseconds a call, and how many times longer than ours."""
    result = Table(title=title, title_justify="left")
    result.add_column("network", no_wrap=True)
    for name in NAMES:
        result.add_column(name, justify="right")
    for job, seconds in measured.items():
        medians = {name: median(times) for name, times in seconds.items()}
        cells = []
        for name in NAMES:
            cell = table.microseconds(medians[name]) if name in medians else ""
            if name in medians and OURS in medians and name != OURS:
                cell += f"  {medians[name] / medians[OURS]:5.2f}"
            cells.append(cell)
        result.add_row(f"{job.n_rows:,} x {'-'.join(map(str, job.layers))}, {job.dtype}", *cells)
    return result


def main() -> None:
    """Measure, print and save."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    names = [job.name for job in MANY]
    parser.add_argument("--shapes", nargs="*", choices=names, default=names, metavar="NAME")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--no-save", action="store_true", help="write no results")
    given = parser.parse_args()
    about = machine()
    print(headline(about), flush=True)
    with ExitStack() as stack:
        workers = [Worker(contender) for contender in PREDICTORS]
        for worker in workers:
            stack.callback(worker.close)
        one = {ONE: compare(ONE, workers, given.rounds)}
        many = {
            job: compare(job, workers, given.rounds) for job in MANY if job.name in given.shapes
        }
    title = "microseconds a call, and times longer than glassnet"
    table.show(as_table(many, title))
    table.show(as_table(one, title))
    ours = median(one[ONE].get(OURS, [math.nan]))
    verdict = "met" if ours <= ONE_ROW_ASKED else "missed"
    print(f"asked of one row: at most {ONE_ROW_ASKED * 1e6:.0f} microseconds: {verdict}")
    if not given.no_save:
        measured = {f"{job.n_rows} rows, {job}": seconds for job, seconds in (many | one).items()}
        print(f"saved in {save('prediction', about, measured)}")


if __name__ == "__main__":
    main()
