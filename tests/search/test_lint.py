"""What lint finds, and what it must not find: the cases a librarian can extend, and what holds for any text."""

import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from pipeline.search.lint import PAGE, RULES, Finding, caret, lint, lint_file, lint_searches, place
from pipeline.search.strategy import Strategy
from pipeline.search.syntax import Span, read_tag
from pipeline.search.vocabulary import FIELDS, UNLISTED

CASES = json.loads((Path(__file__).parent / "lint_cases.json").read_text("utf-8"))

# Source: facts/pubmed.md, "Query syntax", the list of tags.
TAGS = """ad all aid au auid book cn cois crdt dcom dp pdat ppdat epdat ed edat sb filter 1au fau fir gr ir isbn ip ta
la lastau lid mhda majr sh mh lr jid nm ot pg ps pa pl pmid uid pt pubn rn si ti tiab tt tw vi"""


@pytest.mark.parametrize("case", CASES, ids=[case["why"] for case in CASES])
def test_case(case):
    query = case["query"]
    assert [[found.slug, query[found.span.start : found.span.end]] for found in lint(query)] == case["findings"]


def test_every_rule_has_a_case_that_it_finds():
    assert {slug for case in CASES for slug, _ in case["findings"]} == {rule.slug for rule in RULES}


@pytest.mark.parametrize("tag", TAGS.split())
def test_every_listed_tag_is_accepted_in_any_case_and_with_blanks(tag):
    value = "2020" if tag in {"crdt", "dcom", "dp", "pdat", "ppdat", "epdat", "edat", "mhda", "lr"} else "liver"
    for written in (tag, tag.upper(), f" {tag} "):
        assert lint(f"{value}[{written}]") == ()


@pytest.mark.parametrize("field", FIELDS, ids=lambda field: field.tag)
def test_every_long_name_is_accepted(field):
    value = "2020" if field.dates else "liver"
    for name in (field.name, field.name.replace(" ", "").lower()):
        assert {found.severity for found in lint(f"{value}[{name}]")} <= {"note"}
        assert field.tag in UNLISTED or lint(f"{value}[{name}]") == ()


@pytest.mark.shared
def test_every_field_that_pubmeds_own_index_names_is_accepted(shared):
    index = etree.parse(shared / "data/pubmed/control/einfo2.xml")
    fields = [(field.findtext("Name"), field.findtext("FullName")) for field in index.iterfind(".//Field")]
    assert len(fields) > 40
    named = [name for pair in fields for name in pair if read_tag(name, Span(0, 0)).field is None]
    assert named == []


def test_the_smallest_repair_of_the_first_document_is_its_accepted_string_and_all_repairs_mean_the_same():
    published = next(case["query"] for case in CASES if case["why"].startswith("Xue 2025 as published"))
    accepted = next(case["query"] for case in CASES if case["why"].startswith("Xue 2025 as accepted"))
    found = next(found for found in lint(published) if found.slug == "unbalanced-parenthesis")
    assert found.instead == (
        f"Take away this closing parenthesis: {accepted} (All 8 changes of this size mean the same.)"
    )


def test_a_repair_that_could_mean_something_else_says_so():
    (found,) = [found for found in lint("liver[ti] AND (hepatic[ti] OR NETs[ti]") if found.severity == "error"]
    assert "2 different readings" in found.instead


def test_what_is_proposed_instead_of_a_missing_variant_is_clean_itself():
    found = next(
        found for found in lint('"neuroendocrine tumor"[tiab] OR NET[tiab]') if found.slug == "missing-variant"
    )
    assert found.instead == '("neuroendocrine tumor*"[tiab] OR "neuroendocrine tumour*"[tiab])'
    assert lint(found.instead) == ()


def test_comments_of_a_query_file_are_passed_over_and_places_are_those_of_the_file():
    text = "# as published (with a parenthesis too many\r\n(liver[ti] OR\nhepatic[ti]))\n"
    (found,) = lint_file(text)
    assert (found.slug, place(text, found)) == ("unbalanced-parenthesis", (3, 13))
    assert caret(text, found) == "hepatic[ti]))\n            ^"


def test_a_long_line_is_cut_round_the_caret():
    text = " OR ".join(f"word{number}[ti]" for number in range(60)) + " OR"
    (found,) = lint(text)
    shown, marks = caret(text, found).splitlines()
    assert shown.startswith("... ")
    assert shown[marks.index("^") : marks.rindex("^") + 1] == "OR"


def test_the_searches_of_a_review_are_linted_with_the_accepted_string_beside_the_published_one():
    strategies = {
        "a": Strategy(query="a.txt", accepted="b.txt", accepted_because="a typing error"),
        "b": Strategy(kind="export", database="Embase", files=("x.ris",)),
    }
    linted = lint_searches(strategies, {"a.txt": "(liver", "b.txt": "liver"})
    assert [(one.file, one.answered, len(one.findings)) for one in linted] == [("a.txt", "b.txt", 1), ("b.txt", "", 0)]


def test_every_rule_is_documented_with_a_bad_and_a_good_query(root):
    page = (root / PAGE).read_text("utf-8")
    sections = dict(re.findall(r"^## ([a-z-]+)\n(.*?)(?=^## |\Z)", page, re.DOTALL | re.MULTILINE))
    assert list(sections) == [rule.slug for rule in RULES]
    for rule in RULES:
        queries = re.findall(r"^- (Bad|Good): `(.+)`$", sections[rule.slug], re.MULTILINE)
        assert [word for word, _ in queries] == ["Bad", "Good"], rule.slug
        bad, good = (query for _, query in queries)
        assert rule.slug in {found.slug for found in lint(bad)}, bad
        assert rule.slug not in {found.slug for found in lint(good)}, good
        assert f"*{rule.severity}*" in sections[rule.slug]


QUERYISH = st.lists(
    st.sampled_from(
        [*'()[]":*?# ', "AND", "OR", "NOT", " and ", "liver", "tumor", "[tiab]", "[mh:noexp]", "2020", "~3"]
    )
).map("".join)


@given(st.one_of(st.text(max_size=60), QUERYISH))
def test_any_text_is_linted_without_an_accident_and_every_finding_lies_inside_it(text):
    for found in lint(text):
        assert isinstance(found, Finding)
        assert 0 <= found.span.start <= found.span.end <= len(text)
        assert found.span != Span(0, 0) or text == "" or found.slug
        assert caret(text, found)
