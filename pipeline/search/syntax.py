"""PubMed query syntax: a string to a tree with positions, and the faults that keep it from being one.

The tree is built even where the string is faulty, so that everything that is wrong can be said at once. What a query
should rather say is `lint`'s business; what a query finds is PubMed's.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from pipeline.search.vocabulary import TAGS, Field, tag_key

OPERATORS = ("AND", "OR", "NOT")
_TOKEN = re.compile(
    r"""(?P<space>\s+)|(?P<open>\()|(?P<close>\))|(?P<quote>["“”„])|(?P<tag>\[)|(?P<untag>\])
      |(?P<colon>(?<=[\s\]"]):(?=\s*(?:["\d)]|\Z|(?:AND|OR|NOT)\b)))|(?P<word>10\.\d{4,9}/[^\s\[\]"]+|[^\s()\[\]"“”„]+)""",
    re.VERBOSE,
)
_NEAR = re.compile(r"(.*?):~(\d+)")


@dataclass(frozen=True, slots=True)
class Span:
    """Where something stands in the string: from `start` up to, not including, `end`, in characters."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Tag:
    """A field tag as written, and what it means.

    Attributes:
        text: between the brackets.
        field: the field; None if no field is called so.
        near: N of a proximity search `[tiab:~N]`; None for any other tag.
        unexploded: True if it ends in `:noexp`.
        span: from bracket to bracket.
    """

    text: str
    field: Field | None
    near: int | None
    unexploded: bool
    span: Span


@dataclass(frozen=True, slots=True)
class Term:
    """What is looked up: one or more words, or a phrase in quotes, with its tag if it has one.

    Attributes:
        text: the words as written, without quotes, tag and surplus white space.
        quoted: True if they stand in quotes.
        tag: None if the term has none, so that PubMed maps it as it likes.
        span: of the words and their quotes, without the tag.
    """

    text: str
    quoted: bool
    tag: Tag | None
    span: Span

    @property
    def words(self) -> tuple[str, ...]:
        """List the words."""
        return tuple(self.text.split())

    @property
    def whole(self) -> Span:
        """Return the span of the term with its tag."""
        return Span(self.span.start, self.tag.span.end if self.tag else self.span.end)


@dataclass(frozen=True, slots=True)
class Range:
    """All values of a field from one to another, both included."""

    low: Term
    high: Term

    @property
    def tag(self) -> Tag | None:
        """Return the tag of the range: the last one counts."""
        return self.high.tag or self.low.tag

    @property
    def whole(self) -> Span:
        """Return the span of both terms with their tags."""
        return Span(self.low.span.start, self.high.whole.end)


@dataclass(frozen=True, slots=True)
class Operator:
    """What joins two operands: AND, OR or NOT; `implied` where only a blank stands, which means AND."""

    word: str
    span: Span
    implied: bool = False


@dataclass(frozen=True, slots=True)
class Chain:
    """Operands joined by operators, evaluated strictly from left to right.

    Source: PubMed User Guide, "Combining search terms with Boolean operators",
    https://pubmed.ncbi.nlm.nih.gov/help/#combining-with-boolean-operators

    Attributes:
        operands: one or more.
        operators: one less than operands; each stands before the operand of the next higher place.
        span: with its parentheses, where it has them.
    """

    operands: tuple["Node", ...]
    operators: tuple[Operator, ...]
    span: Span

    @property
    def whole(self) -> Span:
        """Return the span, as every node does."""
        return self.span


