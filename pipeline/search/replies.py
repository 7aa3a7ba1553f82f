"""What an answer of E-utilities is: judged by its root element before its status is believed, then read.

Nothing here talks to anybody. The small control replies are read by Bio.Entrez once they are known to be what was
asked for; a body of records is only checked and counted here, and read by `formats.pubmed_xml`.
"""

import io
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from Bio import Entrez
from lxml import etree

from pipeline.search.search_run import Notice

ARTICLES = "PubmedArticleSet"

# The document type that Biopython bundles for each control reply. A reply's own declaration is put aside for it,
# because Bio.Entrez fetches a document type it does not know from the network.
_DOCTYPES = {
    "eSearchResult": b'<!DOCTYPE eSearchResult SYSTEM "https://eutils.ncbi.nlm.nih.gov/eutils/dtd/20060628/esearch.dtd">',
    "eLinkResult": b'<!DOCTYPE eLinkResult SYSTEM "https://eutils.ncbi.nlm.nih.gov/eutils/dtd/20101123/elink.dtd">',
    "eInfoResult": b'<!DOCTYPE eInfoResult SYSTEM "https://eutils.ncbi.nlm.nih.gov/eutils/dtd/20190110/einfo.dtd">',
}

# ERROR texts that no second try can mend. Source: E-utilities answers collected from NCBI and from clients' issue
# threads (NBK25499; massimoaria/pubmedR#7): a limit was passed or a parameter is wrong.
_FINAL_ERRORS = re.compile(
    r"cannot be larger than|OUT OF RANGE|Invalid db name|Empty (?:ID list|term)|ID list is empty|invalid value",
    re.IGNORECASE,
)
_PROLOGUE = re.compile(rb"\s*(?:<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^>\[]*(?:\[.*?\])?\s*>|\s+)*", re.DOTALL | re.IGNORECASE)
_ROOT = re.compile(rb"<([A-Za-z_][\w.:-]*)")
_TITLE = re.compile(rb"<(?:title|h1)[^>]*>(.*?)</", re.DOTALL | re.IGNORECASE)
# The ids are taken out before Bio.Entrez reads the reply: it keeps an object of half a kilobyte for each of 9,999.
_ID_LIST = re.compile(rb"<IdList>.*?</IdList>", re.DOTALL)
_ID = re.compile(rb"<Id>\s*([^<]*?)\s*</Id>")
_STATUS_OK = 200
_STATUS_REPEAT = frozenset({408, 425, 429})
_STATUS_SERVER = 500
_SHOWN = 160  # characters of a foreign text that a message repeats


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why an answer is not what was asked for.

    Attributes:
        what: a clause for a message; it never repeats an address or a key that a body holds.
        passing: True if another try may bring the answer.
        remedy: what a person can do, a whole sentence; empty if nothing but waiting.
        unreachable: True if not even a connection was made.
        wait: for how many seconds the source asked not to be asked again; 0 if it did not say.
    """

    what: str
    passing: bool
    remedy: str = ""
    unreachable: bool = False
    wait: float = 0.0


@dataclass(frozen=True, slots=True)
class Found:
    """An ESearch answer: how many records match, the PMIDs it lists, and what PubMed made of the term."""

    count: int
    pmids: tuple[str, ...] = ()
    translation: str = ""
    translations: tuple[tuple[str, str], ...] = ()
    notices: tuple[Notice, ...] = ()


@dataclass(frozen=True, slots=True)
class Links:
    """What ELink found for one PMID: (PMID, score) in PubMed's order; the score is 0 where none was asked for."""

    pmid: str
    links: tuple[tuple[str, int], ...]


