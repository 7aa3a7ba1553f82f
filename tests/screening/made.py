"""Made-up citations and decisions for the tests of screening and of the flow."""

import csv
import io

from pipeline.deduplicate.citation import Citation
from pipeline.records.record import Origin, Record
from pipeline.screening import batches, forms, ledger
from pipeline.screening.decisions import Decision, settle
from pipeline.screening.settings import Reason, Reviewer, ScreeningSettings, Stage

VIA = {"db": "databases", "reg": "registers", "web": "websites", "refs": "citation-searching"}


def citation(*members: str, title: str = "", **fields) -> Citation:
    search = members[0].partition(":")[0]
    title = title or f"Fictitious study {members[0]}"
    record = Record(id=members[0], origin=Origin(search=search), title=title, **fields)
    return Citation(id=members[0], members=members, record=record)


def citations(*ids: str) -> list[Citation]:
    return [citation(one) for one in ids]


def said(record: str, reviewer: str, answer: str, stage: str = "title-abstract", **texts) -> Decision:
    if stage == "full-text" and answer == "exclude":
        texts = {"reason": "population"} | texts
    return Decision(records=tuple(record.split("|")), stage=stage, reviewer=reviewer, answer=answer, **texts)


REASONS = (
    Reason(id="population", label="Wrong population", definition="No liver metastases."),
    Reason(id="design", label="Wrong design"),
    Reason(id="language", label="Not in English"),
)


def settings(*, votes: int = 2, reviewers=("anna", "ben"), **more) -> ScreeningSettings:
    title_abstract = {"maybe": "include"} | more.pop("title_abstract", {})
    full_text = more.pop("full_text", {})
    return ScreeningSettings(
        stages=(
            Stage(id="title-abstract", name="Title and abstract", votes=votes, **title_abstract),
            Stage(id="full-text", name="Full text", reports=True, votes=votes, reasons=REASONS, **full_text),
        ),
        reviewers={name: Reviewer() for name in reviewers} | more.pop("others", {}),
        **more,
    )


class Review:
    """A review folder in memory: what the shell does with the worksheets, without the disk."""

    def __init__(self, rules):
        self.rules = rules
        self.files: dict[str, bytes] = {}
        self.history: dict[str, bytes] = {}

    def run(self, date, found):
        self.found = found
        self.past = past = ledger.replay(ledger.read(self.history))
        self.returned = forms.read(self.files, forms.register(found, past), self.rules)
        self.screening = settle(found, self.returned.decisions, self.rules, via=VIA)
        self.plan = batches.plan(found, self.screening, past, self.rules, by_id={one.id: one for one in found})
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
            self.history[f"screening/ledger/{date}.csv"] = b"".join(ledger.write(events))
        self.ledger = ledger.replay(ledger.read(self.history))
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
