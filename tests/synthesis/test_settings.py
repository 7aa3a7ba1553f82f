import re

import pytest
from pydantic import TypeAdapter

from pipeline.synthesis.effects import RULES
from pipeline.synthesis.settings import Analysis, check
from tests.synthesis.builders import SETTINGS, analysis


def test_an_analysis_is_read_from_what_a_person_writes_in_yaml():
    given = {
        "id": "orr-prrt",
        "outcome": "response",
        "measure": "proportion",
        "modalities": ["drug"],
        "overlaps": [["a", "b"]],
        "leave_out": {"c": "retracted"},
        "timepoint_months": 12,
    }
    read = TypeAdapter(Analysis).validate_python(given)
    assert (read.modalities, read.overlaps, read.leave_out) == (("drug",), (("a", "b"),), {"c": "retracted"})
    assert (read.model, read.method, read.test, read.prediction, read.level) == ("", "REML", "HKSJ", "k-2", 0.95)


def test_settings_that_are_right_have_no_fault():
    right = [
        analysis(),
        analysis(id="y", measure="hazard ratio", outcome="survival", comparators=("placebo",), subgroup="who_grade"),
        analysis(id="z", model="random", scale="arcsine"),
        analysis(id="w", measure="odds ratio", model="Peto", favours=("drug", "placebo")),
    ]
    assert check(right, SETTINGS) == ()


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"id": "A b"}, "synthesis.0.id: 'A b' cannot name a file; accepted: small letters, digits and hyphens."),
        (
            {"outcome": "respons"},
            (
                "synthesis.0.outcome: 'respons' is not known; accepted: response, harm, survival, score. "
                "Did you mean 'response'?"
            ),
        ),
        (
            {"modalities": ("drug", "ray")},
            ("synthesis.0.modalities: 'ray' is not known; accepted: drug, rays, placebo. Did you mean 'rays'?"),
        ),
        (
            {"populations": ("all", "yong")},
            "synthesis.0.populations: 'yong' is not known; accepted: all, young, old. Did you mean 'young'?",
        ),
        (
            {"subgroup": "grade"},
            (
                "synthesis.0.subgroup: 'grade' is not known; accepted: modality, population, design, primary_site, "
                "who_grade. Did you mean 'who_grade'?"
            ),
        ),
        (
            {"model": "Peto"},
            "synthesis.0.model: the model 'Peto' does not fit the measure 'proportion'; accepted: Peto for odds ratio.",
        ),
        (
            {"model": "GLMM", "measure": "median"},
            "synthesis.0.model: the model 'GLMM' does not fit the measure 'median'; accepted: GLMM for proportion.",
        ),
        (
            {"scale": "freeman-tukey"},
            (
                "synthesis.0.scale: the scale 'freeman-tukey' would not be used. "
                "Set model to random or common, with measure proportion, or leave scale out."
            ),
        ),
        (
            {"level": 95.0},
            "synthesis.0.level: 95 is no level of confidence; accepted: 0.5 up to, not including, 1: 0.95.",
        ),
        ({"unit": "months"}, "synthesis.0.unit: the measure 'proportion' has no unit. Leave it out."),
        (
            {"comparators": ("placebo",)},
            (
                "synthesis.0.comparators: the measure 'proportion' compares nothing. "
                "Leave it out, or choose a measure that compares."
            ),
        ),
        (
            {"overlaps": (("a",),)},
            "synthesis.0.overlaps.0: ['a'] is no group of studies. Name two or more, the one that counts first.",
        ),
        (
            {"favours": ("drug",)},
            "synthesis.0.favours: 1 words cannot stand left and right of the axis; accepted: two: left, right.",
        ),
    ],
)
def test_a_setting_that_cannot_be_is_said_in_one_sentence(settings, says):
    assert [str(fault) for fault in check([analysis(**settings)], SETTINGS)] == [says]


def test_a_meta_analysis_is_no_design_that_can_be_asked_for():
    (fault,) = check([analysis(designs=("meta-analysis",))], SETTINGS)
    assert fault.what == "'meta-analysis' is not known"


def test_two_analyses_of_one_name_are_a_fault():
    (fault,) = check([analysis(), analysis()], SETTINGS)
    assert str(fault) == "synthesis: 2 analyses are called 'x'. Give each an id of its own."


def test_every_rule_of_refusal_and_every_setting_is_documented(root):
    page = (root / "docs" / "synthesis.md").read_text(encoding="utf-8")
    assert [line for rule, what in RULES.items() if (line := f"| `{rule}` | {what} |\n") not in page] == []
    named = re.findall(r"^\| `([a-z_]+)` \| ", page, re.MULTILINE)
    assert [name for name in Analysis.__dataclass_fields__ if name not in named] == []
