"""What the screening stage says of decisions that it does not need, and of work that waits."""

import pytest

from pipeline.records import tables
from tests.workflow.conftest import run_all

WORKFLOW = """\
schema: 1
review: {title: A made-up review}
searches:
  lists: {database: Reference lists, kind: export, via: citation-searching, files: [queries/imports/lists/*]}
screening:
  reviewers: {anna: {}, ben: {}}
"""
RECORD = "TY  - JOUR\nAU  - {0}, {0}\nTI  - An invented trial about {0}\nPY  - 200{1}\nER  - \n\n"
SKIPPED = "at a stage that citations found by other methods do not pass"


@pytest.fixture
def review(tmp_path):
    """Two references of a list, up to the screening."""
    imports = tmp_path / "queries/imports/lists"
    imports.mkdir(parents=True)
    (imports / "lists.ris").write_text(RECORD.format("Alpha", 1) + RECORD.format("Beta", 2))
    (tmp_path / "workflow.yaml").write_text(WORKFLOW)
    return tmp_path


def screened(root):
    """Run the stages up to the screening, and return what it said."""
    return run_all(root, until="screen")["screen"].account


def decide(root, answer):
    """Decide on the first citation at title and abstract, where references of a list are not screened."""
    status = root / "outputs/screening/status.csv"
    citation = tables.read(status.read_bytes(), file="status.csv").rows[0]["citation"]
    sheet = root / "screening/title-abstract/anna/mine.csv"
    sheet.parent.mkdir(parents=True)
    sheet.write_bytes(tables.write(("record_id", "decision"), [(citation, answer)], form=True))


def test_what_a_run_hands_out_is_owed_from_that_run_on(review):
    account = screened(review)
    assert account.news == tuple(
        f"New worksheet (2 rows): screening/full-text/{name}/2026-11-22.csv" for name in ("anna", "ben")
    )
    assert account.pending == (
        "Full text: 2 citations wait for decisions.",
        "Full text: anna owes 2 decisions.",
        "Full text: ben owes 2 decisions.",
    )


def test_an_inclusion_where_nothing_is_screened_is_kept_as_not_needed_and_warns_nobody(review):
    screened(review)
    decide(review, "include")
    account = screened(review)
    assert f"1 decision {SKIPPED}: kept, and not needed." in account.did
    assert not any(SKIPPED in warning for warning in account.warnings)


def test_an_exclusion_where_nothing_is_screened_warns_with_what_to_do(review):
    screened(review)
    decide(review, "exclude")
    account = screened(review)
    remedy = "Exclude their reports, or set 'other_methods: screen' for that stage."
    assert f"1 decision to exclude, {SKIPPED}: kept, and not used. {remedy}" in account.warnings


def test_worksheets_in_a_folder_that_is_no_stage_are_told_since_nothing_in_them_counts(review):
    screened(review)
    (review / "screening/full-text").rename(review / "screening/fulltext")
    assert (
        "screening/fulltext: workflow.yaml has no stage 'fulltext', so nothing in this folder counts. "
        "Did you mean 'full-text'?"
    ) in screened(review).warnings


def test_worksheets_that_lie_in_no_reviewers_folder_are_named_since_nothing_in_them_counts(review):
    screened(review)
    (review / "screening/full-text/anna/2026-11-22.csv").rename(review / "screening/full-text/anna.csv")
    (review / "screening/full-text/ben/done").mkdir()
    (review / "screening/full-text/ben/2026-11-22.csv").rename(review / "screening/full-text/ben/done/mine.csv")
    remedy = "Worksheets lie in screening/<stage>/<reviewer>/: move it there."
    assert screened(review).warnings == (
        f"screening/full-text/anna.csv: nothing in this file counts. {remedy}",
        f"screening/full-text/ben/done/mine.csv: nothing in this file counts. {remedy}",
    )