def trouble(body: bytes, status: int, *, root: str) -> Trouble | None:
    """Judge an answer: None if it is a complete `root` document without an error, else why not.

    The body is judged first, since PubMed's failures come with any status, 200 included. Whether a PubmedArticleSet
    is complete is for `page_pmids`, which reads it to its end.
    """
    name = root_of(body)
    if not body.strip():
        return Trouble(f"an empty body with HTTP status {status}", passing=True)
    if body.lstrip()[:1] in b"{[":
        return _json_trouble(body, status)
    if name.lower() in {"html", "head", "body"}:
        return _html_trouble(body, status)
    if name != ARTICLES and (name == root or name.endswith("Result")):
        said, complete = _errors(body)
        if said:
            return Trouble(f"the error {shown(said)!r}", passing=not _FINAL_ERRORS.search(said))
        if not complete:
            return Trouble(f"a truncated <{name}>", passing=True)
    if status != _STATUS_OK:
        passing = status in _STATUS_REPEAT or status >= _STATUS_SERVER
        return Trouble(f"HTTP status {status}", passing=passing)
    if name != root:
        held = f"<{name}>" if name else "no XML"
        return Trouble(f"{held} where <{root}> belongs", passing=True)
    return None


def root_of(body: bytes) -> str:
    """Name the root element of an XML or HTML text; empty if it is neither.

    >>> root_of(b'<?xml version="1.0"?><!DOCTYPE a><a/>'), root_of(b'{"error": 1}')
    ('a', '')
    """
    start = body[3:] if body.startswith(b"\xef\xbb\xbf") else body
    prologue = _PROLOGUE.match(start)
    found = _ROOT.match(start, prologue.end() if prologue else 0)
    return found.group(1).decode("ascii") if found else ""


def shown(text: str) -> str:
    """Fold a foreign text into one short line for a message."""
    folded = " ".join(text.split())
    return folded if len(folded) <= _SHOWN else folded[:_SHOWN] + " ..."


def _json_trouble(body: bytes, status: int) -> Trouble:
    """Judge a JSON body, which E-utilities sends for refusals; its values hold addresses and keys."""
    try:
        value = json.loads(body)
    except ValueError:
        return Trouble(f"broken JSON with HTTP status {status}", passing=True)
    error = str(value.get("error", "")) if isinstance(value, dict) else ""
    if "rate limit" in error.lower():
        return Trouble("the answer that requests come too fast", passing=True)
    if "api key" in error.lower():
        remedy = "Check the key in NCBI_API_KEY, or run without one."
        return Trouble("the answer that the API key is not valid", passing=False, remedy=remedy)
    return Trouble(f"JSON where XML belongs, with HTTP status {status}", passing=True)


def _html_trouble(body: bytes, status: int) -> Trouble:
    found = _TITLE.search(body)
    title = shown(found.group(1).decode("utf-8", "replace")) if found else ""
    if "blocked" in title.lower():
        remedy = "Wait a day, run with an e-mail address and a key, or write to eutilities@ncbi.nlm.nih.gov."
        return Trouble(f"a page that says this address is blocked ({title!r})", passing=False, remedy=remedy)
    return Trouble(f"a web page{f' ({title!r})' if title else ''} with HTTP status {status}", passing=True)


def _errors(body: bytes) -> tuple[str, bool]:
    """Return the text of the ERROR elements of a document, and whether it is complete."""
    said: list[str] = []
    try:
        said.extend("".join(element.itertext()).strip() for element in _walk(body, "ERROR"))
    except etree.XMLSyntaxError:
        return "; ".join(filter(None, said)), False
    return "; ".join(filter(None, said)), True


def _walk(body: bytes, *tags: str) -> Iterator[Any]:
    """Iterate over the elements of a document as they end; no entity is resolved and nothing is fetched."""
    options = {"resolve_entities": False, "no_network": True, "huge_tree": True}
    for _, element in etree.iterparse(io.BytesIO(body), events=("end",), tag=tags, **options):
        yield element


