"""What is refused, how it is said, and that nothing of the inside is."""

import json
import logging
import os
import re
import struct
import time

import pyarrow as pa
import pytest

import glassnet as gn
from attacks.crafted import file_of, parts
from files.golden_table import golden, new_rows
from glassnet.serve import answers, endpoints
from glassnet.serve.served import load_served
from serve.serving import ARROW, JSON, client, in_parts, rows_for

NAMES = tuple(rows_for("tabular-classifier")[0])
ROW = json.dumps(rows_for("tabular-classifier")[0])
TABLE, PLAIN = "tabular-classifier", "two-classes"


def changed(**cells):
    return json.dumps({"rows": [json.loads(ROW), json.loads(ROW) | cells]}).encode()


@pytest.mark.parametrize(
    ("model", "body", "status", "message", "row", "column"),
    [
        (TABLE, b"", 400, r"the body is no JSON: Expecting value, character 0\.", None, None),
        (TABLE, b"{", 400, r"the body is no JSON", None, None),
        (TABLE, b"\xff\xfe{}", 400, r"the body is not UTF-8", None, None),
        (TABLE, b'{"rows": [{"age": NaN}]}', 400, r"the number NaN; expected finite", None, None),
        (TABLE, b'{"rows": [{"age": -Infinity}]}', 400, r"the number -Infinity", None, None),
        (TABLE, b'{"rows": [{"age": 1e999}]}', 400, r"the number 1e999", None, None),
        (TABLE, b'{"rows": [[%s]]}' % (b"9" * 500), 400, r"the number 9{17}\.\.\.", None, None),
        (TABLE, b'{"rows": [], "rows": []}', 400, r"has 'rows' twice in one object", None, None),
        (TABLE, b'{"rows": [{"age": 1, "age": 2}]}', 400, r"has 'age' twice", None, None),
        (TABLE, b"[" * 100_000, 400, r"100,000 lists and objects deep; expected 16", None, None),
        (TABLE, b"[1]", 400, r"the body holds a list; expected \{\"rows\"", None, None),
        (TABLE, b"null", 400, r"the body holds null; expected", None, None),
        (TABLE, b'{"row": []}', 400, r"the body holds an object of 'row'; expected", None, None),
        (TABLE, b'{"rows": [], "x": 1}', 400, r"an object of 'rows', 'x'; expected", None, None),
        (TABLE, b'{"rows": {"age": 1}}', 400, r"rows is an object of 'age'; expected", None, None),
        (TABLE, b'{"rows": true}', 400, r"rows is true; expected", None, None),
        (TABLE, b'{"rows": []}', 422, r"there are no rows; expected at least one", None, None),
        (TABLE, b'{"rows": [3]}', 422, r"row 0 is 3; expected a list of cells", 0, None),
        (TABLE, b'{"rows": [{}, []]}', 422, r"row 0 lacks the column 'age'", 0, "age"),
        (TABLE, b'{"rows": [%s, [1]]}' % ROW.encode(), 422, r"row 1 is a list; row 0 is", 1, None),
        (TABLE, b'{"rows": [[1, 2]]}', 422, r"row 0 has 2 cells; the model has 9", 0, None),
        (TABLE, b'{"rows": [%s]}' % ROW.encode().replace(b"age", b"Age"), 422,
         r"row 0 lacks the column 'age' \(nearest: 'Age'\); a missing cell is null", 0, "age"),
        (TABLE, changed(age="old"), 422, r"column 'age', row 1: 'old' is not a number", 1, "age"),
        (TABLE, changed(age=[1]), 422, r"column 'age', row 1: a list; expected a n", 1, "age"),
        (TABLE, changed(city={"a": 1}), 422, r"'city', row 1: an object of 'a'", 1, "city"),
        (TABLE, changed(joined="soon"), 422, r"'joined', row 1: 'soon' is not a", 1, "joined"),
        (TABLE, changed(joined=True), 422, r"column 'joined'", None, None),
        (PLAIN, b'{"rows": [[1, 2, 3], [1, null, 3]]}', 422, r"'x1', row 1: the cell is", 1, "x1"),
        (PLAIN, b'{"rows": [[1, 2, %s]]}' % (b"9" * 399), 422, r"or beyond float64; exp", 0, "x2"),
        (PLAIN, b'{"rows": [[1, 2, "high"]]}', 422, r"'high' is not a number", 0, "x2"),
        (PLAIN, b'{"rows": [{"x0": 1, "x2": 2}]}', 422, r"row 0 lacks the column 'x1'", 0, "x1"),
    ],
)  # fmt: skip
def test_a_body_that_cannot_be_used(model, body, status, message, row, column):
    with client(golden(model)) as found:
        answer = found.post("/predict", content=body, headers=JSON)
    assert answer.status_code == status, answer.text
    assert set(answer.json()) == {"error"}
    error = answer.json()["error"]
    assert set(error) == {"message", "row", "column"}
    assert re.search(message, error["message"]), error
    if column is not None or row is not None:
        assert (error["row"], error["column"]) == (row, column)


