import xml.etree.ElementTree as ET

from pipeline.prisma.boxes import Box, Flow, Part
from pipeline.prisma.diagram import svg

SVG = "{http://www.w3.org/2000/svg}"


def boxes(*names, n=1):
    return {name: Box(n=n) for name in names}


def words(drawing):
    return " ".join("".join(found.itertext()) for found in ET.fromstring(drawing).iter(f"{SVG}text"))


def test_the_template_follows_from_the_boxes():
    new = Flow(boxes=boxes("database_results"))
    other = Flow(boxes=boxes("database_results", "website_results"))
    update = Flow(boxes=boxes("database_results", "previous_studies"))
    assert "other methods" not in words(svg(new))
    assert "Identification of studies via other methods" in words(svg(other))
    assert "Identification of new studies via databases and registers" in words(svg(update))


def test_what_was_never_run_stands_in_the_legend():
    drawing = words(svg(Flow(boxes={}, not_run=("PubMed", "Embase"))))
    assert "Not yet run: PubMed, Embase. Their records are unknown, not zero." in drawing
    assert "n\u00a0=\u00a00" not in drawing


def test_a_hostile_reason_is_text():
    part = Part(label='<script>alert("1")</script>', n=1)
    drawing = svg(Flow(boxes={"dbr_excluded": Box(n=1, parts=(part,))}))
    assert "<script" not in drawing
    assert '<script>alert("1")</script>' in words(drawing).replace(" ", "")
