"""The columns of the five forms: what each is called, what a person writes in it, and which words it accepts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from pipeline.extraction import measures
from pipeline.extraction.bias import OVERALL, TOOLS
from pipeline.extraction.outcomes import Arm, Certainty, Judgement, Outcome, Row, Study
from pipeline.extraction.settings import REPORT, ExtractionSettings

# text: anything; word: one accepted word; words: several, divided by ";"; ids: several ids, divided by ";";
# id: a name without spaces; number: decimal point; count: whole number; p: a P value; flag: yes or empty.
CellKind = Literal["text", "word", "words", "ids", "id", "number", "count", "p", "flag"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column of a form.

    Attributes:
        name: its header.
        says: what to write in it, for people.
        kind: how its cells are read.
        needed: True if an empty cell is a fault in a row that was filled in.
        accepted: word as typed, in small letters, to the word that is meant; empty for any word.
        others: True if words that are not listed are taken too, as they are.
    """

    name: str
    says: str
    kind: CellKind = "text"
    needed: bool = False
    accepted: Mapping[str, str] = field(default_factory=dict)
    others: bool = False

    @property
    def words(self) -> tuple[str, ...]:
        """List the accepted words, each once, without their abbreviations."""
        return tuple(dict.fromkeys(self.accepted.values()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """One kind of form: its name, the value that a row becomes, and its columns.

    Attributes:
        marks: columns that show that a file is this form.
        matched: columns that name a row: two extractors' rows are matched by them.
        given: columns that a starter row has filled in; a row with nothing else waits for its extractor.
    """

    name: str
    makes: type[Row]
    columns: tuple[Column, ...]
    marks: tuple[str, ...]
    matched: tuple[str, ...]
    given: tuple[str, ...] = ("study_id",)

    def column(self, name: str) -> Column:
        """Return the column of this name."""
        return next(column for column in self.columns if column.name == name)


_SOURCE = Column(name="source", says="the document you read it in, by its short name in workflow.yaml", kind="word")
_PLACE = Column(name="source_place", says="where in it: section, page, table, figure")
_NOTES = Column(name="notes", says="anything a reader should know; what looks wrong and is entered as printed")
_STUDY_ID = Column(name="study_id", says="the study's short name in every form: mayo-2010", kind="id", needed=True)

STUDIES = Form(
    name="studies",
    makes=Study,
    marks=("study_id", "design"),
    matched=("study_id",),
    given=("study_id", "label", "reports", "registration", "notes"),
    columns=(
        _STUDY_ID,
        Column(name="label", says="how tables call it: Mayo 2010"),
        Column(name="trial", says="name of the trial, where it has one: NETTER-1"),
        Column(name="registration", says="register number: NCT04919226"),
        Column(name="reports", says="ids of its records or citations, divided by ;", kind="ids"),
        Column(name="design", says="the study's design", kind="word", needed=True),
        Column(name="setting", says="countries and centres"),
        Column(name="period", says="when patients were recruited: 1985-2009"),
        Column(name="population", says="who was treated"),
        Column(name="primary_site", says="where the tumours began"),
        Column(name="n", says="patients in the study", kind="count"),
        Column(name="funding", says="who paid, as printed"),
        _SOURCE,
        _PLACE,
        _NOTES,
    ),
)
ARMS = Form(
    name="arms",
    makes=Arm,
    marks=("study_id", "arm", "modality"),
    matched=("study_id", "arm"),
    columns=(
        _STUDY_ID,
        Column(name="arm", says="name of the arm, the same in the outcomes form: everolimus", needed=True),
        Column(name="role", says="experimental, or comparator", kind="word"),
        Column(name="modality", says="treatment modality; several divided by ;", kind="words", needed=True),
        Column(name="treatment", says="drug, dose, schedule, technique"),
        Column(name="n", says="patients in the arm", kind="count"),
        _SOURCE,
        _PLACE,
        _NOTES,
    ),
)
OUTCOMES = Form(
    name="outcomes",
    makes=Outcome,
    marks=("study_id", "outcome", "measure", "value"),
    matched=(
        *("study_id", "arm", "comparator", "population", "outcome", "measure", "timepoint_months"),
        *("assessed_by", "criteria", "source"),
    ),
    given=("study_id", "outcome", "source"),
    columns=(
        _STUDY_ID,
        Column(name="arm", says="whose number it is: an arm of the arms form", needed=True),
        Column(name="comparator", says="the arm it is compared with; needed for HR, OR, RR and differences"),
        Column(name="population", says="the part of the arm it is about; empty for all of it", kind="word"),
        Column(name="outcome", says="an outcome of the protocol", kind="word", needed=True),
        Column(name="measure", says="what kind of number it is", kind="word", needed=True),
        Column(name="timepoint_months", says="when, in months: 60 for five years", kind="number"),
        Column(name="n", says="patients analysed", kind="count"),
        Column(name="events", says="how many of them had the event", kind="count"),
        Column(name="value", says="the number, with a decimal point and nothing else", kind="number"),
        Column(name="value_status", says="empty if the number is printed as it stands", kind="word"),
        Column(name="unit", says="the unit, in words", kind="word"),
        Column(name="ci_level", says="95 for a 95% confidence interval", kind="number"),
        Column(name="ci_low", says="lower end of the confidence interval", kind="number"),
        Column(name="ci_high", says="upper end", kind="number"),
        Column(name="range_kind", says="what the range is", kind="word"),
        Column(name="range_low", says="lower end of the range", kind="number"),
        Column(name="range_high", says="upper end; a single number (SD, ±) stands here", kind="number"),
        Column(name="p_value", says="as printed: 0.022 or <0.001", kind="p"),
        Column(
            name="o_minus_e",
            says="for a HR, of the log-rank test: the arm's observed minus expected events",
            kind="number",
        ),
        Column(name="o_minus_e_variance", says="the variance V of observed minus expected", kind="number"),
        Column(name="assessed_by", says="who judged it: investigator, central review"),
        Column(name="criteria", says="by which criteria: RECIST 1.1"),
        replace(_SOURCE, needed=True),
        _PLACE,
        Column(name="preferred", says="yes, for the one that counts where several sources state it", kind="flag"),
        _NOTES,
    ),
)
RISK_OF_BIAS = Form(
    name="risk_of_bias",
    makes=Judgement,
    marks=("study_id", "tool", "domain", "judgement"),
    matched=("study_id", "tool", "outcome", "domain"),
    given=("study_id", "tool", "outcome", "domain"),
    columns=(
        _STUDY_ID,
        Column(name="tool", says="the tool", kind="word", needed=True),
        Column(name="outcome", says="the result that was judged; empty for all", kind="word"),
        Column(name="domain", says="its code, or its caption, or Overall", needed=True),
        Column(name="judgement", says="one of the tool's words", needed=True),
        Column(name="support", says="why; quote the report"),
        Column(name="assessed_by", says="who judged"),
        _NOTES,
    ),
)

_SERIOUS = ("not serious", "serious", "very serious", "extremely serious")
# Source: Guyatt G et al., J Clin Epidemiol 2011;64:383-94 (levels and reasons); Schünemann H et al., GRADE Handbook,
# 2013, sections 5.1 and 5.2; "extremely serious": Schünemann HJ et al., J Clin Epidemiol 2019;111:105-14.
CERTAINTIES = ("high", "moderate", "low", "very low")
CERTAINTY = Form(
    name="certainty",
    makes=Certainty,
    marks=("modality", "outcome", "certainty"),
    matched=("modality", "comparison", "outcome", "population"),
    given=("modality", "comparison", "outcome", "population"),
    columns=(
        Column(name="modality", says="the treatment modality the finding is about", kind="word", needed=True),
        Column(name="comparison", says="with what: placebo"),
        Column(name="outcome", says="an outcome of the protocol", kind="word", needed=True),
        Column(name="population", says="about whom; empty for all", kind="word"),
        Column(name="certainty", says="high, moderate, low or very low", kind="word", needed=True),
        *(
            Column(name=name, says="how serious", kind="word")
            for name in ("risk_of_bias", "inconsistency", "indirectness", "imprecision")
        ),
        Column(name="publication_bias", says="undetected, or strongly suspected", kind="word"),
        Column(name="upgrades", says="reasons to rate up: large effect, dose response, plausible confounding"),
        Column(name="effect", says="the finding in words, where it was not pooled here"),
        Column(name="reasons", says="footnotes: why it was rated so"),
        Column(name="judged_by", says="who judged"),
    ),
)
_FORMS = (STUDIES, ARMS, OUTCOMES, RISK_OF_BIAS, CERTAINTY)

# Columns of a consensus form, beside the form's own: a row that says what differs waits until somebody signs it.
DIFFERENCES, DECIDED_BY = "differences", "decided_by"


def forms(settings: ExtractionSettings) -> dict[str, Form]:
    """Return the five forms by name, with the words that this review accepts."""
    outcomes = _words([o.name for o in settings.outcomes], {o.abbreviation: o.name for o in settings.outcomes})
    ratios = {measure.symbol: measure.name for measure in measures.MEASURES if measure.is_ratio}
    sources = _words((*settings.sources, REPORT)) if settings.sources else {}
    words = {
        ("studies", "design"): _words(measures.DESIGNS),
        ("arms", "role"): _words(measures.ROLES),
        ("arms", "modality"): _words(settings.modalities),
        ("outcomes", "population"): _words(settings.populations),
        ("outcomes", "outcome"): outcomes,
        ("outcomes", "measure"): _words(measures.MEASURE, ratios),
        ("outcomes", "value_status"): _words(measures.VALUE_STATUS),
        ("outcomes", "unit"): _words(_units(settings), {"%": measures.PER_CENT, "percent": measures.PER_CENT}),
        ("outcomes", "range_kind"): _words(measures.RANGE_KINDS, {"IQR": "interquartile range"}),
        ("risk_of_bias", "tool"): _words(settings.risk_of_bias or tuple(TOOLS)),
        ("risk_of_bias", "outcome"): outcomes,
        ("certainty", "modality"): _words(settings.modalities),
        ("certainty", "outcome"): outcomes,
        ("certainty", "population"): _words(settings.populations),
        ("certainty", "certainty"): _words(CERTAINTIES),
        ("certainty", "publication_bias"): _words(("undetected", "strongly suspected")),
        **{
            ("certainty", name): _words(_SERIOUS)
            for name in ("risk_of_bias", "inconsistency", "indirectness", "imprecision")
        },
        **{(form, "source"): sources for form in ("studies", "arms", "outcomes")},
    }
    filled = [
        replace(form, columns=tuple(replace(c, accepted=words.get((form.name, c.name), {})) for c in form.columns))
        for form in _FORMS
    ]
    if _takes_any_unit(settings):
        columns = tuple(replace(c, others=c.name == "unit") for c in filled[2].columns)
        filled[2] = replace(filled[2], columns=columns)
    filled[0] = replace(filled[0], columns=_with_terms(filled[0].columns, settings))
    return {form.name: form for form in filled}


def _words(names: Sequence[str] | Mapping[str, object], aliases: Mapping[str, str] | None = None) -> dict[str, str]:
    """Map each accepted spelling, in small letters, to its word; nothing where any word is accepted."""
    spelled = {name.casefold(): name for name in names}
    if not spelled:
        return {}
    return {alias.casefold(): name for alias, name in (aliases or {}).items() if alias} | spelled


def _units(settings: ExtractionSettings) -> tuple[str, ...]:
    """List the units of time, those of the measures, and those that the protocol names."""
    fixed = [unit for measure in measures.MEASURES for unit in measure.units]
    own = [unit for outcome in settings.outcomes for unit in outcome.units]
    return tuple(dict.fromkeys((*measures.TIMES, *fixed, *own)))


def _takes_any_unit(settings: ExtractionSettings) -> bool:
    return not settings.outcomes or any(o.kind == "measurement" and not o.units for o in settings.outcomes)


def _with_terms(columns: tuple[Column, ...], settings: ExtractionSettings) -> tuple[Column, ...]:
    """Put a column for each vocabulary behind the primary site."""
    place = 1 + next(at for at, column in enumerate(columns) if column.name == "primary_site")
    terms = tuple(
        Column(
            name=vocabulary.column,
            says=f"{vocabulary.title}; several divided by ;",
            kind="words",
            accepted=_words([term.name for term in vocabulary.terms]),
        )
        for vocabulary in settings.terms
    )
    return columns[:place] + terms + columns[place:]


def domain_of(tool: str, text: str) -> str:
    """Return the code of the domain that a person named by its code or caption, or nothing if there is none such."""
    found = TOOLS[tool]
    spelled = {code.casefold(): code for code, _ in found.domains}
    spelled |= {caption.casefold(): code for code, caption in found.domains}
    if found.has_overall:
        spelled[OVERALL.casefold()] = OVERALL
    return spelled.get(" ".join(text.split()).casefold(), "")