@pytest.mark.parametrize(
    ("headers", "message"),
    [
        ({}, r"Content-Type is ''; expected application/json, in UTF-8, or application/vnd"),
        ({"Content-Type": "text/plain"}, r"Content-Type is 'text/plain'; expected"),
        ({"Content-Type": "application/json; charset=latin-1"}, r"charset=latin-1'; expected"),
        ({"Content-Type": "application/x-www-form-urlencoded"}, r"x-www-form-urlencoded'; exp"),
        (JSON | {"Content-Encoding": "gzip"}, r"Content-Encoding is 'gzip'; expected none"),
    ],
)
def test_another_kind_of_body(headers, message):
    with client(golden(TABLE)) as found:
        answer = found.post("/predict", content=b"{}", headers=headers)
    assert answer.status_code == 415
    assert re.search(message, answer.json()["error"]["message"])


@pytest.mark.parametrize("given", ["application/json", "Application/JSON; charset=UTF-8"])
def test_how_json_may_be_called(given):
    with client(golden(PLAIN)) as found:
        body = b'{"rows": [[1, 2, 3]]}'
        assert found.post("/predict", content=body, headers={"Content-Type": given}).is_success


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("localhost", 200), ("localhost:8000", 200), ("127.0.0.1:8000", 200), ("[::1]:80", 200),
        ("LOCALHOST", 200), ("proxy.example:1", 200), ("evil.example", 421), ("", 421),
        ("localhost.evil.example", 421), ("127.0.0.1.evil.example", 421), ("[::2]", 421),
        ("10.0.0.1", 421),
    ],
)  # fmt: skip
@pytest.mark.parametrize("path", ["/health", "/", "/schema", "/nowhere"])
def test_the_host_that_a_request_is_for(host, status, path):
    with client(golden(PLAIN), allowed_hosts=("proxy.example",)) as found:
        answer = found.get(path, headers={"Host": host})
    assert answer.status_code == (404 if (path, status) == ("/nowhere", 200) else status)


def test_any_host_where_other_machines_may_ask():
    with client(golden(PLAIN), host="0.0.0.0") as found:
        assert found.get("/health", headers={"Host": "models.example"}).is_success


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/predict", 405), ("POST", "/", 405), ("GET", "/docs", 404), ("GET", "/health/", 404)],
)
def test_what_is_not_there(method, path, status):
    with client(golden(PLAIN)) as found:
        answer = found.request(method, path)
    assert answer.status_code == status
    assert "expected POST /predict, or GET /" in answer.json()["error"]["message"]


def test_too_many_rows():
    with client(golden(PLAIN), max_rows=2) as found:
        body = json.dumps({"rows": [[1, 2, 3]] * 3})
        answer = found.post("/predict", content=body, headers=JSON)
        assert answer.status_code == 413
        assert "there are 3 rows; expected at most 2" in answer.json()["error"]["message"]
        body = stream(pa.table({"x0": [1, 2, 3], "x1": [1, 2, 3], "x2": [1, 2, 3]}))
        answer = found.post("/predict", content=body, headers={"Content-Type": ARROW})
        assert answer.status_code == 413
        assert "there are 3 rows; expected at most 2" in answer.json()["error"]["message"]


