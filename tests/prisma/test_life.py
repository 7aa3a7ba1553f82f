from msgspec import structs

from pipeline.deduplicate.citation import Pair, Related
from pipeline.prisma import flow, life
from pipeline.prisma.sources import Source
from pipeline.screening.decisions import settle
from tests.screening.made import VIA, Review, citation, citations, said, settings

SOURCES = (
    Source(id="db", name="PubMed", via="databases"),
    Source(id="refs", name="Reference lists", via="citation-searching"),
)


def told(record, found, screening, rules, *, events=(), pairs=()):
    chapters = life.tell(
        record,
        source=SOURCES[0] if record.id.startswith("db") else SOURCES[1],
        citation=next(one for one in found if record.id in one.members),
        pairs=pairs,
        screening=screening,
        events=events,
        settings=rules,
        flow=flow.count(SOURCES, found, screening, rules),
    )
    return {chapter.heading: list(chapter.lines) for chapter in chapters}


def test_a_life_goes_from_the_search_to_the_boxes():
    review = Review(settings(arbiter="C. Third"))
    found = [citation("db:1", "db:2", title="A fictitious trial")]
    (anna, ben), _ = review.run("2026-01-01", found)
    review.fill(anna, {"db:1": "include"})
    review.fill(ben, {"db:1": "exclude"}, note="animals")
    (arbiter,), _ = review.run("2026-01-02", found)
    review.fill(arbiter, {"db:1": "exclude"})
    review.run("2026-01-03", found)
    pairs = [Pair(a="db:1", b="db:2", verdict="duplicate", rule="doi", score=1.0, reason="the DOI is the same")]
    lines = told(found[0].record, found, review.screening, review.rules, events=review.ledger.events, pairs=pairs)
    assert lines == {
        "db:1: anonymous n.d., A fictitious trial": ["Found by the search 'db' in PubMed (databases)."],
        "Duplicates": [
            "It gives its citation the name; 'db:2' joined it.",
            "duplicate with 'db:2' (rule doi): the DOI is the same",
        ],
        "Screening": [
            "Title and abstract: excluded, by the arbiter.",
            "  anna: include [screening/title-abstract/anna/2026-01-01.csv, row 2]",
            "  arbiter (C. Third): exclude [screening/title-abstract/arbiter/2026-01-02.csv, row 2]",
            "  ben: exclude (animals) [screening/title-abstract/ben/2026-01-01.csv, row 2]",
        ],
        "History": [
            "2026-01-01 title-abstract, handed to anna",
            "2026-01-01 title-abstract, handed to ben",
            "2026-01-02 title-abstract, decided by anna: include",
            "2026-01-02 title-abstract, decided by ben: exclude",
            "2026-01-02 title-abstract, handed to arbiter (C. Third)",
            "2026-01-03 title-abstract, decided by arbiter (C. Third): exclude",
        ],
        "Counted in": ["Records identified from databases (PubMed)", "Records screened", "Records excluded"],
    }


def test_a_duplicate_is_counted_apart_from_its_citation():
    rules = settings(votes=1)
    found = [citation("refs:1", "refs:2")]
    screening = settle(found, [said("refs:1", "anna", "exclude", "full-text", reason="design")], rules, via=VIA)
    duplicate = citation("refs:2", title="The same again").record
    lines = told(duplicate, found, screening, rules)
    assert lines["Duplicates"] == ["It belongs to the citation 'refs:1', with 'refs:1'."]
    assert lines["Screening"][0] == "Title and abstract: skipped, since it was found by other methods."
    assert lines["Counted in"] == [
        "Records identified from citation searching (Reference lists)",
        "Reports sought for retrieval (other methods), as 'refs:1'",
        "Reports assessed for eligibility (other methods), as 'refs:1'",
        "Reports excluded (other methods) (Wrong design), as 'refs:1'",
        "Records found by other methods more than once",
    ]


def test_decisions_at_a_stage_that_was_skipped_are_told_as_not_needed():
    rules = settings()
    found = citations("refs:1")
    screening = settle(found, [said("refs:1", "anna", "include")], rules, via=VIA)
    assert "  not needed: anna: include" in told(found[0].record, found, screening, rules)["Screening"]


def test_related_documents_and_what_was_compared_are_told():
    rules = settings(votes=1)
    made = citation("db:1", title="A fictitious trial")
    related = structs.replace(made, related=(Related(id="db:7", kind="erratum"),))
    pairs = [Pair(a="db:1", b=f"db:{n}", verdict="different", rule="year", score=0.1, reason="x") for n in (2, 3)]
    screening = settle([related], [], rules, via=VIA)
    assert told(related.record, [related], screening, rules, pairs=pairs)["Duplicates"] == [
        "It is the only record of its citation.",
        "Compared with 2 more, and found different.",
        "Related to the citation 'db:7': erratum.",
    ]


def test_nothing_is_called_new_in_a_new_review():
    rules = settings(votes=1)
    found = citations("db:1")
    votes = [said("db:1", "anna", "include"), said("db:1", "anna", "include", "full-text")]
    screening = settle(found, votes, rules, via=VIA)
    assert told(found[0].record, found, screening, rules)["Counted in"][-1] == "Reports of included studies"
