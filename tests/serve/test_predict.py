"""What is answered to whom: every kind of model, JSON and Arrow."""

import io
import json
from itertools import chain

import numpy as np
import polars as pl
import pyarrow as pa
import pytest

import glassnet as gn
from files.golden_table import golden, names, stored
from glassnet.files.model_file import read_record
from glassnet.record import SeveralTargets
from serve.serving import ARROW, JSON, client, rows_for


def frame_of(name):
    """Return the rows of a golden model as a polars frame."""
    return pl.DataFrame(rows_for(name), infer_schema_length=None)


def posted(path, content, **settings):
    with client(path, **settings) as found:
        return found.post("/predict", content=json.dumps(content), headers=JSON)


def flat(probabilities, several):
    """Return a row of probabilities as it was stored: several targets side by side."""
    return [list(chain(*row)) for row in probabilities] if several else probabilities


@pytest.mark.parametrize("by", ["name", "place"])
@pytest.mark.parametrize("name", names())
def test_every_kind_of_model_predicts_as_it_does_in_python(name, by):
    rows = rows_for(name)
    predictor = gn.load(golden(name))
    sent = rows if by == "name" else [list(row.values()) for row in rows]
    answer = posted(golden(name), {"rows": sent})
    assert answer.status_code == 200, answer.text
    content = answer.json()
    X = [list(row.values()) for row in rows]
    assert content["predictions"] == predictor.predict(X).tolist()  # to the bit
    target = predictor.record.about.target
    if target.has_probabilities:
        several = isinstance(target, SeveralTargets)
        found = flat(content["probabilities"], several)
        np.testing.assert_allclose(found, stored(name), rtol=1e-5)
        P = predictor.predict_proba(X)
        assert found == (np.concatenate(P, axis=1) if several else P).tolist()
        labels = predictor.classes_
        assert content["classes"] == (
            [one.tolist() for one in labels] if several else labels.tolist()
        )
    else:
        assert "probabilities" not in content
        np.testing.assert_allclose(content["predictions"], stored(name), rtol=1e-5)


def test_numbers_go_through_json_to_the_bit():
    rows = rows_for("means")
    content = posted(golden("means"), {"rows": rows}).json()
    expected = gn.load(golden("means")).predict([list(row.values()) for row in rows])
    found = np.array(content["predictions"], expected.dtype)
    assert found.tobytes() == expected.tobytes()


def test_the_order_of_names_does_not_matter_and_strange_names_are_told():
    row = rows_for("tabular-classifier")[0]
    plain = posted(golden("tabular-classifier"), {"rows": [row]}).json()
    turned = {"customer": 7, **dict(reversed(row.items())), "other": None}
    content = posted(golden("tabular-classifier"), {"rows": [turned]}).json()
    assert content.pop("ignored") == ["customer", "other"]
    assert content == plain


def test_a_column_that_is_not_used_need_not_be_there():
    row = rows_for("tabular-classifier")[0]
    whole = posted(golden("tabular-classifier"), {"rows": [row]}).json()
    del row["ident"], row["always"]
    assert posted(golden("tabular-classifier"), {"rows": [row]}).json() == whole


def stream(frame, way):
    """Return a frame as an Arrow stream, as each library writes it."""
    sink = io.BytesIO()
    if way == "polars":
        frame.write_ipc_stream(sink)
    elif way == "polars, categorical":
        texts = frame.select(pl.col(pl.String).cast(pl.Categorical))
        frame.with_columns(texts).write_ipc_stream(sink)
    else:
        table = pa.Table.from_pandas(frame.to_pandas()) if way == "pandas" else pa.table(frame)
        with pa.ipc.new_stream(sink, table.schema) as writer:
            writer.write_table(table, max_chunksize=3)
    return sink.getvalue()


@pytest.mark.parametrize("way", ["polars", "polars, categorical", "pyarrow", "pandas"])
@pytest.mark.parametrize("name", names())
def test_arrow_in_and_out(name, way):
    frame = frame_of(name)
    predictor = gn.load(golden(name))
    X = [list(row.values()) for row in rows_for(name)]
    with client(golden(name)) as found:
        given = {"Content-Type": ARROW}
        as_json = found.post("/predict", content=stream(frame, way), headers=given)
        given["Accept"] = f"application/json;q=0.5, {ARROW}"
        answer = found.post("/predict", content=stream(frame, way), headers=given)
    assert (as_json.status_code, answer.status_code) == (200, 200), (as_json.text, answer.text)
    assert as_json.json()["predictions"] == predictor.predict(X).tolist()
    assert answer.headers["Content-Type"] == ARROW
    read = pl.read_ipc_stream(io.BytesIO(answer.content))
    y = predictor.predict(X)
    first = read.columns[: 1 if y.ndim == 1 else y.shape[1]]
    assert first[0].startswith("prediction")
    assert np.array_equal(read[first].to_numpy().squeeze(), y.squeeze())
    rest = read.drop(first).to_numpy()
    if predictor.record.about.target.has_probabilities:
        P = predictor.predict_proba(X)
        P = np.concatenate(P, axis=1) if isinstance(P, list) else P
        assert np.array_equal(rest, P)
        assert rest.dtype == P.dtype
    else:
        assert rest.shape[1] == 0


def test_arrow_in_other_columns_are_told():
    frame = frame_of("tabular-classifier").with_columns(customer=7)
    with client(golden("tabular-classifier")) as found:
        answer = found.post(
            "/predict", content=stream(frame, "pyarrow"), headers={"Content-Type": ARROW}
        )
    assert answer.json()["ignored"] == ["customer"]


def test_rows_do_not_depend_on_each_other():
    rows = rows_for("tabular-classifier")
    together = posted(golden("tabular-classifier"), {"rows": rows}).json()
    alone = [posted(golden("tabular-classifier"), {"rows": [row]}).json() for row in rows]
    each = [one["probabilities"][0] for one in alone]
    np.testing.assert_allclose(together["probabilities"], each, rtol=1e-12)


def test_a_prediction_that_is_no_number_is_refused_and_not_sent():
    rows = [[0.0, 0.0, 0.0], [1.7e308, 1.7e308, 1.7e308]]
    with np.errstate(over="ignore"):
        assert np.isinf(gn.load(golden("means")).predict(rows)[1]).any()
    answer = posted(golden("means"), {"rows": rows})
    assert answer.status_code == 422
    error = answer.json()["error"]
    assert (error["row"], error["column"]) == (1, None)
    assert "its prediction is no finite number" in error["message"]


@pytest.mark.parametrize("name", ["four-classes", "several-targets"])
def test_several_thousand_rows_are_written_in_pieces(name):
    rows = [[x / 1000, -0.5, 0.75] for x in range(4_500)]
    content = posted(golden(name), {"rows": rows}).json()
    predictor = gn.load(golden(name))
    assert content["predictions"] == predictor.predict(rows).tolist()
    P = predictor.predict_proba(rows)
    several = isinstance(P, list)
    found = flat(content["probabilities"], several)
    assert found == (np.concatenate(P, axis=1) if several else P).tolist()


def test_the_answer_names_the_model():
    answer = posted(golden("means"), {"rows": [[0, 0, 0]]})
    with client(golden("means")) as found:
        health = found.get("/health").json()
    assert answer.headers["Glassnet-Model"] == health["model"]
    assert read_record(golden("means")).about.kind == health["kind"]
