"""What the server says of itself is what it does."""

import json

import pytest

import glassnet as gn
from files.golden_table import golden, names
from serve.serving import JSON, client


def document(name):
    with client(golden(name)) as found:
        return found.get("/schema").json()


def references(value):
    """Yield all references in a document."""
    if isinstance(value, dict):
        if "$ref" in value:
            yield value["$ref"]
        for one in value.values():
            yield from references(one)
    elif isinstance(value, list):
        for one in value:
            yield from references(one)


@pytest.mark.parametrize("name", names())
def test_the_document_is_whole_and_its_examples_are_predicted(name):
    found = document(name)
    assert found["openapi"] == "3.1.0"
    assert set(found["info"]) == {"title", "version", "description"}
    assert set(found["paths"]) == {"/predict", "/health", "/schema", "/"}
    for reference in references(found):
        place = found
        for step in reference.removeprefix("#/").split("/"):
            place = place[step]
    content = found["paths"]["/predict"]["post"]["requestBody"]["content"]
    schemas = found["components"]["schemas"]
    bodies = [
        content["application/json"]["example"],
        {"rows": schemas["Row"]["examples"]},
        {"rows": schemas["Cells"]["examples"]},
    ]
    with client(golden(name)) as asked:
        answers = [asked.post("/predict", content=json.dumps(one), headers=JSON) for one in bodies]
    assert [one.status_code for one in answers] == [200] * 3
    for answer in answers:
        assert set(schemas["Predictions"]["required"]) <= set(answer.json())
        assert set(answer.json()) <= set(schemas["Predictions"]["properties"])


def test_columns_as_the_table_knows_them():
    schemas = document("tabular-classifier")["components"]["schemas"]
    row = schemas["Row"]
    cells = row["properties"]
    assert list(cells) == ["age", "income", "city", "color", "member", "joined", "note", "always",
                           "ident"]  # fmt: skip
    assert row["required"] == list(cells)[:-2]
    assert cells["age"]["type"] == ["number", "string", "null"]
    assert "from 18.0 to 78.0" in cells["age"]["description"]
    assert cells["color"]["enum"] == ["blue", "green", "red", None]
    assert len(cells["city"]["enum"]) == 14
    assert cells["member"]["type"][0] == "boolean"
    assert "such as 2024-02-29" in cells["joined"]["description"]
    assert cells["always"]["description"].startswith("Not used: ")
    assert schemas["Predictions"]["properties"]["classes"] == {"const": ["no", "perhaps", "yes"]}
    assert schemas["Predictions"]["properties"]["predictions"]["items"] == {
        "enum": ["no", "perhaps", "yes"]
    }


def test_many_levels_are_not_all_told(monkeypatch):
    import glassnet.serve.schema as module

    monkeypatch.setattr(module, "MOST_LEVELS", 12)
    cells = document("tabular-classifier")["components"]["schemas"]["Row"]["properties"]
    assert "enum" not in cells["city"]
    assert "enum" in cells["color"]


def test_numbers_without_a_table_are_not_nullable():
    schemas = document("means")["components"]["schemas"]
    assert schemas["Row"]["properties"] == {f"x{k}": {"type": "number"} for k in range(3)}
    assert schemas["Predictions"]["properties"]["predictions"]["items"]["type"] == "array"
    assert "probabilities" not in schemas["Predictions"]["properties"]


@pytest.mark.parametrize("name", names())
def test_the_page_says_what_is_there(name):
    with client(golden(name)) as found:
        answer = found.get("/", headers={"Host": "localhost:1234"})
    assert answer.headers["Content-Type"].startswith("text/plain")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    text = answer.text
    assert f"serves a model: {gn.load(golden(name)).kind}, " in text
    assert "curl http://localhost:1234/predict " in text
    for path in ("POST /predict", "GET  /schema", "GET  /health"):
        assert path in text
