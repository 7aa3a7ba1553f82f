"""What a PubMed query finds in the sandbox, evaluated as PubMed's own help describes it.

No automatic term mapping: a term without a tag is looked up in all fields, word by word or as the phrase that its
quotes make of it. Everything else is PubMed's order of things: operators from left to right, AND where only a blank
stands, truncation, proximity, dates, ranges of PMIDs.
"""

import calendar
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from pipeline.sandbox.index import WHOLE, Day, Index, words
from pipeline.search.search_run import Notice
from pipeline.search.syntax import Chain, Node, Query, Range, Term
from pipeline.search.vocabulary import STOPWORDS, TAGS, Field

_DATE = re.compile(r"(\d{4})(?:/(\d{1,2})(?:/(\d{1,2}))?)?")
_LAST = re.compile(r"last (\d+) (day|month|year)s?", re.IGNORECASE)
_DAYS = {"day": 1, "month": 30, "year": 365}
_PMIDS = re.compile(r"\d+(?:\s+\d+)*")
_NUMBERS = re.compile(r"(\d+):(\d+)")
_DATES = re.compile(r"([\d/]+):([\d/]+)")
_SHORTEST = 4  # letters before a truncation sign. Source: PubMed User Guide, "Truncation"
_ALL = TAGS["all"]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a query found: the records as a set of the index, what was understood, and the warnings about it."""

    bits: int
    translation: str
    notices: tuple[Notice, ...]


class Evaluator:
    """Evaluates queries over one index; what it has looked up once it remembers."""

    def __init__(self, index: Index, *, today: date) -> None:
        """Take an index, and the day from which "last 30 days" counts."""
        self.index = index
        self._today = today
        self._known: dict[tuple[str, bool, str, str], Answer] = {}

    def evaluate(self, query: Query) -> Answer:
        """Evaluate a query that is well-formed; one without a term finds nothing."""
        return self._node(query.tree) if query.tree else Answer(0, "", ())

    def _node(self, node: Node) -> Answer:
        if isinstance(node, Chain):
            return self._chain(node)
        if isinstance(node, Range):
            return self._range(node)
        key = (node.text.casefold(), node.quoted, node.tag.text if node.tag else "", "")
        if key not in self._known:
            self._known[key] = self._term(node)
        return self._known[key]

    def _chain(self, chain: Chain) -> Answer:
        first = self._node(chain.operands[0])
        bits, translation, notices = first.bits, _grouped(chain.operands[0], first), first.notices
        for operator, operand in zip(chain.operators, chain.operands[1:], strict=True):
            found = self._node(operand)
            if operator.word == "OR":
                bits |= found.bits
            elif operator.word == "NOT":
                bits &= ~found.bits
            else:
                bits &= found.bits
            translation += f" {operator.word} {_grouped(operand, found)}"
            notices += found.notices
        return Answer(bits, translation, notices)

    def _range(self, node: Range) -> Answer:
        field = node.tag.field if node.tag else None
        if field is None:
            return _nothing("FieldNotFound", node.tag.text if node.tag else f"{node.low.text}:{node.high.text}")
        bits = self._between(field, node.low.text, node.high.text)
        if bits is None:
            return _nothing("PhraseNotFound", f"{node.low.text}:{node.high.text}[{field.name}]")
        said = f'"{node.low.text}"[{field.name}] : "{node.high.text}"[{field.name}]'
        return Answer(bits, said if field.dates else f"{node.low.text}:{node.high.text}[{field.name}]", ())

    def _between(self, field: Field, low: str, high: str) -> int | None:
        """Return what lies between two values of a field; None if it has no order or they are not of its kind."""
        if field.tag == "uid" and low.isdecimal() and high.isdecimal():
            return self.index.numbered(int(low), int(high))
        first, last = _days(low), _days(high)
        if field.dates and first and last:
            return self.index.dated(field.tag, first[0], last[1])
        return None

    def _term(self, term: Term) -> Answer:
        field = term.tag.field if term.tag else _ALL
        if term.tag and field is None:
            alone = self._term(Term(term.text, term.quoted, None, term.span))
            return Answer(
                alone.bits, alone.translation, (Notice(kind="FieldNotFound", text=term.tag.text), *alone.notices)
            )
        if field is None:
            raise AssertionError("a term without a tag is looked up in all fields")
        if field.dates:
            return self._date(term, field)
        if field.tag == "uid" or (term.tag is None and not term.quoted and _PMIDS.fullmatch(term.text)):
            return self._numbers(term)
        return self._text(term, field)

    def _numbers(self, term: Term) -> Answer:
        """Look up PMIDs, which blanks join by OR, or a range of them."""
        if both := _NUMBERS.fullmatch(term.text):
            return Answer(self.index.numbered(int(both[1]), int(both[2])), f"{term.text}[UID]", ())
        bits = 0
        for word in term.words:
            if not word.isdecimal():
                return _nothing("PhraseNotFound", f"{word}[UID]")
            bits |= self.index.numbered(int(word), int(word))
        return Answer(bits, " OR ".join(f"{word}[UID]" for word in term.words), ())

    def _date(self, term: Term, field: Field) -> Answer:
        said = f"{term.text}[{field.name}]"
        if last := _LAST.fullmatch(term.text):
            since = self._today - timedelta(days=int(last[1]) * _DAYS[last[2].lower()])
            low = (since.year, since.month, since.day)
            return Answer(self.index.dated(field.tag, low, (9999, 12, 31)), said, ())
        low_text, high_text = both.groups() if (both := _DATES.fullmatch(term.text)) else (term.text, term.text)
        bits = self._between(field, low_text, high_text)
        return _nothing("PhraseNotFound", said) if bits is None else Answer(bits, said, ())

    def _text(self, term: Term, field: Field) -> Answer:
        """Look up words, a phrase, a truncated word or a proximity search in a field of text."""
        truncated = term.text.endswith("*")
        text = term.text.rstrip("*")
        wanted = [word for part in text.split() for word in words(part)]
        if not term.quoted and field.tag not in WHOLE:
            wanted = [word for word in wanted if word not in STOPWORDS] or wanted
        if not wanted:
            return _nothing("PhraseIgnored", term.text)
        if truncated and len(wanted[-1]) < _SHORTEST:
            return _nothing("PhraseNotFound", term.text)
        near = term.tag.near if term.tag else None
        if near is not None and field.near and not truncated:
            return Answer(self.index.near(field.tag, wanted, near), f'"{term.text}"[{field.name}:~{near}]', ())
        return self._phrase(term, field, wanted, truncated=truncated)

    def _phrase(self, term: Term, field: Field, wanted: Sequence[str], *, truncated: bool) -> Answer:
        """Look up a phrase; where no record holds it, fall back as PubMed does.

        Source: PubMed User Guide, "Searching for a phrase", https://pubmed.ncbi.nlm.nih.gov/help/#searching-for-a-phrase:
        a quoted phrase that is not in the phrase index is searched word by word; with a hyphen it finds nothing.
        """
        index = self.index
        whole = term.quoted or term.tag is not None or "-" in term.text
        bits = index.phrase(field.tag, wanted, truncated=truncated) if whole or len(wanted) == 1 else 0
        if bits or len(wanted) == 1 or field.tag in WHOLE:
            star = "*" if truncated else ""
            notices = () if bits else (Notice(kind="PhraseNotFound", text=f"{term.text}[{field.name}]"),)
            said = " ".join(wanted) + star
            return Answer(bits, f"{said}[{field.name}]" if truncated else f'"{said}"[{field.name}]', notices)
        notices = (Notice(kind="QuotedPhraseNotFound", text=f'"{term.text}"'),) if term.quoted else ()
        if whole and "-" in term.text:
            return Answer(0, f'"{term.text}"[{field.name}]', notices)
        bits = index.everything
        for at, word in enumerate(wanted):
            cut = truncated and at == len(wanted) - 1
            bits &= index.truncated(field.tag, word) if cut else index.word(field.tag, word)
        said = " AND ".join(f'"{word}"[{field.name}]' for word in wanted)
        return Answer(bits, f"({said})", notices)


def _grouped(node: Node, answer: Answer) -> str:
    return f"({answer.translation})" if isinstance(node, Chain) else answer.translation


def _nothing(kind: str, text: str) -> Answer:
    return Answer(0, text, (Notice(kind=kind, text=text),))


def _days(text: str) -> tuple[Day, Day] | None:
    """Return the first and the last day that a date of year, month or day stands for; None if it is none."""
    found = _DATE.fullmatch(text.strip())
    if not found:
        return None
    year, month, day = (int(part) if part else 0 for part in found.groups())
    if month > 12 or day > 31:  # noqa: PLR2004 - months and days
        return None
    last_month = month or 12
    last_day = day or (calendar.monthrange(max(year, 1), last_month)[1])
    return (year, month or 1, day or 1), (year, last_month, last_day)
