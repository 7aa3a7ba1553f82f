"""A string becomes a tree with positions, whatever is wrong with it."""

from hypothesis import given
from hypothesis import strategies as st

from pipeline.search.repair import meaning, smallest
from pipeline.search.syntax import Chain, Range, Term, parse


def shape(node):
    """Write a tree down as text."""
    if isinstance(node, Term):
        tag = f"[{node.tag.text}]" if node.tag else ""
        return f'"{node.text}"{tag}' if node.quoted else f"{node.text}{tag}"
    if isinstance(node, Range):
        return f"{shape(node.low)}:{shape(node.high)}"
    inside = shape(node.operands[0])
    for operator, operand in zip(node.operators, node.operands[1:], strict=True):
        inside += f" {operator.word.lower() if operator.implied else operator.word} {shape(operand)}"
    return f"({inside})"


def test_a_tag_belongs_to_all_the_words_before_it():
    assert (
        shape(parse("liver metastasis [Title/Abstract] hepatic").tree)
        == "(liver metastasis[Title/Abstract] and hepatic)"
    )


def test_a_blank_between_terms_means_and():
    assert shape(parse('"portal vein" liver[ti] "hepatic"').tree) == '("portal vein" and liver[ti] and "hepatic")'


def test_operators_stay_in_their_order_and_parentheses_group():
    assert shape(parse("a OR b AND (c NOT d)").tree) == "(a OR b AND (c NOT d))"


def test_ranges_are_read_with_tags_on_one_or_both_sides():
    assert shape(parse('"2000/01/01"[dp] : "3000"[dp]').tree) == '"2000/01/01"[dp]:"3000"[dp]'
    assert shape(parse('"2000"[dp]:"3000"[dp] AND 1:5[uid]').tree) == '("2000"[dp]:"3000"[dp] AND 1:5[uid])'


def test_spans_cover_what_they_name():
    text = "(liver [ti] OR  portal   vein[tiab])"
    first, second = parse(text).terms()
    assert text[first.span.start : first.span.end] == "liver"
    assert text[second.whole.start : second.whole.end] == "portal   vein[tiab]"
    assert second.text == "portal vein"


def test_proximity_and_unexploded_tags_are_understood():
    first, second, third = parse('"a b"[tiab:~3] c[Mesh:NoExp] d[Journal:__jid7505876]').terms()
    assert (first.tag.field.tag, first.tag.near) == ("tiab", 3)
    assert (second.tag.field.tag, second.tag.unexploded) == ("mh", True)
    assert third.tag.field.tag == "ta"


PIECES = st.sampled_from(["(", ")", '"', "[tiab]", "[", "]", "AND", "OR", "NOT", "liver", "1:5", ":", " ", "*", "“"])


@given(st.lists(PIECES, max_size=25).map(" ".join))
def test_any_string_is_parsed_and_its_spans_lie_inside_it(text):
    query = parse(text)
    for term in query.terms():
        assert 0 <= term.span.start < term.span.end <= len(text)
    for chain in query.chains():
        assert len(chain.operands) == len(chain.operators) + 1
    for problem in query.problems:
        assert 0 <= problem.span.start <= problem.span.end <= len(text)


BALANCED = st.recursive(
    st.sampled_from(["liver[ti]", '"portal vein"[tiab]', "hepatic"]),
    lambda inner: st.builds(lambda a, op, b: f"({a} {op} {b})", inner, st.sampled_from(["AND", "OR", "NOT"]), inner),
    max_leaves=6,
)


@given(BALANCED, st.data())
def test_one_parenthesis_taken_away_or_put_in_is_repaired_to_a_balanced_string(text, data):
    place = data.draw(st.integers(0, len(text)))
    broken = text[:place] + data.draw(st.sampled_from("()")) + text[place:]
    query = parse(broken)
    if not any(problem.slug == "unbalanced-parenthesis" for problem in query.problems):
        return
    repair = smallest(query)
    assert not any(problem.slug == "unbalanced-parenthesis" for problem in parse(repair.text).problems)


@given(BALANCED)
def test_parentheses_round_the_whole_change_no_meaning(text):
    assert meaning(parse(f"({text})")) == meaning(parse(text))
    assert smallest(parse(text)) is None


def test_meaning_tells_readings_apart():
    assert meaning(parse("a OR (b AND c)")) != meaning(parse("a OR b AND c"))
    assert meaning(parse("a AND (b AND c)")) == meaning(parse("a AND b AND c"))
    assert isinstance(parse("a b").tree, Chain) is False
