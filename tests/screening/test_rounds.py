"""What is handed out, filled in and read back, over several runs."""

import csv
import io

import pytest

from pipeline.errors import FormError
from pipeline.screening import batches, forms, ledger
from pipeline.screening.decisions import settle
from tests.screening.made import VIA, citations, settings


class Review:
    """A review folder in memory: what the shell does with the worksheets, without the disk."""

    def __init__(self, rules):
        self.rules = rules
        self.files: dict[str, bytes] = {}
        self.history: dict[str, bytes] = {}

    def run(self, date, found):
        past = ledger.replay(ledger.read(self.history))
        self.returned = forms.read(self.files, forms.register(found, past), self.rules)
        self.screening = settle(found, self.returned.decisions, self.rules, via=VIA)
        self.plan = batches.plan(found, self.screening, past, self.rules)
        by_id = {one.id: one for one in found}
        issued = []
        made = []
        for batch in self.plan.batches:
            stage = self.rules.stage(batch.stage)
            rows = [by_id[one] for one in batch.citations]
            path = f"screening/{batch.stage}/{batch.reviewer}/{batch.name(date)}.csv"
            data = forms.worksheet(stage, batch.reviewer, rows, decisions=self.returned.decisions, joint=batch.joint)
            assert path not in self.files
            self.files[path] = data
            made.append(path)
            issued.extend(
                (batch.stage, batch.reviewer, batch.name(date), records, by_id[one].record.title)
                for one, records in batch.rows()
            )
        events = ledger.events(past, self.returned.decisions, issued, date=date)
        if events:
            self.history[f"screening/ledger/{date}.csv"] = ledger.write(events)
        return made, [event.kind for event in events]

    def rows(self, path):
        return list(csv.DictReader(io.StringIO(self.files[path].decode("utf-8-sig"), newline="")))

    def fill(self, path, answers, **texts):
        """Write answers into a worksheet, by record id."""
        rows = self.rows(path)
        for row in rows:
            if row["record_id"] in answers:
                row["decision"] = answers[row["record_id"]]
                row.update(texts)
        out = io.StringIO()
        writer = csv.DictWriter(out, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)
        self.files[path] = out.getvalue().encode()


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
        "pasted without the others: undo that, or restore the file from git."
    )
    assert len(caught.value.faults) == 2
