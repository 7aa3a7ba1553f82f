"""What the extraction stage makes of the names that worksheets give to studies."""

import pytest

from pipeline.records import tables
from tests.workflow.conftest import run_all

WORKFLOW = """\
schema: 1
review: {title: A made-up review}
searches:
  lists: {database: Reference lists, kind: export, via: citation-searching, files: [queries/imports/lists/*]}
screening:
  reviewers: {anna: {}}
  stages:
    - {id: title-abstract, votes: 1}
    - {id: full-text, reports: true, votes: 1}
"""
RECORD = "TY  - JOUR\nAU  - {0}, {0}\nTI  - An invented trial about {0}\nPY  - 2001\nER  - \n\n"


@pytest.fixture
def review(tmp_path):
    """Two references of a list that anna includes as reports of one study."""
    (tmp_path / "queries/imports/lists").mkdir(parents=True)
    (tmp_path / "workflow.yaml").write_text(WORKFLOW)
    listed(tmp_path, "first", "Alpha", "Beta")
    include(tmp_path, study="NET trial")
    return tmp_path


def listed(root, name, *authors):
    """Add an export, and hand its references out."""
    (root / f"queries/imports/lists/{name}.ris").write_text("".join(map(RECORD.format, authors)))
    run_all(root, until="extract")


def include(root, *, study):
    """Include everything that anna was handed and has not decided."""
    for sheet in sorted((root / "screening/full-text/anna").iterdir()):
        table = tables.read(sheet.read_bytes(), file=sheet.name)
        said = {"decision": "include", "study": study}
        rows = [
            [row[name] if row["decision"] else said.get(name, row[name]) for name in table.header] for row in table.rows
        ]
        sheet.write_bytes(tables.write(table.header, rows, form=True))


def extracted(root):
    """Run the stages up to the extraction, and return what it said."""
    return run_all(root, until="extract")["extract"].account


def studies(root):
    """Return every row of the studies forms."""
    forms = sorted((root / "extraction").glob("*studies.csv"))
    return [row for form in forms for row in tables.read(form.read_bytes(), file=form.name).rows]


def test_two_reports_of_one_study_start_one_study(review):
    extracted(review)
    (row,) = studies(review)
    assert (row["study_id"], row["reports"].count("lists:")) == ("net-trial", 2)


def test_a_later_report_of_a_study_is_asked_to_be_added_and_starts_none(review):
    extracted(review)
    listed(review, "second", "Gamma")
    include(review, study="NET trial")
    said = extracted(review).pending
    assert len(studies(review)) == 1
    assert said[-1].startswith(
        "1 report of the study 'net-trial', as the worksheets say, to be added to its row in the studies form: lists:"
    )


def test_only_reports_that_are_given_rows_are_counted_as_such(review):
    extracted(review)
    listed(review, "second", "Gamma")
    include(review, study="NET trial")
    listed(review, "third", "Delta")
    include(review, study="Delta trial")
    news = extracted(review).news
    assert [line.partition(":")[0] for line in news] == ["New starter rows for 1 included report"] * 2


def test_reports_of_one_study_that_the_forms_keep_apart_are_told(review):
    extracted(review)
    (form,) = (review / "extraction").glob("*studies.csv")
    table = tables.read(form.read_bytes(), file=form.name)
    (row,) = table.rows
    apart = [
        [{"study_id": study, "reports": report, "design": "cohort"}.get(name, row[name]) for name in table.header]
        for study, report in zip(("net-trial", "beta-2001"), row["reports"].split("; "), strict=True)
    ]
    form.write_bytes(tables.write(table.header, apart, form=True))
    (warning,) = (line for line in extracted(review).warnings if line.startswith("The worksheets call"))
    assert warning.endswith(
        "one study, 'net-trial', and the extraction forms keep them apart (net-trial, beta-2001), which counts."
    )
