"""How the terms of a query stand to each other: which are alternatives, and which finds all that another one does."""

from collections.abc import Iterator, Sequence

from pipeline.search.syntax import Chain, Node, Query, Range, Term

# Fields of text, the narrower first: what is found in one is found in those behind it.
# Source: PubMed User Guide, "Search field tags": Title, Title/Abstract, Text Word, All Fields.
_WIDTH = {"ti": 0, "tiab": 1, "tw": 2, "all": 3}


def alternatives(query: Query) -> tuple[tuple[Term, ...], ...]:
    """Group the terms so that each group holds those that are joined by OR alone, however many parentheses between.

    Every term is in exactly one group; a term that nothing is an alternative to is a group by itself.
    """
    return tuple(tuple(group) for group in _grouped(query.tree)) if query.tree else ()


def _grouped(node: Node) -> list[list[Term]]:
    if isinstance(node, Term):
        return [[node]]
    if isinstance(node, Range):
        return []
    inside = [_grouped(operand) for operand in node.operands]
    together: list[Term] = []
    apart: list[list[Term]] = []
    for place, groups in enumerate(inside):
        joined = {operator.word for operator in node.operators[max(place - 1, 0) : place + 1]}
        if len(groups) == 1 and "OR" in joined:
            together += groups[0]
        else:
            apart += groups
    return [group for group in (together, *apart) if group]


def leaves(query: Query) -> Iterator[Term | Range]:
    """List terms and ranges from left to right."""

    def walk(node: Node) -> Iterator[Term | Range]:
        if isinstance(node, Chain):
            for operand in node.operands:
                yield from walk(operand)
        else:
            yield node

    return walk(query.tree) if query.tree else iter(())


def in_text(term: Term) -> bool:
    """Say whether a term is looked up in titles or abstracts, or everywhere."""
    return term.tag is None or (term.tag.field is not None and term.tag.field.tag in _WIDTH)


def plain_words(term: Term) -> tuple[str, ...] | None:
    """Return the words of a term in lower case, without punctuation at their ends; None if a star stands in it."""
    if "*" in term.text:
        return None
    return tuple(stripped for word in term.words if (stripped := word.casefold().strip(",;.")))


def covers(term: Term, words: Sequence[str], like: Term) -> bool:
    """Say whether a term finds every record in which these words stand one after another, in the field of `like`."""
    if not (in_text(term) and _width(term) >= _width(like)):
        return False
    wanted = [word.casefold().strip(",;.") for word in term.words]
    near = term.tag is not None and term.tag.near is not None
    if near:
        return sorted(wanted) == sorted(words)
    if term.tag is None and not term.quoted:  # looked up word by word, and mapped to its other forms
        return all(any(_fits(word, other) for other in words) for word in wanted)
    return any(
        all(_fits(word, other) for word, other in zip(wanted, words[start:], strict=False))
        for start in range(len(words) - len(wanted) + 1)
    )


def _width(term: Term) -> int:
    return _WIDTH.get(term.tag.field.tag, 0) if term.tag and term.tag.field else _WIDTH["all"]


def _fits(word: str, other: str) -> bool:
    return other.startswith(word[:-1]) if word.endswith("*") else word == other
