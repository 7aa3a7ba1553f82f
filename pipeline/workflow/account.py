"""What a stage tells the person who called it."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Account:
    """What a stage did, in sentences for the person who called it.

    Attributes:
        did: how things stand: what was read, merged, counted.
        news: what only this run did; it is not told again when the stage had no work.
        warnings: what a person should look at; none of it stops a run.
        unreachable: sources that could not be reached, a sentence each; the run goes on and the exit code says so.
        pending: what waits for a person, a sentence each.
    """

    did: tuple[str, ...] = ()
    news: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    unreachable: tuple[str, ...] = ()
    pending: tuple[str, ...] = ()


def counted(n: int, noun: str, plural: str = "") -> str:
    """Write a number with its noun.

    >>> counted(1, "record"), counted(1200, "record"), counted(2, "study", "studies")
    ('1 record', '1,200 records', '2 studies')
    """
    return f"{n:,} {noun if n == 1 else plural or noun + 's'}"
