"""The form of doubtful pairs: out, through people's hands, and back."""

import pytest

from pipeline.deduplicate.asks import FORM_HEADER, form_rows, pairs_table, read_answers
from pipeline.deduplicate.citation import Verdict
from pipeline.deduplicate.clusters import deduplicate
from pipeline.deduplicate.settings import DeduplicationSettings
from pipeline.errors import FormError
from pipeline.records import tables
from pipeline.records.record import Record
from tests.deduplicate.library import reference

TITLE = "Maintenance of renal function under inventomab"
ONE = {"title": TITLE, "authors": ["Dav, JC", "Groo, JW"], "year": 2011, "journal": "Invented Grafts", "volume": "15"}


@pytest.fixture
def records() -> list[Record]:
    return [
        reference("s:a", ONE | {"pages": "22"}),
        reference("s:b", ONE | {"pages": "52", "abstract": "A long abstract. " * 80}),
        reference("s:c", {"title": "Something else altogether", "year": 2011}),
    ]


def answered(rows: list[tuple[str, ...]], answer: str, *, header=FORM_HEADER, by: str = "Ann") -> tables.Table:
    filled = [(answer, by, *row[2:]) for row in rows]
    return tables.read(tables.write(header, filled, form=True), file="deduplication/1.csv")


def test_a_doubtful_pair_is_one_row_with_the_two_records_side_by_side(records):
    header, rows = form_rows(deduplicate(records), records)
    assert len(rows) == 1
    row = dict(zip(header, rows[0], strict=True))
    assert row | {"abstract_b": "", "likelihood": ""} == {
        "answer": "",
        "answered_by": "",
        "title_a": TITLE,
        "title_b": TITLE,
        "authors_a": "Dav, JC; Groo, JW",
        "authors_b": "Dav, JC; Groo, JW",
        "year_a": "2011",
        "year_b": "2011",
        "journal_a": "Invented Grafts",
        "journal_b": "Invented Grafts",
        "volume_a": "15",
        "volume_b": "15",
        "issue_a": "",
        "issue_b": "",
        "pages_a": "p. 22",
        "pages_b": "p. 52",
        "doi_a": "",
        "doi_b": "",
        "abstract_a": "",
        "abstract_b": "",
        "why_asked": "the same title and authors, but where they stand is not known or does not fit",
        "likelihood": "",
        "record_a": "s:a",
        "record_b": "s:b",
    }
    assert len(row["abstract_b"]) == 600


def test_a_pair_that_was_asked_is_not_asked_again(records):
    found = deduplicate(records)
    assert form_rows(found, records, asked={("s:b", "s:a")})[1] == []


@pytest.mark.parametrize(("answer", "citations"), [("same", 2), ("different", 3), ("Same ", 2)])
def test_an_answer_is_read_back_and_obeyed(records, answer, citations):
    _, rows = form_rows(deduplicate(records), records)
    verdicts = read_answers([answered(rows, answer)], records)
    word = answer.strip().lower()
    assert verdicts == (Verdict(a="s:a", b="s:b", answer=word, by="Ann", file="deduplication/1.csv", row=2),)
    found = deduplicate(records, verdicts)
    assert (len(found.citations), found.asks) == (citations, ())


def test_a_row_without_an_answer_says_nothing(records):
    _, rows = form_rows(deduplicate(records), records)
    assert read_answers([answered(rows, "")], records) == ()


@pytest.mark.parametrize("encoding", ["cp1252", "latin-1", "ascii"])
def test_a_title_that_an_encoding_has_spoilt_is_still_the_title(encoding):
    said = ONE | {"title": "Ćwikła’s maintenance of renal function under inventomab in Kraków"}
    records = [reference("s:a", said | {"pages": "22"}), reference("s:b", said | {"pages": "52"})]
    header, rows = form_rows(deduplicate(records), records)
    spoilt = [[cell.encode(encoding, "replace").decode(encoding) for cell in ("same", *row[1:])] for row in rows]
    table = tables.read(tables.write(header, spoilt, form=True), file="deduplication/1.csv")
    assert [verdict.answer for verdict in read_answers([table], records)] == ["same"]


