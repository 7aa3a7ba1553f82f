"""What a person may set under `deduplication:` in workflow.yaml."""

from dataclasses import dataclass, field
from typing import Literal

from pipeline.errors import Fault

# What becomes of two related documents: two citations that name each other, one citation, or two that do not.
Policy = Literal["link", "merge", "ignore"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RelatedSettings:
    """What becomes of documents that are related and not the same, kind by kind: link, merge or ignore.

    "link" keeps two citations that name each other; "merge" makes them one citation; "ignore" keeps two citations.
    Source of the default: PRISMA 2020 counts reports apart from studies, so that every document stays its own
    citation and is joined to its study later (Page 2021, doi:10.1136/bmj.n71, items 16a and 17).

    Attributes:
        erratum: an erratum or correction, and the document that it corrects.
        retraction: a notice of retraction or of concern, and the document that it is about.
        comment: a comment or editorial, and the document that it is about.
        reply: a reply, and what it replies to.
        abstract: a meeting abstract, and the report of the same work.
        preprint: a preprint, and its published form.
        version: two versions of one Cochrane review.
        translation: one document in two languages.
        registration: the entry of a trial in a register, and a report of the trial.
        part: parts of one work: part I and part II.
        republication: one text published in two places.
    """

    erratum: Policy = "link"
    retraction: Policy = "link"
    comment: Policy = "link"
    reply: Policy = "link"
    abstract: Policy = "link"
    preprint: Policy = "link"
    version: Policy = "link"
    translation: Policy = "link"
    registration: Policy = "link"
    part: Policy = "link"
    republication: Policy = "link"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeduplicationSettings:
    """How records are joined.

    Attributes:
        ask_percent: at most this many questions per 100 records go to a person (rounded up); the likeliest are asked.
        best_sources: names of databases or searches, best first: the merged record takes each field from the first of
            them that has it. A name counts if it stands in the record's database or in the id of its search.
        block_limit: records that share a key are all compared with each other up to this many; beyond, only with
            their neighbours.
        related: what becomes of related documents.
    """

    ask_percent: float = 1.0
    best_sources: tuple[str, ...] = (
        "pubmed", "medline", "embase", "cochrane", "central", "web of science", "scopus", "cinahl", "psycinfo",
    )  # fmt: skip
    block_limit: int = 40
    related: RelatedSettings = field(default_factory=RelatedSettings)


def check(settings: DeduplicationSettings) -> tuple[Fault, ...]:
    """List what the types of the settings cannot say."""
    faults = []
    if not 0 <= settings.ask_percent <= 100:  # noqa: PLR2004
        accepted = "a number from 0 (never ask) to 100"
        faults.append(
            Fault(what=f"{settings.ask_percent!r} is not a percentage", column="ask_percent", accepted=accepted)
        )
    if settings.block_limit < 2:  # noqa: PLR2004
        what = f"{settings.block_limit!r} records cannot be compared with each other"
        faults.append(Fault(what=what, column="block_limit", accepted="a whole number from 2"))
    faults.extend(
        Fault(what="a source without a name", column="best_sources", remedy="Write its name, or delete the entry.")
        for name in settings.best_sources
        if not name.strip()
    )
    return tuple(faults)