@pytest.mark.parametrize("is_declared", [True, False])
@pytest.mark.parametrize(("n", "status"), [(100, 400), (101, 413)])
def test_too_many_bytes(n, status, is_declared):
    parts = b"x" * n if is_declared else in_parts(b"x" * 60, b"x" * (n - 60))
    with client(golden(PLAIN), max_body=100) as found:
        answer = found.post("/predict", content=parts, headers=JSON)
    assert answer.status_code == status
    if status == 413:
        message = answer.json()["error"]["message"]
        what = "101" if is_declared else "more than 100"
        assert f"the body is {what} bytes; expected at most 100." in message


def test_an_answer_that_would_be_too_large(monkeypatch):
    monkeypatch.setattr(answers, "MOST_NUMBERS", 9)
    with client(golden("four-classes")) as found:
        body = json.dumps({"rows": [[1, 2, 3]] * 3})
        answer = found.post("/predict", content=body, headers=JSON)
    assert answer.status_code == 413
    assert "3 rows of 4 numbers each would be an answer of 12" in answer.json()["error"]["message"]


def test_what_nobody_thought_of_is_a_number_and_the_rest_is_in_the_log(monkeypatch, caplog):
    def broken(*_):
        raise RuntimeError("a secret of the inside")

    monkeypatch.setattr(endpoints, "matrix_of", broken)
    with caplog.at_level(logging.ERROR), client(golden(PLAIN)) as found:
        answer = found.post("/predict", content=b'{"rows": [[1, 2, 3]]}', headers=JSON)
    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert "Traceback" not in answer.text
    number = re.search(r"as error ([0-9a-f]{16})\.", answer.json()["error"]["message"])[1]
    assert f"error {number} in POST /predict" in caplog.text
    assert "a secret of the inside" in caplog.text


def stream(table, **options):
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema, options=pa.ipc.IpcWriteOptions(**options)) as writer:
        writer.write_table(table)
    return sink.getvalue().to_pybytes()


NUMBERS = pa.table({"x0": [1.0] * 50, "x1": [2.0] * 50, "x2": [3.0] * 50})
TEXTS = pa.table(
    {"x0": pa.DictionaryArray.from_arrays(pa.array([0] * 1000), ["a" * 10_000]), "x1": [1] * 1000}
)


@pytest.mark.parametrize(
    ("body", "status", "message"),
    [
        (b"", 400, r"the body is no whole Arrow stream"),
        (b"ARROW1\0\0", 400, r"the body is no whole Arrow stream"),
        (b'{"rows": []}', 400, r"the body is no whole Arrow stream"),
        (stream(NUMBERS)[:-200], 400, r"the body is no whole Arrow stream"),
        (stream(NUMBERS, compression="zstd"), 415, r"is compressed; expected one that is not"),
        (stream(NUMBERS, compression="lz4"), 415, r"is compressed; expected one that is not"),
        (stream(TEXTS, compression="lz4"), 415, r"is compressed; expected one that is not"),
        (stream(TEXTS), 413, r"the text of all rows is more than 400,000 bytes"),
        (stream(NUMBERS.slice(0, 0)), 422, r"there are no rows"),
        (stream(NUMBERS.select([0])), 422, r"X has 1 columns; expected 3"),
        (stream(pa.table({"x0": [[1]], "x1": [1], "x2": [1]})), 422, r"'x0' holds list<"),
        (stream(pa.table({"x0": [b"1"], "x1": [1], "x2": [1]})), 422, r"'x0' holds binary"),
        (stream(pa.table({"x0": [None], "x1": [1], "x2": [1]})), 422, r"the cell is missing"),
    ],
)
def test_an_arrow_stream_that_cannot_be_used(body, status, message):
    with client(golden(PLAIN), max_body=100_000) as found:
        answer = found.post("/predict", content=body, headers={"Content-Type": ARROW})
    assert answer.status_code == status, answer.text
    assert re.search(message, answer.json()["error"]["message"]), answer.text


