import base64
import hashlib
from itertools import pairwise

import pytest
from lxml import html as lxml_html

from benchmarks import report as benchmark
from pipeline.records import tables
from pipeline.report import render
from pipeline.report.compose import compose
from pipeline.report.document import Logo, Paragraph, Section, Verbatim, cell
from pipeline.report.layout import visible
from tests.report import made_up


def parsed(document):
    return lxml_html.document_fromstring(render.html(document).decode())


@pytest.fixture(scope="module")
def page():
    return parsed(made_up.report())


def test_the_same_document_gives_the_same_bytes():
    assert render.html(made_up.report()) == render.html(made_up.report())


def test_nothing_in_the_page_is_fetched_from_anywhere(page):
    fetching = page.xpath(
        "//@src | //link/@href | //*[local-name()='use' or local-name()='image']/@*[contains(name(),'href')]"
    )
    assert [address for address in fetching if not address.startswith("data:")] == []
    assert "@import" not in render.html(made_up.report()).decode()
    assert "url(" not in render.html(made_up.report()).decode()


def test_the_policy_allows_nothing_but_the_pages_own_style_and_script(page):
    policy = page.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")[0]

    def digest(text):
        return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()

    style = page.xpath("//style")[0].text
    script = page.xpath("//script[not(@type)]")[0].text
    assert policy == (
        f"default-src 'none'; style-src 'sha256-{digest(style)}'; script-src 'sha256-{digest(script)}'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def test_no_element_carries_a_style_or_a_handler_of_its_own(page):
    names = {name for node in page.iter() for name in getattr(node, "attrib", {})}
    assert not {name for name in names if name == "style" or name.startswith("on")}


@pytest.mark.parametrize("title", made_up.HOSTILE)
def test_a_hostile_title_is_shown_as_text_wherever_it_stands(title):
    records = made_up.records(
        items=(made_up.Item(id="x:1", title=title, line=title, status=title),), id="more", boxes=()
    )
    extra = Section(
        id="extra",
        title=title,
        blocks=(
            Paragraph(content=(title,)),
            Verbatim(label=title, text=title),
            made_up.table(id="t", title=title, rows=(made_up.Row(cells=(cell(title),) * 3, group=title),)),
        ),
        sections=(Section(id="inner", title="Records", blocks=(records,)),),
    )
    page = parsed(made_up.report(extra, title=title, edition=title, series=title, banners=(title,)))
    plain = parsed(made_up.report(extra))
    assert [node.tag for node in page.iter("script", "img", "style")] == [
        n.tag for n in plain.iter("script", "img", "style")
    ]
    shown = " ".join(visible(title).split())
    texts = [
        " ".join(node.text_content().split()) for node in page.xpath("//h1 | //td | //th | //p | //pre | //bdi | //h2")
    ]
    assert sum(shown in text for text in texts) >= 10


def test_headings_go_down_one_level_at_a_time(page):
    levels = [int(node.tag[1]) for node in page.iter("h1", "h2", "h3", "h4", "h5", "h6")]
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_ids_are_unique_and_every_link_inside_leads_somewhere(page):
    ids = page.xpath("//@id")
    assert len(ids) == len(set(ids))
    targets = [target[1:] for target in page.xpath("//@href") if target.startswith("#")]
    assert len(targets) > 10
    assert set(targets) <= set(ids)


def test_every_table_has_a_caption_and_its_headers_a_scope(page):
    for table in page.iter("table"):
        assert table.find("caption").text_content().startswith("Table ")
        assert {node.get("scope") for node in table.iter("th")} <= {"col", "row", "rowgroup"}


def test_the_csv_behind_a_table_holds_its_rows_groups_and_sources(page):
    address = page.xpath("//div[@id='outcomes']//a[@download='outcomes.csv']/@href")[0]
    table = tables.read(render.files(made_up.report()).data[address], file="outcomes.csv")
    assert table.header == ("Group", "Study", "Participants", "Median, months", "Source")
    assert len(table.rows) == 9
    assert dict(table.rows[0].cells) == {
        "Group": "Targeted drugs", "Study": "Fictitious 2000", "Participants": "7", "Median, months": "0.5",
        "Source": "outcomes.csv row 2",
    }  # fmt: skip


def test_a_table_without_rows_says_why(page):
    assert page.xpath("//div[@id='bias']//td[@class='empty']")[0].text == "No study reported it."
    assert page.xpath("//div[@id='bias']//a[@download]") == []


def test_notes_of_a_page_or_more_scroll_in_their_place_and_can_be_reached_by_keyboard():
    notes = (("Short.",), ("Printed as such. " * 100,))
    section = Section(id="noted", title="Noted", blocks=(made_up.table(id="noted-table", title="N", notes=notes),))
    short, much = parsed(made_up.report(section)).xpath("//div[@id='noted-table']/p[contains(@class, 'note')]")
    assert (short.get("class"), short.get("tabindex")) == ("note", None)
    assert (much.get("class"), much.get("tabindex"), much.get("aria-label")) == ("note much", "0", "Notes: Table 3")


def test_every_fact_is_printed_with_its_value(page):
    facts = {node.get("data-fact"): (node.get("value"), node.text) for node in page.iter("data")}
    assert facts["flow.identified"] == ("10135", "10,135")
    assert facts["agreement.kappa"] == ("0.84", "0.84")


def test_a_banner_stands_before_everything_else(page):
    body = page.find("body")
    assert [node.get("class") for node in list(body)[:3]] == ["skip", "banners", "front"]
    assert body.find("aside").text_content().strip() == "Made with the sandbox PubMed."


def test_dates_of_searches_are_marked_for_the_reader_own_clock(page):
    assert {node.get("datetime") for node in page.xpath("//time[@data-since]")} == {"2024-10-20"}
    assert "days ago" not in page.find("body").find("header").text_content()


def test_a_logo_travels_in_the_page():
    logo = Logo(data=b"\x89PNG\r\n\x1a\nx", format="png", text="Institute of Examples")
    image = parsed(made_up.report(logo=logo)).xpath("//img")[0]
    assert image.get("src").startswith("data:image/png;base64,")
    assert image.get("alt") == "Institute of Examples"


def test_every_record_stands_in_the_page_for_readers_without_script(page):
    assert len(page.xpath("//ol[@class='list']/li")) == 60
    assert page.xpath("//ol[@class='list']/li[10]/@data-boxes") == ["0 1"]


def test_ten_thousand_records_take_less_than_five_megabytes():
    boxes = made_up.records(0).boxes
    big = Section(id="big", title="Big", blocks=(made_up.records(10_000, id="big-list", boxes=boxes),))
    assert len(render.html(made_up.report(big))) - len(render.html(made_up.report())) < 5_000_000


def test_the_fixed_words_follow_the_language():
    page = parsed(made_up.report(language="de", words=made_up.words.choose("de", {"contents": "Übersicht"})))
    assert page.get("lang") == "de"
    assert page.xpath("//h2[@id='contents-title']")[0].text == "Übersicht"
    assert page.xpath("//caption//b")[0].text == "Tabelle 1."
    assert page.xpath("//time")[0].text == "20. Oktober 2024"


def test_the_page_of_a_small_report_is_small():
    size = len(render.html(made_up.report()))
    assert size < 60_000


def test_the_page_of_two_hundred_studies_stays_below_a_megabyte():
    page = render.html(compose(benchmark.review(200, 600)))
    assert page.count(b"<tr") > 1000
    assert len(page) < 1_000_000
