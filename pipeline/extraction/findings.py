"""Summary of findings: what people are how certain of (GRADE), how many patients that rests on, what was found."""

from collections.abc import Mapping, Sequence

from pipeline.extraction.discrepancies import chosen
from pipeline.extraction.outcomes import Certainty, Extraction, Outcome
from pipeline.extraction.settings import ExtractionSettings
from pipeline.extraction.summary_table import NOT_ESTIMABLE, Cell, SummaryTable, TableRow, cell, trace
from pipeline.extraction.wording import result

Finding = tuple[str, ...]  # modality, comparison, outcome, population: the key of a Certainty
_REASONS = ("risk_of_bias", "inconsistency", "indirectness", "imprecision", "publication_bias")
_NO_REASON = {"", "not serious", "undetected"}
_GRADE = (
    "Certainty of evidence by GRADE (high, moderate, low, very low), as judged by the people named; never computed. "
    "Source: Guyatt G et al., J Clin Epidemiol 2011;64:383–94."
)


def summary_of_findings(
    extraction: Extraction, settings: ExtractionSettings, *, effects: Mapping[Finding, str] | None = None
) -> SummaryTable:
    """Make the summary-of-findings table: one row for each certainty that people gave, grouped by comparison.

    Args:
        extraction: what was extracted.
        settings: the words of the protocol.
        effects: pooled results in words by the key of their certainty row, where they were pooled.

    The finding is the pooled result; or else what people wrote in `effect`; or else the numbers of the studies, one by
    one. Certainty is never computed. Participants are counted from primary studies with the modality in an
    experimental arm, each arm once, with the largest n of its rows (or the arm's own n); "at least" where n is missing.
    """
    places = {word: place for place, word in enumerate(settings.modalities)}
    ordered = sorted(
        extraction.certainties,
        key=lambda c: (places.get(c.modality, len(places)), c.modality, c.comparison, *settings.rank(c.outcome), c.key),
    )
    sizes = {arm.key: arm.n for arm in extraction.arms}
    rows = []
    for judged in ordered:
        found = _evidence(judged, extraction)
        group = f"{judged.modality} v {judged.comparison}" if judged.comparison else judged.modality
        about = f"{judged.outcome}, {judged.population}" if judged.population else judged.outcome
        cells = (
            cell(about, judged),
            _participants(found, sizes),
            _finding(judged, found, settings, effects or {}),
            cell(judged.certainty, judged, note=judged.reasons),
            cell(_why(judged), judged),
            cell(judged.judged_by, judged),
        )
        rows.append(TableRow(cells=cells, group=group))
    return SummaryTable(
        name="summary-of-findings",
        title="Summary of findings",
        columns=("Outcome", "Participants (studies)", "Finding", "Certainty", "Rated down or up for", "Judged by"),
        rows=tuple(rows),
        notes=(_GRADE,),
    )


def _evidence(judged: Certainty, extraction: Extraction) -> tuple[Outcome, ...]:
    """Find the rows of primary studies that a finding rests on: its modality's arms and their comparators."""
    primary = {study.study_id for study in extraction.studies if study.is_primary}
    treated = {arm.key for arm in extraction.arms if arm.role != "comparator" and judged.modality in arm.modality}
    studies = {study_id for study_id, _ in treated}
    beside = {arm.key for arm in extraction.arms if arm.role == "comparator" and arm.study_id in studies}
    return tuple(
        row
        for row in chosen(extraction.outcomes).rows
        if row.study_id in primary
        and (row.study_id, row.arm) in (treated | beside if judged.comparison else treated)
        and (row.outcome, row.population) == (judged.outcome, judged.population)
    )


def _participants(rows: Sequence[Outcome], sizes: Mapping[tuple[str, ...], int | None]) -> Cell:
    if not rows:
        return Cell(text="0 (0)", kind="value")
    largest: dict[tuple[str, str], int | None] = {}
    for row in rows:
        arm = (row.study_id, row.arm)
        own = row.n if row.n is not None or row.population else sizes.get(arm)
        largest[arm] = max((n for n in (largest.get(arm), own) if n is not None), default=None)
    total = sum(n for n in largest.values() if n is not None)
    missing = any(n is None for n in largest.values())
    studies = len({row.study_id for row in rows})
    traces = tuple(trace(row) for row in rows)
    if total == 0:
        return Cell(text=f"not reported ({studies})", kind="not reported", traces=traces)
    return Cell(text=f"{'at least ' if missing else ''}{total} ({studies})", kind="value", traces=traces)


def _finding(
    judged: Certainty, rows: Sequence[Outcome], settings: ExtractionSettings, effects: Mapping[Finding, str]
) -> Cell:
    pooled = effects.get(judged.key, "")
    traces = tuple(trace(row) for row in rows) or (trace(judged),)
    if pooled or judged.effect:
        return Cell(text=pooled or judged.effect, kind="value", traces=traces)
    if not rows:
        return Cell(text=NOT_ESTIMABLE, kind="not estimable", traces=traces, note="no study reports it")
    lines = [f"{row.study_id}, {row.arm}: {result(row, settings, full=False)}" for row in rows]
    return Cell(text="\n".join(lines), kind="value", traces=traces, note="not pooled; the studies one by one")


def _why(judged: Certainty) -> str:
    """Say for what people rated down, and for what up."""
    down = [f"{name.replace('_', ' ')}: {getattr(judged, name)}" for name in _REASONS if _counts(getattr(judged, name))]
    return "\n".join([*down, *([f"up: {judged.upgrades}"] if judged.upgrades else [])])


def _counts(word: str) -> bool:
    return word not in _NO_REASON
