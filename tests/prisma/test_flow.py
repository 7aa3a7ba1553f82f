from dataclasses import replace

import pytest

from pipeline.errors import CountError
from pipeline.prisma import flow
from pipeline.prisma.sources import Removal, Source
from pipeline.screening.decisions import settle
from pipeline.screening.settings import Reviewer
from tests.screening.made import VIA, citation, citations, said, settings

SOURCES = (
    Source(id="db", name="PubMed", via="databases"),
    Source(id="refs", name="Reference lists", via="citation-searching"),
)
ONE = settings(votes=1)


def count(found, *decisions, sources=SOURCES, rules=ONE, **more):
    return flow.count(sources, found, settle(found, decisions, rules, via=VIA), rules, **more)


def figures(counted):
    return {name: box.n for name, box in counted.boxes.items()}


def awaiting(counted):
    return {step.name: step.n for step in counted.awaiting}


def test_every_box_counts_its_rows_and_knows_their_ids():
    found = [citation("db:1", "db:2"), *citations("db:3", "db:4", "db:5", "refs:1")]
    counted = count(
        found,
        said("db:1", "anna", "include"),
        said("db:3", "anna", "exclude"),
        said("db:4", "anna", "include"),
        said("db:1", "anna", "include", "full-text", study="Alpha"),
        said("db:4", "anna", "exclude", "full-text", reason="design"),
        said("refs:1", "anna", "include", "full-text", study="Alpha"),
    )
    assert figures(counted) == {
        "database_results": 5,
        "duplicates": 1,
        "excluded_automatic": 0,
        "excluded_other": 0,
        "records_screened": 3,
        "records_excluded": 1,
        "dbr_sought_reports": 2,
        "dbr_notretrieved_reports": 0,
        "dbr_assessed": 2,
        "dbr_excluded": 1,
        "citations_results": 1,
        "other_sought_reports": 1,
        "other_notretrieved_reports": 0,
        "other_assessed": 1,
        "other_excluded": 0,
        "new_studies": 1,
        "new_reports": 2,
    }
    assert awaiting(counted) == {"awaiting_screening": 1}
    assert counted.boxes["duplicates"].ids == ("db:2",)
    assert [(part.label, part.ids) for part in counted.boxes["dbr_excluded"].parts] == [("Wrong design", ("db:4",))]


def test_where_full_texts_are_read_at_once_every_record_counts_as_screened_and_none_as_excluded():
    both = ONE.stages
    rules = replace(ONE, stages=both[1:])
    counted = count(
        [citation("db:1", "db:2"), *citations("db:3", "db:4")],
        said("db:1", "anna", "include", "full-text"),
        said("db:3", "anna", "exclude", "full-text", reason="design"),
        rules=rules,
    )
    figures_now = figures(counted)
    assert (figures_now["records_screened"], figures_now["records_excluded"]) == (3, 0)
    assert (figures_now["dbr_sought_reports"], figures_now["dbr_assessed"], figures_now["new_reports"]) == (3, 2, 1)
    assert awaiting(counted) == {"dbr_awaiting_retrieval": 1}


def test_a_search_that_was_never_run_is_named_and_never_zero():
    sources = (
        Source(id="db", name="PubMed", via="databases", ran=False),
        Source(id="em", name="Embase", via="databases", ran=False),
        SOURCES[1],
    )
    counted = count(citations("refs:1"), sources=sources)
    assert counted.not_run == ("PubMed", "Embase")
    assert "database_results" not in counted.boxes
    assert "records_screened" not in counted.boxes
    assert awaiting(counted) == {"other_awaiting_retrieval": 1}


def test_one_of_two_databases_not_yet_run_has_no_figure():
    sources = (*SOURCES, Source(id="em", name="Embase", via="databases", ran=False))
    parts = count(citations("db:1"), sources=sources).boxes["database_results"].parts
    assert [(part.label, part.n) for part in parts] == [("PubMed", 1), ("Embase", None)]


def test_what_other_methods_found_twice_or_databases_had_already_is_a_named_step():
    found = [citation("refs:1", "refs:2"), citation("db:1", "refs:3")]
    counted = count(found)
    assert {step.name: step.ids for step in counted.adjustments} == {
        "other_duplicates": ("refs:2",),
        "other_already_identified": ("refs:3",),
    }
    assert figures(counted)["citations_results"] == 3
    assert figures(counted)["other_sought_reports"] == 1


