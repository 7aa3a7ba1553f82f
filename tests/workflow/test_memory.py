"""What a run holds in memory does not grow with what records say, only with how many there are."""

import gc
import tracemalloc
from dataclasses import replace
from datetime import UTC, datetime

from pipeline.workflow import lines, protocol, run
from pipeline.workflow.folder import ReviewFolder
from pipeline.workflow.stages import STAGES

WORKFLOW = """\
schema: 1
review: {title: A review of long abstracts}
searches:
  embase: {database: Embase, kind: export, files: [queries/imports/embase/*]}
screening:
  rows: 5
  reviewers: {anna: {name: Anna}, ben: {name: Ben}}
  stages: [{id: title-abstract, votes: 2}, {id: full-text, reports: true, votes: 2}]
"""
RECORDS = 300
LONG = 40_000  # characters of an abstract
ALLOWED = RECORDS * LONG // 2  # bytes that may be held more: some records at once, in several forms, never all
HELD_APART = ("report",)  # it prints records, as many as workflow.yaml says


def peaks(root, length):
    """Run a review whose abstracts are that long; return the most that each stage held beyond what there was."""
    place = root / "queries/imports/embase/export.ris"
    place.parent.mkdir(parents=True)
    (root / "workflow.yaml").write_text(WORKFLOW)
    words = "result " * (length // 7)
    blocks = (
        f"TY  - JOUR\nTI  - Trial {n} of treatment {n * n}\nPY  - 2020\nAB  - {words}{n}\nER  - \n"
        for n in range(RECORDS)
    )
    place.write_text("".join(blocks))
    found = {}

    def measured(stage):
        def measure(work):
            gc.collect()
            tracemalloc.start()
            account = stage.run(work)
            found[stage.name] = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
            return account

        return stage if stage.name in HELD_APART else replace(stage, run=measure)

    folder = ReviewFolder(root)
    work = run.Work(
        folder=folder,
        protocol=protocol.load(folder),
        now=datetime(2026, 11, 22, tzinfo=UTC),
        tool="living-review test",
        progress=lambda done, total, what: None,
    )
    run.run([measured(stage) for stage in STAGES], work, tell=lambda _: None)
    return found


def test_no_stage_holds_what_all_records_say(tmp_path, monkeypatch):
    monkeypatch.setattr(lines, "_STRETCH", 8)  # lines that are read together: fewer than there are here
    monkeypatch.setattr(lines, "_BLOCK", 2)
    short, long = peaks(tmp_path / "short", 70), peaks(tmp_path / "long", LONG)
    more = {stage: long[stage] - short[stage] for stage in long}
    assert {stage: size for stage, size in more.items() if size > ALLOWED} == {}
    assert {"collect", "deduplicate", "screen", "reconsider", "extract", "synthesise", "prisma"} <= set(more)