def test_views_of_one_long_text_are_counted():
    views = pa.array(["a" * 5_000], pa.string_view())
    place = views.buffers()[1].to_pybytes()  # one view of 16 bytes, here for each of 1,000 rows
    many = pa.Array.from_buffers(
        pa.string_view(), 1_000, [None, pa.py_buffer(place * 1_000), *views.buffers()[2:]]
    )
    table = pa.table({"x0": many, "x1": [1] * 1_000, "x2": [1] * 1_000})
    assert len(stream(table)) < 50_000
    with client(golden(PLAIN), max_body=50_000) as found:
        answer = found.post("/predict", content=stream(table), headers={"Content-Type": ARROW})
    assert answer.status_code == 413
    assert "the text of all rows is more than 200,000 bytes" in answer.text


def test_a_dictionary_alone_that_is_compressed():
    def messages(**options):
        body = stream(TEXTS, **options)
        reader = pa.ipc.MessageReader.open_stream(pa.py_buffer(body))
        return [message.serialize().to_pybytes() for message in reader]

    schema, _, batch = messages()
    body = schema + messages(compression="lz4")[1] + batch + b"\xff\xff\xff\xff\0\0\0\0"
    with client(golden(PLAIN)) as found:
        answer = found.post("/predict", content=body, headers={"Content-Type": ARROW})
    assert (answer.status_code, "is compressed" in answer.text) == (415, True)


def test_a_text_that_lies_outside_of_its_stream():
    """Where a text begins and ends is a number of the stream: to believe it reads other memory."""
    table = pa.table({"x0": ["1", "2"], "x1": [3, 4], "x2": [5, 6]})
    body = stream(table).replace(struct.pack("<3i", 0, 1, 2), struct.pack("<3i", 0, 1, 1 << 20))
    assert body != stream(table)
    with client(golden(PLAIN)) as found:
        answer = found.post("/predict", content=body, headers={"Content-Type": ARROW})
    assert answer.status_code == 400
    assert "the body is no whole Arrow stream" in answer.json()["error"]["message"]


def test_what_stands_in_the_place_of_a_missing_text_is_not_read():
    """pyarrow's own cast of such a column ends the process."""
    views = struct.pack("<4i", 1, ord("7"), 0, 0) + struct.pack("<4i", -(1 << 24), 0, 0, 0)
    for validity, expected in ((b"\x01", [7.0, None]), (b"\x03", "no whole Arrow stream")):
        buffers = [pa.py_buffer(validity), pa.py_buffer(views)]
        texts = pa.Array.from_buffers(pa.string_view(), 2, buffers)
        columns = {name: texts if name == "age" else [None] * 2 for name in NAMES}
        body = stream(pa.table(columns))
        with client(golden(TABLE)) as found:
            answer = found.post("/predict", content=body, headers={"Content-Type": ARROW})
            if expected == "no whole Arrow stream":
                assert (answer.status_code, expected in answer.text) == (400, True)
                continue
            rows = [dict.fromkeys(NAMES) | {"age": age} for age in expected]
            as_json = found.post("/predict", content=json.dumps({"rows": rows}), headers=JSON)
        assert answer.status_code == 200, answer.text
        assert answer.json() == as_json.json()


@pytest.mark.parametrize("name", ["dictionary", "codes"])
def test_a_dictionary_that_is_not_whole(name):
    texts = pa.DictionaryArray.from_arrays(pa.array([0, 1], pa.int32()), ["1", "2"])
    body = stream(pa.table({"x0": texts, "x1": [3, 4], "x2": [5, 6]}))
    good = {"dictionary": struct.pack("<3i", 0, 1, 2), "codes": struct.pack("<2i", 0, 1)}[name]
    place = body.rindex(good) if name == "codes" else body.index(good)
    bad = good[:-4] + struct.pack("<i", 1 << 20)
    body = body[:place] + bad + body[place + len(good) :]
    with client(golden(PLAIN)) as found:
        answer = found.post("/predict", content=body, headers={"Content-Type": ARROW})
    assert answer.status_code == 400
    assert "the body is no whole Arrow stream" in answer.json()["error"]["message"]


