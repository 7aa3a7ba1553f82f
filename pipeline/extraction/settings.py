"""What a review may set about its extraction: outcomes, words, extractors, sources."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from pipeline.errors import Fault, unknown_words
from pipeline.extraction.bias import TOOLS
from pipeline.extraction.measures import MEASURE, PER_CENT, RATIO, TIMES
from pipeline.extraction.terms import VOCABULARIES, VOCABULARY, Vocabulary

REPORT = "report"  # the source that needs no name of its own: the study's own report
CONSENSUS = "consensus"  # a folder of this name holds agreed rows, as extraction/ itself does

Kind = Literal["time to event", "event", "measurement"]


@dataclass(frozen=True, kw_only=True)
class OutcomeSetting:
    """One outcome of the protocol.

    Attributes:
        name: as people write it in the forms ("progression-free survival").
        abbreviation: accepted in the forms as well, and printed in narrow columns ("PFS").
        kind: time to event (medians are times, proportions are survival rates), event (a proportion of patients) or
            measurement (a mean or median on a scale).
        better: whether higher or lower numbers are better for the patient; empty if neither.
        measures: accepted measures; empty for all.
        units: accepted units of medians, means and differences; empty for the units of time where `kind` is time to
            event, and for any unit otherwise.
        primary: gets a starter row for each new study, and stands first in tables.
        column: heading under which the table by treatment modality prints it; empty for "Other results".
        sum_of: outcomes whose proportions add up to this one (response = complete + partial).
    """

    name: str
    abbreviation: str = ""
    kind: Kind = "event"
    better: Literal["higher", "lower", ""] = ""
    measures: tuple[str, ...] = ()
    units: tuple[str, ...] = ()
    primary: bool = False
    column: str = ""
    sum_of: tuple[str, ...] = ()

    @property
    def short(self) -> str:
        """Return the abbreviation, or the name where there is none."""
        return self.abbreviation or self.name

    def accepted_units(self, measure: str) -> tuple[str, ...]:
        """List the units that a measure of this outcome may have; empty for any."""
        if MEASURE[measure].units:
            return MEASURE[measure].units
        return self.units or (TIMES if self.kind == "time to event" else ())


@dataclass(frozen=True, kw_only=True)
class CovidenceResult:
    """Into which row and cell of the outcomes form a column of a Covidence export goes.

    Attributes:
        outcome: name of the outcome in the protocol.
        measure: as in the form.
        arm: name of the arm; empty for the only one.
        modality: treatment modality of the arm; empty leaves it to a person.
        comparator: name of the arm it is compared with, for ratios and differences.
        unit: as in the form.
        ci_level: 95, if the row has an interval of that level.
        cell: the column of the outcomes form (value, n, events, ci_low ...).
        timepoint_months: when, as the form has it; empty for none.
    """

    outcome: str
    measure: str
    arm: str = ""
    modality: str = ""
    comparator: str = ""
    unit: str = ""
    ci_level: str = ""
    cell: str = "value"
    timepoint_months: str = ""

    @property
    def number(self) -> tuple[str, ...]:
        """Say which number it is a cell of: arm, comparator, outcome, measure, time."""
        return (self.arm, self.comparator, self.outcome, self.measure, self.timepoint_months)


@dataclass(frozen=True, kw_only=True)
class ExtractionSettings:
    """The `extraction:` part of workflow.yaml.

    Attributes:
        extractors: names of the people who extract independently, each in a folder of that name below extraction/;
            empty if the forms stand directly in extraction/. Rows directly in extraction/ (or in
            extraction/consensus/) are agreed and count before anybody's own.
        outcomes: the outcomes of the protocol; a form may name no other. Empty: any name is taken, unchecked.
        modalities: treatment modalities in the order of the tables; empty for any.
        populations: accepted words for the population of an outcome; empty for any.
        vocabularies: controlled terms offered in the studies form: who_grade, enets_stage, ajcc_stage.
        own_vocabularies: controlled terms of your own.
        sources: short name to full citation of the documents that numbers are read from, beside `report`, which is
            the study's own; empty for any name.
        risk_of_bias: tools in use; empty for all.
        covidence: column of a Covidence export to column of the studies form.
        covidence_results: column of a Covidence export to cell of the outcomes form.
    """

    extractors: tuple[str, ...] = ()
    outcomes: tuple[OutcomeSetting, ...] = ()
    modalities: tuple[str, ...] = ()
    populations: tuple[str, ...] = ()
    vocabularies: tuple[str, ...] = ()
    own_vocabularies: tuple[Vocabulary, ...] = ()
    sources: dict[str, str] = field(default_factory=dict)
    risk_of_bias: tuple[str, ...] = ()
    covidence: dict[str, str] = field(default_factory=dict)
    covidence_results: dict[str, CovidenceResult] = field(default_factory=dict)

    def outcome(self, name: str) -> OutcomeSetting:
        """Return the settings of an outcome; one that the protocol does not name has the defaults."""
        return next((outcome for outcome in self.outcomes if outcome.name == name), OutcomeSetting(name=name))

    def rank(self, name: str) -> tuple[bool, int, str]:
        """Order outcomes: primary ones first, then as the protocol lists them, then unknown ones by name."""
        for place, outcome in enumerate(self.outcomes):
            if outcome.name == name:
                return (not outcome.primary, place, "")
        return (True, len(self.outcomes), name)

    @property
    def terms(self) -> tuple[Vocabulary, ...]:
        """List the vocabularies in use, the built-in ones first."""
        return (*(VOCABULARY[name] for name in self.vocabularies if name in VOCABULARY), *self.own_vocabularies)


def check(settings: ExtractionSettings) -> tuple[Fault, ...]:
    """List what types cannot say about these settings; `column` of each fault is the path of the key."""
    return (
        *_check_outcomes(settings),
        *_check_words(settings),
        *_check_covidence(settings),
        *unknown_words("extraction.vocabularies", settings.vocabularies, [each.column for each in VOCABULARIES]),
        *unknown_words("extraction.risk_of_bias", settings.risk_of_bias, list(TOOLS)),
    )


def _check_outcomes(settings: ExtractionSettings) -> Iterator[Fault]:
    names = [outcome.name for outcome in settings.outcomes]
    for place, outcome in enumerate(settings.outcomes):
        path = f"extraction.outcomes.{place}"
        if not outcome.name.strip():
            yield Fault(what="an outcome has no name", column=f"{path}.name", accepted="a few words")
        yield from unknown_words(f"{path}.measures", outcome.measures, list(MEASURE))
        yield from unknown_words(f"{path}.sum_of", outcome.sum_of, [name for name in names if name != outcome.name])
        fixed = next((unit for unit in outcome.units if unit in {PER_CENT, RATIO}), "")
        if fixed:
            what = f"the unit {fixed!r} belongs to a measure, not to an outcome"
            remedy = "List only the units of medians, means and differences; leave it out if there is none."
            yield Fault(what=what, column=f"{path}.units", remedy=remedy)
    words = [word.casefold() for o in settings.outcomes for word in {o.name, o.abbreviation} if word]
    for word, times in Counter(words).items():
        if times > 1:
            what = f"{word!r} names {times} outcomes"
            yield Fault(what=what, column="extraction.outcomes", remedy="Give each its own name and abbreviation.")


def _check_words(settings: ExtractionSettings) -> Iterator[Fault]:
    for place, name in enumerate(settings.extractors):
        if not re.fullmatch(r"[a-z0-9][a-z0-9_-]*", name) or name == CONSENSUS:
            yield Fault(
                what=f"{name!r} cannot be the folder of an extractor",
                column=f"extraction.extractors.{place}",
                accepted=f"small letters, digits, hyphens, and not {CONSENSUS!r}",
            )
    if len(settings.extractors) == 1:
        what = "one extractor alone cannot be compared with anybody"
        remedy = "Name two or more, or none and put the forms directly into extraction/."
        yield Fault(what=what, column="extraction.extractors", remedy=remedy)
    for key in ("extractors", "modalities", "populations"):
        for word, times in Counter(getattr(settings, key)).items():
            if times > 1:
                yield Fault(what=f"{word!r} stands here {times} times", column=f"extraction.{key}")
    for key in ("modalities", "populations"):
        for word in getattr(settings, key):
            if ";" in word:
                what = f"{word!r} holds a semicolon, which divides several words in a cell"
                yield Fault(what=what, column=f"extraction.{key}", remedy="Write it with a comma or a slash.")
    for column, times in Counter(vocabulary.column for vocabulary in settings.terms).items():
        if times > 1:
            yield Fault(what=f"two vocabularies fill the column {column!r}", column="extraction.own_vocabularies")


def _check_covidence(settings: ExtractionSettings) -> Iterator[Fault]:
    first: dict[tuple[str, ...], str] = {}
    for heading, goes in settings.covidence_results.items():
        other = first.setdefault((*goes.number, goes.cell), heading)
        if other != heading:
            what = f"{heading!r} and {other!r} fill one cell: {goes.cell} of {goes.outcome}, {goes.measure}"
            remedy = "Say what tells them apart: arm, comparator, timepoint_months or cell."
            yield Fault(what=what, column=f"extraction.covidence_results.{heading}", remedy=remedy)
