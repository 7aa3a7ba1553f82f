from decimal import Decimal

import pytest

from pipeline.extraction.outcomes import Outcome
from pipeline.extraction.wording import kind, result, result_cell, stated

RATE = {"measure": "proportion", "unit": "per cent"}
MEDIAN = {"measure": "median", "unit": "months"}
HR = {"measure": "hazard ratio", "unit": "ratio", "comparator": "placebo"}
CI = {"ci_level": Decimal(95), "ci_low": Decimal("2.70"), "ci_high": Decimal("4.51")}


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ({**MEDIAN, "value": Decimal("11.0")}, "median 11.0 months"),
        ({**RATE, "value": Decimal("65.2")}, "65.2%"),
        ({**RATE, "value": Decimal(30), "events": 12, "n": 40}, "30% (12/40)"),
        ({**RATE, "unit": "", "events": 9, "n": 29}, "9/29"),
        ({**HR, "value": Decimal("3.49"), **CI}, "HR 3.49 (95% CI 2.70 to 4.51)"),
        ({**HR, "value": Decimal("3.49"), **CI, "ci_level": None}, "HR 3.49 (CI 2.70 to 4.51)"),
        ({**RATE, "value": Decimal(10), "value_status": "about"}, "about 10%"),
        ({**RATE, "value": Decimal(76), "value_status": "up to"}, "up to 76%"),
        ({**RATE, "value": Decimal(5), "value_status": "at least"}, "at least 5%"),
        (
            {
                **RATE,
                "value_status": "range only",
                "range_kind": "range across studies",
                "range_low": Decimal("35.7"),
                "range_high": Decimal(83),
            },
            "35.7 to 83% (range across studies)",
        ),
        (
            {
                **MEDIAN,
                "value": Decimal(28),
                "range_kind": "range",
                "range_low": Decimal(14),
                "range_high": Decimal(70),
            },
            "median 28 months (range 14 to 70 months)",
        ),
        (
            {**MEDIAN, "value": Decimal(14), "range_kind": "plus or minus", "range_high": Decimal(16)},
            "median 14 months ± 16",
        ),
        (
            {
                "measure": "mean",
                "unit": "points",
                "value": Decimal(3),
                "range_kind": "standard deviation",
                "range_high": Decimal(1),
            },
            "mean 3 points (SD 1)",
        ),
        ({**MEDIAN, "unit": "", "value_status": "not reached"}, "median not reached"),
        (
            {"measure": "hazard ratio", "o_minus_e": Decimal("-5.2"), "o_minus_e_variance": Decimal("18.3")},
            "HR (O-E -5.2, V 18.3)",
        ),
        (
            {
                "measure": "hazard ratio",
                "value": Decimal("0.75"),
                "unit": "ratio",
                "o_minus_e": Decimal("-5.2"),
                "o_minus_e_variance": Decimal("18.3"),
            },
            "HR 0.75 (O-E -5.2, V 18.3)",
        ),
        ({**RATE, "unit": "", "value_status": "not reported"}, "not reported"),
    ],
)
def test_a_number_is_said_as_the_source_states_it(cells, words):
    assert stated(Outcome(study_id="a", **cells)) == words


def test_a_result_tells_its_time_its_comparison_and_how_it_was_judged(settings):
    row = Outcome(
        study_id="a", outcome="overall survival", **HR, value=Decimal("0.7"), p_value="<0.01", criteria="ITT", n=86
    )
    assert result(row, settings) == "OS HR 0.7 v placebo, P < 0.01, ITT, n = 86"
    rate = Outcome(study_id="a", outcome="overall survival", **RATE, value=Decimal(69), timepoint_months=Decimal(36))
    assert result(rate, settings, full=False) == "69% at 36 months"
    compared = Outcome(
        study_id="a", outcome="pain", **MEDIAN, value=Decimal(2), comparator="placebo", p_value="not significant"
    )
    assert result(compared, settings) == "pain median 2 months, P not significant v placebo"


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("reported", "value"),
        ("not reached", "value"),
        ("not reported", "not reported"),
        ("not estimable", "not estimable"),
    ],
)
def test_the_kinds_of_nothing_are_told_apart(status, expected):
    row = Outcome(study_id="a", measure="proportion", value_status=status, notes="why")
    assert (kind(row), result_cell(row).kind, result_cell(row).note) == (expected, expected, "why")
