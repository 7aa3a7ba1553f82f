"""Genuine exports of other people's searches: every block read, the same records from whatever platform wrote them."""

import pytest

from pipeline import formats
from pipeline.errors import Fault
from pipeline.formats import pubmed_xml
from pipeline.records.record import Record

MANY = "exports/same_query_many_databases/Datasets/"
DEMO = "exports/screening_tool_demo/"

# file: format, platform, records, notices. No file has a fault.
FILES = {
    MANY + "CSV/_baseline.csv": ("csv", "Lens.org", 100, 0),
    MANY + "CSV/_baseline_abstrackr.csv": ("csv", "Abstrackr", 10, 1),
    MANY + "CSV/_baseline_cinahl.csv": ("csv", "EBSCOhost", 10, 0),
    MANY + "CSV/_baseline_cochrane.csv": ("csv", "the Cochrane Library", 3, 0),
    MANY + "CSV/_baseline_covidence.csv": ("csv", "Covidence", 10, 0),
    MANY + "CSV/_baseline_embase.csv": ("csv", "Embase.com", 10, 1),
    MANY + "CSV/_baseline_excel.csv": ("csv", "Embase.com", 10, 1),
    MANY + "CSV/_baseline_googlescholar.csv": ("csv", "Google Scholar", 10, 0),
    MANY + "CSV/_baseline_openalex.csv": ("csv", "OpenAlex", 9, 0),
    MANY + "CSV/_baseline_pubmed.csv": ("csv", "PubMed", 10, 0),
    MANY + "CSV/_baseline_rayyan.csv": ("csv", "Rayyan", 10, 0),
    MANY + "CSV/_baseline_scopus.csv": ("csv", "Scopus", 10, 0),
    MANY + "CSV/_baseline_zotero.csv": ("csv", "Zotero", 10, 0),
    MANY + "RIS/_baseline.ris": ("ris", "Lens.org", 100, 0),
    MANY + "RIS/_baseline_cinahl.ris": ("ris", "EBSCOhost", 9, 0),
    MANY + "RIS/_baseline_citavi.ris": ("ris", "Citavi", 100, 0),
    MANY + "RIS/_baseline_cochrane_endnote.ris": ("ris", "the Cochrane Library", 3, 1),
    MANY + "RIS/_baseline_cochrane_procite.ris": ("ris", "the Cochrane Library", 3, 1),
    MANY + "RIS/_baseline_cochrane_refman.ris": ("ris", "the Cochrane Library", 3, 1),
    MANY + "RIS/_baseline_covidence_endnote.ris": ("ris", "", 10, 0),
    MANY + "RIS/_baseline_covidence_mendeley.ris": ("ris", "", 10, 0),
    MANY + "RIS/_baseline_covidence_refworks.ris": ("ris", "", 10, 0),
    MANY + "RIS/_baseline_covidence_zotero.ris": ("ris", "", 10, 0),
    MANY + "RIS/_baseline_embase.ris": ("ris", "Embase.com", 10, 0),
    MANY + "RIS/_baseline_endnote.ris": ("ris", "", 10, 0),
    MANY + "RIS/_baseline_eppireviewer.ris": ("ris", "EPPI-Reviewer", 10, 0),
    MANY + "RIS/_baseline_eric_ovid.ris": ("ris", "Ovid", 10, 0),
    MANY + "RIS/_baseline_googlescholar.ris": ("ris", "", 10, 0),
    MANY + "RIS/_baseline_mdpi.ris": ("ris", "", 11, 0),
    MANY + "RIS/_baseline_mendeley.ris": ("ris", "", 10, 0),
    MANY + "RIS/_baseline_openalex.ris": ("ris", "", 9, 0),
    MANY + "RIS/_baseline_psychInfo_ovid.ris": ("ris", "Ovid", 10, 0),
    MANY + "RIS/_baseline_pubmed.ris": ("nbib", "", 50, 0),
    MANY + "RIS/_baseline_rayyan.ris": ("ris", "Rayyan", 10, 0),
    MANY + "RIS/_baseline_refworks.ris": ("ris", "RefWorks", 10, 0),
    MANY + "RIS/_baseline_scopus.ris": ("ris", "Scopus", 10, 0),
    MANY + "RIS/_baseline_webofscience.ris": ("ris", "Web of Science", 10, 0),
    MANY + "RIS/_baseline_zotero.ris": ("ris", "", 10, 0),
    MANY + "TSV/_baseline.tsv": ("csv", "Lens.org", 100, 0),
    MANY + "TSV/_baseline_refworks.tsv": ("csv", "RefWorks", 100, 0),
    MANY + "XLSX/_baseline.xlsx": ("csv", "Lens.org", 100, 1),
    MANY + "XLSX/_baseline_embase.xlsx": ("csv", "Embase.com", 10, 1),
    MANY + "XLSX/_baseline_eppireviewer.xlsx": ("csv", "", 10, 0),
    DEMO + "_baseline.ris": ("ris", "Lens.org", 100, 0),
    DEMO + "embase.csv": ("csv", "Embase.com", 6, 0),
    DEMO + "embase.ris": ("ris", "Embase.com", 6, 0),
    DEMO + "embase_newpage.csv": ("csv", "Embase.com", 6, 0),
    DEMO + "faulty_year.ris": ("ris", "", 1, 0),
    DEMO + "ovid_psycinfo.ris": ("ris", "Ovid", 6, 0),
    DEMO + "ovid_zotero.ris": ("ris", "", 6, 0),
    DEMO + "proquest.ris": ("ris", "ProQuest", 6, 0),
    DEMO + "pubmed_endnote.txt": ("ris", "PubMed in EndNote", 6, 0),
    DEMO + "pubmed_zotero.ris": ("ris", "", 6, 0),
    DEMO + "ris_issue_1099.txt": ("ris", "Citavi", 7, 0),
    DEMO + "ris_issue_992.txt": ("ris", "Rayyan", 19, 0),
    DEMO + "scopus.ris": ("ris", "Scopus", 6, 0),
    DEMO + "web_of_science.txt": ("ris", "Web of Science", 10, 0),
    "pubmed/medline/pubmed_result1.txt": ("nbib", "", 1, 0),
    "pubmed/medline/pubmed_result2.txt": ("nbib", "", 4, 0),
    "pubmed/medline/pubmed_result3.txt": ("nbib", "", 1, 0),
}

