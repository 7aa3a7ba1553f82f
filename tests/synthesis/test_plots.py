import math
import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from itertools import pairwise

import pytest
import typst
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.drawing.text import width
from pipeline.synthesis.plots import forest, forest_drawing, funnel, timeline, years
from pipeline.synthesis.plots.axis import Axis, limits
from pipeline.synthesis.plots.forest import Forest, Group, Line, Summary
from pipeline.synthesis.plots.funnel import Funnel, Point
from pipeline.synthesis.plots.timeline import Course, Timeline
from pipeline.synthesis.plots.years import Years

NAMESPACE = "{http://www.w3.org/2000/svg}"
HARD = (
    "Kołodziejczyk-Ćwikła, Hüseyinoğlu, O’Brien and the International Study Group on Tumours 2019",
    "李明, 王芳 2020 神经内分泌肿瘤肝转移的肽受体放射性核素治疗研究组",
    "Хачатурян 2021",
    "أحمد 2022",
    'A & B <2023> "quoted" \x0b',
)
LINES = tuple(
    Line(label=label, cells=("12/40", "1/9"), estimate=value, low=value / 2, high=value * 2, weight=weight)
    for label, value, weight in zip(HARD, (0.5, 0.8, 1.2, 0.3, 0.9), (12.0, 40.0, 8.0, 20.0, 20.0), strict=True)
)
FULL = Forest(
    name="full",
    title="Everything at once",
    columns=("Study", "Drug\nevents/n", "Placebo\nevents/n"),
    value="Risk ratio",
    groups=(
        Group(title="First", lines=LINES[:2], summary=Summary(label="Pooled", estimate=0.7, low=0.01, high=60.0)),
        Group(title="Second", lines=LINES[2:], detail="Not pooled: a reason."),
    ),
    summaries=(
        Summary(
            label="All", estimate=0.8, low=0.6, high=1.1, prediction=(0.2, 3.0), weight=100.0, detail="τ² 0.3, I² 92%"
        ),
    ),
    detail="Between groups: Q 1.9",
    null=1.0,
    is_ratio=True,
    favours=("Favours drug", "Favours placebo"),
)
FUNNEL = Funnel(
    name="funnel",
    title="A funnel",
    points=tuple(Point(label, math.log(0.4 + i / 5), 0.1 + i / 10) for i, label in enumerate(HARD)),
    added=(Point("added", 0.9, 0.4),),
    centre=-0.3,
    null=0.0,
    label="Risk ratio",
    back=math.exp,
    forward=math.log,
    is_ratio=True,
    notes=("Egger: slope 1.40, t with 11 df, P 0.19. " * 3,),
)
TIMES = Timeline(
    name="times",
    title="In time",
    result="Response",
    courses=(
        Course(label=HARD[0], start=1985, end=2009, published=(2010,), result="a long result " * 5, group="Drug"),
        Course(label=HARD[1], start=2013, group="Drug"),
        Course(label=HARD[3], published=(2005, 2008), group="Rays"),
        Course(label="Nowhere", group="Rays"),
    ),
)
MATRIX = Years(
    name="matrix",
    title="Studies",
    rows=tuple((label, (2001, 2001, 2004 + place)) for place, label in enumerate(HARD)),
    all=(2001, 2001, 2004, 2005, 2006, 2007, 2008),
)
PICTURES = {
    "matrix": years.draw(MATRIX),
    "matrix of spans": years.draw(Years(name="m", title="M", rows=(("x", (1931,) * 700 + (2024,)),), all=(1931, 2024))),
    "full": forest_drawing.draw(FULL),
    "empty": forest_drawing.draw(Forest(name="e", title="Nothing", value="Proportion", groups=())),
    "funnel": funnel.draw(FUNNEL),
    "plain funnel": funnel.draw(
        Funnel(name="p", title="P", points=(), centre=0.0, label="x", back=float, forward=float)
    ),
    "times": timeline.draw(TIMES),
    "no times": timeline.draw(Timeline(name="n", title="Nothing", courses=())),
}


def elements(picture, tag):
    return list(ET.fromstring(picture).iter(f"{NAMESPACE}{tag}"))


def texts(picture):
    return ["".join(element.itertext()) for element in elements(picture, "text")]


@pytest.mark.parametrize("picture", PICTURES.values(), ids=PICTURES)
def test_a_picture_has_a_title_and_a_description_and_refers_to_nothing_outside(picture):
    root = ET.fromstring(picture)
    assert [child.tag for child in root][:2] == [f"{NAMESPACE}title", f"{NAMESPACE}desc"]
    assert root.get("role") == "img"
    assert len(root[1].text) > 5
    assert not re.search(r"href|url\(|<style|<script|@import", picture)


@pytest.mark.parametrize("picture", PICTURES.values(), ids=PICTURES)
def test_no_text_leaves_the_picture(picture):
    root = ET.fromstring(picture)
    limit = float(root.get("width"))
    for text in root.iter(f"{NAMESPACE}text"):
        if text.get("x") == "0":  # turned
            continue
        size = float(text.get("font-size", "12"))
        length = width("".join(text.itertext()), size, bold=text.get("font-weight") == "bold")
        left = float(text.get("x")) - {"end": length, "middle": length / 2}.get(text.get("text-anchor"), 0)
        assert left >= 0
        assert left + length <= limit + 0.01
        assert 0 < float(text.get("y")) <= float(root.get("height"))