def test_damaged_arrow_streams_are_refused_or_predicted(rng):
    whole = stream(pa.table({"x0": [1.0, 2.0], "x1": [3, 4], "x2": ["5", "6"]}))
    texts = pa.table({"x0": [1.0], "x1": [3], "x2": pa.array(["5"]).dictionary_encode()})
    statuses = set()
    with client(golden(PLAIN)) as found:
        for _ in range(150):
            body = bytearray(whole if rng.random() < 0.5 else stream(texts))
            for place in rng.integers(0, len(body), 2):
                body[place] = rng.choice([0, 1, 127, 128, 255])
            answer = found.post("/predict", content=bytes(body), headers={"Content-Type": ARROW})
            statuses.add(answer.status_code)
            assert answer.status_code in (200, 400, 413, 415, 422), (answer.text, bytes(body))
    assert {200, 400} <= statuses


def test_a_claimed_number_of_rows_takes_no_memory():
    table = pa.table({name: pa.nulls(1000) for name in ("x0", "x1", "x2")})
    body = stream(table).replace(struct.pack("<q", 1000), struct.pack("<q", 10**12))
    with client(golden(PLAIN)) as found:
        answer = found.post("/predict", content=body, headers={"Content-Type": ARROW})
    assert answer.status_code == 413
    assert "1,000,000,000,000 rows" in answer.json()["error"]["message"]


SLOW = {
    "a date and blanks": ({"joined": "2020-01-01" + " " * 60_000 + "x"}, "is not a date"),
    "digits and blanks": ({"joined": "2020-01-01" + "1" * 60_000 + " x"}, "is not a date"),
    "names that are like a column": ({f"ag{'e' * 90}{i}": 1 for i in range(20_000)}, "lacks"),
}


@pytest.mark.parametrize(("cells", "message"), SLOW.values(), ids=SLOW)
def test_what_would_take_long_is_refused_at_once(cells, message):
    row = cells if message == "lacks" else new_rows()[0] | cells
    with client(golden("tabular-classifier")) as found:
        began = time.process_time()
        answer = found.post("/predict", content=json.dumps({"rows": [row]}), headers=JSON)
        assert time.process_time() - began < 1
    assert answer.status_code == 422
    assert message in answer.json()["error"]["message"]
    assert len(answer.content) < 1_000


def test_many_columns_of_a_stream_are_counted_first():
    table = pa.table({f"x{i}": [1.0] for i in range(20_000)})
    with client(golden("means")) as found:
        began = time.process_time()
        answer = found.post("/predict", content=stream(table), headers={"Content-Type": ARROW})
        assert time.process_time() - began < 2
    assert answer.status_code == 422
    assert "20,000 columns; expected 3" in answer.json()["error"]["message"]


CELLS = {
    "nanoseconds": pa.array([5], pa.time64("ns")),
    "no such place": pa.array([5], pa.timestamp("us", tz="Mars/Phobos")),
}


@pytest.mark.parametrize("cells", CELLS.values(), ids=CELLS)
def test_cells_that_a_library_cannot_convert(cells):
    row = {name: [cell] for name, cell in new_rows()[0].items()}
    table = pa.table(row | {"joined": cells})
    with client(golden("tabular-classifier")) as found:
        answer = found.post("/predict", content=stream(table), headers={"Content-Type": ARROW})
    assert answer.status_code == 422
    assert answer.json()["error"]["column"] == "joined"
    with pytest.raises(gn.DataError, match="column 'joined'"):
        gn.load(golden("tabular-classifier")).predict(table)


def test_half_a_surrogate_in_a_name(tmp_path):
    record, header, numbers = parts()
    text = json.dumps(record).replace('"age', '"a\\ud800')
    (tmp_path / "m").write_bytes(file_of(None, header, numbers, text=text))
    lacking = json.dumps({"rows": [{"age": 1}]})
    with client(tmp_path / "m") as found:
        given = [found.get("/"), found.get("/schema"),
                 found.post("/predict", content=lacking, headers=JSON)]  # fmt: skip
    assert [one.status_code for one in given] == [200, 200, 422]
    assert given[2].json()["error"]["column"] == "a\ud800"


def test_a_pipe_in_the_place_of_the_model(tmp_path):
    os.mkfifo(tmp_path / "m")
    with pytest.raises(OSError, match="no plain file"):
        load_served(str(tmp_path / "m"))
