"""What people extract: studies, their arms, the numbers they report, how far to trust them, and where each was read.

Numbers are decimals exactly as typed: nothing is rounded, converted or computed here.
"""

from dataclasses import dataclass, field
from decimal import Decimal

from pipeline.errors import Fault
from pipeline.extraction.measures import DESIGNS, MEASURE, NOT_STATED, REPORTED

Extra = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a row stands: the form's path, and the row as a spreadsheet numbers it (the header is row 1)."""

    file: str = ""
    row: int = 0

    def __str__(self) -> str:
        """Say the place in words."""
        return f"{self.file}, row {self.row}" if self.file else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    """What every row of a form has.

    Attributes:
        extra: columns that the form does not know, as (column, text) by name, where they are not empty.
        unreported: names of columns in which the person wrote "not reported".
        at: where the row stands; does not count when rows are compared.
    """

    extra: Extra = ()
    unreported: frozenset[str] = frozenset()
    at: Place = field(default=Place(), compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Study(_Row):
    """One study, whatever number of reports describe it.

    Attributes:
        study_id: name without spaces that the other forms use ("mayo-2010").
        label: how tables call it ("Mayo 2010").
        trial: name of the trial as printed ("NETTER-1").
        registration: register numbers as printed.
        reports: ids of the records or citations of its reports; empty if it is known only through another document.
        design: one of `measures.DESIGNS`.
        setting: countries and centres.
        period: when patients were recruited.
        population: who was treated, in words.
        primary_site: where the tumours began.
        n: patients in the study.
        terms: controlled terms, as (column, words), in the order of the protocol's vocabularies.
        funding: as printed.
        source: document in which the characteristics were read.
        source_place: section, page or table of it.
    """

    study_id: str
    label: str = ""
    trial: str = ""
    registration: str = ""
    reports: tuple[str, ...] = ()
    design: str = NOT_STATED
    setting: str = ""
    period: str = ""
    population: str = ""
    primary_site: str = ""
    n: int | None = None
    terms: tuple[tuple[str, tuple[str, ...]], ...] = ()
    funding: str = ""
    source: str = ""
    source_place: str = ""
    notes: str = ""

    @property
    def key(self) -> tuple[str, ...]:
        """Name the row among the studies."""
        return (self.study_id,)

    @property
    def name(self) -> str:
        """Return the label, or the id where there is none."""
        return self.label or self.study_id

    @property
    def is_primary(self) -> bool:
        """Say whether the study has patients of its own; others must never be pooled with the studies they hold."""
        return DESIGNS.get(self.design, True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Arm(_Row):
    """A group of patients that was treated alike.

    Attributes:
        arm: name of the arm, unique in its study.
        role: one of `measures.ROLES`.
        modality: treatment modalities, in the words of the protocol; several for a combined treatment.
        treatment: drug, dose, schedule, technique.
        n: patients in the arm.
    """

    study_id: str
    arm: str = ""
    role: str = "experimental"
    modality: tuple[str, ...] = ()
    treatment: str = ""
    n: int | None = None
    source: str = ""
    source_place: str = ""
    notes: str = ""

    @property
    def key(self) -> tuple[str, ...]:
        """Name the row among the arms."""
        return (self.study_id, self.arm)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome(_Row):
    """One number that one source states for one arm or one comparison.

    Attributes:
        arm: to whom the number belongs; for a comparison, the arm that is compared.
        comparator: the arm it is compared with; needed for HR, OR, RR and differences, and told for a P value.
        population: the part of the arm that the number is about; empty if all of it.
        outcome: name of the outcome in the protocol.
        measure: one of `measures.MEASURES`.
        timepoint_months: when, for a proportion at a time.
        n: patients analysed.
        events: how many of them had the event.
        value: the number; its meaning is `measure`, its unit `unit`, how it is stated `value_status`.
        ci_level: 95 for a 95% confidence interval.
        range_kind: one of `measures.RANGE_KINDS`; a single number (SD, ±) stands in `range_high`.
        p_value: as printed, without the P ("0.022", "<0.001").
        o_minus_e: of the log-rank test, the arm's observed minus its expected events; for a hazard ratio.
        o_minus_e_variance: its variance, V.
        assessed_by: who judged the outcome (investigator, central review).
        criteria: by which criteria (RECIST 1.1).
        source: the document in which the number stands, which need not be the study's own report.
        source_place: section, page or table of it.
        preferred: True for the one that counts where several sources state the number.
    """

    study_id: str
    arm: str = ""
    comparator: str = ""
    population: str = ""
    outcome: str = ""
    measure: str = ""
    timepoint_months: Decimal | None = None
    n: int | None = None
    events: int | None = None
    value: Decimal | None = None
    value_status: str = REPORTED
    unit: str = ""
    ci_level: Decimal | None = None
    ci_low: Decimal | None = None
    ci_high: Decimal | None = None
    range_kind: str = ""
    range_low: Decimal | None = None
    range_high: Decimal | None = None
    p_value: str = ""
    o_minus_e: Decimal | None = None
    o_minus_e_variance: Decimal | None = None
    assessed_by: str = ""
    criteria: str = ""
    source: str = ""
    source_place: str = ""
    preferred: bool = False
    notes: str = ""

    @property
    def number(self) -> tuple[str, ...]:
        """Name the quantity, whoever states it; assessor and criteria apart (see `discrepancies`).

        The comparator belongs to it only where the number compares; a median is the arm's own.
        """
        compared = self.comparator if self.is_comparative else ""
        when = "" if self.timepoint_months is None else format(self.timepoint_months.normalize(), "f")
        return (self.study_id, self.arm, compared, self.population, self.outcome, self.measure, when)

    @property
    def key(self) -> tuple[str, ...]:
        """Name the row among the outcomes: the quantity, how it was judged, and who states it."""
        return (*self.number, self.assessed_by, self.criteria, self.source)

    @property
    def is_comparative(self) -> bool:
        """Say whether the number compares two arms."""
        measure = MEASURE.get(self.measure)
        return measure is not None and measure.is_comparative


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement(_Row):
    """What a person judged of one domain of risk of bias.

    Attributes:
        tool: one of `bias.TOOLS`.
        outcome: the result that was judged, for tools that judge results (RoB 2, ROBINS-I); empty for all of them.
        domain: one of the tool's domains, or "Overall".
        judgement: one of the tool's words.
        support: why, with a quotation from the report where there is one.
        assessed_by: who judged.
    """

    study_id: str
    tool: str = ""
    outcome: str = ""
    domain: str = ""
    judgement: str = ""
    support: str = ""
    assessed_by: str = ""
    notes: str = ""

    @property
    def key(self) -> tuple[str, ...]:
        """Name the row among the judgements."""
        return (self.study_id, self.tool, self.outcome, self.domain)


@dataclass(frozen=True, slots=True, kw_only=True)
class Certainty(_Row):
    """How certain people are of one finding, by GRADE; given by people, never computed.

    Attributes:
        modality: the treatment modality that the finding is about.
        comparison: with what, in words.
        outcome: name of the outcome in the protocol.
        population: about whom; empty for all.
        certainty: high, moderate, low or very low.
        risk_of_bias: how serious, and so on for the four other reasons to rate down.
        upgrades: reasons to rate up.
        effect: the finding in words, where people state it.
        reasons: footnotes.
        judged_by: who judged.

    Source: Guyatt G et al., J Clin Epidemiol 2011;64:383–94, doi:10.1016/j.jclinepi.2010.04.026.
    """

    modality: str = ""
    comparison: str = ""
    outcome: str = ""
    population: str = ""
    certainty: str = ""
    risk_of_bias: str = ""
    inconsistency: str = ""
    indirectness: str = ""
    imprecision: str = ""
    publication_bias: str = ""
    upgrades: str = ""
    effect: str = ""
    reasons: str = ""
    judged_by: str = ""

    @property
    def key(self) -> tuple[str, ...]:
        """Name the row among the findings."""
        return (self.modality, self.comparison, self.outcome, self.population)


Row = Study | Arm | Outcome | Judgement | Certainty


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A cell that two extractors filled in differently, or a row that one of them does not have.

    Attributes:
        form: which form ("outcomes").
        key: which row, in the form's own words.
        column: which cell; empty if a whole row is missing.
        said: what each extractor wrote, as (extractor, text, place), in the order of the protocol's extractors.
    """

    form: str
    key: tuple[str, ...]
    column: str
    said: tuple[tuple[str, str, Place], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A row that nobody has filled in yet, or that waits for a consensus: counted, listed, and not used."""

    form: str
    study_id: str
    why: str
    at: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Extraction:
    """Everything that was extracted and may be used, and everything that may not yet.

    Rows keep the order of their files (sorted by path) and of the rows in them.

    Attributes:
        judgements: risk of bias.
        certainties: GRADE.
        waiting: rows not filled in or not agreed on.
        differences: what two extractors wrote differently and no consensus row settles.
        cells_compared: cells that somebody filled in, in rows that every extractor has; see `extractors`.
        cells_agreed: those of them that are equal.
        unlinked: included reports (ids) that no study names yet.
        warnings: possible, but suspicious; each says why.
        notices: what was unusual about the files and was taken all the same.
    """

    studies: tuple[Study, ...] = ()
    arms: tuple[Arm, ...] = ()
    outcomes: tuple[Outcome, ...] = ()
    judgements: tuple[Judgement, ...] = ()
    certainties: tuple[Certainty, ...] = ()
    waiting: tuple[Waiting, ...] = ()
    differences: tuple[Difference, ...] = ()
    cells_compared: int = 0
    cells_agreed: int = 0
    unlinked: tuple[str, ...] = ()
    warnings: tuple[Fault, ...] = ()
    notices: tuple[str, ...] = ()
