import math
from collections import Counter

import pytest

pytestmark = pytest.mark.shared

FOLDER = ("data", "metafor_reference")


@pytest.fixture(scope="module")
def comparisons(shared, agreement):
    return list(agreement.compare(shared.joinpath(*FOLDER)))


def test_every_figure_agrees_with_metafor_to_nine_digits_or_to_what_metafor_itself_reached(comparisons, agreement):
    beyond = [found for found in comparisons if not found.difference <= agreement.LIMITS[found.why]]
    assert beyond == []


def test_every_tight_fit_of_the_reference_is_compared(comparisons):
    fits = {found.case for found in comparisons if found.file == "pooled.csv"}
    assert len(fits) == 462
    assert Counter(found.file for found in comparisons if not found.why) == {
        "inputs.csv": 348,
        "pooled.csv": 5922,
        "prediction_intervals.csv": 360,
        "leave_one_out.csv": 2002,
        "subgroups.csv": 280,
        "meta_regression.csv": 40,
        "funnel_tests.csv": 66,
        "mh_peto.csv": 30,
        "proportions_backtransformed.csv": 78,
    }


def test_only_rows_that_metafor_did_not_compute_tightly_are_held_to_less(comparisons, agreement):
    assert Counter(found.why for found in comparisons if found.why) == {
        agreement.PROFILE: 120,
        agreement.DEFAULT: 104,
        agreement.NODES: 16,
    }


def test_the_table_in_the_documentation_is_what_the_comparison_gives(comparisons, agreement):
    page = agreement.PAGE.read_text(encoding="utf-8")
    assert page.split(agreement.BEGIN)[1].split(agreement.END)[0] == agreement.table(comparisons)


def test_a_wrong_figure_would_be_seen(comparisons, agreement):
    found = comparisons[0]
    wrong = agreement.Comparison(found.file, found.figure, found.case, found.theirs * (1 + 1e-8), found.theirs)
    assert wrong.difference > agreement.LIMITS[""]
    assert not math.isclose(wrong.ours, wrong.theirs, rel_tol=1e-9)
