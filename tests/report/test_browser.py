"""The report in a real browser: opened, sorted, filtered, searched, printed; with script and without."""

from importlib import resources

import pytest

from pipeline.report import render
from pipeline.report.compose import compose
from pipeline.report.document import Mark, Section, Styled
from pipeline.report.layout import blocks_of, lay_out
from tests.report import made_up, reviews

pytestmark = pytest.mark.browser

MANY = Section(id="many", title="Many", blocks=(made_up.table(1500, id="many-table", title="Many rows"),))


MARKED = Section(
    id="marked",
    title="Marked",
    blocks=(
        made_up.table(
            3,
            (Styled(text="a", style="superscript"), Mark(keys=("yao", "rinke")), " <b>, '=1' \"x\""),
            id="marked-table",
            title="Marked",
        ),
    ),
)


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    place = tmp_path_factory.mktemp("report") / "report.html"
    place.write_bytes(render.html(made_up.report(MARKED)))
    return place


@pytest.fixture
def open_page(chromium):
    """Open a file as a reader does; whatever the page logs, throws or asks of a host is a failure."""
    complaints = []
    contexts = []

    def open_it(path, *, width=1280, height=900, fragment="", **settings):
        context = chromium.new_context(viewport={"width": width, "height": height}, **settings)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "request",
            lambda request: complaints.append(request.url) if request.url[:5] not in {"file:", "data:"} else 0,
        )
        page.goto(path.as_uri() + fragment)
        return page

    yield open_it
    for context in contexts:
        context.close()
    assert complaints == []


def cells(page, table, column):
    return [
        cell.strip() for cell in page.locator(f"#{table} tbody tr:not(.group) > :nth-child({column})").all_inner_texts()
    ]