def test_a_report_found_first_by_other_methods_is_a_duplicate_when_a_database_delivers_it():
    counted = count([citation("refs:1", "db:1")])
    assert counted.boxes["duplicates"].ids == ("db:1",)


def test_blocks_that_could_not_be_read_are_identified_and_removed_for_other_reasons():
    removed = [Removal(record="db:block-7", by="other", reason="could not be read")]
    counted = count(citations("db:1"), removed=removed)
    assert (counted.n("database_results"), counted.n("excluded_other")) == (2, 1)


def test_exclusions_by_tools_are_told_from_those_by_people():
    rules = settings(votes=1, others={"tool": Reviewer(kind="tool", source="made-up 1.0")})
    counted = count(
        citations("db:1", "db:2"), said("db:1", "tool", "exclude"), said("db:2", "anna", "exclude"), rules=rules
    )
    parts = counted.boxes["records_excluded"].parts
    assert [(part.label, part.ids) for part in parts] == [("by people", ("db:2",)), ("by automation tools", ("db:1",))]


@pytest.mark.parametrize(
    ("sources", "found", "says"),
    [
        (SOURCES, [citation("x:1")], "the record 'x:1' belongs to no search of this review"),
        (SOURCES, [citation("db:1", "db:2"), citation("db:2")], "the record 'db:2' is in 2 citations"),
        (
            (Source(id="db", name="PubMed", via="databases", delivered=3),),
            citations("db:1"),
            "the search 'db' delivered 3 records and 1 are counted",
        ),
        (
            (Source(id="db", name="PubMed", via="databases", ran=False),),
            citations("db:1"),
            "the search 'db' was never run and has 1 records",
        ),
    ],
)
def test_rows_that_contradict_each_other_stop_the_count(sources, found, says):
    with pytest.raises(CountError, match=says):
        count(found, sources=sources)


def test_extraction_may_name_the_studies_and_a_meta_analysis_is_counted_by_them():
    found = citations("refs:1", "refs:2", "refs:3")
    votes = [said(one.id, "anna", "include", "full-text", study="Alpha") for one in found[:2]]
    votes.append(said("refs:3", "anna", "include", "full-text"))
    assert count(found, *votes).boxes["new_studies"].ids == ("Alpha", "refs:3")
    named = {"refs:2": "beta-2001", "refs:3": "beta-2001"}
    counted = count(found, *votes, studies=named, synthesised={"beta-2001"})
    assert counted.boxes["new_studies"].ids == ("Alpha", "beta-2001")
    assert counted.boxes["total_reports_ma"].ids == ("refs:2", "refs:3")
    for order in (("Alpha", "beta-2001"), ("beta-2001", "Alpha")):  # as a set may give them
        both = count(found, *votes, studies=named, synthesised=order)
        assert both.boxes["total_studies_ma"].ids == ("Alpha", "beta-2001")


def test_a_study_in_a_meta_analysis_must_have_an_included_report():
    with pytest.raises(CountError, match="the study 'gamma' is in a meta-analysis and has no included report"):
        count(citations("refs:1"), synthesised={"gamma"})


def test_where_nothing_was_run_nothing_is_counted():
    sources = (Source(id="db", name="PubMed", via="databases", ran=False),)
    assert count([], sources=sources).boxes == {}


def test_a_search_not_yet_run_is_named_by_its_id_where_another_of_its_name_was():
    sources = (*SOURCES, Source(id="db2", name="PubMed", via="databases", ran=False))
    assert count(citations("db:1"), sources=sources).not_run == ("PubMed (db2)",)


def test_the_published_flow_of_the_second_document_comes_out_of_a_review_of_that_size():
    """Nigri 2018: 10,135 records, of which 476 were found relevant and 116 retained."""
    found = citations(*(f"db:{n}" for n in range(10_135)))
    votes = [said(one.id, "anna", "include" if place < 476 else "exclude") for place, one in enumerate(found)]
    votes += [
        said(one.id, "anna", "include" if place < 116 else "exclude", "full-text")
        for place, one in enumerate(found[:476])
    ]
    counted = count(found, *votes)
    assert {name: n for name, n in figures(counted).items() if n} == {
        "database_results": 10_135,
        "records_screened": 10_135,
        "records_excluded": 9_659,
        "dbr_sought_reports": 476,
        "dbr_assessed": 476,
        "dbr_excluded": 360,
        "new_studies": 116,
        "new_reports": 116,
    }
