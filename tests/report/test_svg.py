import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from pipeline.drawing import svg as drawing
from pipeline.report.svg import safe

SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="10" height="10">%s</svg>'
)


def inside(markup: str) -> str:
    return safe(SVG % markup, "f").split(">", 1)[1].removesuffix("</svg>")


@pytest.mark.parametrize(
    "markup",
    [
        "<script>alert(1)</script>",
        '<image href="https://example.org/x.png"/>',
        '<use xlink:href="other.svg#a"/>',
        "<foreignObject><body xmlns='http://www.w3.org/1999/xhtml'><p>x</p></body></foreignObject>",
        "<style>*{fill:url(https://example.org)}</style>",
        '<animate attributeName="href" to="javascript:alert(1)"/>',
        '<x:script xmlns:x="http://www.w3.org/1999/xhtml">alert(1)</x:script>',
        "<!-- comment --><?php echo 1 ?>",
    ],
)
def test_what_runs_fetches_or_reaches_outside_is_left_out(markup):
    assert inside(markup + '<text x="1">a</text>') == '<text x="1">a</text>'


@pytest.mark.parametrize(
    "attribute",
    [
        'onclick="x()"',
        'style="fill:red"',
        'fill="url(https://example.org/a)"',
        'fill="url(#a) url(x)"',
        'fill="\\75rl(x)"',
        'filter="url(#f)"',
    ],
)
def test_an_attribute_that_could_do_harm_is_left_out(attribute):
    assert inside(f"<rect {attribute}/>") == "<rect/>"


@pytest.mark.parametrize("target", ["https://example.org", "javascript:x", "other.html#a", "#a b"])
def test_a_link_out_of_the_page_loses_its_target(target):
    assert inside(f'<a xlink:href="{target}"><text>t</text></a>') == "<a><text>t</text></a>"


def test_a_link_to_a_box_stays():
    assert inside('<a xlink:href="#box-screened"><text>t</text></a>') == '<a href="#box-screened"><text>t</text></a>'


def test_ids_and_what_points_at_them_get_the_prefix():
    markup = '<clipPath id="c"><rect/></clipPath><g clip-path="url(#c)" aria-labelledby="c d"/>'
    assert inside(markup) == '<clipPath id="f-c"><rect/></clipPath><g clip-path="url(#f-c)" aria-labelledby="f-c f-d"/>'


def test_entities_are_not_expanded():
    bomb = '<!DOCTYPE svg [<!ENTITY a "aaaa"><!ENTITY b SYSTEM "file:///etc/passwd">]>' + SVG % "<text>&a;&b;</text>"
    assert "aaaa" not in safe(bomb, "f")
    assert "root:" not in safe(bomb, "f")


@pytest.mark.parametrize("text", ["", "<svg", "<html/>", "<svg/>"])
def test_what_is_no_svg_is_refused(text):
    with pytest.raises(ValueError, match="the drawing 'f'"):
        safe(text, "f")


@given(st.text(), st.text())
def test_what_our_own_rooms_draw_passes_unchanged_but_for_ids(words, title):
    drawn = drawing.picture(
        "p", 100, 50, drawing.text(1, 2, words), drawing.line(0, 0, 1, 1), title=title, description="d"
    )
    passed = etree.fromstring(safe(drawn, "f"))
    original = etree.fromstring(drawn)
    assert [node.tag for node in passed.iter()] == [node.tag for node in original.iter()]
    assert "".join(passed.itertext()) == "".join(original.itertext())
    assert passed.get("aria-labelledby") == "f-p-title f-p-desc"