@pytest.mark.parametrize("picture", PICTURES.values(), ids=PICTURES)
def test_ink_is_that_of_the_page_or_one_of_two_colours(picture):
    inks = set(re.findall(r'(?:fill|stroke)="([^"]+)"', picture))
    assert inks <= {"currentColor", "#4477aa", "#cc6677", "none"}


@pytest.mark.parametrize("picture", PICTURES.values(), ids=PICTURES)
def test_typst_sets_a_picture(picture, tmp_path):
    (tmp_path / "p.svg").write_text(picture, encoding="utf-8")
    (tmp_path / "p.typ").write_text('#set page(width: auto, height: auto)\n#image("p.svg", alt: "x")', encoding="utf-8")
    assert typst.compile(tmp_path / "p.typ", root=tmp_path).startswith(b"%PDF")


@pytest.mark.parametrize(
    ("first", "last", "step", "columns"),
    [(2020, 2020, 1, 1), (2001, 2020, 1, 20), (2000, 2020, 2, 11), (1981, 2024, 5, 9), (1931, 2024, 5, 19)],
)
def test_a_matrix_has_no_more_columns_than_a_page_has_room_for(first, last, step, columns):
    found = Years(name="y", title="Y", rows=(), all=(first, last))
    assert (found.step, len(found.columns)) == (step, columns)


def test_a_matrix_prints_every_count_and_says_it_in_words():
    found = Years(name="y", title="Y", rows=(("drug", (2001, 2001, 2003)), ("rays", (2003,))), all=(2001, 2001, 2003))
    shown = texts(years.draw(found))
    assert shown == [
        *("Treatment", "2001", "2002", "2003", "All"),
        *("drug", "2", "1", "3"),
        *("rays", "1", "1"),
        *("All studies, each once", "2", "1", "3"),
    ]
    assert years.describe(found) == (
        "Y. drug 3 (2001: 2, 2003: 1). rays 1 (2003: 1). All studies, each once 3 (2001: 2, 2003: 1)."
    )


@settings(max_examples=50)
@given(st.lists(st.integers(1900, 2100), min_size=1, max_size=60))
def test_every_study_of_a_matrix_stands_in_one_column(found):
    matrix = Years(name="y", title="Y", rows=(("x", tuple(found)),), all=tuple(found))
    assert sum(matrix.counts(matrix.all)) == len(found)
    assert len(matrix.columns) <= 20


def test_the_total_of_a_left_column_stands_in_the_row_of_what_was_pooled():
    whole = Summary(label="All", cells=("60/200", "5/45"), estimate=0.8, low=0.6, high=1.1)
    picture = forest_drawing.draw(replace(FULL, summaries=(whole,)))
    places = {"".join(one.itertext()): one.get("y") for one in elements(picture, "text")}
    assert places["60/200"] == places["5/45"] == places["All"]


def test_texts_of_one_row_do_not_overlap():
    rows = {}
    for text in elements(PICTURES["full"], "text"):
        size, words = float(text.get("font-size", "12")), "".join(text.itertext())
        if size == 12:
            length = width(words, size, bold=text.get("font-weight") == "bold")
            left = float(text.get("x")) - {"end": length, "middle": length / 2}.get(text.get("text-anchor"), 0)
            rows.setdefault(text.get("y"), []).append((left, left + length, words))
    for row in rows.values():
        ordered = sorted(row)
        assert all(a[1] <= b[0] for a, b in pairwise(ordered)), row


def test_the_description_says_what_a_reader_would_see():
    said = forest.describe(FULL)
    assert said.startswith("Everything at once. 5 studies. First: Kołodziejczyk-Ćwikła")
    assert "Хачатурян 2021 1.20 (0.60 to 2.40), weight 8.0%." in said
    assert said.endswith(
        "All: 0.80 (0.60 to 1.10). Prediction interval 0.20 to 3.00. τ² 0.3, I² 92%. Between groups: Q 1.9"
    )


def test_every_number_of_a_forest_stands_in_its_column():
    shown = texts(PICTURES["full"])
    for expected in ("0.50", "(0.25 to 1.00)", "12.0%", "12/40", "(0.20 to 3.00)", "←\u00a0Favours drug", "100.0%"):
        assert expected in shown


def squares(picture):
    return [float(rect.get("width")) for rect in elements(picture, "rect")]


def test_the_area_of_a_square_grows_with_its_weight():
    sides = dict(zip((line.weight for line in LINES), squares(PICTURES["full"]), strict=True))
    assert sides[40.0] > sides[20.0] > sides[12.0] > sides[8.0]
    heavy, light, least = (side - 3.5 for side in (sides[40.0], sides[20.0], 3.5))
    assert (heavy / light) ** 2 == pytest.approx(2, rel=0.01)
    assert least == 0


