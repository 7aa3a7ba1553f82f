import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.report import render
from pipeline.report.document import Document, Items, Link, Mark, Notice, Paragraph, Section, Styled, Table, Verbatim
from pipeline.report.own import read
from pipeline.report.words import choose

KNOWN = {"31452104": "pubmed:31452104", "10.1000/a.1": "x:1"}


def section(text):
    return read(text, part="background", find=lambda name: KNOWN.get(name, ""))


def blocks(text):
    return section(text).own


def test_a_paragraph_keeps_its_emphasis_links_and_code():
    assert blocks("A *new* **bold** `x` [site](https://example.org)\nline.") == (
        Paragraph(
            content=(
                "A ",
                Styled(text="new", style="emphasis"),
                " ",
                Styled(text="bold", style="strong"),
                " ",
                Styled(text="x", style="code"),
                " ",
                Link(text="site", target="https://example.org"),
                " ",
                "line.",
            )
        ),
    )


def test_lists_quotes_and_code_become_blocks():
    assert blocks("- a\n- b\n  - c\n\n1. d\n\n> e\n\n```sql\nf  g\n```\n") == (
        Items(items=(("a",), ("b",), ("c",))),
        Items(items=(("d",),), ordered=True),
        Notice(title="", content=("e",)),
        Verbatim(text="f  g", label="sql"),
    )


def test_a_table_has_its_header_and_rows():
    (table,) = blocks("| Study | n |\n| --- | ---: |\n| A | 12 |\n")
    assert isinstance(table, Table)
    assert [column.label for column in table.columns] == ["Study", "n"]
    assert [[cell.content for cell in row.cells] for row in table.rows] == [[("A",), ("12",)]]


def test_headings_become_sections_whatever_level_the_author_began_with():
    made = section("Intro.\n\n### Deep\n\nText.\n\n#### Deeper\n\nMore.\n\n## Next\n\nEnd.\n")
    assert [block.content for block in made.own] == [("Intro.",)]
    assert [(each.title, [inner.title for inner in each.sections]) for each in made.sections] == [
        ("Deep", ["Deeper"]),
        ("Next", []),
    ]


def test_a_citation_of_a_known_record_becomes_a_mark():
    assert blocks("Seen before [@31452104; @10.1000/a.1].")[0].content == (
        "Seen before",
        Mark(keys=("pubmed:31452104", "x:1")),
        ".",
    )


def test_a_citation_of_an_unknown_record_stays_as_written():
    assert blocks("Seen [@31452104; @99].")[0].content == ("Seen [@31452104; @99].",)


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", "a <b onclick=x>b</b>", "<!-- x -->"])
def test_raw_html_is_text(text):
    assert "".join(part for part in blocks(text)[0].content) == text


def test_a_picture_is_its_description():
    assert blocks("![a cat](https://example.org/cat.png)")[0].content == ("a cat",)


@given(st.text(alphabet="ab #*_`[]()<>|-+1.\n>!@\\&;:/\"'", max_size=120))
def test_any_text_can_be_read_and_printed(text):
    made = read(text, part="p", find=lambda _: "")
    document = Document(
        title="T",
        words=choose("en", {}),
        sections=(Section(id="q", title="Q", own=made.own, sections=made.sections),),
    )
    assert render.html(document).startswith(b"<!DOCTYPE html>")