def test_every_fault_of_every_form_is_told_at_once(records):
    _, rows = form_rows(deduplicate(records), records)
    wrong_word = answered(rows, "sam")
    wrong_title = answered([(*rows[0][:2], "Another title", *rows[0][3:])], "same")
    wrong_record = answered([(*rows[0][:-1], "s:z")], "same")
    no_column = tables.read(b"answer,record_a\nsame,s:a\n", file="deduplication/2.csv")
    with pytest.raises(FormError) as caught:
        read_answers([wrong_word, wrong_title, wrong_record, no_column], records)
    assert [str(fault) for fault in caught.value.faults] == [
        (
            "deduplication/1.csv, row 2, column answer: 'sam' is no answer; accepted: same, different, or nothing. "
            "Did you mean 'same'?"
        ),
        (
            f"deduplication/1.csv, row 2, column title_a: 'Another title' is not the title of s:a, which is {TITLE!r}. "
            "Was one column sorted alone? Undo that, or start from the form as it was made."
        ),
        (
            "deduplication/1.csv, row 2, column record_b: no record is called 's:z'; accepted: the id as the form was "
            "made. Copy the id from the form as it was made; if the record is no longer here, delete the row."
        ),
        (
            "deduplication/2.csv, row 1, column record_b: the column 'record_b' is missing; accepted: "
            + ", ".join(FORM_HEADER)
            + ". Put the column back; its place does not matter."
        ),
    ]


def test_two_answers_to_one_pair_must_agree(records):
    _, rows = form_rows(deduplicate(records), records)
    with pytest.raises(FormError, match=r"'different', but deduplication/1.csv, row 2 says 'same' of them"):
        read_answers([answered(rows, "same"), answered(rows, "different")], records)
    assert len(read_answers([answered(rows, "same"), answered(rows, "same")], records)) == 1


def test_answers_that_contradict_each_other_through_a_third_record_are_told_with_the_chain():
    records = [reference(f"s:{name}", ONE) for name in "abc"]
    said = [("same", "s:a", "s:b"), ("same", "s:b", "s:c"), ("different", "s:a", "s:c")]
    table = tables.read(tables.write(("answer", "record_a", "record_b"), said), file="d.csv")
    with pytest.raises(FormError) as caught:
        read_answers([table], records)
    assert [str(fault) for fault in caught.value.faults] == [
        (
            "d.csv, row 4, column answer: s:a and s:c are called different, but they are the same by other answers: "
            "s:a and s:b (d.csv, row 2), s:b and s:c (d.csv, row 3). Change one of these answers."
        )
    ]


def test_at_most_the_set_share_of_records_is_asked_and_the_rest_is_told(records):
    more = [
        reference(f"s:{number}{side}", ONE | {"title": f"{TITLE} of kind {word}", "pages": page})
        for number, word in enumerate(("alpha", "beta", "gamma"))
        for side, page in (("x", "22"), ("y", "52"))
    ]
    found = deduplicate(more, settings=DeduplicationSettings(ask_percent=20))
    assert len(found.asks) == 2
    left = [pair.reason for pair in found.pairs if pair.rule == "perhaps" and pair.verdict == "different"]
    assert [reason.rpartition("; ")[2] for reason in left] == ["not asked, since likelier questions came first"]
    assert deduplicate(more, settings=DeduplicationSettings(ask_percent=0)).asks == ()


def test_the_table_of_pairs_says_rule_reason_and_evidence_field_by_field(records):
    header, rows = pairs_table(deduplicate(records))
    assert [dict(zip(header, row, strict=True)) for row in rows] == [
        {
            "record_a": "s:a",
            "record_b": "s:b",
            "verdict": "ask",
            "kind": "",
            "rule": "perhaps",
            "by": "rule",
            "score": "0.8808",
            "reason": "the same title and authors, but where they stand is not known or does not fit",
            "title": "same 1.00",
            "numbers": "same",
            "authors": "same 1.00",
            "year": "same",
            "journal": "same",
            "volume": "same",
            "issue": "missing",
            "pages": "different",
            "doi": "missing",
            "pmid": "missing",
            "registration": "missing",
            "abstract": "missing",
        }
    ]
