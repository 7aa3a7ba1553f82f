import importlib.util
import re
import shutil
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from pipeline.prisma import diagram, wording
from pipeline.prisma.boxes import INCLUDED, OTHER_METHODS, PREVIOUS, VARIABLES, Box, Flow, Part, Step
from pipeline.prisma.diagram import svg
from pipeline.prisma.identities import ADJUSTMENTS, AWAITING
from pipeline.prisma.setting import PAD, SIZE

SVG = "{http://www.w3.org/2000/svg}"
FONTS = Path("/usr/share/fonts/truetype")
SANS = (FONTS / "dejavu" / "DejaVuSans.ttf", FONTS / "liberation" / "LiberationSans-Regular.ttf")
NEW = [name for name in VARIABLES if name not in {*PREVIOUS, *OTHER_METHODS, *INCLUDED}] + [
    "new_studies",
    "new_reports",
]
TEMPLATES = {
    "new": NEW,
    "new with other methods": [*NEW, *OTHER_METHODS],
    "updated": [*PREVIOUS, *NEW, "total_studies", "total_reports"],
    "updated with other methods": [*PREVIOUS, *NEW, *OTHER_METHODS, "total_studies", "total_reports"],
}


def boxes(*names, n=1):
    return {name: Box(n=n) for name in names}


def step(name, n=5):
    return Step(name=name, label={**AWAITING, **ADJUSTMENTS}[name], n=n)


def words(drawing):
    return " ".join("".join(found.itertext()) for found in ET.fromstring(drawing).iter(f"{SVG}text"))


def test_the_template_follows_from_the_boxes():
    drawn = {name: words(svg(Flow(boxes=boxes(*names)))) for name, names in TEMPLATES.items()}
    assert {name: "other methods" in text for name, text in drawn.items()} == {
        name: "other" in name for name in TEMPLATES
    }
    assert {name: "Previous studies" in text for name, text in drawn.items()} == {
        name: "updated" in name for name in TEMPLATES
    }


@pytest.mark.parametrize("template", TEMPLATES)
def test_every_figure_of_a_template_stands_in_the_drawing_once(template):
    flow = Flow(boxes={name: Box(n=1000 + place) for place, name in enumerate(TEMPLATES[template])})
    text = words(svg(flow))
    assert sorted(re.findall(r"\(n\u00a0=\u00a0([\d,]+)\)", text)) == [
        f"{1000 + place:,}" for place in range(len(TEMPLATES[template]))
    ]


def test_the_words_are_those_of_prisma():
    text = words(svg(Flow(boxes=boxes(*TEMPLATES["updated with other methods"])))).replace("\u00a0", " ")
    for official in (
        "Identification of new studies via databases and registers",
        "Identification of new studies via other methods",
        "Records identified from:",
        "Records removed before screening:",
        "Duplicate records removed (n = 1)",
        "Records marked as ineligible by automation tools (n = 1)",
        "Records removed for other reasons (n = 1)",
        "Records screened (n = 1)",
        "Records excluded (n = 1)",
        "Reports sought for retrieval (n = 1)",
        "Reports not retrieved (n = 1)",
        "Reports assessed for eligibility (n = 1)",
        "Studies included in previous version of review (n = 1)",
        "Reports of studies included in previous version of review (n = 1)",
        "New studies included in review (n = 1)",
        "Reports of new included studies (n = 1)",
        "Total studies included in review (n = 1)",
        "Reports of total included studies (n = 1)",
    ):
        assert official in text


def test_each_database_and_each_reason_has_its_figure():
    parts = (Part(label="PubMed", n=7), Part(label="Embase", n=None))
    reasons = (Part(label="Wrong design", n=3),)
    flow = Flow(boxes={"database_results": Box(n=7, parts=parts), "dbr_excluded": Box(n=3, parts=reasons)})
    text = words(svg(flow)).replace("\u00a0", " ")
    assert "Databases (n = 7) PubMed (n = 7) Embase (not yet run)" in text
    assert "Reports excluded: Wrong design (n = 3)" in text


def test_what_was_never_run_stands_in_the_legend_and_is_nowhere_zero():
    drawing = words(svg(Flow(boxes={}, not_run=("PubMed", "Embase"))))
    assert "Not yet run: PubMed, Embase. Their records are unknown, not zero." in drawing
    assert "Databases (not\u00a0yet\u00a0run)" in drawing
    assert "n\u00a0=\u00a00" not in drawing


@pytest.mark.parametrize("name", AWAITING)
def test_what_awaits_somebody_stands_in_its_panel_and_in_the_legend(name):
    flow = Flow(boxes=boxes(*TEMPLATES["new with other methods"]), awaiting=(step(name),))
    text = words(svg(flow))
    assert re.search(r"Awaiting [a-z ]+ \(n\u00a0=\u00a05\)", text)
    assert f"In progress: 5 {AWAITING[name]}." in text


