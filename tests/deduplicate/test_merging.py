"""The merged record: each field from the best source, and where it came from."""

from msgspec.structs import replace

from pipeline.deduplicate.merging import merge
from pipeline.deduplicate.settings import DeduplicationSettings
from pipeline.records.record import Identifier, Origin
from tests.deduplicate.library import reference

BEST = DeduplicationSettings().best_sources
EMBASE = replace(
    reference("embase:1", {"title": "A study of invention", "year": 2010, "journal": "J Invent", "volume": "3"}),
    database="Embase",
    accession="L50000001",
    keywords=("invention",),
    doi="10.5555/a",
)
PUBMED = replace(
    reference("pubmed:2", {"title": "A Study of Invention.", "year": 2011, "journal": "J Invent", "pages": "3-9"}),
    origin=Origin(search="pubmed-2024"),
    authors=reference("x:1", {"authors": ["Alder, A"]}).authors,
    pmid="12345678",
    mesh=("Inventions",),
    keywords=("novelty", "invention"),
)


def test_one_record_is_its_own_merged_record():
    assert merge([EMBASE], BEST) == (EMBASE, {})


def test_each_field_comes_from_the_best_source_and_says_so():
    merged, sources = merge([EMBASE, PUBMED], BEST)
    assert merged.id == "embase:1"
    assert (merged.title, merged.year, merged.authors, merged.doi, merged.pmid) == (
        "A Study of Invention.",
        2011,
        PUBMED.authors,
        "10.5555/a",
        "12345678",
    )
    assert merged.keywords == ("novelty", "invention")
    assert sources == {
        "title": "pubmed:2",
        "authors": "pubmed:2",
        "year": "pubmed:2",
        "pmid": "pubmed:2",
        "pages": "pubmed:2",
        "mesh": "pubmed:2",
        "keywords": "pubmed:2 embase:1",
    }


def test_a_field_of_a_place_that_the_fullest_source_lacks_comes_from_one_that_does_not_contradict_it():
    merged, _ = merge([EMBASE, PUBMED], BEST)
    assert (merged.volume, merged.pages) == ("3", "3-9")
    other_volume = replace(PUBMED, volume="4", pages="")
    merged, _ = merge([EMBASE, other_volume], BEST)
    assert (merged.volume, merged.pages) == ("4", "")


def test_a_place_is_taken_whole_from_the_source_that_has_most_of_it():
    full = replace(EMBASE, volume="3", issue="2", pages="10-12")
    merged, sources = merge([PUBMED, full], BEST)
    assert (merged.volume, merged.issue, merged.pages) == ("3", "2", "10-12")
    assert (sources["volume"], sources["pages"]) == ("embase:1", "embase:1")


def test_an_identifier_that_lost_its_field_is_kept():
    other = replace(PUBMED, doi="10.5555/b", database="MEDLINE", accession="9")
    merged, _ = merge([EMBASE, other], BEST)
    assert merged.doi == "10.5555/b"
    assert set(merged.identifiers) == {
        Identifier(scheme="doi", value="10.5555/a"),
        Identifier(scheme="embase", value="L50000001"),
    }


def test_the_stated_order_of_sources_decides():
    merged, _ = merge([PUBMED, EMBASE], ("embase", "pubmed"))
    assert merged.title == "A study of invention"


def test_between_equal_sources_the_one_retrieved_first_decides():
    one, two = reference("a:1", {"title": "First"}), reference("b:2", {"title": "Second"})
    assert merge([one, two], BEST)[0].title == "First"
    assert merge([two, one], BEST)[0].title == "Second"
