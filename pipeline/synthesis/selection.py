"""Which rows of the outcomes form an analysis pools, and for each other row about its outcome the reason why not."""

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from pipeline.extraction.discrepancies import discrepancies
from pipeline.extraction.measures import MONTHS, NOT_STATED
from pipeline.extraction.outcomes import Arm, Extraction, Outcome, Study
from pipeline.extraction.settings import ExtractionSettings
from pipeline.synthesis.arms import Contribution, combine
from pipeline.synthesis.effects import Refusal
from pipeline.synthesis.readings import BASIS
from pipeline.synthesis.settings import ALL, Analysis

_REGISTER = re.compile(r"[A-Z][A-Z0-9-]*\d{4,}[A-Z0-9-]*", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """A row about the outcome of an analysis that is not pooled.

    Attributes:
        label: how tables call its study.
        row: the row.
        refusal: the rule, and this case in words.
    """

    label: str
    row: Outcome
    refusal: Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Every row about the outcome of an analysis: in a contribution, or left out with the reason.

    Attributes:
        contributions: what is pooled, by year, then by the study's label.
        left_out: what is not, by the study's label, then as the rows stand in the form.
    """

    contributions: tuple[Contribution, ...]
    left_out: tuple[LeftOut, ...]


@dataclass(frozen=True, slots=True)
class _Review:
    """What the rules about a row look into."""

    analysis: Analysis
    studies: Mapping[str, Study]
    arms: Mapping[tuple[str, str], Arm]
    included: Collection[str] | None

    def modalities(self, study_id: str, name: str) -> tuple[str, ...]:
        """Return the modalities of an arm; none if the arms form does not have it."""
        arm = self.arms.get((study_id, name))
        return arm.modality if arm else ()

    def is_comparator(self, row: Outcome, name: str) -> bool:
        """Say whether an arm is one that the analysis compares with: any comparator, if it names none."""
        if not self.analysis.comparators:
            return self.has_role(row.study_id, name, "comparator")
        words = {name, *self.modalities(row.study_id, name)}
        return bool(words.intersection(self.analysis.comparators))

    def has_role(self, study_id: str, name: str, role: str) -> bool:
        """Say whether the arms form gives an arm this role."""
        arm = self.arms.get((study_id, name))
        return arm is not None and arm.role == role


def select(
    analysis: Analysis,
    extraction: Extraction,
    settings: ExtractionSettings,
    *,
    years: Mapping[str, Sequence[int]] | None = None,
    included: Collection[str] | None = None,
) -> Selection:
    """Choose the rows that an analysis pools and make effects of them.

    Args:
        analysis: what is to be pooled.
        extraction: every row.
        settings: what the protocol says of outcomes.
        years: id of a study to the years of its reports; the first is the year of the study.
        included: ids of the included citations and of their records; None if nobody screens.

    The order of the rows does not matter. Rows about other outcomes are not mentioned.
    """
    review = _Review(
        analysis=analysis,
        studies={study.study_id: study for study in extraction.studies},
        arms={(arm.study_id, arm.arm): arm for arm in extraction.arms},
        included=included,
    )
    rows = sorted(
        (row for row in extraction.outcomes if row.outcome == analysis.outcome), key=lambda row: (row.key, str(row.at))
    )
    refused: list[tuple[Outcome, Refusal]] = []
    kept = _sieve(rows, review, refused)
    kept = _one_unit(_one_a_number(kept, refused), analysis, refused)
    contributions: list[Contribution] = []
    for study_id in dict.fromkeys(row.study_id for row in kept):
        study = review.studies.get(study_id, Study(study_id=study_id))
        own = [row for row in kept if row.study_id == study_id]
        found, out = combine(
            analysis,
            study,
            treated=[row for row in own if not _is_compared(row, review)],
            compared=[row for row in own if _is_compared(row, review)],
            modalities=lambda row: review.modalities(row.study_id, row.arm),
            in_time=settings.outcome(analysis.outcome).kind == "time to event",
            year=min((years or {}).get(study_id, ()), default=None),
        )
        contributions.extend(found)
        refused.extend(out)
    contributions = _without_overlap(contributions, review, refused)
    left_out = [
        LeftOut(label=review.studies.get(row.study_id, Study(study_id=row.study_id)).name, row=row, refusal=refusal)
        for row, refusal in refused
    ]
    return Selection(
        contributions=tuple(sorted(contributions, key=lambda one: (one.year or 9999, one.label.casefold(), one.key))),
        left_out=tuple(sorted(left_out, key=lambda one: (one.label.casefold(), one.row.key, str(one.row.at)))),
    )


def _sieve(rows: Iterable[Outcome], review: _Review, refused: list[tuple[Outcome, Refusal]]) -> list[Outcome]:
    kept = []
    for row in rows:
        found = next((refusal for rule in ROW_RULES if (refusal := rule(row, review))), None)
        if found:
            refused.append((row, found))
        else:
            kept.append(row)
    return kept


def _is_a_study(row: Outcome, review: _Review) -> Refusal | None:
    study = review.studies.get(row.study_id)
    if study is None:
        return Refusal("not-included", f"{row.study_id} is not among the studies")
    if review.included is not None and not any(report in review.included for report in study.reports):
        named = "; ".join(study.reports)
        return Refusal("not-included", f"its report {named} is not included" if named else "it names no report")
    if not study.is_primary:
        return Refusal("meta-analysis", f"design: {study.design}; it has no patients of its own")
    return None


def _is_wanted(row: Outcome, review: _Review) -> Refusal | None:
    if row.study_id in review.analysis.leave_out:
        return Refusal("left-out-by-hand", review.analysis.leave_out[row.study_id])
    return None


def _has_the_design(row: Outcome, review: _Review) -> Refusal | None:
    design = review.studies.get(row.study_id, Study(study_id=row.study_id)).design
    wanted = review.analysis.designs
    return Refusal("other-design", f"design: {design}") if wanted and design not in wanted else None


def _has_the_measure(row: Outcome, review: _Review) -> Refusal | None:
    measure = review.analysis.measure
    if row.measure in {measure, BASIS.get(measure)}:
        return None
    return Refusal("other-measure", f"{row.measure}, not {measure}")


def _has_the_time(row: Outcome, review: _Review) -> Refusal | None:
    wanted = review.analysis.timepoint_months
    if row.timepoint_months is None and wanted is None:
        return None
    if row.timepoint_months is not None and wanted is not None and float(row.timepoint_months) == wanted:
        return None
    at = "without a time" if row.timepoint_months is None else f"at {row.timepoint_months} months"
    return Refusal("other-time", f"{at}, not {'without a time' if wanted is None else f'at {wanted:g} months'}")


def _has_the_population(row: Outcome, review: _Review) -> Refusal | None:
    if (row.population or ALL) in review.analysis.populations:
        return None
    return Refusal("other-population", f"population: {row.population or ALL}")


def _has_the_assessor(row: Outcome, review: _Review) -> Refusal | None:
    asked = review.analysis
    for what, said, wanted in (
        ("assessed by", row.assessed_by, asked.assessed_by),
        ("criteria", row.criteria, asked.criteria),
    ):
        if wanted and said != wanted:
            return Refusal("other-assessment", f"{what}: {said or NOT_STATED}")
    return None


def _has_the_treatment(row: Outcome, review: _Review) -> Refusal | None:
    analysis = review.analysis
    modalities = review.modalities(row.study_id, row.arm)
    if _is_compared(row, review):
        return None
    others = [word for word in modalities if word not in analysis.modalities]
    if analysis.modalities and (others or not modalities):
        return Refusal("other-treatment", f"{row.arm}: {', '.join(others) or NOT_STATED}")
    if analysis.arms and row.arm not in analysis.arms:
        return Refusal("other-treatment", f"the arm {row.arm!r} is not asked for")
    if not (analysis.modalities or analysis.arms) and review.has_role(row.study_id, row.arm, "comparator"):
        return Refusal("other-treatment", f"{row.arm} is a comparator, and no treatment is named")
    return None


def _has_the_comparator(row: Outcome, review: _Review) -> Refusal | None:
    if not row.is_comparative:
        return None
    if not row.comparator or review.modalities(row.study_id, row.comparator) == (NOT_STATED,):
        return Refusal("no-comparator", f"it is not stated what {row.arm or 'the arm'} was compared with")
    if review.analysis.comparators and not review.is_comparator(row, row.comparator):
        return Refusal("other-comparator", f"compared with {row.comparator}")
    return None


# Every reason why a row by itself does not belong to an analysis; the first that holds is given. What speaks of
# something else comes first, so that the others say why a number that the analysis asks for is not in it.
ROW_RULES: tuple[Callable[[Outcome, _Review], Refusal | None], ...] = (
    _has_the_treatment,
    _has_the_comparator,
    _has_the_population,
    _has_the_design,
    _has_the_assessor,
    _is_a_study,
    _is_wanted,
    _has_the_measure,
    _has_the_time,
)


def _is_compared(row: Outcome, review: _Review) -> bool:
    """Say whether a row is about the comparator arm of a comparison that is computed from arms."""
    return row.measure == BASIS.get(review.analysis.measure) and review.is_comparator(row, row.arm)


def _one_a_number(rows: Sequence[Outcome], refused: list[tuple[Outcome, Refusal]]) -> list[Outcome]:
    """Keep one row where several sources state one number: the preferred, or the fullest if they all agree."""
    dropped = set()
    for found in discrepancies(rows):
        counts = found.preferred
        if counts is None and not found.differs:
            counts = max(found.rows, key=_fullness)
        for row in found.rows:
            if row is counts:
                continue
            dropped.add(id(row))
            if counts is None:
                differ = f"{', '.join(each.source for each in found.rows)} differ in {', '.join(found.differs)}"
                refused.append((row, Refusal("no-preference", f"{differ}, and none is preferred")))
            else:
                refused.append((row, Refusal("other-source", f"counted as {counts.source} states it")))
    return [row for row in rows if id(row) not in dropped]


def _one_unit(rows: Sequence[Outcome], analysis: Analysis, refused: list[tuple[Outcome, Refusal]]) -> list[Outcome]:
    """Refuse rows in another unit than the one asked for, or all if none is and they differ; times are converted."""
    if analysis.measure not in {"median", "mean difference"}:
        return list(rows)
    time = set(MONTHS) if analysis.measure == "median" else set()
    units = sorted({"months" if row.unit in time else row.unit for row in rows})
    if not analysis.unit and len(units) > 1:
        reason = f"units differ ({', '.join(units)}): name one in `unit`"
        refused.extend((row, Refusal("other-unit", reason)) for row in rows)
        return []
    kept = []
    for row in rows:
        if not analysis.unit or row.unit == analysis.unit or {row.unit, analysis.unit} <= time:
            kept.append(row)
        else:
            refused.append((row, Refusal("other-unit", f"given in {row.unit}, not in {analysis.unit}")))
    return kept


def _fullness(row: Outcome) -> int:
    cells = (row.n, row.events, row.value, row.ci_low, row.ci_high, row.range_high, row.o_minus_e)
    return sum(cell is not None for cell in cells)


def _without_overlap(
    contributions: Sequence[Contribution], review: _Review, refused: list[tuple[Outcome, Refusal]]
) -> list[Contribution]:
    """Keep one study of each group that shares patients."""
    out: dict[str, str] = {}
    present = {one.study_id for one in contributions}
    for group in review.analysis.overlaps:
        among = [study_id for study_id in group if study_id in present and study_id not in out]
        for study_id in among[1:]:
            out[study_id] = f"shares patients with {review.studies[among[0]].name}"
    trials: dict[str, list[str]] = {}
    for study_id in sorted(present - set(out)):
        for trial in _trials(review.studies[study_id]):
            trials.setdefault(trial, []).append(study_id)
    for trial, same in trials.items():
        if len(same) > 1:
            names = " and ".join(review.studies[study_id].name for study_id in same)
            out |= dict.fromkeys(same, f"{names} are one trial ({trial}): say in `overlaps` which of them counts")
    rows = {row.key: row for one in contributions if one.study_id in out for row in one.rows}
    refused.extend((row, Refusal("overlap", out[row.study_id])) for row in rows.values())
    return [one for one in contributions if one.study_id not in out]


def _trials(study: Study) -> set[str]:
    """Name the trials that a study is: register numbers, and the name, however it is spelled."""
    return {name.upper() for name in (*_REGISTER.findall(study.registration), study.trial) if name}
