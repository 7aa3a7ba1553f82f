import json
import re

import msgspec
import pytest

from pipeline.report.layout import lay_out
from pipeline.report.summary import Summary, schema, summarise, to_json
from tests.report import made_up


@pytest.fixture(scope="module")
def data():
    return to_json(summarise(lay_out(made_up.report())))


def test_it_is_read_back_as_what_was_written(data):
    summary = msgspec.json.decode(data, type=Summary)
    assert to_json(summary) == data


def test_it_holds_every_fact_by_name(data):
    facts = json.loads(data)["facts"]
    assert facts["flow.identified"] == 10135
    assert facts["agreement.kappa"] == 0.84
    assert list(facts) == sorted(facts)


def test_it_holds_every_table_with_its_rows_and_groups(data):
    table = json.loads(data)["tables"][0]
    assert (table["id"], table["name"], table["section"]) == ("outcomes", "Table 1", "results")
    assert table["columns"] == ["Study", "Participants", "Median, months"]
    assert (table["groups"][0], table["rows"][0]) == ("Targeted drugs", ["Fictitious 2000", "7", "0.5"])


def test_it_holds_search_strings_letter_by_letter(data):
    methods = next(section for section in json.loads(data)["sections"] if section["id"] == "methods")
    assert 'PubMed: ("liver"[tiab] OR hepatic*[tiab])\nAND x' in methods["texts"]


def test_an_unknown_field_and_another_layout_are_refused(data):
    with pytest.raises(msgspec.ValidationError, match="unknown field"):
        msgspec.json.decode(data.replace(b'"dated"', b'"when"'), type=Summary)
    with pytest.raises(msgspec.ValidationError, match="Invalid enum value"):
        msgspec.json.decode(data.replace(b"summary 1", b"summary 2"), type=Summary)


def test_the_schema_in_the_docs_is_that_of_the_code(root):
    assert json.loads((root / "docs" / "summary.schema.json").read_text(encoding="utf-8")) == schema()


def test_the_schema_names_every_field_as_required_and_allows_no_other():
    kind = schema()["$defs"]["TableData"]
    assert kind["additionalProperties"] is False
    assert set(kind["required"]) == set(kind["properties"])
    assert re.fullmatch(r"https://json-schema\.org/.*", schema()["$schema"])
