"""Sorts of documents that carry the title of another document, or its content, and are not it."""

import re
from functools import lru_cache

from pipeline.deduplicate.wording import cited
from pipeline.records.record import Record

_TAG = re.compile(r"</?[A-Za-z][^<>]{0,40}>")

# Notices about another document, told by their titles. Source: PubMed publication types "Published Erratum",
# "Retraction of Publication", "Expression of Concern", "Comment"; Web of Science appends "(vol 142, pg 310, 2003)" to
# the title of an erratum, Embase the reference in brackets to that of any notice; see wording.cited.
NOTICES: tuple[tuple[str, str], ...] = (
    ("erratum", r"^\W*(?:published |(?:author|publisher)s?'? )?(?:errat(?:um|a)|corrigend(?:um|a))\b"),
    ("erratum", r"^\W*(?:(?:author|publisher)s?'? )?corrections?\b(?! (?:of|for)\b)"),
    ("erratum", r"[-\u2013\u2014:]\s*(?:erratum|corrigendum|correction)\W*$"),
    ("retraction", r"^\W*(?:retract(?:ion|ed)|withdrawn|withdrawal|(?:expression|notice) of (?:concern|retraction))\b"),
    ("reply", r"^\W*(?:the |authors?'? |in )*(?:reply|replies|response)(?: (?:to|from|by)\b|\W*$|\W*[:\u2013\u2014-])"),
    ("reply", r"[-\u2013\u2014:.]\s*(?:the )?(?:authors?'? )?(?:reply|response)\W*$"),
    ("comment", r"^\W*(?:invited |editorial )?(?:comments?|commentary)(?: on\b| to\b|\W*$|:)"),
    ("comment", r"^\W*re\s*:|[-\u2013\u2014:]\s*(?:comment|commentary)\W*$"),
)
_NOTICES = tuple((name, re.compile(pattern, re.IGNORECASE)) for name, pattern in NOTICES)

# Every sort, with its word in an account. "notice" is one of the four before it, which one is not said.
NOTICE_SORTS = frozenset((*(name for name, _ in NOTICES), "notice"))
SORTS = ("erratum", "retraction", "reply", "comment", "notice", "preprint", "registration", "abstract")

# Prefixes of DOIs and names of the places where preprints stand. Source: Crossref, members that register posted
# content; PubMed journals of preprints.
_PREPRINT_DOIS = re.compile(
    r"10\.1101/(?:\d{4}\.\d\d\.\d\d\.)?\d+$|10\.(?:2139/ssrn|20944/preprints|21203/rs|22541/au|26434/chemrxiv|"
    r"31219/osf|31234/osf|36227/techrxiv|48550/arxiv)\b",
    re.IGNORECASE,
)
_PREPRINT_PLACES = re.compile(
    r"\b(?:(?:psy|engr|soc|edu)?arxiv|(?:bio|med|chem)rxiv|preprints?|research square|ssrn)\b",
    re.IGNORECASE,
)
_REGISTERS = re.compile(
    r"clinicaltrials\.gov|clinical trials? (?:registry|register)|registered trial|"
    r"\b(?:isrctn|ictrp|eu(?:dra)?ct|chictr|ctri|prospero)\b",
    re.IGNORECASE,
)
_ABSTRACT = re.compile(r"\[[^\]]*\babstract[^\]]*\]\W*$|\babstract (?:no|number|#|p-?\d)|^abstract\b", re.IGNORECASE)
_MEETING = re.compile(r"\bconference:|\b(?:annual|scientific) (?:meeting|congress|conference)\b", re.IGNORECASE)
_RANGE = re.compile(r"(\d{1,9})[a-z]?-[a-z]{0,4}(\d{1,9})", re.IGNORECASE)
_SUPPLEMENT_PAGE = re.compile(r"^\s*[sap]\d+", re.IGNORECASE)


def sort(record: Record, *, supplement: bool) -> str:
    """Name the sort of a document; empty for all that is none of SORTS.

    >>> from pipeline.records.record import Origin
    >>> sort(Record(id="a:1", origin=Origin(search="a"), title="Erratum: A trial of streptokinase"), supplement=False)
    'erratum'
    """
    title = _TAG.sub("", record.title) if "<" in record.title else record.title
    if found := notice(title):
        return found
    place = _place(record.journal)
    if record.kind == "preprint" or place == "preprint" or _PREPRINT_DOIS.match(record.doi):
        return "preprint"
    if record.kind == "registration" or place == "registration":
        return "registration"
    if record.kind == "conference-abstract" or ("abstract" in title.lower() and _ABSTRACT.search(title)):
        return "abstract"
    short = _SUPPLEMENT_PAGE.match(record.pages) or supplement or place == "abstract"
    return "abstract" if short and _pages(record.pages) <= _PAGES_OF_AN_ABSTRACT else ""


_PAGES_OF_AN_ABSTRACT = 2


@lru_cache(maxsize=1 << 14)
def _pages(text: str) -> int:
    """Count the pages of a range; 1 for all that is none."""
    found = _RANGE.search(text)
    return max(1, int(found.group(2)) - int(found.group(1)) + 1) if found else 1


@lru_cache(maxsize=1 << 14)
def _place(journal: str) -> str:
    """Name the sort of what stands in a journal, if its name tells."""
    if _PREPRINT_PLACES.search(journal):
        return "preprint"
    if _REGISTERS.search(journal):
        return "registration"
    return "abstract" if _MEETING.search(journal) else ""


# One of these stands in the title of every notice; most titles have none, and a look for them is cheap.
_HINTS = (
    "errat", "corrig", "correct", "retract", "withdraw", "expression", "notice", "repl", "respon", "comment", "re:",
    "re :", "(vol",
)  # fmt: skip


def notice(title: str) -> str:
    """Name the kind of notice that a title announces; empty if it announces none.

    >>> notice("Erratum: A trial of streptokinase"), notice("A trial of streptokinase - Reply"), notice("A trial")
    ('erratum', 'reply', '')
    """
    lowered = title.lower()
    if not lowered.rstrip(" .").endswith(")") and not any(hint in lowered for hint in _HINTS):
        return ""
    if told := next((kind for kind, pattern in _NOTICES if pattern.search(title)), ""):
        return told
    reference = cited(title)
    return "" if not reference else "erratum" if reference.lower().startswith("vol") else "notice"
