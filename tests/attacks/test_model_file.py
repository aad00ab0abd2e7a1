"""Attacks on the model file: each is refused by its own error, with reason and byte."""

# ruff: noqa: E501 - the tables below are read line by line

import json
import pickle
import struct
import time
import tracemalloc
import zipfile
from contextlib import suppress

import numpy as np
import pandas as pd
import pytest

import glassnet as gn
from attacks.crafted import at, file_of, framed, leaves, parts, put
from files.golden_table import golden, names, new_numbers, new_rows
from glassnet.files.model_file import read_description_of

GOOD = golden("tabular-classifier").read_bytes()
N = int.from_bytes(GOOD[:8], "little")
START = 8 + N
RECORD, HEADER, NUMBERS = parts()
TEXT = json.dumps(RECORD)


def header_of(**changes):
    """Return a file whose header has other entries."""
    header = json.loads(GOOD[8:START]) | changes
    return framed(json.dumps(header).encode(), NUMBERS)


def theta(**changes):
    return header_of(theta=HEADER["theta"] | changes)


def record_of(**changes):
    return file_of(RECORD | changes, dict(HEADER), NUMBERS)


def network_of(**changes):
    return record_of(network=RECORD["network"] | changes)


def layers_of(changes):
    """Return a file with other parts of some layers, by their position."""
    layers = json.loads(TEXT)["network"]["layers"]
    for i, change in changes.items():
        layers[i] |= change
    return network_of(layers=layers)


def block_of(**changes):
    """Return a file with other parts of the layer that embeds codes."""
    layers = json.loads(TEXT)["network"]["layers"]
    layers[0]["blocks"][-1][1] |= changes
    return network_of(layers=layers)


def encoder_of(way, /, **changes):
    """Return a file in which the first column of a way of encoding has learned something else."""
    record = json.loads(TEXT)
    columns = record["table"]["columns"]
    column = next(one for one in columns if one["encoder"]["way"] == way)
    column["encoder"] |= changes
    return file_of(record, dict(HEADER), NUMBERS)


def column_of(kind="number", /, **changes):
    """Return a file that says something else of the first column of a kind."""
    record = json.loads(TEXT)
    next(one for one in record["table"]["columns"] if one["kind"] == kind).update(changes)
    return file_of(record, dict(HEADER), NUMBERS)


def scaling_of(**changes):
    record = json.loads(TEXT)
    record["table"]["columns"][0]["features"][0]["scaling"] |= changes
    return file_of(record, dict(HEADER), NUMBERS)


def record_text(text):
    return file_of(None, dict(HEADER), NUMBERS, text=text)


def zipped():
    return b"PK\x03\x04" + b"x" * 60


def number_at(i, value):
    numbers = NUMBERS[: 4 * i] + struct.pack("<f", value) + NUMBERS[4 * i + 4 :]
    return file_of(RECORD, dict(HEADER), numbers)


