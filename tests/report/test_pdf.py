import io
import re
from pathlib import Path

import pypdf
import pytest

from pipeline.errors import ReviewError
from pipeline.report import render
from pipeline.report.document import (
    Column,
    Figure,
    Logo,
    Mark,
    Paragraph,
    Reference,
    References,
    Row,
    Section,
    See,
    Verbatim,
    cell,
)
from pipeline.report.layout import visible
from tests.report import made_up

CJK = "神经内分泌肿瘤"
CJK_FONTS = (Path("/usr/share/fonts/opentype/noto"), Path("/usr/share/fonts/noto-cjk"))


def read(pdf: render.Pdf) -> pypdf.PdfReader:
    return pypdf.PdfReader(io.BytesIO(pdf.data))


def text(pdf: render.Pdf) -> str:
    return "\n".join(page.extract_text() for page in read(pdf).pages)


@pytest.fixture(scope="module")
def made():
    return render.pdf(made_up.report())


def test_the_same_document_gives_the_same_bytes(made):
    assert render.pdf(made_up.report()).data == made.data


def test_it_keeps_pdf_ua_1_and_is_tagged(made):
    root = read(made).trailer["/Root"]
    assert made.standard == "PDF/UA-1"
    assert b"pdfuaid" in root["/Metadata"].get_data()
    assert root["/MarkInfo"]["/Marked"].value is True
    assert root["/Lang"] == "en"


def test_its_date_is_that_of_the_review_and_not_of_the_clock(made):
    assert read(made).metadata["/CreationDate"] == "D:20241020000000Z"


def test_sections_are_its_bookmarks(made):
    titles = [item if isinstance(item, list) else item["/Title"] for item in read(made).outline]
    assert [title for title in titles if isinstance(title, str)] == [
        "Summary",
        "Methods",
        "Results",
        "Records",
        "References",
    ]


def test_every_page_carries_the_banner_and_its_number(made):
    pages = read(made).pages
    assert len(pages) > 1
    for place, page in enumerate(pages, start=1):
        printed = page.extract_text()
        assert "Made with the sandbox PubMed." in printed
        assert f"Page {place} of {len(pages)}" in printed


def test_a_long_table_repeats_its_header_on_every_page():
    long = Section(id="long", title="Long", blocks=(made_up.table(200, id="long-table", title="Long"),))
    pages = [page.extract_text() for page in read(render.pdf(made_up.report(long, sections=(long,)))).pages]
    assert len(pages) > 3
    assert all("Participants" in page for page in pages[:-1])


def test_no_caption_and_no_heading_is_left_alone_at_the_foot_of_a_page():
    sections = []
    for place in range(40):
        text = Paragraph(content=("Many words of some length. " * (7 * place % 41),))
        small = made_up.table(4, id=f"table-{place}", title=f"Caption {place}.")
        sections.append(
            Section(id=f"section-{place}", title=f"Heading {place}.", blocks=(text, small) if place % 2 else (small,))
        )
    chapter = Section(id="all", title="All", sections=tuple(sections))
    pages = read(render.pdf(made_up.report(sections=(chapter,)))).pages
    assert len(pages) > 10
    for printed in (page.extract_text() for page in pages):
        captions = list(re.finditer(r"Caption \d+\.", printed))
        assert [each.group() for each in captions if "Fictitious 200" not in printed[each.end() :]] == []
        headings = list(re.finditer(r"Heading \d+\.", printed))
        assert [each.group() for each in headings if not re.search(r"Many words|Caption", printed[each.end() :])] == []


DRAWING = '<svg xmlns="http://www.w3.org/2000/svg" width="{}" height="{}"><rect width="9" height="9"/></svg>'


def pages_of(*sections):
    pages = read(render.pdf(made_up.report(sections=sections))).pages
    return [(page.extract_text(), float(page.mediabox.width) > float(page.mediabox.height)) for page in pages]


@pytest.mark.parametrize(("width", "height", "lies"), [(1154, 622, True), (700, 300, False), (932, 2160, False)])
def test_a_drawing_lies_across_a_page_where_it_would_be_too_small_upright(width, height, lies):
    figure = Figure(id="drawn", title="A drawing", svg=DRAWING.format(width, height), text="Drawn.")
    pages = pages_of(Section(id="one", title="One", blocks=(Paragraph(content=("Said in words.",)), figure)))
    assert [across for page, across in pages if "A drawing" in page] == [lies]
    assert [across for page, across in pages if "Said in words." in page] == [False]


def test_wide_tables_that_follow_each_other_share_a_page_and_have_their_notes_above():
    wide = [made_up.table(3, id=name, title=name, wide=True) for name in ("first", "second")]
    pages = pages_of(Section(id="one", title="One", blocks=tuple(wide)))
    (page,) = [page for page, across in pages if across]
    assert page.index("One") < page.index("Table 1") < page.index("Months were") < page.index("Study")
    assert "Table 2" in page


COLUMNS = (Column(label="What", heads=True), Column(label="Where"))


def with_pointers():
    rows = (Row(cells=(cell("Here"), cell(See(target="methods")))),)
    pointing = made_up.table(id="pointing", title="Pointing", wide=True, columns=COLUMNS, rows=rows)
    return made_up.report(Section(id="more", title="More", blocks=(pointing,)))


@pytest.fixture(scope="module")
def tables_alone():
    return render.tables_of(with_pointers())


