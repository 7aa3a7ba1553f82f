"""What PubMed calls things: its search fields with every spelling of their tags, and the words it passes over."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Field:
    """A search field of PubMed.

    Attributes:
        tag: the short tag that this project writes.
        name: the long name that QueryTranslation and EInfo write.
        listed: other spellings of the tag that NLM's user guide, EInfo's names or QueryTranslation give.
        unlisted: spellings that work, or worked, and that the user guide does not list; the tag itself stands among
            them where the user guide does not know the field at all.
        dates: True if the field holds dates, so that ranges of dates make sense.
        near: True if the field takes a proximity search.
        unexploded: True if the tag may end in `:noexp`.
    """

    tag: str
    name: str
    listed: tuple[str, ...] = ()
    unlisted: tuple[str, ...] = ()
    dates: bool = False
    near: bool = False
    unexploded: bool = False


# Source: PubMed User Guide, "Search field tags", https://pubmed.ncbi.nlm.nih.gov/help/#search-tags (tags and long
# names); EInfo of db=pubmed, build of 2025-11-27 (index names, which are the unlisted spellings). [doi] and [text]
# (hasabstract[text], of the guide's older editions) are in wide use with E-utilities.
FIELDS: tuple[Field, ...] = (
    Field("ad", "Affiliation", unlisted=("affl",), near=True),
    Field("all", "All Fields"),
    Field("aid", "Article Identifier", unlisted=("pid", "publisher id", "doi")),
    Field("au", "Author"),
    Field("auid", "Author - Identifier", ("author identifier",)),
    Field("book", "Book"),
    Field("cn", "Author - Corporate", ("corporate author",), ("coln",)),
    Field("cois", "Conflict of Interest Statements", ("conflict of interest statement",)),
    Field("crdt", "Date - Create", ("create date",), dates=True),
    Field("dcom", "Date - Completion", ("completion date",), ("cdat",), dates=True),
    Field("dp", "Date - Publication", ("pdat", "publication date"), dates=True),
    Field("ppdat", "Print Publication Date", (), ("ppdt",), dates=True),
    Field("epdat", "Electronic Publication Date", (), ("epdt",), dates=True),
    Field("ed", "Editor"),
    Field("edat", "Date - Entry", ("entry date", "entrez date", "date - entrez"), dates=True),
    Field("filter", "Filter", ("sb", "subset"), ("filt",)),
    Field("1au", "Author - First", ("first author", "first author name"), ("faut",)),
    Field("fau", "Full Author Name", ("author - full", "full author"), ("full",)),
    Field("fir", "Full Investigator Name", ("full investigator",), ("finv",)),
    Field("gr", "Grants and Funding", ("grant number",), ("grnt",)),
    Field("ir", "Investigator"),
    Field("isbn", "ISBN"),
    Field("ip", "Issue", (), ("iss",)),
    Field("ta", "Journal", ("journal title",), ("jour",)),
    Field("la", "Language", (), ("lang",)),
    Field("lastau", "Author - Last", ("last author", "last author name"), ("laut",)),
    Field("lid", "Location ID"),
    Field("mhda", "Date - MeSH", ("mesh date",), dates=True),
    Field("majr", "MeSH Major Topic", ("mesh major topics",), unexploded=True),
    Field("sh", "MeSH Subheading", ("mesh subheadings", "subheading"), ("subh",), unexploded=True),
    Field("mh", "MeSH Terms", ("mesh term", "mesh"), unexploded=True),
    Field("lr", "Date - Modification", ("modification date",), ("mdat",), dates=True),
    Field("jid", "NLM Unique ID"),
    Field("nm", "Supplementary Concept", ("substance name",), ("subs",)),
    Field("ot", "Other Term", (), ("otrm",)),
    Field("pg", "Pagination", (), ("page",)),
    Field("ps", "Subject - Personal Name", ("personal name as subject",)),
    Field("pa", "Pharmacological Action", ("pharmacological action mesh terms",), ("papx",)),
    Field("pl", "Place of Publication", (), ("cnty",)),
    Field("uid", "UID", ("pmid",)),
    Field("pt", "Publication Type", (), ("ptyp",), unexploded=True),
    Field("pubn", "Publisher"),
    Field("rn", "EC/RN Number", (), ("ecno",)),
    Field("si", "Secondary Source ID"),
    Field("ti", "Title", (), ("titl",), near=True),
    Field("tiab", "Title/Abstract", near=True),
    Field("tt", "Transliterated Title"),
    Field("tw", "Text Word", ("text words",), ("word", "text")),
    Field("vi", "Volume", (), ("vol",)),
    Field("aucl", "Author Cluster ID", unlisted=("aucl",)),
    Field("eid", "Extended PMID", unlisted=("eid",)),
    Field("dso", "DSO", unlisted=("dso",)),
    Field("p1dat", "P1DAT", unlisted=("p1dat",), dates=True),
)


def tag_key(text: str) -> str:
    """Return what two spellings of a tag are compared by: case and white space do not count.

    >>> tag_key("Title / Abstract") == tag_key("title/abstract")
    True
    """
    return "".join(text.split()).casefold()


TAGS: Mapping[str, Field] = {
    tag_key(spelling): found for found in FIELDS for spelling in (found.tag, found.name, *found.listed, *found.unlisted)
}
UNLISTED: frozenset[str] = frozenset(tag_key(spelling) for found in FIELDS for spelling in found.unlisted)

# Words that PubMed passes over outside a phrase. Source: PubMed User Guide, "Stopwords",
# https://pubmed.ncbi.nlm.nih.gov/help/#stopwords
STOPWORDS: frozenset[str] = frozenset(
    """a about again all almost also although always among an and another any are as at be because been before being
    between both but by can could did do does done due during each either enough especially etc for found from further
    had has have having here how however i if in into is it its itself just kg km made mainly make may mg might ml mm
    most mostly must nearly neither no nor obtained of often on our overall perhaps pmid quite rather really regarding
    seem seen several should show showed shown shows significantly since so some such than that the their theirs them
    then there therefore these they this those through thus to upon use used using various very was we were what when
    which while with within without would""".split()  # noqa: SIM905 - a list of 130 strings is harder to read
)