def read_esearch(body: bytes, *, listed: int) -> Found:
    """Read an ESearch answer that was asked to list up to `listed` PMIDs.

    Raises:
        ValueError: Count is missing, or the list is short or long, or an id is no PMID or stands there twice.
    """
    pmids = tuple(pmid.decode("ascii", "replace") for pmid in _ID.findall((_ID_LIST.search(body) or [b""])[0]))
    reply = _control(_ID_LIST.sub(b"<IdList/>", body, count=1))
    if "Count" not in reply or not str(reply["Count"]).isdecimal():
        raise ValueError("no Count")
    if len(set(pmids)) != len(pmids) or not all(pmid.isdecimal() for pmid in pmids):
        raise ValueError("a list with an id that is no PMID or stands there twice")
    if len(pmids) != min(int(reply["Count"]), listed):
        raise ValueError(f"{len(pmids)} PMIDs where {min(int(reply['Count']), listed)} belong")
    notices = [
        Notice(kind=str(kind), text=str(text))
        for block in ("ErrorList", "WarningList")
        for kind, texts in dict(reply.get(block) or {}).items()
        for text in texts
    ]
    translations = tuple((str(pair["From"]), str(pair["To"])) for pair in reply.get("TranslationSet", ()))
    return Found(int(reply["Count"]), pmids, str(reply.get("QueryTranslation", "")), translations, tuple(notices))


def read_elink(body: bytes, *, linkname: str) -> tuple[Links, ...]:
    """Read an ELink answer: one entry for every LinkSet, with the links of that one name.

    Raises:
        ValueError: a LinkSet does not name exactly one PMID.
    """
    found = []
    for link_set in _control(body):
        seeds = [str(pmid) for pmid in link_set.get("IdList", ())]
        if len(seeds) != 1:
            raise ValueError(f"a set of links for {len(seeds)} PMIDs at once")
        links = [
            (str(link["Id"]), int(link.get("Score", 0)))
            for block in link_set.get("LinkSetDb", ())
            if block.get("LinkName") == linkname
            for link in block.get("Link", ())
        ]
        found.append(Links(seeds[0], tuple(links)))
    return tuple(found)


def read_einfo(body: bytes) -> str:
    """Read when the index was last updated out of an EInfo answer; empty if it does not say."""
    info = _control(body).get("DbInfo") or {}
    databases: list[Mapping[str, Any]] = info if isinstance(info, list) else [info]
    return str(databases[0].get("LastUpdate", "")) if databases else ""


def _control(body: bytes) -> Any:  # noqa: ANN401 - Bio.Entrez gives lists and dicts by document type
    """Let Bio.Entrez read a control reply under the document type that it bundles."""
    root = root_of(body)
    start = body.index(b"<" + root.encode())
    document = b'<?xml version="1.0"?>' + _DOCTYPES[root] + body[start:]
    return Entrez.read(io.BytesIO(document), validate=False)  # type: ignore[no-untyped-call]


def page_pmids(body: bytes) -> tuple[str, ...]:
    """List the PMIDs of the records on a page, in order; one that is there in two versions is listed twice.

    Raises:
        ValueError: the page is not a complete, well-formed PubmedArticleSet, or a record on it has no PMID or stands
            there twice.
    """
    found: list[tuple[str, str]] = []
    try:
        for record in _walk(body, "PubmedArticle", "PubmedBookArticle"):
            pmid = record.find("MedlineCitation/PMID")
            pmid = record.find("BookDocument/PMID") if pmid is None else pmid
            number = "" if pmid is None else (pmid.text or "").strip()
            if not number.isdecimal():
                raise ValueError(f"record {len(found) + 1} of the page has no PMID")
            found.append((number, pmid.get("Version", "1")))
            record.clear()
            while record.getprevious() is not None:
                del record.getparent()[0]
    except etree.XMLSyntaxError as error:
        raise ValueError(f"the page is not well-formed ({error.msg})") from error
    if len(set(found)) != len(found):
        raise ValueError("a record stands on the page twice")
    return tuple(number for number, _ in found)
