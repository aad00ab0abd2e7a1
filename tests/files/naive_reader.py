"""A reader of model files, written from docs/model-file.md: plain Python, no NumPy, no glassnet."""

import datetime as dt
import itertools
import json
import math
import struct


def read(path):
    """Return the record, and the networks as lists of numbers."""
    data = path.read_bytes()
    start = 8 + int.from_bytes(data[:8], "little")
    header = json.loads(data[8:start])
    record = json.loads(header["__metadata__"]["glassnet"])
    n_networks, n_params = header["theta"]["shape"]
    letter = {"F32": "f", "F64": "d"}[header["theta"]["dtype"]]
    numbers = struct.unpack(f"<{n_networks * n_params}{letter}", data[start:])
    return record, [numbers[i * n_params : (i + 1) * n_params] for i in range(n_networks)]


def outputs(record, networks, row):
    """Return probabilities, or numbers, for a row: a dictionary of cells, or a list of numbers."""
    vector = row if record["table"] is None else encode(record["table"], row)
    each = [
        link(record["target"], scores(record["network"], network, vector)) for network in networks
    ]
    return [sum(one) / len(each) for one in zip(*each, strict=True)]


def encode(table, row):
    """Return the vector: numbers, then plain features, then codes."""
    groups = {"numbers": [], "plain": [], "codes": []}
    for column in table["columns"]:
        values = raw(column["encoder"], row.get(column["name"]))
        for feature, value in zip(column["features"], values, strict=True):
            groups[feature["group"]].append(scaled(feature["scaling"], value))
    return groups["numbers"] + groups["plain"] + groups["codes"]


def is_missing(cell):
    return cell is None or cell != cell  # noqa: PLR0124


def text_of(cell):
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return str(cell)


def raw(encoder, cell):  # noqa: PLR0911 - one for each way
    way, missing = encoder["way"], is_missing(cell)
    indicator = [1 if missing else -1] if encoder.get("indicator") else []
    if way == "number":
        return [math.nan if missing else float(cell), *indicator]
    if way == "date":
        return [
            math.nan if missing else part_of(cell, part) for part in encoder["kept"]
        ] + indicator
    if way == "present":
        return [-1 if missing else 1]
    if way == "dropped":
        return []
    levels = encoder["levels"]
    text = None if missing else text_of(cell)
    if levels == ["False", "True"] and not missing:
        text = {"false": "False", "FALSE": "False", "0": "False"}.get(text, text)
        text = {"true": "True", "TRUE": "True", "1": "True"}.get(text, text)
    code = levels.index(text) + 1 if text in levels else 0
    if way == "two levels":
        return [(0, -1, 1)[code]]
    if way == "one-hot":
        return [1 if code == place else 0 for place in range(1, len(levels) + 1)]
    assert way == "codes"
    return [code]


def part_of(text, part):
    date = dt.datetime.fromisoformat(text)
    if part == "year":
        return date.year
    cycle, wave = part.split(".")
    t = {
        "month": (date.month - 1) / 12,
        "day": (date.day - 1) / 31,
        "weekday": date.weekday() / 7,
        "hour": (date.hour + date.minute / 60 + date.second / 3600) / 24,
    }[cycle]
    return round({"sin": math.sin, "cos": math.cos}[wave](2 * math.pi * t), 12)


def scaled(scaling, value):
    if scaling is None:
        return value
    x = scaling["fill"] if math.isnan(value) else value / scaling["unit"]
    if scaling["spread"] == 0:
        z = 0.0 if math.isfinite(x) else x
    else:
        z = (x - scaling["center"]) / scaling["spread"]
    z = max(-3 * 2.0**40, min(3 * 2.0**40, z))
    return z / math.sqrt(1 + (z / 3) ** 2)


def scores(network, numbers, x):
    numbers = iter(numbers)

    def take(*shape):
        if len(shape) == 1:
            return [next(numbers) for _ in range(shape[0])]
        return [take(*shape[1:]) for _ in range(shape[0])]

    for layer in network["layers"]:
        x = through(layer, x, take)
    assert next(numbers, None) is None
    return x


