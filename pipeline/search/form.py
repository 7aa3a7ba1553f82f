"""Rules about the form of a query: what PubMed refuses, ignores, or reads as something else."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from pipeline.errors import did_you_mean
from pipeline.search import foreign, groups
from pipeline.search.repair import smallest
from pipeline.search.syntax import Problem, Query, Range, Span
from pipeline.search.variants import SHORTEST
from pipeline.search.vocabulary import FIELDS

_DATE = re.compile(r"\d{4}(?:/\d{1,2}(?:/\d{1,2})?)?|last \d+ (?:day|month|year)s?", re.IGNORECASE)
_OTHER_DATE = re.compile(r"(\d{4})[-.](\d{1,2})(?:[-.](\d{1,2}))?")
_LINE_NUMBER = re.compile(r"\d{1,3}")
_HISTORY = re.compile(r"#\d+(?:\s+#\d+)*")


@dataclass(frozen=True, slots=True)
class Found:
    """What a rule found: where, what is wrong there, and what to write instead; empty if there is no telling."""

    span: Span
    what: str
    instead: str = ""


def _problems(query: Query, slug: str) -> Iterator[Problem]:
    return (problem for problem in query.problems if problem.slug == slug)


def fault(slug: str, instead: str) -> Callable[[Query], Iterator[Found]]:
    """Make the rule of a fault that the parser reports by itself."""

    def find(query: Query) -> Iterator[Found]:
        for problem in _problems(query, slug):
            yield Found(problem.span, f"There is {problem.what}.", instead)

    return find


def unbalanced_parenthesis(query: Query) -> Iterator[Found]:
    """Find parentheses without a partner, and propose the smallest repair of them all."""
    repair = smallest(query)
    for place, problem in enumerate(_problems(query, "unbalanced-parenthesis")):
        what = f"There is {problem.what}."
        if place or repair is None:
            yield Found(problem.span, what)
            continue
        doubt = ""
        if repair.alternatives:
            doubt = f" (Look twice: changes of the same size allow {repair.alternatives + 1} different readings.)"
        elif repair.compared > 1:
            doubt = f" (All {repair.compared} changes of this size mean the same.)"
        yield Found(problem.span, what, f"{repair.how[:1].upper()}{repair.how[1:]}: {repair.text}{doubt}")


def unknown_tag(query: Query) -> Iterator[Found]:
    """Find tags that no field is called by, and `:noexp` where there is nothing to explode."""
    for term in query.terms():
        tag = term.tag
        if tag is None:
            continue
        if tag.field is None:
            name = tag.text.partition(":")[0].strip()
            hint = did_you_mean(name, [spelling for field in FIELDS for spelling in (field.tag, field.name)])
            yield Found(tag.span, f"PubMed has no field called {name!r} and passes the tag over.", hint)
        elif tag.unexploded and not tag.field.unexploded:
            what = f"The field {tag.field.name!r} is no tree of terms: there is nothing that :noexp could leave out."
            yield Found(tag.span, what, f"[{tag.field.tag}]")


def foreign_syntax(query: Query) -> Iterator[Found]:
    """Find what belongs to another database's syntax."""
    for span, what, instead in foreign.find(query.text):
        yield Found(span, what, instead)


def history_reference(query: Query) -> Iterator[Found]:
    """Find references to lines of a search history, and bare numbers, which are PMIDs."""
    for term in query.terms():
        instead = "Put the line itself here, in parentheses."
        if _HISTORY.fullmatch(term.text):
            what = f"{term.text} refers to a line of a search history, which is not sent with the string."
            yield Found(term.span, what, instead)
        elif term.tag is None and not term.quoted and _LINE_NUMBER.fullmatch(term.text):
            what = f"{term.text} without a tag is PMID {term.text}, not line {term.text} of a history."
            yield Found(term.span, what, instead)


