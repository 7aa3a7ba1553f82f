"""The synthesis stage in the review of this repository."""

import csv
from collections import Counter

from pipeline.workflow.folder import ReviewFolder


def rows(folder, name):
    return list(csv.DictReader(folder.text(f"outputs/synthesis/{name}.csv").splitlines()))


def test_what_is_sound_is_pooled_and_everything_else_is_refused(example_ran):
    found = {row["Analysis"]: row["Estimate (interval)"] for row in rows(ReviewFolder(example_ran), "synthesis")}
    assert found == {
        "Alive five years after surgery": "not estimable",
        "Objective response under PRRT": "not estimable",
        "Partial response under PRRT": "28.2% (24.6 to 32.1)",
        "Stable disease under PRRT": "41.7% (28.6 to 56.2)",
        "Disease control under PRRT": "not estimable",
        "Objective response after SIRT": "not estimable",
        "Disease control after SIRT": "not estimable",
        "Progression under targeted drugs against placebo": "not estimable",
    }


def test_every_number_about_an_outcome_is_pooled_or_left_out_with_its_reason(example_ran):
    folder = ReviewFolder(example_ran)
    outcomes = csv.DictReader(folder.text("extraction/outcomes.csv").splitlines())
    times = Counter(row["outcome"] for row in outcomes)
    left = rows(folder, "partial-response-prrt-left-out")
    assert len(rows(folder, "partial-response-prrt-numbers")) + len(left) == times["partial response"]
    assert all(row["Rule"] and row["Why"] for row in left)


def test_the_pictures_of_an_analysis_are_made_with_what_was_pooled(example_ran):
    made = ReviewFolder(example_ran).list("outputs/synthesis/*.svg")
    assert [path.rpartition("/")[2] for path in made] == [
        "partial-response-prrt-forest.svg",
        "stable-disease-prrt-forest.svg",
        "studies-by-year.svg",
        "timeline.svg",
    ]
