"""The sandbox's records are facts of the two reference lists under PMIDs that PubMed has not reached."""

from pipeline.sandbox import corpus


def test_bundled_records_have_fictitious_pmids_and_no_abstract():
    held = corpus.bundled()
    assert len(held.pmids) == 188
    assert min(held.pmids) == corpus.FIRST_PMID
    assert [pmid for pmid in held.pmids if held.record(pmid).abstract] == []


def test_generated_records_are_always_alike_and_say_that_they_are_fictitious():
    first, second = corpus.Generated(10), corpus.Generated(500)
    assert [first.record(pmid) for pmid in first.pmids] == [second.record(pmid) for pmid in first.pmids]
    assert all(second.record(pmid).title.startswith(corpus.MARK) for pmid in second.pmids)
