"""What is handed out, filled in and read back, over several runs."""

import pytest

from pipeline.errors import FormError
from pipeline.screening import ledger
from tests.screening.made import Review, citations, settings


def test_a_review_of_two_goes_from_worksheets_through_the_arbiter_to_the_full_text():
    review = Review(settings())
    found = citations("db:1", "db:2", "db:3")
    made, events = review.run("2026-01-01", found)
    assert made == ["screening/title-abstract/anna/2026-01-01.csv", "screening/title-abstract/ben/2026-01-01.csv"]
    assert events == ["issued"] * 6
    review.fill(made[0], {"db:1": "include", "db:2": "exclude", "db:3": "include"})
    review.fill(made[1], {"db:1": "include", "db:2": "exclude", "db:3": "exclude"}, note="=not for us")
    made, events = review.run("2026-01-02", found)
    assert made == [
        "screening/title-abstract/arbiter/2026-01-02.csv",
        "screening/full-text/anna/2026-01-02.csv",
        "screening/full-text/ben/2026-01-02.csv",
    ]
    assert events == ["decided"] * 6 + ["issued"] * 3
    row = review.rows(made[0])[0]
    assert (row["record_id"], row["anna: decision"], row["ben: decision"]) == ("db:3", "include", "exclude")
    assert row["ben: note"] == "'=not for us"
    assert review.run("2026-01-03", found) == ([], [])


def test_an_update_hands_out_new_citations_only():
    review = Review(settings())
    review.run("2026-01-01", citations("db:1"))
    made, _ = review.run("2026-02-01", citations("db:1", "db:2"))
    assert [row["record_id"] for row in review.rows(made[0])] == ["db:2"]


def test_a_deleted_row_is_not_handed_out_again_but_is_known_to_be_missing():
    review = Review(settings())
    (sheet, *_), _ = review.run("2026-01-01", citations("db:1", "db:2"))
    lines = review.files[sheet].split(b"\r\n")
    review.files[sheet] = b"\r\n".join([lines[0], lines[2], b""])
    assert review.run("2026-01-02", citations("db:1", "db:2")) == ([], [])
    assert ("title-abstract", "anna", ("db:1",)) not in review.returned.present
    assert ("title-abstract", "ben", ("db:1",)) in review.returned.present


def test_a_changed_and_a_withdrawn_decision_are_history():
    review = Review(settings())
    found = citations("db:1", "db:2")
    (sheet, *_), _ = review.run("2026-01-01", found)
    review.fill(sheet, {"db:1": "include", "db:2": "include"})
    review.run("2026-01-02", found)
    review.fill(sheet, {"db:1": "exclude", "db:2": ""})
    assert review.run("2026-01-03", found) == ([], ["changed", "withdrawn"])
    assert ledger.replay(ledger.read(review.history)).decisions.keys() == {("title-abstract", "anna", ("db:1",))}


def test_one_column_sorted_without_the_others_is_refused():
    review = Review(settings())
    found = citations("db:1", "db:2")
    (sheet, *_), _ = review.run("2026-01-01", found)
    text = review.files[sheet].decode()
    review.files[sheet] = text.replace('"db:1"', "@").replace('"db:2"', '"db:1"').replace("@", '"db:2"').encode()
    with pytest.raises(FormError) as caught:
        review.run("2026-01-02", found)
    assert str(caught.value.faults[0]) == (
        "screening/title-abstract/anna/2026-01-01.csv, row 2, column record_id: the id 'db:2' stands beside the title "
        "'Fictitious study db:1', which is that of 'db:1'; accepted: 'Fictitious study db:2'. One column was sorted or "
        "pasted without the others: undo that, or take an older copy of the file."
    )
    assert len(caught.value.faults) == 2
