"""What the collecting stage says of exports that lie where no search looks, and of searches that are gone."""

import pytest

from pipeline.errors import FormatError
from tests.workflow.conftest import run_all

WORKFLOW = """\
schema: 1
review: {title: A made-up review}
searches:
  embase: {database: Embase, kind: export, files: [queries/imports/embase/*]}
  lists: {database: Reference lists, kind: export, files: [queries/imports/lists/*]}
screening:
  reviewers: {anna: {}, ben: {}}
"""
RECORD = "TY  - JOUR\nAU  - {0}, {0}\nTI  - An invented trial about {0}\nPY  - 2001\nER  - \n\n"


@pytest.fixture
def review(tmp_path):
    """A review of two exports."""
    for name, author in (("embase", "Alpha"), ("lists", "Beta")):
        folder = tmp_path / "queries/imports" / name
        folder.mkdir(parents=True)
        (folder / "export.ris").write_text(RECORD.format(author))
    (tmp_path / "workflow.yaml").write_text(WORKFLOW)
    return tmp_path


def collected(root):
    """Run the stages up to the reading of records, and return what it said."""
    return run_all(root, until="collect")["collect"].account


def test_an_export_that_no_search_reads_is_named(review):
    (review / "queries/imports/dropped.ris").write_text(RECORD.format("Gamma"))
    (review / "queries/imports/embase/new").mkdir()
    (review / "queries/imports/embase/new/more.ris").write_text(RECORD.format("Delta"))
    reads = "Searches read queries/imports/embase/*, queries/imports/lists/*."
    remedy = "Move it, or name it under 'files' of a search."
    assert collected(review).warnings == (
        f"queries/imports/dropped.ris: no search reads this file. {reads} {remedy}",
        f"queries/imports/embase/new/more.ris: no search reads this file. {reads} {remedy}",
    )


def test_an_export_that_is_gone_can_be_put_back_or_withdrawn(review):
    collected(review)
    (review / "queries/imports/lists/export.ris").unlink()
    with pytest.raises(FormatError) as caught:
        collected(review)
    assert str(caught.value) == (
        "queries/imports/lists/export.ris: this export was read before and is gone. Put it back; records of the review "
        "came from it. If it never belonged to the review, delete the folder queries/runs/2026-11-22_lists as well: "
        "its other files are then read anew."
    )
    for part in (review / "queries/runs/2026-11-22_lists").iterdir():
        part.unlink()
    assert collected(review).did == ("embase: 1 record from export.ris (RIS).", "1 record in all.")
