"""The table of what may be written into the worksheets."""

from pipeline.records import tables
from pipeline.screening import forms, guide
from pipeline.screening.ledger import Ledger
from tests.screening.made import citations, settings

RULES = settings(words={"include": ("ja", "oui"), "not-retrieved": ("not found",)}, full_text={"maybe": "exclude"})
WORDS = list(guide.accepted_words(RULES))


def test_every_answer_and_reason_is_told_with_its_spellings_and_what_it_means():
    assert WORDS == [
        ("Title and abstract", "decision", "include, ja, oui", "It goes on to the next stage."),
        ("Title and abstract", "decision", "exclude", "It ends here."),
        ("Title and abstract", "decision", "maybe", "Counts as include."),
        ("Full text", "decision", "include, ja, oui", "It is included in the review."),
        ("Full text", "decision", "exclude", "It ends here; one reason is needed."),
        ("Full text", "decision", "maybe", "Counts as exclude."),
        (
            "Full text",
            "decision",
            "not-retrieved, not found",
            "Nobody could get the report; the column 'tried' says what was tried.",
        ),
        ("Full text", "decision", "retrieved", "The report is at hand and not yet read."),
        ("Full text", "reason", "population, Wrong population", "No liver metastases."),
        ("Full text", "reason", "design, Wrong design", ""),
        ("Full text", "reason", "language, Not in English", ""),
    ]


def test_every_spelling_that_is_told_is_accepted():
    ids = {stage.title: stage.id for stage in RULES.stages}
    known = forms.register(citations("db:1"), Ledger())
    for stage, column, write, _ in WORDS:
        for word in write.split(", "):
            cells = {"record_id": "db:1", "decision": "exclude", "reason": ""} | {column: word}
            if cells["decision"] == "exclude" and stage == "Full text" and not cells["reason"]:
                cells["reason"] = "design"
            cells["tried"] = "library" if word in {"not-retrieved", "not found"} else ""
            data = tables.write(tuple(cells), [tuple(cells.values())], form=True)
            (decision,) = forms.read({f"screening/{ids[stage]}/anna/x.csv": data}, known, RULES).decisions
            said = decision.reason if column == "reason" else decision.answer
            assert write.startswith(said), (stage, word)
