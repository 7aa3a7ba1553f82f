import xml.etree.ElementTree as ET

import pytest
import typst
from hypothesis import given
from hypothesis import strategies as st

from pipeline.drawing import svg

NAMESPACE = "{http://www.w3.org/2000/svg}"


def test_a_picture_has_a_name_that_screen_readers_announce():
    root = ET.fromstring(svg.picture("forest", 10, 20, title="A & B", description="two < three"))
    assert (root.get("role"), root.get("aria-labelledby")) == ("img", "forest-title forest-desc")
    assert [(child.tag, child.get("id"), child.text) for child in root] == [
        (f"{NAMESPACE}title", "forest-title", "A & B"),
        (f"{NAMESPACE}desc", "forest-desc", "two < three"),
    ]


def test_a_picture_with_links_is_a_group_since_nobody_reaches_a_link_inside_an_image():
    root = ET.fromstring(svg.picture("flow", 10, 20, title="t", description="d", role="group"))
    assert root.get("role") == "group"


@given(st.text())
def test_whatever_a_text_holds_the_picture_is_well_formed(words):
    root = ET.fromstring(svg.picture("p", 9, 9, svg.text(1, 1, words), title=words, description=words))
    assert len(root) == 3


@pytest.mark.parametrize(
    ("value", "written"), [(0.0, "0"), (-0.004, "0"), (10.0, "10"), (1.005, "1"), (-2.5, "-2.5"), (100, "100")]
)
def test_numbers_are_short(value, written):
    assert svg.number(value) == written


def test_a_line_takes_the_ink_of_the_page_unless_told_otherwise():
    assert svg.line(0, 1, 2, 3) == '<line x1="0" y1="1" x2="2" y2="3" stroke="currentColor"/>'
    assert svg.line(0, 1, 2, 3, stroke="red") == '<line x1="0" y1="1" x2="2" y2="3" stroke="red"/>'


def test_typst_sets_a_picture_with_and_without_the_fonts_of_the_system(tmp_path):
    picture = svg.picture("p", 90, 20, svg.text(1, 15, "HR 0.65 Ćwikła"), title="t", description="d")
    (tmp_path / "p.svg").write_text(picture, encoding="utf-8")
    (tmp_path / "p.typ").write_text('#set document(date: none)\n#image("p.svg", alt: "t")')
    for ignored in (False, True):
        empty = typst.compile(tmp_path / "p.typ", root=tmp_path, ignore_system_fonts=ignored)
        assert b"/FontFile" in empty
