import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import FormError
from pipeline.screening import ledger
from pipeline.screening.decisions import Decision
from pipeline.screening.ledger import Ledger
from pipeline.screening.settings import REPORT_ANSWERS
from tests.screening.made import said

text = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0\r"), max_size=12).map(str.strip)
record = st.sampled_from(["db:1", "db:2", "refs:3"])


@st.composite
def sheets(draw):
    """What the worksheets say at one moment."""
    made = {}
    for _ in range(draw(st.integers(0, 8))):
        records = tuple(draw(st.lists(record, min_size=1, max_size=2, unique=True)))
        reviewer = "arbiter" if len(records) > 1 else draw(st.sampled_from(["anna", "ben"]))
        one = Decision(
            records=records,
            stage=draw(st.sampled_from(["title-abstract", "full-text"])),
            reviewer=reviewer,
            answer=draw(st.sampled_from(REPORT_ANSWERS)),
            reason=draw(text),
            note=draw(text),
            report=draw(text),
            tried=draw(text),
            study=draw(text),
            title=draw(st.sampled_from(["", "A made-up title", "Another"])),
        )
        made[one.key] = one
    return list(made.values())


def marks(decisions):
    """Merge-conflict marks in a note make a file unreadable on purpose; such notes are refused before they get here."""
    fields = [getattr(d, name) for d in decisions for name in ("reason", "note", "report", "tried", "study")]
    return any(line.startswith(("<<<<<<< ", "=======", ">>>>>>> ")) for field in fields for line in field.splitlines())


@given(st.lists(sheets(), max_size=5))
def test_replaying_the_ledger_gives_the_worksheets_as_they_last_stood_and_loses_no_step(moments):
    files: dict[str, bytes] = {}
    history: list[tuple[str, object, object]] = []
    standing: dict[object, Decision] = {}
    for day, now in enumerate(moments, start=1):
        if marks(now):
            return
        past = ledger.replay(ledger.read(files))
        assert dict(past.decisions) == standing
        happened = ledger.events(past, now, (), date=f"2026-01-0{day}")
        files[f"screening/ledger/2026-01-0{day}.csv"] = b"".join(ledger.write(happened))
        history.extend((event.date, event.kind, event.records) for event in happened)
        standing = {decision.key: decision for decision in now}
    last = ledger.replay(ledger.read(files))
    assert dict(last.decisions) == standing
    assert [(event.date, event.kind, event.records) for event in last.events] == history


@given(sheets(), st.randoms())
def test_the_same_worksheets_give_the_same_bytes_in_any_order(now, random):
    first = list(ledger.write(ledger.events(Ledger(), now, (), date="2026-01-01")))
    random.shuffle(now)
    assert list(ledger.write(ledger.events(Ledger(), now, (), date="2026-01-01"))) == first


def test_nothing_happened_is_no_event():
    past = ledger.replay(ledger.events(Ledger(), [said("db:1", "anna", "include")], (), date="2026-01-01"))
    assert ledger.events(past, [said("db:1", "anna", "include")], (), date="2026-01-02") == ()


def test_a_title_is_written_once():
    issued = [("title-abstract", who, "x", ("db:1",), "A made-up title") for who in ("anna", "ben")]
    happened = ledger.events(Ledger(), (), issued, date="2026-01-01")
    assert [event.title for event in happened] == ["A made-up title", ""]
    assert ledger.replay(happened).titles == {"db:1": ("A made-up title",)}


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (
            (b"decided", b"decidde"),
            "row 2, column event: 'decidde' is no event; accepted: issued, decided, changed, withdrawn",
        ),
        ((b"include", b"inclde"), "row 2, column decision: 'inclde' is no decision"),
        ((b",include,", b",,"), "row 2, column decision: '' is no decision"),
        ((b"db:1", b""), "row 2, column decision: the row names no record"),
        ((b"event,", b"evnt,"), "row 1: the column 'event' is missing"),
    ],
)
def test_a_ledger_that_somebody_edited_is_refused_with_its_place(change, says):
    data = b"".join(ledger.write(ledger.events(Ledger(), [said("db:1", "anna", "include")], (), date="2026-01-01")))
    with pytest.raises(FormError) as caught:
        ledger.read({"screening/ledger/2026-01-01.csv": data.replace(*change, 1)})
    assert str(caught.value).startswith(f"screening/ledger/2026-01-01.csv, {says}")
    assert "The ledger is the program's own history" in str(caught.value)


def test_a_ledger_of_a_newer_program_is_refused_since_what_it_adds_would_be_lost():
    header, *rows = b"".join(
        ledger.write(ledger.events(Ledger(), [said("db:1", "anna", "include")], (), date="2026-01-01"))
    ).splitlines()
    newer = b"\n".join([header + b",confidence", *(row + b",high" for row in rows)])
    with pytest.raises(FormError) as caught:
        ledger.read({"screening/ledger/2026-01-01.csv": newer})
    assert str(caught.value) == (
        "screening/ledger/2026-01-01.csv, row 1: the column 'confidence' is not known: a newer version of "
        "living-review wrote it, or somebody added it. Install the newest living-review, or put the file back as git "
        "has it; nothing was changed."
    )


def test_every_damaged_file_is_told_at_once():
    with pytest.raises(FormError) as caught:
        ledger.read({"a.csv": b"", "b.csv": b"x\n1\n"})
    assert len(caught.value.faults) == 2