def test_every_table_with_rows_is_a_pdf_of_its_own_that_keeps_the_standard(tables_alone):
    names = {name for name in tables_alone if name.endswith(".pdf")}
    assert names == {"outcomes.pdf", "pointing.pdf"}
    assert {name for name in tables_alone if name.endswith(".csv")} == {"outcomes.csv", "bias.csv", "pointing.csv"}
    for name in names:
        reader = pypdf.PdfReader(io.BytesIO(tables_alone[name]))
        assert b"pdfuaid" in reader.trailer["/Root"]["/Metadata"].get_data()
        assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"].value is True
    assert tables_alone == render.tables_of(with_pointers())


def test_a_table_alone_says_of_which_review_it_is_and_where_its_cells_were_read(tables_alone):
    reader = pypdf.PdfReader(io.BytesIO(tables_alone["outcomes.pdf"]))
    printed = reader.pages[0].extract_text()
    assert reader.metadata.title == "Table 1. Progression-free survival"
    assert made_up.report().title in printed
    assert "Made with the sandbox PubMed." in printed
    assert "Where each cell was read: outcomes.csv." in printed


def test_a_table_alone_lies_across_its_page_where_it_is_wide_and_points_at_nothing_outside(tables_alone):
    (page,) = pypdf.PdfReader(io.BytesIO(tables_alone["pointing.pdf"])).pages
    assert page.mediabox.width > page.mediabox.height
    assert "Methods" in page.extract_text()
    assert "/Annots" not in page


def test_a_table_alone_has_the_references_that_it_cites_and_no_others():
    cited = made_up.table(
        2, id="cited", rows=(Row(cells=(cell(("A", Mark(keys=("b",)))), cell("1"))),), columns=COLUMNS
    )
    entries = tuple(Reference(key=key, label=str(n), content=(f"Book {key}.",)) for n, key in enumerate("abc", 1))
    listed = Section(id="references", title="References", blocks=(References(entries=entries),))
    document = made_up.report(sections=(Section(id="one", title="One", blocks=(cited,)), listed))
    (page,) = pypdf.PdfReader(io.BytesIO(render.tables_of(document)["cited.pdf"])).pages
    printed = page.extract_text()
    assert [f"Book {key}." in printed for key in "abc"] == [False, True, False]
    assert len(page["/Annots"]) == 1


def test_figures_stay_vectors(made):
    images = [image for page in read(made).pages for image in page.images]
    assert images == []
    assert "Records screened (n = 10,135)" in text(made)


@pytest.mark.parametrize("title", made_up.HOSTILE)
def test_a_hostile_title_is_printed_as_text_wherever_it_stands(title):
    rows = (made_up.Row(cells=(cell(title[:900]),) * 3, group=title[:200]),)
    extra = Section(
        id="extra",
        title=title[:200],
        blocks=(
            Paragraph(content=(title,)),
            Verbatim(label=title[:200], text=title[:900]),
            made_up.table(id="t", title=title[:200], rows=rows),
            References(entries=(Reference(key="h", label="1", content=(title[:900],)),)),
        ),
    )
    pdf = render.pdf(made_up.report(title=title[:900], edition=title[:200], banners=(title[:200],), sections=(extra,)))
    printed = re.sub(r"\s|\xad|\u200b|-", "", text(pdf))
    shown = re.sub(r"\s|-", "", visible(title))
    assert printed.count(shown[:60]) >= 6
    assert "root:" not in printed


def test_a_character_that_no_font_has_costs_the_standard_and_is_named():
    extra = Section(id="extra", title="Extra", blocks=(Paragraph(content=(CJK,)),))
    pdf = render.pdf(made_up.report(extra))
    assert (pdf.standard, pdf.unprintable) == ("", "U+795E")
    assert read(pdf).trailer["/Root"]["/MarkInfo"]["/Marked"].value is True


def test_every_form_says_that_the_pdf_lost_its_standard_and_what_to_do():
    extra = Section(id="provenance", title="Provenance", blocks=(Paragraph(content=(CJK,)),))
    files = render.files(made_up.report(extra))
    (notice,) = files.notices
    assert "PDF/UA-1" in notice
    assert "U+795E" in notice
    assert "report.fonts" in notice
    for name in ("report.html", "report.md", "summary.json"):
        assert notice.split("; ")[1][:40] in files.data[name].decode()


def test_a_folder_of_fonts_brings_the_standard_back():
    fonts = next((place for place in CJK_FONTS if place.is_dir()), None)
    if fonts is None:
        pytest.skip("NO CJK FONTS: the folder of fonts was not tried (apt install fonts-noto-cjk)")
    extra = Section(id="extra", title="Extra", blocks=(Paragraph(content=(CJK,)),))
    pdf = render.pdf(made_up.report(extra), fonts=fonts)
    assert pdf.standard == "PDF/UA-1"
    assert CJK in text(pdf)


@pytest.mark.parametrize(("data", "kind"), [(made_up.SVG.encode(), "svg"), (made_up.PNG, "png")])
def test_a_logo_is_printed_with_its_words(data, kind):
    pdf = render.pdf(made_up.report(logo=Logo(data=data, format=kind, text="Institute of Examples")))
    assert pdf.standard == "PDF/UA-1"
    assert len(pdf.data) != len(render.pdf(made_up.report()).data)


def test_a_drawing_that_is_broken_is_one_clear_fault():
    broken = Section(id="b", title="B", blocks=(Figure(id="f", title="F", svg="<svg", text=""),))
    with pytest.raises(ValueError, match="the drawing 'f' is not well-formed"):
        render.pdf(made_up.report(broken))


def test_a_refusal_of_typst_becomes_a_sentence(monkeypatch):
    monkeypatch.setattr(render, "_template", lambda name: "#panic(1)" if name.endswith(".typ") else "")
    with pytest.raises(ReviewError, match=r"report\.pdf: the PDF could not be set"):
        render.pdf(made_up.report())