def date_form(query: Query) -> Iterator[Found]:
    """Find what is no date in a field of dates, and ranges that end before they begin."""
    for node in groups.leaves(query):
        tag = node.tag
        if not (tag and tag.field and tag.field.dates):
            continue
        ends = [node.low.text, node.high.text] if isinstance(node, Range) else node.text.split(":")
        ends = [end.strip() for end in ends]
        wrong = next((end for end in ends if not _is_date(end)), None)
        if wrong is not None:
            other = _OTHER_DATE.fullmatch(wrong)
            instead = "/".join(part for part in other.groups() if part) if other else "YYYY/MM/DD, YYYY/MM or YYYY"
            yield Found(node.whole, f"{wrong!r} is no date to PubMed.", instead)
        elif len(ends) > 1 and _parts(ends[0]) > _parts(ends[1]):
            what = f"The range ends ({ends[1]}) before it begins ({ends[0]})."
            yield Found(node.whole, what, f"{ends[1]}:{ends[0]}[{tag.text}]")


def _is_date(text: str) -> bool:
    parts = _parts(text) if text[:1].isdecimal() else []
    return bool(_DATE.fullmatch(text)) and all(
        0 < part <= most for part, most in zip(parts[1:], (12, 31), strict=False)
    )


def _parts(text: str) -> list[int]:
    return [int(part) for part in re.findall(r"\d+", text)]


def truncation_too_short(query: Query) -> Iterator[Found]:
    """Find stars behind too few letters."""
    for term in query.terms():
        last = term.words[-1] if term.words else ""
        if last.endswith("*") and 0 < len(last.rstrip("*")) < SHORTEST:
            what = f"{last} has {len(last.rstrip('*'))} letters before its star; PubMed truncates from {SHORTEST} on."
            yield Found(term.span, what, "Write the words out, joined by OR.")


def truncation_inside(query: Query) -> Iterator[Found]:
    """Find stars that do not end the last word of a term."""
    for term in query.terms():
        together = term.quoted or term.tag is not None
        for place, word in enumerate(term.words):
            within = "*" in word.rstrip("*") or word.startswith("*")
            if within or (word.endswith("*") and together and place < len(term.words) - 1):
                where = "inside or before a word" if within else "before the end of a phrase"
                what = f"The star {where} ({word}) is not read as truncation; it ends the last word only."
                yield Found(term.span, what, "Write the forms out, joined by OR.")


def truncation_in_proximity(query: Query) -> Iterator[Found]:
    """Find stars in a proximity search, which switch it off."""
    for term in query.terms():
        if term.tag and term.tag.near is not None and "*" in term.text:
            what = f"The star in {term.text!r} switches the proximity search off."
            yield Found(term.whole, what, "Write the forms out, each in a proximity search of its own, joined by OR.")


def proximity_form(query: Query) -> Iterator[Found]:
    """Find proximity searches in fields that have none, without quotes, or of one word."""
    for term in query.terms():
        if not term.tag or term.tag.near is None:
            continue
        if term.tag.field and not term.tag.field.near:
            what = f"[{term.tag.text}]: proximity works in ti, tiab and ad only."
            yield Found(term.tag.span, what, f"[tiab:~{term.tag.near}]")
        elif not term.quoted or len(term.words) == 1:
            what = "A proximity search takes two or more words in double quotes."
            yield Found(term.whole, what, f'"{term.text}"[{term.tag.text}]' if len(term.words) > 1 else "")


def several_subheadings(query: Query) -> Iterator[Found]:
    """Find headings with more than one subheading."""
    for term in query.terms():
        if term.tag and term.tag.field and term.tag.field.tag in {"mh", "majr"} and term.text.count("/") > 1:
            heading, *subheadings = term.text.split("/")
            mark = '"' if term.quoted else ""
            each = " OR ".join(f"{mark}{heading}/{name}{mark}[{term.tag.text}]" for name in subheadings)
            yield Found(term.whole, "A heading takes one subheading at a time.", f"({each})")
