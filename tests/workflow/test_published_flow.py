"""The flow of Nigri 2018 (10,135 records, 476 assessed, 116 included) from a generated review of that size."""

from datetime import timedelta
from functools import cache

import pytest

from pipeline.records import tables
from pipeline.report import render
from pipeline.sandbox import corpus, server
from pipeline.search.eutils import Client
from pipeline.workflow import protocol
from pipeline.workflow.folder import ReviewFolder
from pipeline.workflow.stages import flow, standing

from .conftest import NOW

WORKFLOW = """\
schema: 1
review: {title: A generated review of the size of Nigri 2018}
searches:
  pubmed:
    query: queries/pubmed.txt
    limits: {dates: {field: pdat, until: 2018-05}, languages: [english]}
screening:
  reviewers: {np: {name: First}, lm: {name: Second}}
  stages:
    - {id: title-abstract, votes: 2}
    - {id: full-text, reports: true, votes: 2, reasons: [{id: other, label: Not on treatment}]}
report: {list_records: 0}
"""
QUERY = '("liver" OR "hepatic") AND (metastasis OR metastases) AND ("pancreatic neuroendocrine tumor" OR "PNET")\n'


def decide(root, stage, included):
    """Fill in both reviewers' worksheets of a stage: the first rows are included, the rest excluded."""
    for reviewer in ("np", "lm"):
        for path in (root / "screening" / stage / reviewer).glob("*.csv"):
            table = tables.read(path.read_bytes(), file=path.name)
            rows = []
            for place, row in enumerate(table.rows):
                answer = {"decision": "include"} if place < included else {"decision": "exclude", "reason": "other"}
                rows.append([{**row.cells, **answer}[name] for name in table.header])
            path.write_bytes(tables.write(table.header, rows, form=True))


@pytest.fixture
def review(tmp_path, monkeypatch):
    monkeypatch.setattr(render, "_compile", lambda *_, **__: b"%PDF")  # printed elsewhere; here it is the flow
    (tmp_path / "queries").mkdir()
    (tmp_path / "workflow.yaml").write_text(WORKFLOW)
    (tmp_path / "queries/pubmed.txt").write_text(QUERY)
    return tmp_path


def test_every_box_of_the_published_flow_adds_up(review, bring_up_to_date):
    with server.serving(corpus.Generated(10_135), today=NOW.date()) as sandbox:
        bring_up_to_date(review, client=cache(lambda: Client(sandbox.address)))
    decide(review, "title-abstract", 476)
    bring_up_to_date(review, now=NOW + timedelta(days=1))
    decide(review, "full-text", 116)
    bring_up_to_date(review, now=NOW + timedelta(days=2))
    folder = ReviewFolder(review)
    settings = protocol.load(folder)
    counted = flow.count(folder, settings, standing.load(folder, settings))
    assert {name: box.n for name, box in counted.boxes.items()} == {
        "database_results": 10_135,
        "duplicates": 0,
        "excluded_automatic": 0,
        "excluded_other": 0,
        "records_screened": 10_135,
        "records_excluded": 9_659,
        "dbr_sought_reports": 476,
        "dbr_notretrieved_reports": 0,
        "dbr_assessed": 476,
        "dbr_excluded": 360,
        "new_studies": 116,
        "new_reports": 116,
    }
    assert counted.awaiting == ()
    assert counted.adjustments == ()
