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


def test_every_file_of_a_search_is_told_with_what_it_delivered(review):
    (review / "queries/imports/embase/more.csv").write_text("title,authors,year\nMore of it,Gamma,2002\n")
    (review / "queries/imports/embase/twice.ris").write_text(RECORD.format("Alpha"))
    assert collected(review).did[0] == (
        "embase: 2 records in 3 files: 1 from export.ris, 1 from more.csv, 1 from twice.ris; "
        "1 of them delivered more than once."
    )


def test_a_search_that_workflow_yaml_no_longer_names_is_told_with_the_day_it_was_run(review):
    collected(review)
    (review / "workflow.yaml").write_text(WORKFLOW.replace("  lists:", "  renamed:"))
    said = "lists: was run on 2026-11-22, but workflow.yaml no longer names it; its records are left out."
    assert said in collected(review).warnings
