"""The arms of one study: which of them make one effect, and that no patient counts twice."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from pipeline.extraction.measures import MONTHS, NOT_STATED
from pipeline.extraction.outcomes import Outcome, Study
from pipeline.synthesis import readings
from pipeline.synthesis.effects import Effect, Measure, Refusal
from pipeline.synthesis.readings import BASIS, Reading
from pipeline.synthesis.settings import ALL, Analysis

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class _Arm(Generic[_T]):
    """What one arm reports, and what was done to read it."""

    row: Outcome
    value: _T
    notes: tuple[str, ...] = ()


_Refused = list[tuple[Outcome, Refusal]]
_Modalities = Callable[[Outcome], tuple[str, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Contribution:
    """What one study contributes to an analysis: one line of a forest plot.

    Attributes:
        study_id: the study.
        label: how tables call it; with the arm, where a study contributes several.
        reading: its effect, and how a plot shows it.
        rows: the rows of the form that made it.
        group: the subgroup it belongs to; empty if there are none.
        year: of publication; None if not known.
        moderator: value of the covariate; None if there is none or it is not known.
    """

    study_id: str
    label: str
    reading: Reading
    rows: tuple[Outcome, ...]
    group: str = ""
    year: int | None = None
    moderator: float | None = None

    @property
    def effect(self) -> Effect:
        """Return the effect that is pooled."""
        return self.reading.effect

    @property
    def key(self) -> tuple[tuple[str, ...], ...]:
        """Order contributions of one label."""
        return tuple(row.key for row in self.rows)


def combine(
    analysis: Analysis,
    study: Study,
    *,
    treated: Sequence[Outcome],
    compared: Sequence[Outcome],
    modalities: _Modalities,
    in_time: bool = False,
    year: int | None = None,
) -> tuple[list[Contribution], _Refused]:
    """Make contributions of the rows of one study; each row is in a contribution or refused.

    Args:
        analysis: what is to be pooled.
        study: whose rows they are.
        treated: its rows that count.
        compared: its rows about comparator arms, where the comparison is computed from arms.
        modalities: gives the modalities of a row's arm.
        in_time: the outcome is a time to an event, and its proportions are survival rates.
        year: of publication.

    Source: Cochrane Handbook 6.5, sections 6.2.4 (several results), 23.3.4 (several groups).
    """
    refused: _Refused = []
    if analysis.measure in BASIS:
        found = _comparisons(analysis, treated, compared, refused, in_time=in_time)
    else:
        found = _each(analysis, treated, refused, in_time=in_time)
    contributions = []
    for rows, reading in found:
        own = [row for row in rows if row in treated]
        contributions.append(
            Contribution(
                study_id=study.study_id,
                label=study.name if len(found) == 1 else f"{study.name} ({', '.join(_names(own))})",
                reading=reading,
                rows=rows,
                group=_group(analysis.subgroup, study, own, modalities),
                year=year,
                moderator=_moderator(analysis.moderator, study, reading, year),
            )
        )
    return contributions, refused


_Found = list[tuple[tuple[Outcome, ...], Reading]]


def _comparisons(
    analysis: Analysis, treated: Sequence[Outcome], compared: Sequence[Outcome], refused: _Refused, *, in_time: bool
) -> _Found:
    """Take comparisons as they are stated; where none is usable, or the model needs counts, compute them from arms."""
    stated = [row for row in treated if row.measure == analysis.measure]
    from_arms = [row for row in treated if row.measure != analysis.measure]
    if analysis.model in {"Mantel-Haenszel", "Peto"}:
        refused.extend((row, Refusal("no-counts", f"{analysis.model} needs counts of both arms")) for row in stated)
    elif found := _each(analysis, stated, refused):
        known = Refusal("other-source", "the comparison itself is stated")
        refused.extend((row, known) for row in (*from_arms, *compared))
        return found
    if in_time:
        censored = Refusal("censored", "survival rates make no table of counts")
        refused.extend((row, censored) for row in (*from_arms, *compared))
        return []
    return _from_arms(analysis, from_arms, compared, refused)


def _each(analysis: Analysis, rows: Sequence[Outcome], refused: _Refused, *, in_time: bool = False) -> _Found:
    """Read numbers that stand for themselves: comparisons that are stated, proportions, medians."""
    rows = _one_an_arm(rows, refused)
    if analysis.measure == "proportion" and not in_time:
        return _shares(analysis, rows, refused)
    found: _Found = []
    for row in rows:
        if row.measure == "median":
            reading = readings.read_median(row, _unit(analysis, row))
        elif row.measure == "proportion":
            reading = readings.read_rate(row)
        else:
            reading = readings.read_comparison(row)
        if isinstance(reading, Refusal):
            refused.append((row, reading))
        else:
            found.append(((row,), reading))
    usable = [row for (row,), _ in found]
    if len(usable) < 2 or (analysis.several_arms == "separate" and not _share_an_arm(usable)):  # noqa: PLR2004 - several
        return found
    words = "share an arm" if _share_an_arm(usable) else "stand side by side, and a median or a ratio is not combined"
    reason = f"{len(usable)} numbers of one study {words}: {', '.join(_names(usable))}"
    refused.extend((row, Refusal("shared-arm", reason)) for row in usable)
    return []


def _shares(analysis: Analysis, rows: Sequence[Outcome], refused: _Refused) -> _Found:
    """Read the proportions of arms, and put the arms together unless they are to stand separately."""
    arms = _read(rows, readings.read_share, refused)
    found: _Found = []
    for group in _groups(analysis, arms, refused):
        together = readings.together_shares([arm.value for arm in group])
        reading = readings.of_share(together, analysis.scale, analysis.level, _notes(group))
        own = tuple(arm.row for arm in group)
        if isinstance(reading, Refusal):
            refused.extend((row, reading) for row in own)
        else:
            found.append((own, reading))
    return found


def _from_arms(
    analysis: Analysis, treated: Sequence[Outcome], compared: Sequence[Outcome], refused: _Refused
) -> _Found:
    """Compute comparisons from what arms report."""
    treated, compared = _one_an_arm(treated, refused), _one_an_arm(compared, refused)
    if BASIS[analysis.measure] == "proportion":
        return _compare(
            analysis,
            _read(treated, readings.read_share, refused),
            _read(compared, readings.read_share, refused),
            arithmetic=(readings.together_shares, readings.divide_share, readings.of_table),
            refused=refused,
        )
    return _compare(
        analysis,
        _read(treated, readings.read_mean, refused),
        _read(compared, readings.read_mean, refused),
        arithmetic=(readings.together_means, readings.divide_mean, readings.of_means),
        refused=refused,
    )


def _compare(
    analysis: Analysis,
    treated: list[_Arm[_T]],
    compared: list[_Arm[_T]],
    *,
    arithmetic: tuple[
        Callable[[Sequence[_T]], _T],
        Callable[[_T, int], _T],
        Callable[[_T, _T, Measure, float, Sequence[str]], Reading | Refusal],
    ],
    refused: _Refused,
) -> _Found:
    """Compare treated arms, together or each, with the comparators together, whose patients they share out."""
    together, divide, compare = arithmetic
    found: _Found = []
    if not compared:
        refused.extend(
            (arm.row, Refusal("no-comparator", "no usable number of an arm to compare with")) for arm in treated
        )
        return found
    groups = _groups(analysis, treated, refused)
    shared: tuple[str, ...] = ()
    if len(groups) > 1:
        shared = (f"The patients of the comparator are shared out among {len(groups)} comparisons.",)
    for group in groups:
        control = divide(together([arm.value for arm in compared]), len(groups))
        value = together([arm.value for arm in group])
        reading = compare(
            value, control, analysis.measure, analysis.level, (*_notes(group), *_notes(compared), *shared)
        )
        if isinstance(reading, Refusal):
            refused.extend((arm.row, reading) for arm in group)
        else:
            found.append((tuple(arm.row for arm in (*group, *compared)), reading))
    if not found:
        refused.extend((arm.row, Refusal("no-comparator", "no usable number of the treatment")) for arm in compared)
    return found


def _read(
    rows: Sequence[Outcome], read: Callable[[Outcome], tuple[_T, tuple[str, ...]] | Refusal], refused: _Refused
) -> list[_Arm[_T]]:
    arms = []
    for row in rows:
        value = read(row)
        if isinstance(value, Refusal):
            refused.append((row, value))
        else:
            arms.append(_Arm(row, *value))
    return arms


def _groups(analysis: Analysis, arms: list[_Arm[_T]], refused: _Refused) -> list[list[_Arm[_T]]]:
    """Say which arms are taken together: all, each by itself, or none."""
    if len(arms) > 1 and analysis.several_arms == "refuse":
        names = ", ".join(arm.row.arm for arm in arms)
        refused.extend((arm.row, Refusal("shared-arm", f"the study has several arms: {names}")) for arm in arms)
        return []
    if analysis.several_arms == "combine":
        return [arms] if arms else []
    return [[arm] for arm in arms]


def _notes(arms: Sequence[_Arm[_T]]) -> tuple[str, ...]:
    """Put the notes of arms together, and say which arms were combined."""
    notes = tuple(note for arm in arms for note in arm.notes)
    return notes if len(arms) == 1 else (*notes, f"Arms combined: {', '.join(_names([arm.row for arm in arms]))}.")


def _one_an_arm(rows: Sequence[Outcome], refused: _Refused) -> list[Outcome]:
    """Refuse rows that speak of one arm (or comparison) twice: two populations, two assessors, two sets of criteria."""
    times = Counter((row.arm, row.comparator if row.is_comparative else "") for row in rows)
    kept = []
    for row in rows:
        count = times[row.arm, row.comparator if row.is_comparative else ""]
        if count == 1:
            kept.append(row)
        else:
            reason = f"{count} numbers of {row.arm}: name the population, the assessor or the criteria that count"
            refused.append((row, Refusal("several-numbers", reason)))
    return kept


def _share_an_arm(rows: Sequence[Outcome]) -> bool:
    """Say whether two comparisons have an arm in common, or two numbers their only arm."""
    arms = Counter(name for row in rows for name in {row.arm, row.comparator if row.is_comparative else row.arm})
    return max(arms.values(), default=0) > 1


def _names(rows: Sequence[Outcome]) -> list[str]:
    return list(dict.fromkeys(row.arm for row in rows))


def _unit(analysis: Analysis, row: Outcome) -> str:
    return analysis.unit or ("months" if row.unit in MONTHS else row.unit)


def _group(subgroup: str, study: Study, rows: Sequence[Outcome], modalities: _Modalities) -> str:
    """Name the subgroup of a contribution, by its treated arms or its study."""
    if not subgroup:
        return ""
    if subgroup == "modality":
        words = dict.fromkeys(" + ".join(sorted(modalities(row))) for row in rows)
    elif subgroup == "population":
        words = dict.fromkeys(row.population or ALL for row in rows)
    elif subgroup in {"design", "primary_site"}:
        words = {getattr(study, subgroup): None}
    else:
        words = dict.fromkeys(dict(study.terms).get(subgroup, ()))
    return ", ".join(word for word in words if word) or NOT_STATED


def _moderator(name: str, study: Study, reading: Reading, year: int | None) -> float | None:
    """Read the covariate of a contribution."""
    if name == "year":
        return None if year is None else float(year)
    if name == "n":
        return reading.n if reading.n is not None else study.n
    try:
        return float(dict(study.extra)[name])
    except (KeyError, ValueError):
        return None