@pytest.mark.parametrize("name", ADJUSTMENTS)
def test_what_stands_between_two_boxes_is_explained_below_with_a_mark(name):
    flow = Flow(boxes=boxes(*TEMPLATES["updated with other methods"]), adjustments=(step(name),))
    text = words(svg(flow)).replace("\u00a0", " ")
    assert text.count("[a]") == 2
    assert f"[a] 5 {ADJUSTMENTS[name]}." in text


def test_a_hostile_reason_is_text():
    part = Part(label='<script>alert("1")</script>\x1b[31m', n=1)
    drawing = svg(Flow(boxes={"dbr_excluded": Box(n=1, parts=(part,))}))
    assert "<script" not in drawing
    assert '<script>alert("1")</script>' in words(drawing).replace(" ", "")
    assert "\x1b" not in drawing


def test_every_drawing_says_what_it_shows():
    flow = Flow(boxes=boxes(*NEW), awaiting=(step("awaiting_screening"),))
    root = ET.fromstring(svg(flow, name="flow-1"))
    assert root.get("role") == "img"
    assert root.get("aria-labelledby") == "flow-1-title flow-1-desc"
    assert (
        root.find(f"{SVG}title").text
        == "PRISMA 2020 flow diagram for a new systematic review: databases and registers only"
    )
    assert "Records screened: 1. Awaiting screening: 5." in root.find(f"{SVG}desc").text
    assert all(each.get("id").startswith("flow-1-") for each in root.iter() if each.get("id"))


def test_boxes_link_to_the_lists_of_their_records():
    drawing = svg(Flow(boxes=boxes(*NEW)), links={"duplicates": "#records-duplicates"})
    root = ET.fromstring(drawing)
    (link,) = root.iter(f"{SVG}a")
    assert (link.get("href"), "".join(link.itertext())) == (
        "#records-duplicates",
        "Duplicate records removed (n\u00a0=\u00a01)",
    )
    assert root.get("role") == "group"


def test_the_grey_theme_holds_only_greys():
    flow = Flow(boxes=boxes(*TEMPLATES["updated with other methods"]), awaiting=(step("awaiting_screening"),))
    colours = set(re.findall(r"#[0-9a-f]{6}", svg(flow, theme="grey")))
    assert all(colour[1:3] == colour[3:5] == colour[5:7] for colour in colours)


