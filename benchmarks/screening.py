"""What screening and the flow cost, by the number of records: `python benchmarks/screening.py [RECORDS ...]`.

CPU seconds of one process, on generated citations of which one in five has a duplicate, with two reviewers who agree on
97 of 100. There is no peer to stand beside: no tool counts a flow from rows.
"""

import random
import sys
import time
from collections.abc import Callable
from typing import TypeVar

from pipeline.deduplicate.citation import Citation
from pipeline.prisma import diagram, flow, versions
from pipeline.prisma.sources import Source
from pipeline.records.record import Origin, Record
from pipeline.screening import agreement, batches, forms, ledger
from pipeline.screening.decisions import Decision, settle
from pipeline.screening.settings import FULL_TEXT, TITLE_ABSTRACT, Reviewer, ScreeningSettings

SETTINGS = ScreeningSettings(stages=(TITLE_ABSTRACT, FULL_TEXT), reviewers={"anna": Reviewer(), "ben": Reviewer()})
VIA = {"db": "databases"}
T = TypeVar("T")


def citations(number: int) -> list[Citation]:
    """Make citations of so many records in all."""
    found = []
    for place in range(number * 5 // 6):
        members = (f"db:{place}", f"db:{place}-2") if place % 5 == 0 else (f"db:{place}",)
        record = Record(
            id=members[0], origin=Origin(search="db"), title=f"A made-up title of the record number {place}"
        )
        found.append(Citation(id=members[0], members=members, record=record))
    return found


def decisions(found: list[Citation]) -> list[Decision]:
    """Let two reviewers decide on every citation."""
    chance = random.Random(1)
    made = []
    for one in found:
        first = chance.random() < 0.05
        for name, answer in (("anna", first), ("ben", first if chance.random() < 0.97 else not first)):
            word = "include" if answer else "exclude"
            made.append(Decision(records=(one.id,), stage="title-abstract", reviewer=name, answer=word))
    return made


def timed(what: str, work: Callable[[], T]) -> T:
    """Do a piece of work and print what it cost."""
    start = time.process_time()
    result = work()
    print(f"  {what:<44} {time.process_time() - start:6.2f}")
    return result


def measure(number: int) -> None:
    """Print a table for so many records."""
    found = citations(number)
    made = decisions(found)
    by_id = {one.id: one for one in found}
    sources = (Source(id="db", name="PubMed", via="databases"),)
    print(f"{number:,} records, {len(found):,} citations, {len(made):,} decisions: CPU s")
    screening = timed("settle every citation", lambda: settle(found, made, SETTINGS, via=VIA))
    counted = timed("count the flow", lambda: flow.count(sources, found, screening, SETTINGS))
    before = timed("freeze a version", lambda: versions.baseline("v1", found, screening, SETTINGS))
    timed("count the flow of an update", lambda: flow.count(sources, found, screening, SETTINGS, since=before))
    timed("draw the diagram", lambda: diagram.svg(counted))
    timed("measure agreement", lambda: agreement.measure(screening, SETTINGS))
    empty = settle(found, (), SETTINGS, via=VIA)
    plan = timed("plan the first worksheets", lambda: batches.plan(found, empty, ledger.Ledger(), SETTINGS))
    stage, rows = SETTINGS.stages[0], [by_id[one] for one in plan.batches[0].citations]
    sheet = timed("write one worksheet", lambda: forms.worksheet(stage, "anna", rows, decisions=made))
    issued = [(b.stage, b.reviewer, "x", r, by_id[c].record.title) for b in plan.batches for c, r in b.rows()]
    happened = timed("find what happened", lambda: ledger.events(ledger.Ledger(), made, issued, date="2026-01-01"))
    data = timed("write the ledger", lambda: ledger.write(happened))
    past = timed("read the ledger", lambda: ledger.replay(ledger.read({"a.csv": data})))
    known = forms.register(found, past)
    timed("read one worksheet", lambda: forms.read({"screening/title-abstract/anna/x.csv": sheet}, known, SETTINGS))


if __name__ == "__main__":
    for size in [int(word) for word in sys.argv[1:]] or [10_000, 100_000]:
        measure(size)
