"""E-utilities over a corpus: fields of a request to an answer in PubMed's own envelope, limits and warnings included.

Source: NCBI, "The E-utilities In-Depth", NBK25499 (parameters, document types); genuine answers of 2025 (envelopes,
wording of warnings and errors).
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from difflib import get_close_matches
from xml.sax.saxutils import escape

from pipeline.sandbox import articles
from pipeline.sandbox.corpus import CITES, Corpus
from pipeline.sandbox.evaluate import Evaluator
from pipeline.sandbox.index import Index, texts, words
from pipeline.search.slices import CAP
from pipeline.search.syntax import parse
from pipeline.search.vocabulary import FIELDS

_XML = '<?xml version="1.0" encoding="UTF-8" ?>\n'
_DTD = "https://eutils.ncbi.nlm.nih.gov/eutils/dtd"
_NEIGHBOURS = 100  # similar documents of one seed
_DEFAULT_RETMAX = 20
_LISTS = {
    "ErrorList": ("PhraseNotFound", "FieldNotFound"),
    "WarningList": ("PhraseIgnored", "QuotedPhraseNotFound", "OutputMessage"),
}

Fields = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Reply:
    """What is sent back.

    Attributes:
        body: the whole body.
        status: the HTTP status.
        kind: the content type.
        headers: further headers.
        cut: after how many bytes the connection ends, though more were announced; None: all are sent.
        reset: True if the connection is reset instead of ended.
        drip: seconds between one byte and the next; 0: all at once.
        announced: False if no Content-Length tells how long the body is.
    """

    body: bytes
    status: int = 200
    kind: str = "text/xml; charset=UTF-8"
    headers: Mapping[str, str] = field(default_factory=dict)
    cut: int | None = None
    reset: bool = False
    drip: float = 0.0
    announced: bool = True


class Endpoint:
    """Answers requests; keeps what was posted, as PubMed's history server does."""

    def __init__(self, corpus: Corpus, *, today: date) -> None:
        """Take a corpus, and the day that is today."""
        self.corpus = corpus
        self.index = Index(corpus)
        self._evaluator = Evaluator(self.index, today=today)
        self._today = today
        self._pmids = frozenset(corpus.pmids)
        self._history: list[tuple[int, ...]] = []
        self._utilities: dict[str, Callable[[Fields], Reply]] = {
            "esearch": self._esearch,
            "efetch": self._efetch,
            "elink": self._elink,
            "epost": self._epost,
            "espell": self._espell,
            "einfo": self._einfo,
        }

    def answer(self, utility: str, fields: Fields) -> Reply:
        """Answer one request; `fields` holds every value of every parameter, in lower case but for WebEnv."""
        if utility not in self._utilities:
            return Reply(b"<html><head><title>404 Not Found</title></head></html>", 404, "text/html")
        return self._utilities[utility](fields)

    def _esearch(self, fields: Fields) -> Reply:
        term = _one(fields, "term").strip()
        if _one(fields, "db", "pubmed") != "pubmed":
            return _error("eSearchResult", f"Invalid db name specified: {_one(fields, 'db')}")
        if not term:
            return _error("eSearchResult", "Empty term and query_key - nothing todo")
        start, most = _number(fields, "retstart", 0), _number(fields, "retmax", _DEFAULT_RETMAX)
        if start >= CAP:
            said = (
                f"Search Backend failed: Exception:\n'retstart' cannot be larger than {CAP - 1}. For PubMed, ESearch "
                "can only retrieve the first 9,999 records matching the query."
            )
            return _error("eSearchResult", said)
        query = parse(_dated(term, fields))
        if query.problems:
            said = f"The sandbox does not guess what PubMed makes of this: {query.problems[0].what}"
            return _error("eSearchResult", said)
        found = self._evaluator.evaluate(query)
        notices = [(notice.kind, notice.text) for notice in found.notices]
        count = found.bits.bit_count()
        if start + most > CAP and count > CAP:
            most = CAP - start
            notices.append(("OutputMessage", f"Restrictions achieved. start and count adjusted to {start}, {most}"))
        if not count:
            notices.append(("OutputMessage", "No items found."))
        pmids = self.index.listed(found.bits, start=start, most=most)
        history = ""
        if _one(fields, "usehistory") == "y":
            history = self._remember(self.index.listed(found.bits))
        ids = "".join(f"<Id>{pmid}</Id>\n" for pmid in pmids)
        inside = (
            f"<Count>{count}</Count><RetMax>{len(pmids)}</RetMax><RetStart>{start}</RetStart>{history}"
            f"<IdList>\n{ids}</IdList><TranslationSet/><QueryTranslation>{escape(found.translation)}</QueryTranslation>"
        )
        return _reply("eSearchResult", "esearch 20060628", "20060628/esearch.dtd", inside + _notices(notices))

    def _efetch(self, fields: Fields) -> Reply:
        if _one(fields, "retmode", "xml") != "xml":
            return _error("eFetchResult", "The sandbox sends XML only: set retmode=xml.", status=400)
        wanted = self._posted(fields) if _one(fields, "webenv") else _ids(fields)
        if wanted is None:
            return _error("eFetchResult", "Unable to obtain query #1", status=400)
        if not wanted:
            return _error("eFetchResult", "ID list is empty! Possibly it has no correct IDs.", status=400)
        start = _number(fields, "retstart", 0)
        chosen = wanted[start : start + _number(fields, "retmax", CAP)]
        known = dict.fromkeys(pmid for pmid in chosen if pmid in self._pmids)
        return Reply(articles.article_set(self.corpus.record(pmid) for pmid in known))

    def _elink(self, fields: Fields) -> Reply:
        name, scored = _one(fields, "linkname", "pubmed_pubmed"), _one(fields, "cmd") == "neighbor_score"
        links = {
            "pubmed_pubmed": self._similar,
            "pubmed_pubmed_citedin": self._citing,
            "pubmed_pubmed_refs": self._cited,
        }
        if name not in links:
            return _error("eLinkResult", f"Invalid linkname: {name}")
        sets = []
        for pmid in _ids(fields):
            found = links[name](pmid) if pmid in self._pmids else ()
            inside = "".join(
                f"<Link><Id>{linked}</Id>{f'<Score>{score}</Score>' if scored else ''}</Link>\n"
                for linked, score in found
            )
            block = f"<LinkSetDb><DbTo>pubmed</DbTo><LinkName>{name}</LinkName>\n{inside}</LinkSetDb>" if found else ""
            sets.append(f"<LinkSet><DbFrom>pubmed</DbFrom><IdList><Id>{pmid}</Id></IdList>\n{block}</LinkSet>\n")
        return _reply("eLinkResult", "elink 20101123", "20101123/elink.dtd", "".join(sets))

    def _epost(self, fields: Fields) -> Reply:
        wanted = _ids(fields)
        if not wanted:
            return _error("ePostResult", "Empty ID list; Nothing to store")
        return _reply("ePostResult", "epost 20090526", "20090526/epost.dtd", self._remember(wanted))

    def _espell(self, fields: Fields) -> Reply:
        query = _one(fields, "term")
        vocabulary = self.index.vocabulary("all")
        corrected = []
        for word in query.split():
            plain = words(word)
            near = (
                [] if not plain or plain[0] in vocabulary else get_close_matches(plain[0], vocabulary, n=1, cutoff=0.75)
            )
            corrected.append(near[0] if near else word)
        better = " ".join(corrected)
        said = "" if better == query else escape(better)
        inside = (
            f"<Database>pubmed</Database><Query>{escape(query)}</Query><CorrectedQuery>{said}</CorrectedQuery>"
            f"<SpelledQuery><Original></Original><Replaced>{said}</Replaced></SpelledQuery><ERROR/>"
        )
        head = '<?xml version="1.0"?>\n<!DOCTYPE eSpellResult PUBLIC "-//NLM//DTD eSpellResult, 23 November 2004//EN" '
        address = "https://www.ncbi.nlm.nih.gov/entrez/query/DTD/eSpell.dtd"
        return Reply(f'{head}"{address}">\n<eSpellResult>{inside}</eSpellResult>\n'.encode())

    def _einfo(self, fields: Fields) -> Reply:
        if not _one(fields, "db"):
            inside = "<DbList><DbName>pubmed</DbName></DbList>"
        else:
            listed = "".join(
                f"<Field><Name>{found.tag.upper()}</Name><FullName>{escape(found.name)}</FullName>"
                f"<Description>{escape(found.name)}</Description><TermCount></TermCount>"
                f"<IsDate>{'Y' if found.dates else 'N'}</IsDate>"
                "<IsNumerical>N</IsNumerical><SingleToken>N</SingleToken>"
                "<Hierarchy>N</Hierarchy><IsHidden>N</IsHidden></Field>\n"
                for found in FIELDS
            )
            inside = (
                "<DbInfo><DbName>pubmed</DbName><MenuName>Sandbox</MenuName>"
                "<Description>living-review sandbox: fictitious PMIDs, not PubMed</Description>"
                f"<DbBuild>sandbox</DbBuild><Count>{len(self.corpus.pmids)}</Count>"
                f"<LastUpdate>{self._today:%Y/%m/%d} 00:00</LastUpdate><FieldList>{listed}</FieldList></DbInfo>"
            )
        return _reply("eInfoResult", "einfo 20190110", "20190110/einfo.dtd", inside)

    def _remember(self, pmids: Iterable[int]) -> str:
        self._history.append(tuple(pmids))
        return f"<QueryKey>1</QueryKey><WebEnv>SANDBOX_{len(self._history)}</WebEnv>"

    def _posted(self, fields: Fields) -> tuple[int, ...] | None:
        number = _one(fields, "webenv").removeprefix("SANDBOX_")
        known = number.isdecimal() and 0 < int(number) <= len(self._history)
        return self._history[int(number) - 1] if known else None

    def _similar(self, seed: int) -> Sequence[tuple[int, int]]:
        """Rank the records that share words of title, abstract and keywords with a seed, rare words counting more.

        The seed itself comes first, as PubMed has it. The score is the squared inverse document frequency of the
        shared words, summed: an order of similarity, not PubMed's figure.
        """
        held = len(self.corpus.pmids)
        scores: dict[int, float] = {}
        for word in {word for text in texts(self.corpus.record(seed), "tiab") for word in words(text)}:
            sharing = self.index.word("tiab", word)
            weight = math.log(1 + held / sharing.bit_count()) ** 2
            if sharing.bit_count() <= held / 2 or held < _NEIGHBOURS:
                for pmid in self.index.listed(sharing):
                    scores[pmid] = scores.get(pmid, 0.0) + weight
        ranked = sorted(scores.items(), key=lambda found: (found[0] != seed, -found[1], found[0]))
        return [(pmid, round(score * 1_000_000)) for pmid, score in ranked[:_NEIGHBOURS]]

    def _cited(self, pmid: int) -> Sequence[tuple[int, int]]:
        found = sorted(int(value) for key, value in self.corpus.record(pmid).extra if key == CITES)
        return [(linked, 0) for linked in found if linked in self._pmids]

    def _citing(self, pmid: int) -> Sequence[tuple[int, int]]:
        value = (CITES, str(pmid))
        return [(other, 0) for other in self.corpus.pmids if value in self.corpus.record(other).extra]


