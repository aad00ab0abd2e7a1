"""A reader of model files, written from docs/model-file.md: plain Python, no NumPy, no glassnet."""

import datetime as dt
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
    """Return probabilities, or one number, for a row: a dictionary of cells."""
    vector = encode(record["table"], row)
    each = [link(record, scores(record, network, vector)) for network in networks]
    return [sum(one) / len(each) for one in zip(*each, strict=True)]


def encode(table, row):
    """Return the vector by its three groups."""
    groups = {"numbers": [], "plain": [], "codes": []}
    for column in table["columns"]:
        values = raw(column["encoder"], row.get(column["name"]))
        for feature, value in zip(column["features"], values, strict=True):
            groups[feature["group"]].append(scaled(feature["scaling"], value))
    return groups


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


def scores(record, network, groups):
    numbers = iter(network)

    def take(*shape):
        if len(shape) == 1:
            return [next(numbers) for _ in range(shape[0])]
        return [take(*shape[1:]) for _ in range(shape[0])]

    shape, x = record["network"], []
    if record["kind"].startswith("mlp"):
        x = groups["numbers"] + groups["plain"]
        for h in shape["hidden_layer_sizes"]:
            z = dense(x, take(len(x), h), take(h))
            x = [activation(shape["activation"]["name"], value) for value in z]
        x = dense(x, take(len(x), shape["n_outputs"]), take(shape["n_outputs"]))
        assert next(numbers, None) is None
        return x
    p = len(groups["numbers"])
    if p and shape["numeric_embedding"]:
        f, c, mix, d = take(p, 16), take(p, 16), take(p, 16, 3), take(p, 3)
        for i, number in enumerate(groups["numbers"]):
            waves = [math.cos(2 * math.pi * f[i][m] * number + c[i][m]) for m in range(16)]
            x.append(number)
            x += [d[i][j] + sum(waves[m] * mix[i][m][j] for m in range(16)) for j in range(3)]
    else:
        x += groups["numbers"]
    x += groups["plain"]
    encoders = [column["encoder"] for column in record["table"]["columns"]]
    n_levels = [len(one["levels"]) for one in encoders if one["way"] == "codes"]
    for code, n in zip(groups["codes"], n_levels, strict=True):
        vectors = [[0.0] * shape["embedding_size"], *take(n, shape["embedding_size"])]
        x += vectors[code]
    x = [factor * value for factor, value in zip(take(len(x)), x, strict=True)]
    for h in shape["hidden_layer_sizes"]:
        z = dense(x, take(len(x), h), take(h))
        a = take(h)
        act = [activation(shape["activation"]["name"], value) for value in z]
        x = [zi + ai * (fi - zi) for zi, ai, fi in zip(z, a, act, strict=True)]
    x = dense(x, take(len(x), shape["n_outputs"]), take(shape["n_outputs"]))
    assert next(numbers, None) is None
    return x


def dense(x, W, b):
    return [
        sum(value * row[k] for value, row in zip(x, W, strict=True)) + b[k] for k in range(len(b))
    ]


def activation(name, z):
    if name == "ReLU":
        return max(z, 0.0)
    if name == "SELU":
        scale, alpha = 1.0507009873554805, 1.6732632423543772
        return scale * z if z > 0 else scale * alpha * math.expm1(z)
    assert name == "Mish"
    return z * math.tanh(math.log1p(math.exp(-abs(z))) + max(z, 0))


def link(record, z):
    target = record["target"]
    if record["kind"].endswith("classifier"):
        powers = [math.exp(one - max(z)) for one in z]
        return [power / sum(powers) for power in powers]
    return [min(max(z[0] * target["std"] + target["mean"], target["low"]), target["high"])]
