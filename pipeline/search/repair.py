"""The smallest repair of unbalanced parentheses, and whether every repair of that size means the same.

PubMed does not document what it makes of an unbalanced parenthesis, so a faulty string is never run: a person is
shown what it could mean, and accepts one.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from pipeline.search.syntax import Node, Query, Range, Term, parse

_SLUG = "unbalanced-parenthesis"
_MOST = 400  # repairs that are compared; beyond that only the preferred one is proposed


@dataclass(frozen=True, slots=True)
class Repair:
    """One way to balance a string.

    Attributes:
        text: the string with the repair made, on one line.
        how: what was changed, in words.
        alternatives: how many repairs of the same size mean something else; 0 if all mean the same.
        compared: how many repairs of this size there are.
    """

    text: str
    how: str
    alternatives: int
    compared: int


def smallest(query: Query) -> Repair | None:
    """Propose the smallest change of parentheses that balances a string; None if it is balanced.

    Where one parenthesis is too many, the one that closes what was never opened is taken away; where one is missing,
    it is put at the end. Every other change of a single parenthesis is tried too, and its meaning compared.
    """
    faults = [problem for problem in query.problems if problem.slug == _SLUG]
    if not faults:
        return None
    text, surplus = query.text, [fault.span.start for fault in faults if query.text[fault.span.start] == ")"]
    kept = "".join(char for place, char in enumerate(text) if place not in set(surplus))
    missing = len(faults) - len(surplus)
    proposed = " ".join((kept.rstrip() + ")" * missing).split())
    these = "this closing parenthesis" if len(surplus) == 1 else f"the {len(surplus)} that were never opened"
    how = [f"take away {these}"] if surplus else []
    how += [f"put {missing} closing parenthes{'is' if missing == 1 else 'es'} at the end"] if missing else []
    meanings = {meaning(parse(proposed))}
    compared = 1
    others = list(_single_changes(query, surplus=bool(surplus))) if len(faults) == 1 else []
    if len(others) <= _MOST:
        balanced = [found for found in map(parse, others) if _SLUG not in {problem.slug for problem in found.problems}]
        meanings.update(meaning(found) for found in balanced)
        compared = max(len(balanced), 1)
    return Repair(proposed, " and ".join(how), len(meanings) - 1, compared)


def _single_changes(query: Query, *, surplus: bool) -> Iterator[str]:
    """Make every change of one parenthesis that could balance: take one away, or put its partner in."""
    text = query.text
    for found in re.finditer(r"\)" if surplus else r"\(", text):
        yield text[: found.start()] + text[found.end() :]
    for term in query.terms():
        place = term.span.start if surplus else term.whole.end
        yield text[:place] + ("(" if surplus else ")") + text[place:]


Meaning = tuple["str | Meaning", ...]


def meaning(query: Query) -> Meaning:
    """Return what two strings are compared by: terms and operators, without the parentheses that change nothing.

    >>> meaning(parse("(liver OR hepatic) AND NETs")) == meaning(parse("liver OR hepatic AND (NETs)"))
    True
    """
    return _meaning(query.tree) if query.tree else ()


def _meaning(node: Node) -> Meaning:
    if isinstance(node, Term):
        return ("term", node.text.casefold(), str(node.quoted), node.tag.text.casefold() if node.tag else "")
    if isinstance(node, Range):
        return ("range", _meaning(node.low), _meaning(node.high))
    folded = _meaning(node.operands[0])
    for operator, operand in zip(node.operators, node.operands[1:], strict=True):
        right = _meaning(operand)
        if operator.word == "NOT":
            folded = ("NOT", folded, right)
        else:
            folded = (operator.word, *_parts(folded, operator.word), *_parts(right, operator.word))
    return folded


def _parts(meant: Meaning, word: str) -> tuple["str | Meaning", ...]:
    return meant[1:] if meant[0] == word else (meant,)
