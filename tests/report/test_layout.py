import json
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.report.document import (
    Day,
    Document,
    Fact,
    Figure,
    Link,
    Mark,
    Paragraph,
    Reference,
    References,
    Section,
    See,
)
from pipeline.report.layout import day, lay_out, number, plain_text, visible
from pipeline.report.words import choose
from tests.report import made_up


def laid(*content, blocks=(), **changes):
    section = Section(id="one", title="One", blocks=(Paragraph(content=content), *blocks))
    document = Document(**{"title": "T", "words": choose("en", {}), "sections": (section,), **changes})
    return lay_out(document)["sections"][0]["blocks"][0]["content"]


def cited(*keys, count=6):
    entries = tuple(Reference(key=str(n), label=str(n), content=("x",)) for n in range(1, count + 1))
    return laid(Mark(keys=keys), blocks=(References(entries=entries),))[0]


def test_a_laid_out_document_is_plain_data():
    document = lay_out(made_up.report())
    assert json.loads(json.dumps(document)) == document


def test_tables_and_figures_are_counted_apart_and_in_reading_order():
    blocks = lay_out(made_up.report())["sections"][2]["blocks"]
    assert [block["name"] for block in blocks] == ["Figure 1", "Table 1", "Table 2"]


def test_a_pointer_becomes_the_name_of_what_it_points_at():
    assert laid(See(target="one"))[0] == {"kind": "link", "text": "One", "target": "#one"}


def test_a_pointer_to_a_part_that_is_switched_off_says_so():
    assert laid(See(target="elsewhere"))[0] == {"kind": "text", "text": "not in this report"}


def test_every_fact_is_listed_once_by_name():
    facts = lay_out(made_up.report())["facts"]
    assert facts["flow.identified"] == 10135
    assert facts["list.included"] == 6


def test_one_fact_with_two_values_is_refused():
    with pytest.raises(ValueError, match=r"n is 1 and 2 in one report"):
        laid(Fact(name="n", value=1), Fact(name="n", value=2))


def test_two_things_of_one_id_are_refused():
    twice = Figure(id="one", title="F", svg=made_up.SVG, text="")
    with pytest.raises(ValueError, match="'one' is no slug, or names two things"):
        laid("x", blocks=(twice,))


def test_a_mark_without_its_reference_is_refused():
    with pytest.raises(ValueError, match="cited but not in the reference list: yao"):
        laid(Mark(keys=("yao",)))


def test_marks_are_sorted_and_three_in_a_row_drawn_together():
    assert plain_text([cited("6", "2", "1", "3", "4")]) == "[1–4,6]"


def test_two_neighbouring_marks_keep_their_comma():
    assert plain_text([cited("1", "2", "4", "5")]) == "[1,2,4,5]"


@pytest.mark.parametrize(
    "target",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "file:///etc/passwd",
        "//example.org",
        "#absent",
        "https://example.org/ x",
        'https://example.org/"onclick="x',
        "HTTPS\u202e://example.org",
        "",
    ],
)
def test_a_link_that_leads_astray_is_printed_and_not_linked(target):
    assert laid(Link(text="here", target=target)) == [{"kind": "text", "text": "here"}]


@pytest.mark.parametrize(
    "target", ["https://doi.org/10.1000/a(1)?x=1#y", "http://example.org", "mailto:a@b.org", "#one"]
)
def test_a_link_that_leads_to_the_web_or_inside_is_kept(target):
    assert laid(Link(text="here", target=target)) == [{"kind": "link", "text": "here", "target": target}]


@given(st.text())
def test_nothing_invisible_survives_in_printed_text(text):
    shown = visible(text)
    assert not any(char in shown for char in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff\x00\x1b\x7f")
    shown.encode()


@given(st.text(alphabet=st.characters(categories=["L", "M", "N", "P", "S", "Zs"])))
def test_ordinary_text_of_any_script_is_printed_as_it_is(text):
    assert visible(text) == text


@pytest.mark.parametrize(
    ("language", "printed", "written"),
    [
        ("en", "10,135", "1 March 2024"),
        ("de", "10.135", "1. März 2024"),
        ("es", "10\u202f135", "1 de marzo de 2024"),
        ("fr", "10\u202f135", "1er mars 2024"),
    ],
)
def test_numbers_and_dates_follow_the_language(language, printed, written):
    assert (number(10135, language), day(date(2024, 3, 1), language)) == (printed, written)


def test_a_date_carries_its_machine_form():
    assert laid(Day(value=date(2024, 3, 1), since=True))[0] == {
        "kind": "day", "text": "1 March 2024", "iso": "2024-03-01", "since": True,
    }  # fmt: skip


def test_rows_of_one_group_stand_together_in_the_order_of_the_first():
    groups = lay_out(made_up.report())["sections"][2]["blocks"][1]["groups"]
    assert [(group["title"], len(group["rows"])) for group in groups] == [("Targeted drugs", 5), ("Surgery", 4)]