def through(layer, x, take):  # noqa: PLR0911 - one for each kind
    kind = layer["kind"]
    if kind == "dense":
        W, b = take(layer["n_in"], layer["n_out"]), take(layer["n_out"])
        return [
            sum(value * row[k] for value, row in zip(x, W, strict=True)) + b[k]
            for k in range(len(b))
        ]
    if kind == "scale":
        return [factor * value for factor, value in zip(take(layer["n_in"]), x, strict=True)]
    if kind == "activation":
        return [activation(layer["activation"], z) for z in x]
    if kind == "mixed activation":
        act = [activation(layer["activation"], z) for z in x]
        return [z + a * (f - z) for z, a, f in zip(x, take(layer["n_in"]), act, strict=True)]
    if kind == "columns":
        joined, start = [], 0
        for n_columns, one in layer["blocks"]:
            joined += through(one, x[start : start + n_columns], take)
            start += n_columns
        assert start == len(x)
        return joined
    if kind == "category embedding":
        vectors = [[0.0] * layer["size"], *take(layer["n_levels"], layer["size"])]
        return vectors[int(x[0])]
    assert kind == "periodic embedding"
    p, q, r = layer["n_in"], layer["n_frequencies"], layer["n_numbers"]
    f, c, mix, d = take(p, q), take(p, q), take(p, q, r), take(p, r)
    joined = []
    for i, number in enumerate(x):
        waves = [math.cos(2 * math.pi * f[i][m] * number + c[i][m]) for m in range(q)]
        joined.append(number)
        joined += [d[i][j] + sum(waves[m] * mix[i][m][j] for m in range(q)) for j in range(r)]
    return joined


def activation(function, z):
    settings = function["settings"]
    scale, alpha = 1.0507009873554805, 1.6732632423543772
    softplus = math.log1p(math.exp(-abs(z))) + max(z, 0)
    return {
        "Identity": lambda: z,
        "Sigmoid": lambda: sigmoid(z),
        "Tanh": lambda: math.tanh(z),
        "ReLU": lambda: max(z, 0.0),
        "LeakyReLU": lambda: z if z > 0 else settings["slope"] * z,
        "ELU": lambda: z if z > 0 else settings["alpha"] * math.expm1(z),
        "SELU": lambda: scale * z if z > 0 else scale * alpha * math.expm1(z),
        "Softplus": lambda: softplus,
        "GELU": lambda: z * 0.5 * math.erfc(-z / math.sqrt(2)),
        "GELUTanh": lambda: z / 2 * (1 + math.tanh(math.sqrt(2 / math.pi) * (z + 0.044715 * z**3))),
        "SiLU": lambda: z * sigmoid(z),
        "Mish": lambda: z * math.tanh(softplus),
        "HardTanh": lambda: min(max(z, -1.0), 1.0),
    }[function["name"]]()


def sigmoid(z):
    power = math.exp(-abs(z))
    return (1 if z >= 0 else power) / (1 + power)


def softmax(z):
    powers = [math.exp(one - max(z)) for one in z]
    return [power / sum(powers) for power in powers]


def link(target, z):
    kind = target["kind"]
    if kind == "classes":
        return softmax(z)
    if kind == "two classes":
        return [sigmoid(-z[0]), sigmoid(z[0])]
    if kind == "labels":
        return [sigmoid(one) for one in z]
    if kind == "several targets":
        ends = itertools.accumulate(len(one["labels"]) for one in target["targets"])
        starts = itertools.pairwise([0, *ends])
        return [p for start, end in starts for p in softmax(z[start:end])]
    if kind == "numbers":
        return [min(max(z[0] * target["std"] + target["mean"], target["low"]), target["high"])]
    assert kind == "means"
    return [math.exp(one) for one in z] if target["link"] == "log" else z