def violations(page):
    axe = (resources.files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")
    page.evaluate(axe)
    found = page.evaluate(
        "axe.run({runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']})"
    )
    return [(each["id"], [node["html"][:120] for node in each["nodes"]]) for each in found["violations"]]


@pytest.mark.parametrize(("width", "scheme"), [(390, "dark"), (1280, "light")])
def test_axe_finds_no_violation(open_page, path, width, scheme):
    assert violations(open_page(path, width=width, color_scheme=scheme)) == []


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    place = tmp_path_factory.mktemp("whole") / "report.html"
    place.write_bytes(render.html(compose(reviews.pooled_review(sandbox=True))))
    return place


@pytest.mark.parametrize("width", [390, 1280])
def test_axe_finds_no_violation_in_a_whole_report_with_its_diagram(open_page, whole, width):
    page = open_page(whole, width=width)
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_every_text_of_a_whole_report_has_enough_contrast(open_page, whole):
    page = open_page(whole, width=390)
    assert [each for each in page.evaluate(CONTRASTS) if each["ratio"] < 4.5] == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_has_enough_contrast_by_computation(open_page, path, scheme):
    page = open_page(path, color_scheme=scheme)
    found = page.evaluate(CONTRASTS)
    assert len(found) > 50
    assert [each for each in found if each["ratio"] < 4.5] == []


@pytest.mark.parametrize("width", [320, 768, 1280])
def test_the_page_is_never_wider_than_the_window(open_page, path, width):
    page = open_page(path, width=width)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_column_is_sorted_within_its_groups_and_says_so(open_page, path):
    page = open_page(path)
    page.click("#outcomes th:nth-child(3) button")
    page.click("#outcomes th:nth-child(3) button")
    assert page.get_attribute("#outcomes thead th:nth-child(3)", "aria-sort") == "descending"
    assert cells(page, "outcomes", 3) == ["8.5", "6.5", "4.5", "2.5", "0.5", "7.5", "5.5", "3.5", "1.5"]


def test_numbers_are_sorted_as_numbers(open_page, path):
    page = open_page(path)
    page.click("#outcomes th:nth-child(2) button")
    assert cells(page, "outcomes", 2)[:5] == ["7", "27", "47", "67", "87"]


def test_a_filter_keeps_the_rows_that_hold_every_word_and_says_how_many(open_page, path):
    page = open_page(path)
    page.fill("#outcomes input", "fictitious 2003")
    visible = page.locator("#outcomes tbody tr:not(.group):visible")
    assert visible.all_inner_texts() == ["Fictitious 2003\t37\t3.5"]
    assert page.inner_text("#outcomes [role=status]") == "1 of 9 rows"
    assert page.locator("#outcomes .group:visible").all_inner_texts() == ["Surgery"]


@pytest.mark.parametrize("name", ["outcomes", "marked-table"])
def test_the_csv_behind_a_table_is_made_of_the_page_and_equals_the_file(open_page, path, name):
    page = open_page(path)
    for button in page.locator(f"#{name} .tools button").all():
        button.click()
    with page.expect_download() as waiting:
        page.click(f"#{name} a[download]")
    blocks = blocks_of(lay_out(made_up.report(MARKED))["sections"])
    table = next(block for block in blocks if block.get("id") == name)
    assert waiting.value.suggested_filename == f"{name}.csv"
    assert waiting.value.path().read_bytes() == render.csv(table, form=True)


def test_where_each_number_was_read_is_shown_and_hidden_on_request(open_page, path):
    page = open_page(path)
    page.click("#outcomes .tools button")
    assert page.locator("#outcomes .source").first.inner_text() == "outcomes.csv row 2"
    assert cells(page, "outcomes", 2)[0] == "7"
    page.click("#outcomes .tools button")
    assert page.locator("#outcomes .source").count() == 0


def test_a_box_of_the_diagram_opens_its_records(open_page, path):
    page = open_page(path)
    page.click("svg a")
    assert page.inner_text(".records [role=status]") == "60 of 60 records"
    page.click("#box-included button")
    assert page.inner_text(".records [role=status]") == "6 of 60 records"
    assert page.locator(".list li").count() == 6


def test_an_address_with_a_box_opens_its_records(open_page, path):
    page = open_page(path, fragment="#box-included")
    assert page.locator(".list .title").first.inner_text() == "A fictitious trial, number 10"


def test_a_box_without_records_offers_nothing_to_open(open_page, path):
    assert open_page(path).locator("#box-sought button").count() == 0


def test_the_search_over_records_ignores_case_and_accents(open_page, path):
    page = open_page(path)
    page.fill(".search input", "MULLER number 43")
    assert page.locator(".list .title").all_inner_texts() == ["A fictitious trial, number 43"]


def test_a_long_list_comes_in_pages(open_page, path):
    page = open_page(path)
    assert page.locator(".list li").count() == 50
    page.click("text=Next")
    assert page.locator(".list li").count() == 10
    assert page.locator(".pages span").first.inner_text() == "Page 2 of 2"


@pytest.mark.parametrize(
    ("now", "said"),
    [
        ("2024-10-20T09:00:00Z", "20 October 2024 (today)"),
        ("2024-10-21T09:00:00Z", "20 October 2024 (yesterday)"),
        ("2027-11-03T09:00:00Z", "20 October 2024 (1,109 days ago)"),
        ("2024-10-19T09:00:00Z", "20 October 2024"),
    ],
)
def test_dates_of_searches_say_how_long_ago_by_the_readers_clock(open_page, path, now, said):
    page = open_page(path)
    page.clock.set_fixed_time(now)
    page.reload()
    assert page.inner_text(".status dd") == said


def test_everything_can_be_reached_and_used_by_keyboard_alone(open_page, path):
    page = open_page(path)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "text"
    reached = set()
    for _ in range(60):
        page.keyboard.press("Tab")
        reached.add(page.evaluate("document.activeElement.outerHTML.slice(0, 30)"))
    wanted = ["<button", "<input", "<summary", '<div class="scroll"', "<a "]
    assert [start for start in wanted if not any(html.startswith(start) for html in reached)] == []


def test_a_long_table_scrolls_in_its_place_under_its_header(open_page, tmp_path):
    place = tmp_path / "long.html"
    long = Section(id="long", title="Long", blocks=(made_up.table(60, id="long-table", title="Long"),))
    place.write_bytes(render.html(made_up.report(long)))
    page = open_page(place)
    page.evaluate("document.querySelector('#long-table .scroll').scrollTop = 9000")
    both = page.locator("#long-table .scroll, #long-table thead th")
    region, *headers = both.evaluate_all("all => all.map(each => each.getBoundingClientRect().top)")
    assert page.locator("#long-table .scroll").bounding_box()["height"] < 900
    assert headers == [region] * 3
    assert page.locator("#outcomes .scroll.long").count() == 0
    page.emulate_media(media="print")
    assert page.evaluate("document.querySelector('#long-table .scroll').clientHeight") > 900


def test_without_script_every_record_and_row_is_there(open_page, path):
    page = open_page(path, java_script_enabled=False)
    assert page.locator(".list li").count() == 60
    assert page.locator("#outcomes tbody tr:not(.group)").count() == 9
    assert page.locator("input").count() == 0


def test_print_leaves_controls_out_and_keeps_the_banner_on_every_page(open_page, path, tmp_path):
    import pypdf

    page = open_page(path)
    page.emulate_media(media="print")
    assert page.locator("nav:visible, input:visible, .tools:visible").count() == 0
    page.pdf(path=tmp_path / "print.pdf", prefer_css_page_size=True)
    pages = pypdf.PdfReader(tmp_path / "print.pdf").pages
    assert len(pages) > 2
    assert all("Made with the sandbox PubMed." in each.extract_text() for each in pages)


@pytest.mark.parametrize("title", made_up.HOSTILE)
def test_a_hostile_title_does_nothing_in_a_browser(open_page, tmp_path, title):
    place = tmp_path / "hostile.html"
    extra = Section(id="extra", title=title, blocks=(made_up.table(id="t", title=title),))
    place.write_bytes(render.html(made_up.report(extra, title=title)))
    page = open_page(place, width=390)
    assert page.evaluate("document.title") != "owned"
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_ten_thousand_records_and_fifteen_hundred_rows_stay_usable(open_page, tmp_path):
    place = tmp_path / "big.html"
    records = Section(id="big", title="Big", blocks=(made_up.records(10_000, id="big-list", boxes=()),))
    place.write_bytes(render.html(made_up.report(MANY, sections=(MANY, records), most_rows=1500)))
    page = open_page(place)
    browser = page.context.new_cdp_session(page)
    browser.send("Performance.enable", {"timeDomain": "threadTicks"})  # CPU time: other programs do not count
    page.reload(wait_until="domcontentloaded")
    spent = {metric["name"]: metric["value"] for metric in browser.send("Performance.getMetrics")["metrics"]}
    assert 0 < spent["TaskDuration"] < 3
    page.fill("#big-list input", "number 9999")
    assert page.locator("#big-list .list li").count() == 1
    page.fill("#many-table input", "2999")
    assert page.locator("#many-table tbody tr:not(.group):visible").count() == 1


# Contrast of every visible text with what lies behind it. Source: WCAG 2.2, relative luminance and contrast ratio.
CONTRASTS = """() => {
  const parse = (colour) => {
    const [r, g, b, a = 1] = colour.match(/[\\d.]+/g).map(Number);
    return { r, g, b, a };
  };
  const light = ({ r, g, b }) => {
    const [x, y, z] = [r, g, b].map((v) => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const drawnBehind = (node) => {
    node.scrollIntoView({ block: "center", inline: "center", behavior: "instant" });
    const { x, y, width, height } = node.getBoundingClientRect();
    const shapes = document.elementsFromPoint(x + width / 2, y + height / 2);
    const shape = shapes.find((each) => each.matches("rect, circle, ellipse, polygon, path") && filled(each));
    return shape ? parse(getComputedStyle(shape).fill) : behind(node);
  };
  const filled = (shape) => {
    const style = getComputedStyle(shape);
    return style.fill !== "none" && parse(style.fill).a === 1 && style.fillOpacity > 0.5;
  };
  const behind = (node) => {
    for (; node; node = node.parentElement) {
      const colour = parse(getComputedStyle(node).backgroundColor);
      if (colour.a === 1) return colour;
    }
    return { r: 255, g: 255, b: 255 };
  };
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const text = walker.currentNode.textContent.trim();
    const node = walker.currentNode.parentElement;
    if (!text || ["SCRIPT", "STYLE", "TITLE"].includes(node.tagName.toUpperCase()) || !node.checkVisibility()) continue;
    if (node.closest(":disabled, .unseen")) continue;
    const style = getComputedStyle(node);
    const front = parse(node.closest("svg") ? style.fill : style.color);
    const back = node.closest("svg") ? drawnBehind(node) : behind(node);
    const [a, b] = [light(front), light(back)].sort((x, y) => y - x);
    found.push({ text: text.slice(0, 40), ratio: (a + 0.05) / (b + 0.05) });
  }
  return found;
}"""