def _one(fields: Fields, name: str, default: str = "") -> str:
    values = fields.get(name, ())
    return values[-1] if values else default


def _number(fields: Fields, name: str, default: int) -> int:
    text = _one(fields, name)
    return int(text) if text.isdecimal() else default


def _ids(fields: Fields) -> tuple[int, ...]:
    """List the ids of a request, whether they came as one parameter with commas or as many."""
    parts = (part.strip() for value in fields.get("id", ()) for part in value.split(","))
    return tuple(int(part) for part in parts if part.isdecimal())


def _dated(term: str, fields: Fields) -> str:
    """Narrow a term by the date parameters of a request, as QueryTranslation shows that PubMed does."""
    kind, low, high = _one(fields, "datetype", "pdat"), _one(fields, "mindate"), _one(fields, "maxdate")
    if low and high:
        return f'({term}) AND "{low}"[{kind}] : "{high}"[{kind}]'
    if days := _number(fields, "reldate", 0):
        return f'({term}) AND "last {days} days"[{kind}]'
    return term


def _notices(notices: Iterable[tuple[str, str]]) -> str:
    """Write warnings and errors in the lists that PubMed has for them."""
    told = list(notices)
    lists = []
    for name, kinds in _LISTS.items():
        inside = "".join(f"<{kind}>{escape(text)}</{kind}>" for kind in kinds for was, text in told if was == kind)
        lists.append(f"<{name}>{inside}</{name}>" if inside else "")
    return "".join(lists)


def _reply(root: str, name: str, place: str, inside: str) -> Reply:
    doctype = f'<!DOCTYPE {root} PUBLIC "-//NLM//DTD {name}//EN" "{_DTD}/{place}">\n'
    return Reply(f"{_XML}{doctype}<{root}>{inside}</{root}>\n".encode())


def _error(root: str, said: str, *, status: int = 200) -> Reply:
    return Reply(f"{_XML}<{root}>\n\t<ERROR>{escape(said)}</ERROR>\n</{root}>\n".encode(), status)
