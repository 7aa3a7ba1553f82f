"""Rows of forms for tests: visibly fictitious studies."""

from decimal import Decimal

from pipeline.extraction.outcomes import Arm, Extraction, Outcome, Place, Study
from pipeline.extraction.settings import ExtractionSettings, OutcomeSetting
from pipeline.synthesis.settings import Analysis

SETTINGS = ExtractionSettings(
    outcomes=(
        OutcomeSetting(name="response", better="higher"),
        OutcomeSetting(name="harm", better="lower"),
        OutcomeSetting(name="survival", kind="time to event", better="higher"),
        OutcomeSetting(name="score", kind="measurement", better="lower"),
    ),
    modalities=("drug", "rays", "placebo"),
    populations=("young", "old"),
    vocabularies=("who_grade",),
)


def number(text):
    return None if text is None else Decimal(str(text))


def row(study="a", arm="drug", outcome="response", measure="proportion", **cells):
    """Make one row of the outcomes form; numbers may be given as text or numbers."""
    ends = ("ci_level", "ci_low", "ci_high", "range_low", "range_high")
    decimals = ("value", *ends, "timepoint_months", "o_minus_e", "o_minus_e_variance")
    given = {key: number(value) if key in decimals else value for key, value in cells.items()}
    given.setdefault("source", "paper")
    given.setdefault("at", Place("extraction/outcomes.csv", 2))
    return Outcome(study_id=study, arm=arm, outcome=outcome, measure=measure, **given)


def ratio(study, value, low, high, arm="drug", **cells):
    """Make a hazard ratio of survival against placebo."""
    cells = {"comparator": "placebo", "outcome": "survival", "ci_level": 95, "unit": "ratio"} | cells
    return row(study, arm, measure="hazard ratio", value=value, ci_low=low, ci_high=high, **cells)


def review(*rows, studies=(), modalities=None, comparators=()):
    """Make an extraction of rows; studies and arms that they name are made up unless given."""
    given = {study.study_id: study for study in studies}
    for one in rows:
        given.setdefault(one.study_id, Study(study_id=one.study_id, label=f"Study {one.study_id.upper()}"))
    arms = {}
    for one in rows:
        for name in filter(None, (one.arm, one.comparator)):
            words = (modalities or {}).get(name, (name.split()[0],))
            role = "comparator" if name in comparators else "experimental"
            arms[one.study_id, name] = Arm(study_id=one.study_id, arm=name, modality=words, role=role)
    return Extraction(studies=tuple(given.values()), arms=tuple(arms.values()), outcomes=tuple(rows))


def analysis(**settings):
    """Make an analysis of the response proportion unless settings say otherwise."""
    return Analysis(**({"id": "x", "outcome": "response", "measure": "proportion"} | settings))