def test_an_interval_that_runs_off_the_axis_is_cut_and_gets_an_arrow():
    wide = Line(label="wide", estimate=1.0, low=0.0001, high=10000.0, weight=5.0)
    narrow = tuple(Line(label=f"n{i}", estimate=0.9 + i / 10, low=0.8, high=1.3, weight=30.0) for i in range(3))
    made = Forest(name="a", title="A", value="Odds ratio", groups=(Group(lines=(wide, *narrow)),), is_ratio=True)
    arrows = elements(forest_drawing.draw(made), "path")
    assert len(arrows) == 2


def test_a_diamond_that_runs_off_the_axis_is_cut_straight():
    polygon = elements(PICTURES["full"], "polygon")[0]
    points = [tuple(map(float, point.split(","))) for point in polygon.get("points").split()]
    xs = [x for x, _ in points]
    assert len(points) == 6
    assert xs.count(min(xs)) == xs.count(max(xs)) == 2


def test_counts_on_either_side_of_a_funnel_are_told():
    said = funnel.describe(FUNNEL)
    assert said.startswith("A funnel. 5 studies by effect and standard error: 2 left of the pooled estimate, 3 right.")
    assert "Trim and fill adds 1." in said
    assert len(elements(PICTURES["funnel"], "circle")) == 7  # five studies, one added, one in the legend


def test_a_funnel_without_a_null_has_no_contours():
    assert len(elements(PICTURES["funnel"], "polygon")) == 4
    assert elements(PICTURES["plain funnel"], "polygon") == []


def test_studies_without_a_year_are_named_below_a_timeline():
    assert "Without a year: Nowhere." in texts(PICTURES["times"])
    assert timeline.describe(TIMES).endswith("Without a year: Nowhere.")
    assert len(elements(PICTURES["times"], "polygon")) == 4  # the legend's and three reports


@pytest.mark.parametrize(
    ("axis", "ticks"),
    [
        (Axis(low=0.08, high=9, left=0, right=300, is_log=True), (0.1, 0.2, 0.5, 1, 2, 5)),
        (Axis(low=0.6, high=1.1, left=0, right=300, is_log=True), (0.6, 0.7, 0.8, 0.9, 1)),
        (Axis(low=1e-6, high=1e6, left=0, right=300, is_log=True), (1e-6, 1e-4, 0.01, 1, 100, 10000, 1e6)),
        (Axis(low=0, high=1, left=0, right=300, percent=True), (0, 0.2, 0.4, 0.6, 0.8, 1)),
        (Axis(low=-1.3, high=2.2, left=0, right=300), (-1, -0.5, 0, 0.5, 1, 1.5, 2)),
        (Axis(low=1985, high=2026, left=0, right=300), (1990, 2000, 2010, 2020)),
    ],
)
def test_ticks_are_the_round_values_that_a_reader_expects(axis, ticks):
    assert axis.ticks() == pytest.approx(ticks)


@settings(max_examples=200)
@given(st.floats(1e-5, 1e5), st.floats(1.02, 1e6), st.booleans(), st.booleans())
def test_ticks_lie_on_the_axis_and_their_labels_do_not_touch(low, factor, is_log, percent):
    axis = Axis(low=low, high=low * factor, left=0, right=300, is_log=is_log, percent=percent)
    ticks = axis.ticks()
    assert len(ticks) >= 2
    assert all(low * (1 - 1e-6) <= tick <= low * factor * (1 + 1e-6) for tick in ticks)
    ends = [(axis.place(t) - width(axis.label(t), 11) / 2, axis.place(t) + width(axis.label(t), 11) / 2) for t in ticks]
    assert all(a[1] < b[0] for a, b in pairwise(ends))


@given(st.lists(st.tuples(st.floats(-5, 5), st.floats(0, 50), st.floats(0, 50)), min_size=1, max_size=8))
def test_an_axis_holds_every_estimate_and_no_interval_pushes_it_far(rows):
    estimates = [value for value, _, _ in rows]
    intervals = [(value - low, value + high) for value, low, high in rows]
    low, high = limits(estimates, intervals, forward=float, back=float)
    assert low <= min(estimates) <= max(estimates) <= high
    widths = sorted(b - a for a, b in intervals)
    reach = max(0.8 * (max(estimates) - min(estimates)), 2.5 * widths[len(widths) // 2])
    assert high - low <= (max(estimates) - min(estimates) + 2 * reach) * 1.07 + 1.1


def test_the_interval_of_a_small_study_beside_a_large_one_is_shown_whole():
    small = (0.166, 0.465)
    low, high = limits([0.28, 0.30, 0.282], [(0.242, 0.322), small, (0.246, 0.321)], forward=float, back=float)
    assert low < small[0] < small[1] < high


def test_a_value_beyond_the_axis_stands_at_its_end():
    axis = Axis(low=0.1, high=10, left=100, right=300, is_log=True)
    assert [axis.place(value) for value in (0.0, 0.1, 1, 10, math.inf)] == pytest.approx([100, 100, 200, 300, 300])