# The same query, exported by many roads from the same database. First the file that the others are held against; then,
# of each other, the fields in which any record differs, since its road drops or changes them. Nothing else may differ.
_DROPPED = {"pmid", "abbreviation"}
ROADS = {
    "RIS/_baseline_embase.ris": {
        "CSV/_baseline_embase.csv": {"keywords", "abbreviation", "pages"},  # article numbers; Emtree links
        "CSV/_baseline_excel.csv": {"keywords", "abbreviation", "pages"},
        "XLSX/_baseline_embase.xlsx": {"keywords", "abbreviation", "pages"},
        "RIS/_baseline_endnote.ris": _DROPPED,
        "RIS/_baseline_mendeley.ris": _DROPPED | {"issn", "languages"},
        "RIS/_baseline_zotero.ris": {"pmid", "issn", "issue"},
        "CSV/_baseline_zotero.csv": {"pmid", "issn", "issue"},
        "RIS/_baseline_rayyan.ris": _DROPPED | {"journal", "issue"},
        "CSV/_baseline_rayyan.csv": _DROPPED | {"journal", "issue"},
        "RIS/_baseline_refworks.ris": _DROPPED | {"journal", "issue"},
        "RIS/_baseline_covidence_endnote.ris": _DROPPED | {"issn", "languages", "keywords", "issue"},
        "CSV/_baseline_covidence.csv": _DROPPED | {"issn", "languages", "keywords", "issue", "embase"},
    },
    "CSV/_baseline.csv": {
        "TSV/_baseline.tsv": set(),
        "XLSX/_baseline.xlsx": set(),
        "RIS/_baseline.ris": {
            "pmid",
            "families",
        },  # ten records have no link to PubMed; "ten Doesschate" lost his "ten"
    },
    "RIS/_baseline_cochrane_endnote.ris": {
        "RIS/_baseline_cochrane_procite.ris": set(),
        "RIS/_baseline_cochrane_refman.ris": set(),
        "CSV/_baseline_cochrane.csv": set(),
    },
    "RIS/_baseline_scopus.ris": {"CSV/_baseline_scopus.csv": set()},
    "RIS/_baseline_googlescholar.ris": {"CSV/_baseline_googlescholar.csv": {"issn"}},
    "RIS/_baseline_openalex.ris": {"CSV/_baseline_openalex.csv": {"given", "issn", "pmid", "kind"}},
    "RIS/_baseline_pubmed.ris": {
        "CSV/_baseline_pubmed.csv": {"journal", "issn", "languages", "abstract", "keywords", "abbreviation", "given"},
    },
}


def read(path):
    with path.open("rb") as stream:
        reading = formats.read(stream, name=path.name, search="s")
        return list(reading), reading


