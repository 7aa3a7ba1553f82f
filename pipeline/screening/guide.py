"""What may be written into the worksheets of each stage, as a table that people keep open beside them."""

from collections.abc import Iterator

from pipeline.screening.settings import Answer, ScreeningSettings, Stage

COLUMNS = ("Stage", "Column", "Write", "Meaning")
_MAYBE = {"include": "Counts as include.", "exclude": "Counts as exclude.", "conflict": "The arbiter decides."}


def accepted_words(settings: ScreeningSettings) -> Iterator[tuple[str, ...]]:
    """List every answer and every reason of every stage, with all its spellings, under COLUMNS.

    Reasons stand in their order: where several apply, the first counts.
    """
    for stage in settings.stages:
        spellings = settings.vocabulary(stage)
        for answer in stage.answers:
            others = [word for word, means in spellings.items() if means == answer and word != answer]
            write = ", ".join((answer, *others))
            yield stage.title, "decision", write, _meaning(answer, stage, is_last=stage == settings.stages[-1])
        for reason in stage.reasons:
            yield stage.title, "reason", ", ".join(dict.fromkeys((reason.id, reason.title))), reason.definition


def _meaning(answer: Answer, stage: Stage, *, is_last: bool) -> str:
    meanings: dict[Answer, str] = {
        "include": "It is included in the review." if is_last else "It goes on to the next stage.",
        "exclude": "It ends here; one reason is needed." if stage.reports else "It ends here.",
        "maybe": _MAYBE[stage.maybe],
        "not-retrieved": "Nobody could get the report; the column 'tried' says what was tried.",
        "retrieved": "The report is at hand and not yet read.",
    }
    return meanings[answer]