SIZE = len(NUMBERS)
HALF = {"dtype": "F32", "shape": [100], "data_offsets": [0, 400]}
REST = {"dtype": "F32", "shape": [SIZE // 4 - 100], "data_offsets": [400, SIZE]}

ATTACKS = {
    # something else
    "empty": (b"", gn.NotAModelFileError, "an empty file", 0),
    "nine bytes": (GOOD[:8], gn.NotAModelFileError, "no model file of glassnet", 0),
    "a pickle": (pickle.dumps({"a": 1}), gn.NotAModelFileError, "a pickle", 0),
    "a zip": (zipped(), gn.NotAModelFileError, "joblib, PyTorch or Excel", 0),
    "a table": (b"age,city\n1,2\n", gn.NotAModelFileError, "something else|text", 0),
    "other safetensors": (header_of(__metadata__={"format": "pt"}), gn.NotAModelFileError,
                          "a safetensors file, but not of glassnet", 8),
    "no metadata": (framed(json.dumps({"theta": HEADER["theta"]}).encode(), NUMBERS),
                    gn.NotAModelFileError, "not of glassnet", 8),
    # length
    "cut in the header": (GOOD[: START - 5], gn.TruncatedFileError, "Copy it again", START - 5),
    "cut in the numbers": (GOOD[:-1], gn.TruncatedFileError, "Copy it again", len(GOOD) - 1),
    "no numbers": (GOOD[:START], gn.TruncatedFileError, "its header speaks of", START),
    "header beyond the file": (struct.pack("<Q", 10**7) + GOOD[8:], gn.TruncatedFileError,
                               "10,000,000 bytes long", len(GOOD)),
    "header beyond all": (b"\xff" * 8 + GOOD[8:], gn.HeaderError, "18,446,744,073,709,551,615", 0),
    "header above the limit": (struct.pack("<Q", 2**25 + 1) + GOOD[8:], gn.HeaderError, "at most", 0),
    "bytes behind": (GOOD + b"\0", gn.LayoutError, "1 bytes follow the last array", len(GOOD)),
    "another file behind": (GOOD + GOOD, gn.LayoutError, "follow the last array", len(GOOD)),
    # header
    "header cut by its length": (struct.pack("<Q", N - 9) + GOOD[8:], gn.HeaderError, "is no JSON", ...),
    "header of garbage": (framed(b"{" + b"\x01" * 50, b""), gn.HeaderError, "no JSON", 9),
    "header not in UTF-8": (framed(b'{"\xff": 1}', b""), gn.HeaderError, "not UTF-8", 10),
    "a name twice": (framed(GOOD[8:START].replace(b'{"__meta', b'{"theta":1,"__meta', 1), NUMBERS),
                     gn.HeaderError, "'theta' twice", 8),
    "very deep": (framed(b'{"a":' + b"[" * 10**6 + b"]" * 10**6 + b"}", b""), gn.HeaderError,
                  "1,000,001 lists and objects deep", 8),
    "deep within a text": (framed(b'{"a\\"[[[[[[[[[[[[[[[[[[[[[":[]}', b""), gn.LayoutError, "exactly", 8),
    "metadata no object": (header_of(__metadata__=[1]), gn.HeaderError, "no[t]? an object of texts", 8),
    "metadata no text": (header_of(__metadata__={"glassnet": {}}), gn.HeaderError, "of texts", 8),
    "NaN in the header": (theta(shape=[1, float("nan")]), gn.NonFiniteError, "the number NaN", 8),
    "1e999 in the header": (framed(GOOD[8:START].replace(b"[0,", b"[1e999,", 1), NUMBERS),
                            gn.NonFiniteError, "1e999", 8),
    "a number of 10^6 digits": (framed(b'{"a":1' + b"0" * 10**6 + b"}", b""), gn.NonFiniteError, "10000", 8),
    # layout
    "another type": (theta(dtype="U64"), gn.LayoutError, "'U64'; expected one of F32, F64, I64", 8),
    "whole numbers": (theta(dtype="I64", shape=[1, SIZE // 8], data_offsets=[0, SIZE]), gn.LayoutError,
                      "takes|'theta' holds whole numbers", 8),
    "a type that is none": (theta(dtype=["F32"]), gn.LayoutError, "of the type", 8),
    "an entry too many": (theta(more=1), gn.LayoutError, "not exactly dtype, shape", 8),
    "no entry": (header_of(theta=None), gn.LayoutError, "not exactly", 8),
    "shape beyond memory": (theta(shape=[2**52, 2**52]), gn.LayoutError, "bytes; its data_offsets", 8),
    "negative shape": (theta(shape=[-1, -1]), gn.LayoutError, "expected sizes", 8),
    "empty shape": (theta(shape=[]), gn.LayoutError, "expected sizes", 8),
    "nothing in it": (theta(shape=[0, 5], data_offsets=[0, 0]), gn.LayoutError, "expected sizes", 8),
    "shape of truth values": (theta(shape=[True, SIZE // 4]), gn.LayoutError, "expected sizes", 8),
    "shape of floats": (theta(shape=[1.0, SIZE / 4]), gn.LayoutError, "expected sizes", 8),
    "offsets the wrong way": (theta(data_offsets=[SIZE, 0]), gn.LayoutError, "leave -", 8),
    "three offsets": (theta(data_offsets=[0, 1, 2]), gn.LayoutError, "first byte and end", 8),
    "offsets and shape differ": (theta(data_offsets=[0, SIZE - 4]), gn.LayoutError, "takes", 8),
    "a hole": (framed(json.dumps(HEADER | {"theta": HEADER["theta"] | {"data_offsets": [4, SIZE + 4]}})
                      .encode(), b"\0" * 4 + NUMBERS), gn.LayoutError, "a hole before", ...),
    "an overlap": (header_of(theta=HALF, also=HALF), gn.LayoutError, "an overlap at", ...),
    "more arrays": (header_of(theta=HALF, also=REST),
                    gn.LayoutError, r"\['also', 'theta'\]; expected 'theta' alone", 8),
    # digests
    "a number changed": (GOOD[:-2] + b"\x12\x34", gn.DigestError, "numbers are not those", None),
    "a word changed": (GOOD.replace(b"perhaps", b"PERHAPS", 1), gn.DigestError, "description is not", 8),
    # the record
    "no JSON in it": (record_text("{"), gn.HeaderError, "the record is no JSON", None),
    "no object in it": (record_text("[1]"), gn.RecordError, "format is None", 8),
    "two formats": (record_text(TEXT.replace('"format": 2', '"format": 9, "format": 2')), gn.HeaderError,
                    "'format' twice", None),
    "infinity in it": (record_text(TEXT.replace('"unit": 1.0', '"unit": 1e400')), gn.NonFiniteError,
                       "the record has the number 1e400", None),
    "format 3": (record_of(format=3, versions={"glassnet": "9.9"}, more=1), gn.NewerFormatError,
                 "glassnet 9.9 wrote this file, in format 3.*pip install --upgrade", 8),
    "format 0": (record_of(format=0), gn.RecordError, "format is 0", 8),
    "format true": (record_of(format=True), gn.RecordError, "format is True", 8),
    "a part too many": (record_of(more=1), gn.RecordError, "an object of exactly kind", None),
    "another kind": (record_of(kind="os.system"), gn.RecordError,
                     "record.kind is 'os.system'; expected one of tabular-classifier", None),
    "the other kind": (record_of(kind="tabular-regressor"), gn.RecordError, "the target of a tabular-regressor", None),
    "theta of another net": (layers_of({2: {"n_out": 9}, 3: {"n_in": 9}, 4: {"n_in": 9}}),
                             gn.RecordError, "theta is of the shape", 8),
    "nodes beyond memory": (layers_of({2: {"n_out": 2**24}, 3: {"n_in": 2**24}, 4: {"n_in": 2**24}}),
                            gn.RecordError, "theta is of the shape", 8),
    "a layer that does not fit": (layers_of({2: {"n_out": 9}}), gn.RecordError, "layers that fit each other", None),
    "no layer": (network_of(layers=[]), gn.RecordError, "layers that fit each other", None),
    "a million layers": (network_of(layers=[RECORD["network"]["layers"][3]] * 10**5),
                         gn.RecordError, "a list of at most 10,000, and not of 100,000", None),
    "other columns": (network_of(layers=RECORD["network"]["layers"][2:]), gn.RecordError,
                      "takes 17 columns", None),
    "other scores": (network_of(layers=RECORD["network"]["layers"][:-1]), gn.RecordError,
                     "3 scores, as the target asks for", None),
    "fewer levels embedded": (block_of(n_levels=12), gn.RecordError, "with as many levels", None),
    "a code as a number": (block_of(kind="activation"), gn.RecordError, "exactly kind, activation", None),
    "columns within columns": (block_of(kind="columns"), gn.RecordError, "exactly kind, blocks|no columns within", None),
    "an unknown layer": (layers_of({1: {"kind": "subprocess"}}), gn.RecordError, "one of dense, scale", None),
    "an unknown activation": (layers_of({3: {"activation": {"name": "__import__", "settings": {}}}}),
                              gn.RecordError, "one of Identity", None),
    "a setting it has not": (layers_of({3: {"activation": {"name": "SELU", "settings": {"alpha": 1}}}}),
                             gn.RecordError, "exactly nothing", None),
    "an unknown loss": (network_of(loss={"name": "SELU", "settings": {}}), gn.RecordError, "one of ", None),
    "a loss that smooths too much": (
        network_of(loss={"name": "CrossEntropy", "settings": {"label_smoothing": 2}}),
        gn.RecordError, r"settings that can be used: .*expected a number in \[0, 1\)", None),
    "no table": (record_of(table=None), gn.RecordError, "an embedding for each|feature_names", None),
    "another target": (record_of(target={"kind": "labels", "dtype": "int64", "labels": [0, 1, 2]}),
                       gn.RecordError, "the target of a tabular-classifier", None),
    "means of a table": (record_of(target={"kind": "means", "n_numbers": 3, "link": "log"}),
                         gn.RecordError, "the target of a tabular-classifier", None),
    "empty lists": (framed(b'{"a":[' + b"[]," * (2**21 + 9) + b"[]]}", b""), gn.HeaderError,
                    "values; expected at most 2,097,152", 8),
    "an unknown target": (record_of(target={"kind": "eval"}), gn.RecordError, "one of classes, two classes", None),
    "numbers of three labels": (record_of(target=RECORD["target"] | {"kind": "two classes"}),
                                gn.RecordError, "at most two labels", None),
    "names of other columns": (record_of(feature_names=["a"]), gn.RecordError, "9 names, one for each", None),
    "a level twice": (encoder_of("codes", levels=["a"] * 13), gn.RecordError, "texts that are all different", None),
    "three of two levels": (encoder_of("two levels", levels=["a", "b", "c"]), gn.RecordError, "expected two levels", None),
    "no level": (encoder_of("one-hot", levels=[]), gn.RecordError, "at least one level", None),
    "a level too many": (encoder_of("one-hot", levels=list("abcd")), gn.RecordError, "a column with the features", None),
    "an unknown part of a date": (encoder_of("date", kept=["century"]), gn.RecordError, "one of year, month.sin", None),
    "an unknown way": (encoder_of("codes", way="pickle"), gn.RecordError, "one of number, date, present", None),
    "code for the end of a range": (column_of(low="*/ int f(void);"), gn.RecordError, "low is .*; expected a number", None),
    "code for the end of a date": (column_of("date", high="*/ int f(void);"), gn.RecordError, "expected a date", None),
    "a spread below 0": (scaling_of(spread=-1.0), gn.RecordError, "spread is -1.0; expected a number from 0 on", None),
    "a unit of 0": (scaling_of(unit=0), gn.RecordError, "unit is 0; expected a number from 1 on", None),
    # the numbers
    "NaN": (number_at(7, np.nan), gn.NonFiniteError, "hold nan at number 7", ...),
    "infinity": (number_at(0, -np.inf), gn.NonFiniteError, "hold -inf at number 0", ...),
}  # fmt: skip


@pytest.mark.parametrize(("data", "error", "reason", "offset"), ATTACKS.values(), ids=ATTACKS)
def test_each_attack_has_its_error(data, error, reason, offset, tmp_path):
    path = tmp_path / "attack.glassnet"
    path.write_bytes(data)
    began = time.process_time()
    with pytest.raises(gn.ModelFileError):
        gn.load(path)
    assert time.process_time() - began < 1 + 0.2 * len(data) / 1e6
    tracemalloc.start()
    with pytest.raises(error, match=f"(?s){reason}") as found:
        gn.load(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 5 * len(data) + 200e6
    assert type(found.value) is error
    assert found.value.path == str(path)
    assert str(found.value).startswith(f"{path}: ")
    assert "\n" not in str(found.value)
    assert len(found.value.reason) < 400
    if offset is not ...:
        assert found.value.offset == offset
    else:
        assert 0 < found.value.offset <= len(data)


def test_a_real_archive_and_a_folder(tmp_path):
    with zipfile.ZipFile(tmp_path / "zip", "w") as file:
        file.writestr("data.pkl", b"x" * 99)
    with pytest.raises(gn.NotAModelFileError, match="zip archive"):
        gn.load(tmp_path / "zip")
    with pytest.raises(IsADirectoryError):
        gn.load(tmp_path)
    with pytest.raises(FileNotFoundError):
        gn.load(tmp_path / "nothing")


def test_errors_survive_a_pickle(tmp_path):
    (tmp_path / "x").write_bytes(b"")
    with pytest.raises(gn.NotAModelFileError) as found:
        gn.load(tmp_path / "x")
    again = pickle.loads(pickle.dumps(found.value))
    assert (str(again), again.offset, again.path) == (str(found.value), 0, found.value.path)


def test_every_cut_and_every_changed_byte_is_noticed(rng, tmp_path):
    """No change of one byte loads, but for a space at the end of the header."""
    path = tmp_path / "changed.glassnet"
    for place in {*rng.integers(0, len(GOOD), 400).tolist(), *range(12)}:
        path.write_bytes(GOOD[:place])
        with pytest.raises(gn.ModelFileError):
            gn.load(path)
        changed = bytearray(GOOD)
        changed[place] ^= 1 << int(rng.integers(8))
        path.write_bytes(changed)
        if GOOD[place:START].strip(b" ") == b"" and place < START:
            continue
        with pytest.raises(gn.ModelFileError):
            gn.load(path)


STRANGERS = (
    None,
    True,
    -1,
    0,
    3,
    2**70,
    1.5,
    -1e308,
    "",
    "x",
    [],
    [[]],
    ["x", "x"],
    {},
    {"way": "codes"},
)


@pytest.mark.filterwarnings("ignore::glassnet.DataWarning")
@pytest.mark.parametrize("kind", names())
def test_a_stranger_anywhere_in_the_record_is_refused_or_harmless(kind, rng, tmp_path):
    """Whatever stands at whatever place: a ModelFileError, or a model that predicts."""
    path = tmp_path / "stranger.glassnet"
    record, header, numbers = parts(kind)
    text = json.dumps(record)
    paths = [one for one in leaves(record) if one]
    refused = 0
    fresh = np.array(new_numbers())
    if record["table"]:
        fresh = pd.DataFrame(new_rows()).astype({"member": object})
    chosen = [paths[i] for i in rng.permutation(len(paths))[:150]]
    for place in chosen:
        new = STRANGERS[int(rng.integers(len(STRANGERS)))]
        changed = json.loads(text)
        if type(at(changed, place)) is type(new) and at(changed, place) == new:
            continue
        put(changed, place, new)
        path.write_bytes(file_of(changed, dict(header), numbers))
        try:
            predictor = gn.load(path)
            read_description_of(path)
        except gn.ModelFileError:
            refused += 1
            continue
        assert harmless(place), (place, new)
        with np.errstate(all="ignore"):
            try:
                predictor.predict(fresh)
            except gn.DataError:
                assert place[0] == "table"  # another name, other cells
    assert refused > len(chosen) / 3


def harmless(place):
    """Return whether other values may stand there: what is for people, or a number that is free."""
    free = {"parameters", "created", "versions", "origin", "feature_names", "training", "target"}
    within = {"n_missing", "low", "high", "name", "kind", "levels", "reason", "center", "spread",
              "fill", "unit", "indicator", "has_names", "settings"}  # fmt: skip
    return place[0] in free or bool(within & set(place))


CLASSES = {"tabular-classifier": gn.TabularClassifier, "two-classes": gn.MLPClassifier}


@pytest.mark.parametrize("kind", CLASSES)
def test_a_stranger_among_the_parameters_never_breaks_the_estimator(kind, rng, tmp_path):
    path = tmp_path / "stranger.glassnet"
    record, header, numbers = parts(kind)
    for name in record["parameters"]:
        for which in rng.permutation(len(STRANGERS))[:4]:
            new = STRANGERS[which]
            changed = json.loads(json.dumps(record))
            changed["parameters"][name] = new
            path.write_bytes(file_of(changed, dict(header), numbers))
            with suppress(gn.ModelFileError):
                CLASSES[kind].load(path)
    changed["parameters"] = {"steps": 1}
    path.write_bytes(file_of(changed, dict(header), numbers))
    name = CLASSES[kind].__name__
    with pytest.raises(gn.RecordError, match=f"parameter of {name}, which has none"):
        CLASSES[kind].load(path)
