"""The PRISMA stage: what it writes, and that no record can get lost on the way to its boxes unnoticed."""

import shutil

import pytest

from pipeline.errors import CountError
from pipeline.workflow import protocol
from pipeline.workflow.folder import ReviewFolder
from pipeline.workflow.stages import flow, standing


def test_the_diagram_is_written_in_colour_and_grey_for_pages_print_and_slides(example_ran):
    names = {path.name for path in (example_ran / "outputs/prisma").iterdir()}
    pictures = {f"prisma{theme}.{kind}" for theme in ("", "-grey") for kind in ("svg", "pdf", "png")}
    assert names == {"boxes.csv", "prisma.csv", *pictures}
    assert (example_ran / "outputs/prisma/prisma.png").read_bytes().startswith(b"\x89PNG")


def test_a_record_that_is_in_no_citation_stops_the_count(example_ran, tmp_path):
    review = shutil.copytree(example_ran, tmp_path / "review")
    citations = review / "outputs/citations.jsonl"
    *kept, last = citations.read_bytes().splitlines(keepends=True)
    assert last.count(b"xue-2025-references:") > 0
    citations.write_bytes(b"".join(kept))
    folder = ReviewFolder(review)
    settings = protocol.load(folder)
    with pytest.raises(CountError) as caught:
        flow.count(folder, settings, standing.load(folder, settings))
    assert str(caught.value.faults[0]) == (
        "the search 'xue-2025-references' delivered 84 records and 83 are counted. A record was lost or counted twice "
        "on the way; report this."
    )
