"""A record goes through PubMed's XML and comes back the same, and the XML is valid by NLM's own DTD."""

import io
from pathlib import Path

import pytest
from Bio import Entrez
from lxml import etree

from pipeline.formats import pubmed_xml
from pipeline.records.record import Author, Link, Origin, Passage, Record
from pipeline.sandbox import articles, corpus

RICH = Record(
    id="t:900000001",
    origin=Origin(search="t"),
    title="A <title> & more",
    original_title="Ein Titel",
    authors=(
        Author(
            family="van Example", given="Casper H J", suffix="Jr", orcid="0000-0002-1825-0097", affiliations=("A", "B")
        ),
        Author(family="Sample", given="AB"),
        Author(family="The Group", is_group=True),
    ),
    year=2020,
    month=2,
    day=29,
    journal="Journal of Specimens",
    journal_abbreviation="J Specim",
    volume="12",
    issue="3",
    pages="203-208",
    issn=("0028-0836",),
    languages=("ger", "eng"),
    abstract=(Passage(label="AIMS", text="x < y"), Passage(text="No label.")),
    keywords=("one", "two & three"),
    mesh=("*Liver Neoplasms/secondary", "Humans"),
    publication_types=("Journal Article", "Review"),
    doi="10.1000/S1(2)<3>",
    pmid="900000001",
    pmcid="PMC5613107",
    links=(
        Link(kind="retraction-in", pmid="900000002", text="J Specim. 2021"),
        Link(kind="concern-in", text="Elsewhere"),
    ),
    version=2,
    extra=(("cites", "900000003"), ("EDAT", "2020/03/01 00:00"), ("CRDT", "2020/02/28 00:00")),
)
KEPT = (
    "title",
    "original_title",
    "authors",
    "year",
    "month",
    "day",
    "journal",
    "journal_abbreviation",
    "volume",
    "issue",
)
KEPT += (
    "pages",
    "issn",
    "languages",
    "abstract",
    "keywords",
    "mesh",
    "publication_types",
    "doi",
    "pmid",
    "pmcid",
    "links",
)
KEPT += ("version",)


def back(records):
    return list(pubmed_xml.read_articles(io.BytesIO(articles.article_set(records)), search="t", file="f"))


@pytest.mark.parametrize("field", KEPT)
def test_a_rich_record_comes_back_with_every_field(field):
    (found,) = back([RICH])
    assert getattr(found, field) == getattr(RICH, field)


def test_dates_of_entry_come_back():
    (found,) = back([RICH])
    assert {("EDAT", "2020/03/01 00:00"), ("CRDT", "2020/02/28 00:00")} <= set(found.extra)


def test_every_bundled_record_comes_back_with_its_facts():
    held = corpus.bundled()
    records = [held.record(pmid) for pmid in held.pmids]
    facts = ("pmid", "title", "authors", "year", "journal", "volume", "issue", "pages", "doi", "keywords", "languages")
    assert [[getattr(found, name) for name in facts] for found in back(records)] == [
        [getattr(record, name) for name in facts] for record in records
    ]


def test_the_ids_of_a_reference_are_not_the_records_own():
    (found,) = back([RICH])
    assert found.doi == RICH.doi
    assert "900000003" not in {found.pmid, *(identifier.value for identifier in found.identifiers)}


def test_pages_are_valid_by_the_dtd_of_2025():
    folder = Path(Entrez.__file__).parent / "DTDs"
    dtd = etree.DTD(str(folder / "pubmed_250101.dtd"))
    generated = corpus.Generated(3)
    body = articles.article_set([RICH, *(generated.record(pmid) for pmid in generated.pmids)])
    root = etree.fromstring(body)
    assert dtd.validate(root), dtd.error_log.filter_from_errors()


def test_no_records_make_an_empty_set():
    assert etree.fromstring(articles.article_set([])).tag == "PubmedArticleSet"
    assert len(etree.fromstring(articles.article_set([]))) == 0
