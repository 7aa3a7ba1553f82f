import html

import pytest
from markdown_it import MarkdownIt

from pipeline.report.document import Paragraph, Section, Verbatim, cell
from pipeline.report.layout import lay_out, visible
from pipeline.report.markdown import write
from tests.report import made_up


def written(*extra, **changes):
    return write(lay_out(made_up.report(*extra, **changes)))


def rendered(text):
    return MarkdownIt("commonmark", {"html": True}).enable("table").render(text)


def test_it_holds_the_title_page_the_sections_and_their_depth():
    lines = written().splitlines()
    assert lines[0] == "# Treatment of fictitious disease: a living systematic review"
    assert [line for line in lines if line.startswith("#")][1:] == [
        "## Summary", "## Methods", "### Selection", "## Results", "## Records", "## References",
    ]  # fmt: skip
    assert "> **Made with the sandbox PubMed.**" in lines
    assert "- **Last search:** 20 October 2024" in lines


def test_tables_are_pipe_tables_with_their_groups():
    lines = written().splitlines()
    start = lines.index("| Study | Participants | Median, months |")
    assert lines[start + 1 : start + 4] == [
        "| --- | ---: | ---: |",
        "| **Targeted drugs** |  |  |",
        "| Fictitious 2000 | 7 | 0.5 |",
    ]


def test_a_figure_points_at_its_file():
    assert "![10,135 records screened.](<prisma/flow.svg>)" in written()


def test_a_search_string_keeps_every_letter():
    assert '```\n("liver"[tiab] OR hepatic*[tiab])\nAND x\n```' in written()


def test_a_fence_is_longer_than_any_in_the_text():
    extra = Section(id="x", title="X", blocks=(Verbatim(label="", text="a ```` b"),))
    assert "`````\na ```` b\n`````" in written(extra)


@pytest.mark.parametrize("title", made_up.HOSTILE)
def test_a_hostile_title_stays_text(title):
    rows = (made_up.Row(cells=(cell(title),) * 3),)
    extra = Section(
        id="x", title=title, blocks=(Paragraph(content=(title,)), made_up.table(id="t", title=title, rows=rows))
    )
    page = rendered(written(extra))
    plain = rendered(written(Section(id="x", title="X", blocks=(Paragraph(content=("X",)), made_up.table(id="t")))))
    for tag in ("<script", "<img", "<a href", "<em>", "<code"):
        assert page.count(tag) <= plain.count(tag)
    assert visible(title)[:200].split("\\")[0] in html.unescape(page)
