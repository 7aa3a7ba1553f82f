"""Checks a PubMed query before it runs: what PubMed would refuse, ignore or read otherwise than it was meant.

RULES is the one list. A rule is a function from a parsed query to what it found; its slug is the heading of its
section in docs/lint.md. An error means that PubMed will not do what the string says; a warning, that records may be
missed or the string be misread; a note, that there is a better way.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from pipeline.search import form, wording
from pipeline.search.form import Found
from pipeline.search.strategy import Strategy, is_comment
from pipeline.search.syntax import Query, Span, parse

PAGE = "docs/lint.md"
_ORDER = ("error", "warning", "note")
_NOT_END = re.compile(r"[^\r\n]")
_WIDTH = 100  # characters of a line that are shown round a finding

Severity = Literal["error", "warning", "note"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to look at in a query.

    Attributes:
        slug: name of the rule, and of its section in docs/lint.md.
        severity: how bad it is.
        span: where it stands.
        what: what is wrong, a sentence.
        instead: what to write instead, or how to go about it; empty if there is no telling.
    """

    slug: str
    severity: Severity
    span: Span
    what: str
    instead: str = ""

    @property
    def page(self) -> str:
        """Return where the rule is documented."""
        return f"{PAGE}#{self.slug}"


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule: its slug, its severity, and the function that looks for it."""

    slug: str
    severity: Severity
    find: Callable[[Query], Iterator[Found]]


def lint(text: str) -> tuple[Finding, ...]:
    """List what is wrong with a query, in the order of the text.

    >>> [(found.slug, found.span.start) for found in lint("(liver[tiab] or hepatic[tiab]")]
    [('unbalanced-parenthesis', 0), ('lower-case-operator', 13)]
    """
    query = parse(text)
    found = [
        Finding(rule.slug, rule.severity, one.span, one.what, one.instead) for rule in RULES for one in rule.find(query)
    ]
    return tuple(sorted(found, key=lambda one: (one.span.start, _ORDER.index(one.severity), one.slug)))


def lint_file(text: str) -> tuple[Finding, ...]:
    r"""List what is wrong with the query in a file of `queries/`, with positions in the file; comments are passed over.

    >>> [found.span.start for found in lint_file("# as published\n(liver[tiab]")]
    [15]
    """
    lines = text.splitlines(keepends=True)
    return lint("".join(_NOT_END.sub(" ", line) if is_comment(line) else line for line in lines))


@dataclass(frozen=True, slots=True)
class Linted:
    """One query file and what was found in it.

    Attributes:
        file: its path.
        text: what stands in it.
        findings: what is wrong, in the order of the text.
        answered: the file that a person accepted to run instead; empty if this one is run.
    """

    file: str
    text: str
    findings: tuple[Finding, ...]
    answered: str = ""


def lint_searches(strategies: Mapping[str, Strategy], texts: Mapping[str, str]) -> tuple[Linted, ...]:
    """Lint the query files of a review: of each search of PubMed the published string, and the accepted one beside it.

    Args:
        strategies: the searches by id, as in workflow.yaml.
        texts: what stands in the files that they name, by path.
    """
    linted = []
    for strategy in strategies.values():
        if strategy.kind != "query":
            continue
        text = texts[strategy.query]
        linted.append(Linted(strategy.query, text, lint_file(text), strategy.accepted))
        if strategy.accepted:
            text = texts[strategy.accepted]
            linted.append(Linted(strategy.accepted, text, lint_file(text)))
    return tuple(linted)


def place(text: str, finding: Finding) -> tuple[int, int]:
    """Return the line and the column of a finding, both counted from 1."""
    start = finding.span.start
    return text.count("\n", 0, start) + 1, start - (text.rfind("\n", 0, start) + 1) + 1


def caret(text: str, finding: Finding) -> str:
    r"""Show the line of a finding, with carets below what it is about; a long line is cut round it.

    >>> print(caret("(liver OR", lint("(liver OR")[0]))
    (liver OR
    ^
    """
    _, column = place(text, finding)
    start = finding.span.start - column + 1
    line = text[start:].partition("\n")[0]
    first = column - 1
    length = max(min(finding.span.end, start + len(line)) - finding.span.start, 1)
    left = max(0, min(first - _WIDTH // 2, len(line) - _WIDTH))
    shown = line[left : left + _WIDTH]
    before = "... " if left else ""
    after = " ..." if left + _WIDTH < len(line) else ""
    marks = "^" * min(length, len(shown) - (first - left) or 1)
    return f"{before}{shown}{after}\n{' ' * (len(before) + first - left)}{marks}"


RULES: tuple[Rule, ...] = (
    Rule("unbalanced-parenthesis", "error", form.unbalanced_parenthesis),
    Rule("unbalanced-quote", "error", form.fault("unbalanced-quote", "Close it where the phrase ends.")),
    Rule("unclosed-tag", "error", form.fault("unclosed-tag", "Close the bracket behind the tag.")),
    Rule("stray-tag", "error", form.fault("stray-tag", "Give each term a tag of its own, directly behind it.")),
    Rule("empty-parentheses", "error", form.fault("empty-parentheses", "Delete them, or put in what is missing.")),
    Rule("dangling-operator", "error", form.fault("dangling-operator", "Delete it, or put in the missing term.")),
    Rule("unknown-tag", "error", form.unknown_tag),
    Rule("foreign-syntax", "error", form.foreign_syntax),
    Rule("history-reference", "error", form.history_reference),
    Rule("date-form", "error", form.date_form),
    Rule("truncation-too-short", "error", form.truncation_too_short),
    Rule("truncation-inside", "error", form.truncation_inside),
    Rule("truncation-in-proximity", "error", form.truncation_in_proximity),
    Rule("proximity-form", "error", form.proximity_form),
    Rule("several-subheadings", "error", form.several_subheadings),
    Rule("lower-case-operator", "warning", wording.lower_case_operator),
    Rule("operator-in-quotes", "warning", wording.operator_in_quotes),
    Rule("mixed-operators", "warning", wording.mixed_operators),
    Rule("smart-quotes", "warning", wording.smart_quotes),
    Rule("untagged-phrase", "warning", wording.untagged_phrase),
    Rule("missing-variant", "warning", wording.missing_variant),
    Rule("missing-acronym", "warning", wording.missing_acronym),
    Rule("duplicate-term", "warning", wording.duplicate_term),
    Rule("unlisted-tag", "note", wording.unlisted_tag),
    Rule("hyphenated-phrase", "note", wording.hyphenated_phrase),
    Rule("stray-punctuation", "note", wording.stray_punctuation),
)
