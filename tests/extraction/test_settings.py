from dataclasses import replace

import pytest
from pydantic import TypeAdapter

from pipeline.extraction.settings import ExtractionSettings, OutcomeSetting, check
from pipeline.extraction.terms import Term, Vocabulary


def test_the_settings_of_the_tests_and_of_the_example_are_sound(settings, example_settings):
    assert (check(settings), check(example_settings), check(ExtractionSettings())) == ((), (), ())


@pytest.mark.parametrize(
    ("change", "column", "what"),
    [
        ({"extractors": ("Anna", "ben")}, "extraction.extractors.0", "'Anna' cannot be the folder of an extractor"),
        (
            {"extractors": ("consensus", "ben")},
            "extraction.extractors.0",
            "'consensus' cannot be the folder of an extractor",
        ),
        ({"extractors": ("ben",)}, "extraction.extractors", "one extractor alone cannot be compared with anybody"),
        ({"extractors": ("ben", "ben")}, "extraction.extractors", "'ben' stands here 2 times"),
        (
            {"modalities": ("a; b",)},
            "extraction.modalities",
            "'a; b' holds a semicolon, which divides several words in a cell",
        ),
        ({"vocabularies": ("who_grad",)}, "extraction.vocabularies", "'who_grad' is not known"),
        ({"risk_of_bias": ("RoB2",)}, "extraction.risk_of_bias", "'RoB2' is not known"),
        ({"outcomes": (OutcomeSetting(name=" "),)}, "extraction.outcomes.0.name", "an outcome has no name"),
        (
            {"outcomes": (OutcomeSetting(name="pain", measures=("mode",)),)},
            "extraction.outcomes.0.measures",
            "'mode' is not known",
        ),
        (
            {"outcomes": (OutcomeSetting(name="pain", sum_of=("ache",)),)},
            "extraction.outcomes.0.sum_of",
            "'ache' is not known",
        ),
        (
            {"outcomes": (OutcomeSetting(name="pain", units=("per cent",)),)},
            "extraction.outcomes.0.units",
            "the unit 'per cent' belongs to a measure, not to an outcome",
        ),
        (
            {"outcomes": (OutcomeSetting(name="pain"), OutcomeSetting(name="ache", abbreviation="Pain"))},
            "extraction.outcomes",
            "'pain' names 2 outcomes",
        ),
        (
            {
                "vocabularies": ("who_grade",),
                "own_vocabularies": (Vocabulary(column="who_grade", title="G", source="us"),),
            },
            "extraction.own_vocabularies",
            "two vocabularies fill the column 'who_grade'",
        ),
    ],
)
def test_settings_that_cannot_be_obeyed_are_faults(change, column, what):
    assert [(fault.column, fault.what) for fault in check(replace(ExtractionSettings(), **change))] == [(column, what)]


def test_settings_are_read_from_plain_text_values():
    read = TypeAdapter(ExtractionSettings).validate_python(
        {
            "outcomes": [{"name": "pain", "kind": "measurement", "primary": "true"}],
            "own_vocabularies": [
                {
                    "column": "child_pugh",
                    "title": "Child-Pugh",
                    "source": "us",
                    "terms": [{"name": "A", "meaning": {"Points": "5-6"}}],
                }
            ],
        }
    )
    assert read.outcomes == (OutcomeSetting(name="pain", kind="measurement", primary=True),)
    assert read.terms[0].terms == (Term(name="A", meaning={"Points": "5-6"}),)


def test_outcomes_are_ordered_primary_first_then_as_listed_then_by_name():
    settings = ExtractionSettings(outcomes=(OutcomeSetting(name="b"), OutcomeSetting(name="a", primary=True)))
    assert sorted(["z", "y", "b", "a"], key=settings.rank) == ["a", "b", "y", "z"]


def test_an_outcome_has_the_units_of_its_kind():
    assert OutcomeSetting(name="OS", kind="time to event").accepted_units("median") == (
        "months",
        "years",
        "weeks",
        "days",
    )
    assert OutcomeSetting(name="OS", kind="time to event").accepted_units("proportion") == ("per cent",)
    assert OutcomeSetting(name="pain", kind="measurement").accepted_units("mean") == ()
    assert OutcomeSetting(name="pain", kind="measurement", units=("points",)).accepted_units("mean") == ("points",)
