"""The tables that platforms and tools export: how each is known by its columns, and what its columns mean.

Column names are compared without case, blanks and punctuation. A column that a layout does not name is kept in `extra`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pipeline.errors import Fault, did_you_mean

_ENOUGH = 2  # columns that a plain header must share with those known, and may have twice
_LONGEST = 60  # characters of a column's name in a plain header; a longer cell is no name


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """One kind of table.

    Attributes:
        title: what messages call it.
        known_by: sets of columns, folded; a table that has all of one set is of this kind.
        columns: folded column -> meaning (assembly, table_cells); the order says which of two columns is preferred.
        kind: what its rows describe where no column says it.
        database: what its rows are taken from where no column says it.
        given_first: True if authors are written "Ann B. Nobody" and not "Nobody, Ann B.".
    """

    title: str
    known_by: tuple[frozenset[str], ...]
    columns: Mapping[str, str]
    kind: str = "article"
    database: str = ""
    given_first: bool = False


def fold(column: str) -> str:
    """Return what two column names are compared by.

    >>> fold("Author(s)"), fold("Source_title ")
    ('authors', 'sourcetitle')
    """
    return "".join(char for char in column.casefold() if char.isalnum())


def _known(*columns: str) -> tuple[frozenset[str], ...]:
    return tuple(frozenset(each.split()) for each in columns)


_BIBLIOGRAPHIC = {
    "title": "title", "abstract": "abstract", "volume": "volume", "issue": "issue", "pages": "pages", "doi": "doi",
    "issn": "issn", "isbn": "issn", "publisher": "publisher", "language": "language", "keywords": "keywords",
    "url": "url", "pmid": "pmid", "pmcid": "pmcid", "journal": "journal", "authors": "authors", "year": "date",
    "editors": "editors", "notes": "note", "edition": "edition",
}  # fmt: skip

# What a plain table may call its columns. Source: the headers of the layouts below; ASReview, "Data format",
# https://asreview.readthedocs.io; Rayyan, "Import references: CSV".
PLAIN = Layout(
    title="",
    known_by=_known("title", "articletitle", "ti", "primarytitle", "documenttitle", "t1", "studytitle"),
    columns=_BIBLIOGRAPHIC
    | {
        "articletitle": "title", "ti": "title", "primarytitle": "title", "documenttitle": "title", "t1": "title",
        "originaltitle": "original-title", "studytitle": "title",
        "author": "authors", "authornames": "authors", "au": "authors", "firstauthors": "authors", "creator": "authors",
        "editor": "editors", "publicationyear": "date", "py": "date", "pubyear": "date", "publishedyear": "date",
        "date": "date", "publicationdate": "date", "month": "month", "day": "day",
        "journaltitle": "journal", "sourcetitle": "journal", "publicationtitle": "journal", "secondarytitle": "journal",
        "pubtitle": "journal", "source": "journal", "so": "journal", "t2": "journal", "jo": "journal",
        "journalabbreviation": "journal-abbreviation", "number": "issue", "vl": "volume", "is": "issue",
        "startpage": "first-page", "firstpage": "first-page", "sp": "first-page",
        "endpage": "last-page", "lastpage": "last-page", "ep": "last-page", "articlenumber": "article-number",
        "place": "place", "ab": "abstract", "abstracttext": "abstract", "notesabstract": "abstract",
        "summary": "abstract",
        "keyword": "keywords", "kw": "keywords", "meshterms": "mesh", "mesh": "mesh",
        "publicationtype": "publication-type", "documenttype": "publication-type", "itemtype": "type", "type": "type",
        "typeofreference": "type", "referencetype": "type", "do": "doi",
        "pubmedid": "pmid", "medlinepmid": "pmid", "pmc": "pmcid", "nctnumber": "registration",
        "trialregistration": "registration", "database": "database", "accessionnumber": "accession", "an": "accession",
        "link": "url", "urls": "url", "ur": "url",
    },
)  # fmt: skip

ASREVIEW = Layout(
    title="ASReview",
    known_by=_known("asreviewranking", "asreviewlabel", "exportednotes1", "recordid included asreviewranking"),
    columns=PLAIN.columns,
)

# Source: Embase.com, "Export: CSV", every field; the older export has Source alone.
EMBASE = Layout(
    title="Embase.com",
    known_by=_known("authornames emtreedrugindexterms", "authornames emtreemedicalindexterms pui"),
    database="Embase",
    columns=_BIBLIOGRAPHIC
    | {
        "originaltitle": "original-title", "authornames": "authors", "sourcetitle": "journal",
        "publicationyear": "date", "dateofpublication": "date", "firstpage": "first-page", "lastpage": "last-page",
        "publicationtype": "publication-type", "bookpublisher": "publisher", "authorkeywords": "keywords",
        "emtreedrugindextermsmajorfocus": "keywords", "emtreedrugindexterms": "keywords",
        "emtreemedicalindextermsmajorfocus": "keywords", "emtreemedicalindexterms": "keywords",
        "clinicaltrialnumbers": "registration", "articlelanguage": "language", "medlinepmid": "pmid", "pui": "embase",
        "embaseaccessionid": "accession", "fulltextlink": "url", "embaselink": "url", "source": "embase-source",
    },
)  # fmt: skip

COCHRANE = Layout(
    title="the Cochrane Library",
    known_by=_known("centralid cochranereviewgroupcode", "centralid pubmedid embaseid"),
    columns=_BIBLIOGRAPHIC
    | {
        "centralid": "accession", "source": "journal", "databasename": "database", "pubmedid": "ids", "embaseid": "ids",
        "ctgovid": "ids", "cinahlid": "ids", "ictrpid": "ids", "publicationtype": "publication-type",
    },
)  # fmt: skip

SCOPUS = Layout(
    title="Scopus",
    known_by=_known("eid sourcetitle artno", "eid authorsid title"),
    columns=_BIBLIOGRAPHIC
    | {
        "authorfullnames": "authors", "authors": "authors-again", "sourcetitle": "journal", "artno": "article-number",
        "pagestart": "first-page", "pageend": "last-page", "link": "url", "authorkeywords": "keywords",
        "indexkeywords": "keywords", "pubmedid": "pmid", "languageoforiginaldocument": "language",
        "abbreviatedsourcetitle": "journal-abbreviation", "documenttype": "publication-type", "source": "database",
        "eid": "accession",
    },
)  # fmt: skip

PUBMED = Layout(
    title="PubMed",
    known_by=_known("pmid journalbook createdate"),
    database="PubMed",
    columns=_BIBLIOGRAPHIC
    | {
        "pmid": "pmid", "citation": "citation", "journalbook": "journal-abbreviation", "publicationyear": "date",
        "nihmsid": "mid",
    },
)  # fmt: skip

COVIDENCE = Layout(
    title="Covidence",
    known_by=_known("covidence title study"),
    columns=_BIBLIOGRAPHIC
    | {"publishedyear": "date", "publishedmonth": "month", "accessionnumber": "accession"},
)  # fmt: skip

RAYYAN = Layout(
    title="Rayyan",
    known_by=_known("key title location pubmedid pmcid"),
    columns=_BIBLIOGRAPHIC
    | {"key": "accession", "month": "month", "day": "day", "location": "place", "pubmedid": "pmid"},
)  # fmt: skip

ZOTERO = Layout(
    title="Zotero",
    known_by=_known("itemtype publicationtitle abstractnote"),
    columns=_BIBLIOGRAPHIC
    | {
        "itemtype": "type", "publicationyear": "date", "date": "date", "author": "authors", "editor": "editors",
        "publicationtitle": "journal", "journalabbreviation": "journal-abbreviation", "abstractnote": "abstract",
        "place": "place", "archive": "database", "linkattachments": "url", "manualtags": "keywords",
        "automatictags": "keywords", "extra": "zotero-extra",
    },
)  # fmt: skip

LENS = Layout(
    title="Lens.org",
    known_by=_known("lensid title"),
    given_first=True,
    columns=_BIBLIOGRAPHIC
    | {
        "lensid": "lens", "datepublished": "date", "publicationyear": "date", "publicationtype": "type",
        "sourcetitle": "journal", "issns": "issn", "sourcecountry": "place", "issuenumber": "issue",
        "startpage": "first-page", "endpage": "last-page", "meshterms": "mesh", "sourceurls": "url",
        "externalurl": "url",
    },
)  # fmt: skip

OPENALEX = Layout(
    title="OpenAlex",
    known_by=_known("idsopenalex displayname"),
    given_first=True,
    columns={
        "id": "openalex", "doi": "doi", "title": "title", "publicationyear": "date", "publicationdate": "date",
        "language": "language", "type": "type", "primarylocationsourcedisplayname": "journal",
        "primarylocationsourceissn": "issn", "primarylocationsourcehostorganizationname": "publisher",
        "bibliovolume": "volume", "biblioissue": "issue", "bibliofirstpage": "first-page",
        "bibliolastpage": "last-page", "authorshipsauthordisplayname": "authors", "abstract": "abstract",
        "keywordsdisplayname": "keywords", "primarylocationlandingpageurl": "url", "idspmid": "pmid-url",
        "idspmcid": "pmcid",
    },
)  # fmt: skip

EBSCO = Layout(
    title="EBSCOhost",
    known_by=_known("articletitle plink doctype"),
    columns=_BIBLIOGRAPHIC
    | {
        "articletitle": "title", "author": "authors", "journaltitle": "journal", "publicationdate": "month-first-date",
        "firstpage": "first-page", "accessionnumber": "accession", "doctype": "publication-type",
        "subjects": "keywords", "plink": "url",
    },
)  # fmt: skip

GOOGLE_SCHOLAR = Layout(
    title="Google Scholar",
    known_by=_known("authors title publication number"),
    columns=_BIBLIOGRAPHIC | {"publication": "journal", "number": "issue"},
)

ABSTRACKR = Layout(
    title="Abstrackr",
    known_by=_known("internalid sourceid pubmedid"),
    columns=_BIBLIOGRAPHIC | {"pubmedid": "pmid"},
)

REFWORKS = Layout(
    title="RefWorks",
    known_by=_known("referencetype authorsprimary titleprimary"),
    columns=_BIBLIOGRAPHIC
    | {
        "referencetype": "type", "authorsprimary": "authors", "authorssecondary": "editors", "titleprimary": "title",
        "periodicalfull": "journal", "periodicalabbrev": "journal-abbreviation", "pubyear": "date",
        "startpage": "first-page", "otherpages": "last-page", "placeofpublication": "place", "issnisbn": "issn",
        "originalforeigntitle": "original-title", "accessionnumber": "accession", "database": "database",
        "links": "url",
    },
)  # fmt: skip

# Source: Web of Science, "Core Collection Field Tags", https://webofscience.help.clarivate.com. The tab-delimited
# export has them as its header, the Excel export has their names.
WEB_OF_SCIENCE = Layout(
    title="Web of Science",
    known_by=_known("pt ti so ut", "publicationtype articletitle utuniquewosid"),
    columns=_BIBLIOGRAPHIC
    | {
        "pt": "", "af": "authors", "au": "authors-again", "ca": "groups", "be": "editors", "ti": "title",
        "so": "journal", "j9": "journal-abbreviation", "ji": "journal-abbreviation", "la": "language",
        "dt": "publication-type", "de": "keywords", "id": "keywords", "ab": "abstract", "pu": "publisher",
        "pi": "place", "sn": "issn", "ei": "issn", "bn": "issn", "pd": "date", "py": "date", "vl": "volume",
        "is": "issue", "bp": "first-page", "ep": "last-page", "ar": "article-number", "di": "doi", "pm": "pmid",
        "ut": "accession", "authorfullnames": "authors", "authors": "authors-again", "groupauthors": "groups",
        "bookeditors": "editors", "articletitle": "title", "sourcetitle": "journal", "documenttype": "publication-type",
        "authorkeywords": "keywords", "keywordsplus": "keywords", "publishercity": "place", "eissn": "issn",
        "journalisoabbreviation": "journal-abbreviation", "publicationyear": "date", "publicationdate": "date",
        "startpage": "first-page", "endpage": "last-page", "articlenumber": "article-number", "pubmedid": "pmid",
        "utuniquewosid": "accession", "publicationtype": "",
    },
)  # fmt: skip

# Source: ClinicalTrials.gov, "Download: CSV" of the sites of 2023 and of before.
CLINICALTRIALS_GOV = Layout(
    title="ClinicalTrials.gov",
    known_by=_known("nctnumber studytitle", "nctnumber title conditions"),
    kind="registration",
    database="ClinicalTrials.gov",
    columns={
        "nctnumber": "registered", "studytitle": "title", "title": "title", "studyurl": "url", "url": "url",
        "briefsummary": "abstract", "conditions": "keywords", "firstposted": "date", "otherids": "registration",
    },
)  # fmt: skip

# Source: WHO ICTRP, "ICTRP search portal: export"; the XML export has the same names as elements.
ICTRP = Layout(
    title="WHO ICTRP",
    known_by=_known("trialid publictitle", "trialid scientifictitle"),
    kind="registration",
    columns={
        "trialid": "registered", "publictitle": "title", "scientifictitle": "title", "webaddress": "url",
        "dateregistration3": "date", "dateregistration": "day-first-date", "condition": "keywords",
        "sourceregister": "database", "secondaryids": "registration", "secondaryid": "registration",
    },
)  # fmt: skip

# This project's own table; its cells are read by csv_records.
OURS = Layout(
    title="living-review", known_by=_known("recordid kind doiasprinted publicationtypes"), columns={"title": "title"}
)

# The first that knows a header holds.
LAYOUTS: tuple[Layout, ...] = (
    OURS, EMBASE, COCHRANE, SCOPUS, PUBMED, COVIDENCE, RAYYAN, ZOTERO, LENS, OPENALEX, EBSCO, ABSTRACKR, REFWORKS,
    WEB_OF_SCIENCE, CLINICALTRIALS_GOV, ICTRP, GOOGLE_SCHOLAR, ASREVIEW, PLAIN,
)  # fmt: skip

# What a person may map in workflow.yaml: name of the field -> meaning.
MAPPABLE: Mapping[str, str] = {
    "title": "title", "original_title": "original-title", "authors": "authors", "editors": "editors", "year": "date",
    "month": "month", "day": "day", "date": "date", "journal": "journal",
    "journal_abbreviation": "journal-abbreviation", "volume": "volume", "issue": "issue", "pages": "pages",
    "first_page": "first-page", "last_page": "last-page", "article_number": "article-number", "issn": "issn",
    "isbn": "issn", "publisher": "publisher", "place": "place", "edition": "edition", "language": "language",
    "abstract": "abstract", "keywords": "keywords", "mesh": "mesh", "publication_type": "publication-type",
    "type": "type", "doi": "doi", "pmid": "pmid", "pmcid": "pmcid", "registration": "registration",
    "database": "database", "accession": "accession", "url": "url", "notes": "note",
}  # fmt: skip


def find(header: Iterable[str], columns: Mapping[str, str] | None = None) -> Layout | None:
    """Find the layout of a table by its header, or make one of what a person said of the columns.

    Args:
        header: column names as they stand.
        columns: name of a field (MAPPABLE) -> column; what it does not name is read as in a plain table.
    """
    names = [name for name in header if name]
    folded = {fold(name) for name in names}
    if columns:
        mapped = {fold(column): MAPPABLE[field] for field, column in columns.items() if field in MAPPABLE}
        if not mapped or not folded.issuperset(mapped):
            return None
        rest = {column: meaning for column, meaning in PLAIN.columns.items() if meaning not in mapped.values()}
        return Layout(title="", known_by=(), columns=mapped | rest)
    found = next((each for each in LAYOUTS if any(folded.issuperset(known) for known in each.known_by)), None)
    return None if found is PLAIN and not _is_plain_header(names, folded) else found


def _is_plain_header(names: list[str], folded: set[str]) -> bool:
    """Tell a header from a row of text that happens to hold the word "title"."""
    known = len(folded & PLAIN.columns.keys())
    return known >= _ENOUGH and max(map(len, names)) <= _LONGEST and len(names) - len(folded) <= _ENOUGH


def check_columns(columns: Mapping[str, str]) -> tuple[Fault, ...]:
    """List what is wrong with the columns that a person named in workflow.yaml; the key path stands in `column`."""
    return tuple(
        Fault(
            what=f"there is no field {field!r}",
            column=f"columns.{field}",
            accepted=", ".join(MAPPABLE),
            remedy=did_you_mean(field, list(MAPPABLE)),
        )
        for field in columns
        if field not in MAPPABLE
    )