Node = Term | Range | Chain


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a string is no PubMed query: the slug of the kind of problem, where, and in words."""

    slug: str
    span: Span
    what: str


@dataclass(frozen=True, slots=True)
class Query:
    """A string as PubMed syntax: its tree (None if it holds no term) and everything that is wrong with its form."""

    text: str
    tree: Node | None
    problems: tuple[Problem, ...]

    def terms(self) -> Iterator[Term]:
        """List the terms from left to right, those of ranges too."""
        return _terms(self.tree) if self.tree else iter(())

    def chains(self) -> Iterator[Chain]:
        """List the chains, outer ones first."""
        return _chains(self.tree) if self.tree else iter(())


def _terms(node: Node) -> Iterator[Term]:
    if isinstance(node, Term):
        yield node
    elif isinstance(node, Range):
        yield from (node.low, node.high)
    else:
        for operand in node.operands:
            yield from _terms(operand)


def _chains(node: Node) -> Iterator[Chain]:
    if isinstance(node, Chain):
        yield node
        for operand in node.operands:
            yield from _chains(operand)


def parse(text: str) -> Query:
    """Read a string as a PubMed query.

    >>> parse("(liver[ti] OR hepatic[ti]) AND NETs").tree.operators[0].word
    'AND'
    >>> [problem.what for problem in parse("(liver))").problems]
    ['a closing parenthesis that was never opened']
    """
    parser = _Parser(text)
    tree = parser.chain(depth=0, start=0)
    return Query(text, tree, tuple(sorted(parser.problems, key=lambda problem: problem.span.start)))


@dataclass(slots=True)
class _Token:
    kind: str
    text: str
    span: Span


def _tokens(text: str) -> Iterator[_Token]:
    """Cut a string into parentheses, quoted phrases, tags and words; a quote or tag left open runs to the end."""
    place = 0
    while place < len(text):
        found = _TOKEN.match(text, place)
        kind = found.lastgroup if found else None
        if not found or not kind:
            raise AssertionError("every character begins a token")
        end = found.end()
        if kind == "quote":
            close = next((at for at in range(end, len(text)) if text[at] in '"“”„'), -1)
            end = close + 1 if close >= 0 else len(text)
            kind = "phrase" if close >= 0 else "open phrase"
        elif kind == "tag":
            close = next((at for at in range(end, len(text)) if text[at] in "[]()"), -1)
            closed = close >= 0 and text[close] == "]"
            end = close + 1 if closed else close if close >= 0 else len(text)
            kind = "tag" if closed else "open tag"
        if kind != "space":
            yield _Token(kind, text[place:end], Span(place, end))
        place = end


class _Parser:
    """Reads tokens one after another; collects what is wrong and goes on."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.problems: list[Problem] = []
        self._tokens = list(_tokens(text))
        self._place = 0

    def chain(self, *, depth: int, start: int) -> Node | None:
        """Read operands and operators up to the closing parenthesis, or to the end."""
        operands: list[Node] = []
        operators: list[Operator] = []
        pending: Operator | None = None
        end = start
        while (token := self._next()) is not None:
            end = token.span.end
            if token.kind == "close" and depth:
                break
            if token.kind == "close":
                self._wrong("unbalanced-parenthesis", token.span, "a closing parenthesis that was never opened")
            elif token.kind == "word" and token.text in OPERATORS:
                pending = self._operator(token, pending, operands)
            elif operand := self._operand(token, depth):
                if operands:
                    implied = Operator("AND", Span(token.span.start, token.span.start), implied=True)
                    operators.append(pending or implied)
                operands.append(operand)
                pending = None
                end = operand.whole.end
        else:
            if depth:
                self._wrong("unbalanced-parenthesis", Span(start, start + 1), "a parenthesis that is never closed")
        if pending and operands:
            self._wrong("dangling-operator", pending.span, f"nothing stands after {pending.word}")
        if not operands and depth:
            self._wrong("empty-parentheses", Span(start, end), "parentheses with no term between them")
        if len(operands) > 1:
            return Chain(tuple(operands), tuple(operators), Span(start, end))
        return operands[0] if operands else None

    def _operator(self, token: _Token, pending: Operator | None, operands: list[Node]) -> Operator:
        """Take an operator, and say where it joins nothing."""
        if pending:
            what = f"two operators in a row, {pending.word} and {token.text}"
            self._wrong("dangling-operator", token.span, what)
        elif not operands:
            self._wrong("dangling-operator", token.span, f"nothing stands before {token.text}")
        return pending or Operator(token.text, token.span)

    def _operand(self, token: _Token, depth: int) -> Node | None:
        if token.kind == "open":
            return self.chain(depth=depth + 1, start=token.span.start)
        if token.kind in {"tag", "open tag", "untag"}:
            what = (
                "a closing bracket that was never opened" if token.kind == "untag" else "a tag with no term before it"
            )
            self._wrong("stray-tag", token.span, what)
            return None
        if token.kind == "colon":
            self._wrong("dangling-operator", token.span, "a range with no term before it")
            return None
        term = self._term(token)
        following = self._peek()
        if following and following.kind == "colon":
            self._place += 1
            after = self._next()
            if after and after.kind in {"word", "phrase"} and after.text not in OPERATORS:
                return Range(term, self._term(after))
            self._place -= 1 if after else 0
            self._wrong("dangling-operator", following.span, "a range with no term after it")
        return term

    def _term(self, first: _Token) -> Term:
        """Read a phrase, or the words up to the next tag, operator, quote or parenthesis, and the tag behind them."""
        span = first.span
        if first.kind == "word":
            while (token := self._peek()) and token.kind == "word" and token.text not in OPERATORS:
                span = Span(span.start, token.span.end)
                self._place += 1
            text = self.text[span.start : span.end]
        elif first.kind == "open phrase":
            self._wrong("unbalanced-quote", Span(span.start, span.start + 1), "a quotation mark that is never closed")
            text = first.text[1:]
        else:
            text = first.text[1:-1]
        return Term(" ".join(text.split()), first.kind != "word", self._tag(), span)

    def _tag(self) -> Tag | None:
        token = self._peek()
        if token is None or token.kind not in {"tag", "open tag"}:
            return None
        self._place += 1
        inside = token.text[1:-1] if token.kind == "tag" else token.text[1:]
        if token.kind == "open tag":
            self._wrong("unclosed-tag", token.span, f"the tag [{inside.strip()} is never closed")
        return read_tag(inside, token.span)

    def _wrong(self, slug: str, span: Span, what: str) -> None:
        self.problems.append(Problem(slug, span, what))

    def _peek(self) -> _Token | None:
        return self._tokens[self._place] if self._place < len(self._tokens) else None

    def _next(self) -> _Token | None:
        token = self._peek()
        self._place += 1 if token else 0
        return token


def read_tag(inside: str, span: Span) -> Tag:
    """Read what stands between the brackets of a tag."""
    name, near, unexploded = inside, None, False
    if proximity := _NEAR.fullmatch(inside.strip()):
        name, near = proximity.group(1), int(proximity.group(2))
    elif tag_key(inside).endswith(":noexp"):
        name, unexploded = inside[: inside.rindex(":")], True
    elif ":__jid" in inside:  # how QueryTranslation writes a journal
        name = inside[: inside.index(":")]
    return Tag(inside.strip(), TAGS.get(tag_key(name)), near, unexploded, span)