def key(text):
    return "".join(char for char in text.casefold() if char.isalnum())


def compared(record):
    return {
        "title": key(record.title),
        "kind": record.kind,
        "families": [key(author.family) for author in record.authors],
        "given": ["".join(char for char in author.given if char.isupper()) for author in record.authors],
        "year": record.year,
        "journal": key(record.journal),
        "abbreviation": key(record.journal_abbreviation),
        "volume": record.volume,
        "issue": record.issue,
        "pages": record.pages,
        "issn": sorted(record.issn),
        "languages": record.languages,
        "abstract": key(record.abstract_text),
        "keywords": len(record.keywords),
        "doi": record.doi.lower(),
        "pmid": record.pmid,
        "embase": [found.value for found in record.identifiers if found.scheme == "embase"],
    }


@pytest.mark.shared
@pytest.mark.parametrize("name", FILES)
def test_a_genuine_export_is_read_whole(shared, name):
    values, reading = read(shared / "data" / name)
    found = (reading.format.name, reading.platform, reading.records, len(reading.notices))
    assert (found, reading.faults) == (FILES[name], 0)
    assert [value.title for value in values if not value.title.strip()] == []


@pytest.mark.shared
@pytest.mark.parametrize(("first", "other"), [(first, other) for first, others in ROADS.items() for other in others])
def test_the_same_query_gives_the_same_records_by_every_road(shared, first, other):
    one, two = (
        {key(r.title): compared(r) for r in read(shared / "data" / (MANY + name))[0]} for name in (first, other)
    )
    both = one.keys() & two.keys()
    assert len(both) >= min(len(one), len(two)) - 2  # two of Covidence's titles are shortened
    assert {field for title in both for field in one[title] if one[title][field] != two[title][field]} == ROADS[first][
        other
    ]


@pytest.mark.shared
def test_every_genuine_pubmed_record_is_read_and_every_trap_is_kept(shared):
    folder = shared / "data" / "pubmed"
    found = {}
    files = sorted([*folder.glob("net_subset/*.xml"), *folder.glob("efetch_fixtures/pmid_xml/*.xml")])
    for path in files:
        with path.open("rb") as stream:
            values = list(pubmed_xml.read_articles(stream, search="pm", file=path.name))
        for theme in (path.stem, "all"):
            found.setdefault(theme, []).extend(values)
    records = [value for value in found["all"] if isinstance(value, Record)]
    assert len(records) == 933
    assert [value for value in found["all"] if isinstance(value, Fault)] == found["delete_citation_pubmed21n1298"]
    assert len(found["delete_citation_pubmed21n1298"]) == 20
    kinds = [link.kind for record in records for link in record.links]
    assert {
        "title only in the vernacular": sum(r.title == r.original_title for r in found["empty_title"]),
        "no abstract": sum(not r.abstract for r in found["no_abstract"]),
        "a group among the authors": sum(any(a.is_group for a in r.authors) for r in found["collective"]),
        "a date in words": sum(bool(r.date) for r in found["medlinedate"] + found["season"]),
        "several languages": sum(len(r.languages) > 1 for r in found["multi_language"]),
        "another abstract": sum(any(tag == "OAB" for tag, _ in r.extra) for r in found["other_abstract"]),
        "a version above 1": sum(r.version > 1 for r in found["pmid_version_gt1"]),
        "a title in brackets": sum(r.title.startswith("[") for r in records),
        "markup left": sum("<" in r.title and ">" in r.title for r in records),
    } == {
        "title only in the vernacular": 54,
        "no abstract": 60,
        "a group among the authors": 60,
        "a date in words": 80,
        "several languages": 60,
        "another abstract": 40,
        "a version above 1": 5,
        "a title in brackets": 0,
        "markup left": 0,
    }
    raw = b"".join(path.read_bytes() for path in files)
    for kind, told in (
        ("retraction-in", b"RetractionIn"),
        ("retraction-of", b"RetractionOf"),
        ("erratum-in", b"ErratumIn"),
    ):
        assert kinds.count(kind) == raw.count(b'RefType="' + told + b'"') > 0
    retracted = sum("Retracted Publication" in r.publication_types for r in records)
    assert retracted == raw.count(b">Retracted Publication<") > 0


@pytest.mark.shared
def test_a_doi_is_the_records_own_and_never_one_of_its_references(shared):
    with (shared / "data/pubmed/net_subset/reference_dois.xml").open("rb") as stream:
        records = list(pubmed_xml.read_articles(stream, search="pm", file="f"))
    own = [record.doi for record in records if record.doi]
    assert len(own) == len({doi.lower() for doi in own})