def test_a_long_list_of_reasons_goes_on_below_and_keeps_its_sum():
    parts = tuple(Part(label=f"Made-up reason {n // 2}", n=n // 2) for n in range(60))  # each of them twice
    text = words(svg(Flow(boxes={"dbr_excluded": Box(n=sum(n // 2 for n in range(60)), parts=parts)})))
    text = text.replace("\u00a0", " ")
    panel, below = text.split("Reports excluded (databases and registers), continued: ")
    shown, listed = ([int(n) for n in re.findall(r"Made-up reason (\d+) \(n", part)] for part in (panel, below))
    assert shown + listed == [n // 2 for n in range(60)]
    assert f"and {len(listed)} more, listed below (n = {sum(listed):,})" in panel


def test_notes_are_lettered_in_the_order_of_the_boxes():
    names = ("withdrawn_reports", "added_reports", "carried_reports", "carried_records")
    flow = Flow(boxes=boxes(*TEMPLATES["updated"]), adjustments=tuple(step(name) for name in names))
    text = words(svg(flow))
    assert re.findall(r"\[([a-z])\]", text) == [*"abcd", *"abcd"]


def test_a_very_long_reason_ends_in_an_ellipsis_and_keeps_its_figure():
    part = Part(label="x" * 5000, n=7)
    text = words(svg(Flow(boxes={"dbr_excluded": Box(n=7, parts=(part,))})))
    assert "\u2026 (n\u00a0=\u00a07)" in text
    assert len(text) < 2000


def test_no_mark_turns_the_reading_order_of_a_figure():
    part = Part(label="reason \u202e gnorw", n=7)
    assert "\u202e" not in svg(Flow(boxes={"dbr_excluded": Box(n=7, parts=(part,))}))


# Letters of many scripts, and the worst that people write: one long word, one letter repeated, spaces, controls.
label = st.one_of(
    st.text(st.characters(exclude_categories=("Cs",)), max_size=60),
    st.text("JPWM@_%mw" + "ÄÖßŁđ" + "ΩΠψ" + "ЖЩЮ" + "研究、。" + "한국" + "é̂", min_size=1, max_size=200),
    st.builds(lambda char, n: char * n, st.sampled_from("JWM@—…研i"), st.integers(1, 300)),
)
number = st.integers(0, 99_999_999)


@st.composite
def flows(draw):
    names = TEMPLATES[draw(st.sampled_from(list(TEMPLATES)))]
    found = {name: Box(n=draw(number)) for name in names if draw(st.booleans())}
    for name in ("database_results", "register_results", "citations_results", "dbr_excluded", "other_excluded"):
        if name in names and draw(st.booleans()):
            labels = draw(st.lists(label, max_size=12))
            parts = tuple(Part(label=each, n=draw(st.one_of(st.none(), number))) for each in labels)
            found[name] = Box(n=sum(part.n or 0 for part in parts), parts=parts)
    return Flow(
        boxes=found,
        awaiting=tuple(
            step(name, draw(number))
            for name in draw(st.sets(st.sampled_from(list(AWAITING))))
            if not name.startswith("other") or any(each in found for each in OTHER_METHODS)
        ),
        adjustments=tuple(step(name, draw(number)) for name in draw(st.sets(st.sampled_from(list(ADJUSTMENTS))))),
        not_run=tuple(draw(st.lists(label, max_size=3))),
        previous=draw(label),
        notes=tuple(draw(st.lists(label, max_size=2))),
    )


@pytest.fixture(scope="module")
def fonts(root):
    """The advance widths of real fonts, in ems by character."""
    missing = [str(font) for font in SANS if not font.is_file()]
    if missing:
        pytest.skip(f"NO FONTS: {', '.join(missing)} absent, so texts were not measured in real fonts")
    spec = importlib.util.spec_from_file_location("font_widths", root / "docs" / "font_widths.py")
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    return [script.advances(font.read_bytes()) for font in SANS]


@given(flows())
@hypothesis_settings(max_examples=60)
def test_no_text_leaves_its_panel_in_any_font_whatever_the_words(fonts, flow):
    layout = diagram.lay_out(flow)
    for panel in layout.panels.values():
        for line in panel.lines:
            for widths in fonts:
                measured = sum(widths.get(ord(char), 0) for char in line.text) / 2048 * SIZE
                assert PAD + line.indent + measured <= panel.width, (panel.name, line.text)
        assert panel.bottom <= layout.bottom


@given(flows())
@hypothesis_settings(max_examples=60)
def test_no_two_panels_touch_and_all_of_them_stand_in_the_picture(flow):
    layout = diagram.lay_out(flow)
    placed = list(layout.panels.values())
    for place, one in enumerate(placed):
        for other in placed[place + 1 :]:
            apart = one.x + one.width < other.x or other.x + other.width < one.x
            assert apart or one.bottom < other.y or other.bottom < one.y
    root = ET.fromstring(svg(flow))
    width, height = float(root.get("width")), float(root.get("height"))
    for text in root.iter(f"{SVG}text"):
        assert 0 <= float(text.get("x", 0)) <= width
        assert 0 <= float(text.get("y", 0)) <= height


@given(flows())
@hypothesis_settings(max_examples=30)
def test_the_same_flow_is_always_the_same_picture(flow):
    assert svg(flow) == svg(flow)


@pytest.fixture(scope="module")
def page():
    """A page of a real browser, with the fonts of this machine."""
    playwright = pytest.importorskip("playwright.sync_api")
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        pytest.skip("NO CHROMIUM: the diagram was not drawn by a real browser")
    with playwright.sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield browser.new_page()
        browser.close()


@pytest.mark.browser
@pytest.mark.parametrize("template", TEMPLATES)
def test_a_browser_draws_every_line_inside_its_panel(page, template):
    """The widths that a real browser gives to awkward words."""
    awkward = tuple(
        Part(label=words_, n=n)
        for n, words_ in enumerate(
            (
                "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft",
                "研究对象不符合纳入标准且未报告",
                "Неправильный дизайн исследования",
                "النتيجة غير مناسبة",
                "W" * 80,
                "J" * 80,
                "a b c " * 40,
            ),
            start=9_999_990,
        )
    )
    found = boxes(*TEMPLATES[template], n=9_999_999)
    for name in ("database_results", "dbr_excluded", "other_excluded", "citations_results"):
        if name in found:
            found[name] = Box(n=sum(part.n for part in awkward), parts=awkward)
    drawing = svg(Flow(boxes=found, not_run=("中国知网" * 30,), awaiting=(step("awaiting_screening", 9_999_999),)))
    script = """() => [...document.querySelectorAll('g[id]')].flatMap(group => {
        const frame = group.querySelector('rect').getBBox();
        return [...group.querySelectorAll('text')].filter(text => {
            const box = text.getBBox();
            return box.x < frame.x || box.x + box.width > frame.x + frame.width
                || box.y < frame.y || box.y + box.height > frame.y + frame.height;
        }).map(text => text.textContent);
    })"""
    page.set_content(drawing)
    assert page.evaluate(script) == []


def test_a_caption_says_which_template_it_is():
    assert wording.title(Flow(boxes=boxes("previous_studies", "website_results"))) == (
        "PRISMA 2020 flow diagram for an updated systematic review: databases, registers and other methods"
    )


def test_exclusions_by_people_and_by_tools_and_a_meta_analysis_have_their_lines():
    parts = (Part(label="by people", n=5), Part(label="by automation tools", n=4))
    found = boxes(*NEW) | boxes("total_studies_ma", "total_reports_ma") | {"records_excluded": Box(n=9, parts=parts)}
    text = words(svg(Flow(boxes=found))).replace("\u00a0", " ")
    assert "Records excluded (n = 9) by people (n = 5) by automation tools (n = 4)" in text
    assert "Total studies included in meta- analysis (n = 1)" in text
