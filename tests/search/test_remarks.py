"""What is unusual about a run is said in a sentence each, and nothing is said of any other run."""

from pipeline.search.remarks import remarks
from pipeline.search.search_run import Drift, Notice, SearchRun

TWENTY = ", ".join(str(number) for number in range(100, 120))
MOVED = (
    "its count was 35 when the last record had come, and the run holds 9; what came in meanwhile is for the next run."
)


def made(**fields):
    required = {"search": "s", "date": "2026-11-22", "started": "", "finished": "", "tool": "", "endpoint": ""}
    return SearchRun(**{**required, "ids_sha256": "", "count": 9, "recount": 9, "identified": 9, **fields})


def test_a_run_without_anything_unusual_has_no_remark():
    assert remarks(made()) == ()
    assert remarks(made(recount=None)) == ()


def test_a_record_that_is_there_no_more_moves_the_count_with_it_and_one_that_took_its_place_is_noticed():
    (said,) = remarks(made(count=10, vanished=("1",)))
    assert said.startswith("PMID 1: listed, and no longer in PubMed")
    assert len(remarks(made(count=10, recount=10, vanished=("1",)))) == 2


def test_a_record_that_is_never_delivered_is_still_counted_by_pubmed():
    assert len(remarks(made(recount=10, missing=("1",)))) == 1


def test_everything_that_went_another_way_is_said_with_its_pmids():
    run = made(
        notices=(Notice(kind="PhraseIgnored", text="of"),),
        drifts=(Drift(counted=12_001, recounted=12_000),),
        recount=35,
        vanished=("1", "2"),
        missing=tuple(str(number) for number in range(100, 125)),
        replaced=(("33156898", "33951149"),),
    )
    assert remarks(run) == (
        "PubMed said of the string: of (PhraseIgnored).",
        "its count moved from 12,001 to 12,000 while the records were listed; the list agrees with the last count.",
        MOVED,
        "PMID 1, 2: listed, and no longer in PubMed when its record was to come.",
        f"PMID {TWENTY} and 5 more: listed and never delivered, which 'accept_missing' accepts.",
        "PMID 33156898: merged into PMID 33951149, whose record was taken.",
    )
