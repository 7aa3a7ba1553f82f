"""Risk of bias: the tools, their domains and words, and the table of what people judged; nothing is judged here."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from pipeline.extraction.outcomes import Extraction, Judgement

OVERALL = "Overall"
Light = Literal["good", "some", "bad", "worse", "none"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """One tool for judging risk of bias.

    Attributes:
        name: as it is written in the form.
        domains: code and caption, in order; "Overall" is not among them.
        words: accepted judgements, best first, each with its light and the sign in it.
        source: who published it.
        has_overall: True if people give an overall judgement; False where the tool advises against one.
        counts_stars: True if judgements are stars that add up.
    """

    name: str
    domains: tuple[tuple[str, str], ...]
    words: tuple[tuple[str, Light, str], ...]
    source: str
    has_overall: bool = True
    counts_stars: bool = False

    @property
    def codes(self) -> tuple[str, ...]:
        """List the codes of the domains, the overall judgement last where there is one."""
        return (*(code for code, _ in self.domains), *((OVERALL,) if self.has_overall else ()))

    @property
    def stem(self) -> str:
        """Name the tool in file names and ids: "rob-2"."""
        return self.name.casefold().replace(",", "").replace(" ", "-")

    @property
    def accepted(self) -> tuple[str, ...]:
        """List the accepted judgements, best first."""
        return tuple(word for word, _, _ in self.words)


def _numbered(letter: str, captions: Sequence[str]) -> tuple[tuple[str, str], ...]:
    return tuple((f"{letter}{number}", caption) for number, caption in enumerate(captions, start=1))


_Words = tuple[tuple[str, Light, str], ...]
_STARS: _Words = (("2 stars", "good", "2"), ("1 star", "good", "1"), ("0 stars", "bad", "0"))
_JBI: _Words = (("yes", "good", "+"), ("unclear", "some", "?"), ("no", "bad", "×"), ("not applicable", "none", "–"))

_TOOLS = (
    Tool(
        name="RoB 2",
        source="Sterne JAC et al., BMJ 2019;366:l4898, doi:10.1136/bmj.l4898",
        domains=_numbered(
            "D",
            (
                "Randomisation process",
                "Deviations from the intended interventions",
                "Missing outcome data",
                "Measurement of the outcome",
                "Selection of the reported result",
            ),
        ),
        words=(("low", "good", "+"), ("some concerns", "some", "–"), ("high", "bad", "×")),
    ),
    Tool(
        name="ROBINS-I",
        source="Sterne JAC et al., BMJ 2016;355:i4919, doi:10.1136/bmj.i4919",
        domains=_numbered(
            "D",
            (
                "Confounding",
                "Selection of participants",
                "Classification of interventions",
                "Deviations from the intended interventions",
                "Missing data",
                "Measurement of outcomes",
                "Selection of the reported result",
            ),
        ),
        words=(
            ("low", "good", "+"),
            ("moderate", "some", "–"),
            ("serious", "bad", "×"),
            ("critical", "worse", "!"),
            ("no information", "none", "?"),
        ),
    ),
    Tool(
        name="Newcastle-Ottawa, cohort",
        source="Wells GA et al., The Newcastle-Ottawa Scale, Ottawa Hospital Research Institute",
        domains=(
            *_numbered(
                "S",
                (
                    "Representativeness of the exposed cohort",
                    "Selection of the non-exposed cohort",
                    "Ascertainment of exposure",
                    "Outcome not present at the start",
                ),
            ),
            ("C1", "Comparability of the cohorts (up to 2 stars)"),
            *_numbered("O", ("Assessment of the outcome", "Length of follow-up", "Completeness of follow-up")),
        ),
        words=_STARS,
        has_overall=False,
        counts_stars=True,
    ),
    Tool(
        name="Newcastle-Ottawa, case-control",
        source="Wells GA et al., The Newcastle-Ottawa Scale, Ottawa Hospital Research Institute",
        domains=(
            *_numbered(
                "S",
                (
                    "Definition of the cases",
                    "Representativeness of the cases",
                    "Selection of the controls",
                    "Definition of the controls",
                ),
            ),
            ("C1", "Comparability of cases and controls (up to 2 stars)"),
            *_numbered("E", ("Ascertainment of exposure", "Same method for cases and controls", "Non-response rate")),
        ),
        words=_STARS,
        has_overall=False,
        counts_stars=True,
    ),
    Tool(
        name="JBI case series",
        source="Munn Z et al., JBI Evid Synth 2020;18:2127–33, doi:10.11124/JBISRIR-D-19-00099",
        domains=_numbered(
            "Q",
            (
                "Criteria for inclusion",
                "Condition measured reliably",
                "Condition identified validly",
                "Consecutive inclusion",
                "Complete inclusion",
                "Demographics reported",
                "Clinical information reported",
                "Outcomes or follow-up reported",
                "Sites described",
                "Statistical analysis",
            ),
        ),
        words=_JBI,
        has_overall=False,
    ),
    Tool(
        name="JBI cohort",
        source="Moola S et al., JBI Manual for Evidence Synthesis, 2020, chapter 7",
        domains=_numbered(
            "Q",
            (
                "Groups similar, same population",
                "Exposure measured alike",
                "Exposure measured validly",
                "Confounders identified",
                "Confounders dealt with",
                "Free of the outcome at the start",
                "Outcomes measured validly",
                "Follow-up time sufficient",
                "Follow-up complete or explained",
                "Incomplete follow-up dealt with",
                "Statistical analysis",
            ),
        ),
        words=_JBI,
        has_overall=False,
    ),
    Tool(
        name="JBI randomised trial",
        source="Barker TH et al., JBI Evid Synth 2023;21:494–506, doi:10.11124/JBIES-22-00430",
        domains=_numbered(
            "Q",
            (
                "True randomisation",
                "Allocation concealed",
                "Groups similar at baseline",
                "Participants blind",
                "Those delivering treatment blind",
                "Groups treated alike",
                "Outcome assessors blind",
                "Outcomes measured alike",
                "Outcomes measured reliably",
                "Follow-up complete or explained",
                "Analysed as randomised",
                "Statistical analysis",
                "Trial design",
            ),
        ),
        words=_JBI,
        has_overall=False,
    ),
)
TOOLS = {tool.name: tool for tool in _TOOLS}


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """All that was judged of one study, or of one of its results, with one tool; a domain may be missing.

    Attributes:
        study_id: the study.
        name: the study's name, and the result that was judged.
        judgements: code of the domain and what was judged, in the order of the tool.
    """

    study_id: str
    name: str
    judgements: tuple[tuple[str, Judgement], ...]

    @property
    def by_domain(self) -> dict[str, Judgement]:
        """Map the code of each judged domain to its judgement."""
        return dict(self.judgements)


def assessments(extraction: Extraction, tool: Tool) -> tuple[Assessment, ...]:
    """Group the judgements made with one tool by study and result; ordered by the study's name, then the result."""
    names = {study.study_id: study.name for study in extraction.studies}
    made: dict[tuple[str, str], dict[str, Judgement]] = {}
    for judgement in extraction.judgements:
        if judgement.tool == tool.name:
            made.setdefault((judgement.study_id, judgement.outcome), {})[judgement.domain] = judgement
    return tuple(
        Assessment(
            study_id=study_id,
            name=": ".join(part for part in (names.get(study_id, study_id), outcome) if part),
            judgements=tuple((code, judged[code]) for code in tool.codes if code in judged),
        )
        for (study_id, outcome), judged in sorted(
            made.items(), key=lambda item: (names.get(item[0][0], item[0][0]).casefold(), item[0])
        )
    )


def stars(assessment: Assessment, tool: Tool) -> int | None:
    """Add up the stars of an assessment; None unless every domain was judged.

    Source: the Newcastle-Ottawa Scale gives up to four stars for selection, two for comparability and three for
    outcome or exposure.
    """
    judged = assessment.by_domain
    if any(code not in judged for code in tool.codes):
        return None
    return sum(int(judged[code].judgement.split()[0]) for code in tool.codes)
