"""What a C export says of the target: labels, links, and the functions that users call."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import accumulate, pairwise

from glassnet.files.c_network import each_line
from glassnet.files.c_text import literal_cut
from glassnet.files.source_steps import filled
from glassnet.record import Classes, Labels, Means, Numbers, SeveralTargets, Target, TwoClasses


def label_lines(target: Target) -> Iterator[str]:
    """Yield the labels of the outputs, and the function that gives one."""
    labels = labels_of(target)
    if not labels:
        return
    yield f"static const char *const @labels[{len(labels)}] = {{"
    yield from filled(map(literal_cut, labels), 4)
    yield from ("};", "")
    yield "static inline const char *@label(int output)"
    yield "{"
    yield f"    return output >= 0 && output < {len(labels)} ? @labels[output] : 0;"
    yield from ("}", "")


def labels_of(target: Target) -> list[str]:
    """Return the text of the label of each output; none of numbers."""
    if isinstance(target, SeveralTargets):
        return [str(label) for labels in target.labels for label in labels.tolist()]
    if isinstance(target, Classes | Labels):
        return [str(label) for label in target.labels.tolist()]
    return []


def n_outputs(target: Target) -> int:
    """Return how many numbers are predicted for a row."""
    return len(labels_of(target)) or target.n_scores


def link_lines(target: Target) -> Iterator[str]:
    """Yield the function that makes of scores what is predicted."""
    yield "/* Make of the scores z what is predicted. */"
    yield "static inline void @link(const double *z, double *out)"
    yield "{"
    yield from (f"    {line}" for line in _link(target))
    yield "}"


def _link(target: Target) -> list[str]:
    n = target.n_scores
    if isinstance(target, Numbers):
        settings = (target.mean, target.std, target.low, target.high)
        mean, std, low, high = (repr(float(one)) for one in settings)
        return [
            f"const double y = z[0] * {std} + {mean};",
            f"out[0] = y < {low} ? {low} : y > {high} ? {high} : y;",
        ]
    if isinstance(target, SeveralTargets):
        return [f"@softmax(z + {a}, {b - a}, out + {a});" for a, b in _blocks(target)]
    if isinstance(target, TwoClasses) and len(target.labels) == 1:
        return ["(void)z;", "out[0] = @inside(1.0); /* only one class was seen */"]
    if isinstance(target, TwoClasses):
        return ["out[0] = @inside(@sigmoid(-z[0]));", "out[1] = @inside(@sigmoid(z[0]));"]
    if isinstance(target, Classes):
        return [f"@softmax(z, {n}, out);"]
    value = "@inside(@sigmoid(z[i]))"
    if isinstance(target, Means):
        value = "z[i]" if target.link == "identity" else "exp(z[i])"
    return ["size_t i;", *each_line(f"out[i] = {value};", n)]


def _blocks(target: SeveralTargets) -> list[tuple[int, int]]:
    return [*pairwise(accumulate((len(labels) for labels in target.labels), initial=0))]


def predict_lines(target: Target, n_features: int, n_networks: int, *, is_table: bool) -> list[str]:
    """Return the functions that users call."""
    n, x = n_outputs(target), "x" if is_table else "row"
    lines = ["static inline void @predict(const double *row, double *out)", "{"]
    lines += [f"    double x[{n_features}];"] * is_table + [f"    double z[{target.n_scores}];"]
    if n_networks > 1:
        lines += [f"    double one[{n}];"]
    if n_networks > 1 or not is_table:
        lines += ["    size_t i;"]
    if n_networks > 1:
        lines += ["    size_t k;"]
    if n_networks > 1 and isinstance(target, Classes):
        lines += ["    double total = 0.0;"]
    if is_table:
        lines += ["    @encode(row, x);"]
    else:
        lines += [
            f"    for (i = 0; i < {n_features}; i++) /* there is no answer to NaN or infinity */",
            "        if (!isfinite(row[i])) {",
            f"            for (i = 0; i < {n}; i++)",
            "                out[i] = NAN;",
            "            return;",
            "        }",
        ]
    if n_networks == 1:
        lines += [f"    @network({x}, z);", "    @link(z, out);"]
    else:
        lines += _mean_lines(target, x, n, n_networks)
    return [*lines, "}", *_class_lines(target)]


def _mean_lines(target: Target, x: str, n: int, n_networks: int) -> list[str]:
    """Return lines that average over networks."""
    loop = f"    for (i = 0; i < {n}; i++)"
    lines = [
        loop, "        out[i] = 0.0;",
        f"    for (k = 0; k < {n_networks}; k++) {{",
        f"        @network(k, {x}, z);",
        "        @link(z, one);",
        f"    {loop}", "            out[i] += one[i];",
        "    }",
        loop, f"        out[i] /= {n_networks};",
    ]  # fmt: skip
    if isinstance(target, Classes):
        lines += [loop, "        total += out[i];", loop, "        out[i] /= total;"]
    return lines


def _class_lines(target: Target) -> Iterator[str]:
    """Yield the function that gives the most probable class, or classes."""
    n = n_outputs(target)
    if isinstance(target, Classes):
        two = isinstance(target, TwoClasses) and n == 2
        best = "p[1] > 0.5 ? 1 : 0" if two else f"@largest(p, 0, {n})"
        yield from ("", "static inline int @predict_class(const double *row)", "{")
        yield f"    double p[{n}];"
        yield "    @predict(row, p);"
        yield f"    return isnan(p[0]) ? -1 : {best};"
        yield "}"
    elif isinstance(target, Labels | SeveralTargets):
        yield from ("", "static inline void @predict_classes(const double *row, int *classes)", "{")
        yield f"    double p[{n}];"
        yield from ["    int i;"] * isinstance(target, Labels)
        yield "    @predict(row, p);"
        if isinstance(target, Labels):
            yield f"    for (i = 0; i < {n}; i++)"
            yield "        classes[i] = isnan(p[i]) ? -1 : p[i] > 0.5 ? 1 : 0;"
        else:
            for i, (first, end) in enumerate(_blocks(target)):
                yield f"    classes[{i}] = isnan(p[0]) ? -1 : @largest(p, {first}, {end});"
        yield "}"
