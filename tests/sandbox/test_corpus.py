"""The sandbox's records are facts of the two reference lists under PMIDs that PubMed has not reached."""

import io
from datetime import date

from pipeline import formats
from pipeline.sandbox import corpus
from pipeline.sandbox.endpoint import Endpoint


def test_bundled_records_have_fictitious_pmids_and_no_abstract():
    held = corpus.bundled()
    assert len(held.pmids) == 188
    assert min(held.pmids) == corpus.FIRST_PMID
    assert [pmid for pmid in held.pmids if held.record(pmid).abstract] == []


def test_generated_records_are_always_alike_and_say_that_they_are_fictitious():
    first, second = corpus.Generated(10), corpus.Generated(500)
    assert [first.record(pmid) for pmid in first.pmids] == [second.record(pmid) for pmid in first.pmids]
    assert all(second.record(pmid).title.startswith(corpus.MARK) for pmid in second.pmids)


def test_bundled_records_are_facts_of_the_two_reference_lists(root):
    known = {}
    for path in sorted((root / "queries/imports").glob("*/*.ris")):
        for record in formats.read(io.BytesIO(path.read_bytes()), name=path.name, search=path.parent.name):
            known.setdefault((record.title.casefold(), record.year), []).append(record)
    held = corpus.bundled()
    reviews = held.pmids[-2:]
    for pmid in held.pmids[:-2]:
        record = held.record(pmid)
        delivered = known[record.title.casefold(), record.year]
        assert any(
            (record.journal, record.volume, record.pages) == (other.journal, other.volume, other.pages)
            and [author.family for author in record.authors] == [author.family for author in other.authors]
            and record.doi == other.doi
            for other in delivered
        ), record.title
    assert [held.record(pmid).year for pmid in reviews] == [2018, 2025]


def test_all_generated_records_match_the_second_documents_string_and_limits():
    endpoint = Endpoint(corpus.Generated(700), today=date(2026, 11, 22))
    term = (
        '(("liver" OR "hepatic") AND (metastasis OR metastases) AND ("pancreatic neuroendocrine tumor" OR "PNET")) '
        'AND ("1000/01/01"[pdat] : "2018/05/31"[pdat]) AND english[la]'
    )
    assert b"<Count>700</Count>" in endpoint.answer("esearch", {"term": [term]}).body
