"""Made-up citations and decisions for the tests of screening and of the flow."""

from pipeline.deduplicate.citation import Citation
from pipeline.records.record import Origin, Record
from pipeline.screening.decisions import Decision
from pipeline.screening.settings import Reason, Reviewer, ScreeningSettings, Stage

VIA = {"db": "databases", "reg": "registers", "web": "websites", "refs": "citation-searching"}


def citation(*members: str, title: str = "", **fields) -> Citation:
    search = members[0].partition(":")[0]
    title = title or f"Fictitious study {members[0]}"
    record = Record(id=members[0], origin=Origin(search=search), title=title, **fields)
    return Citation(id=members[0], members=members, record=record)


def citations(*ids: str) -> list[Citation]:
    return [citation(one) for one in ids]


def said(record: str, reviewer: str, answer: str, stage: str = "title-abstract", **texts) -> Decision:
    if stage == "full-text" and answer == "exclude":
        texts = {"reason": "population"} | texts
    return Decision(records=tuple(record.split("|")), stage=stage, reviewer=reviewer, answer=answer, **texts)


REASONS = (
    Reason(id="population", label="Wrong population", definition="No liver metastases."),
    Reason(id="design", label="Wrong design"),
    Reason(id="language", label="Not in English"),
)


def settings(*, votes: int = 2, reviewers=("anna", "ben"), **more) -> ScreeningSettings:
    title_abstract = {"maybe": "include"} | more.pop("title_abstract", {})
    full_text = more.pop("full_text", {})
    return ScreeningSettings(
        stages=(
            Stage(id="title-abstract", name="Title and abstract", votes=votes, **title_abstract),
            Stage(id="full-text", name="Full text", reports=True, votes=votes, reasons=REASONS, **full_text),
        ),
        reviewers={name: Reviewer() for name in reviewers} | more.pop("others", {}),
        **more,
    )
