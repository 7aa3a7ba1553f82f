"""What a person sees in the terminal; text of databases is cleaned before it gets there."""

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from pipeline.workflow.account import Account
from pipeline.workflow.run import Progress, Result

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import TaskID

# Control characters, and the bidirectional marks that make a line read as what it is not.
# Source: Unicode 16, categories Cc and Bidi_Control; Boucher and Anderson 2023, "Trojan Source".
_HIDDEN = {
    code: "\N{REPLACEMENT CHARACTER}"
    for code in (
        *range(0x20),
        *range(0x7F, 0xA0),
        0x061C,
        0x200E,
        0x200F,
        *range(0x202A, 0x202F),
        *range(0x2066, 0x206A),
    )
    if chr(code) not in "\n\t"
}


def plain(text: str) -> str:
    r"""Show what could steer a terminal or turn a line round as a replacement character.

    >>> plain("a\x1b[31mb")
    'a�[31mb'
    """
    return text.translate(_HIDDEN)


def console(*, stderr: bool = False) -> "Console":
    """Open the terminal: colour and width where there is one, plain lines where there is not."""
    from rich.console import Console

    stream = sys.stderr if stderr else sys.stdout
    return Console(stderr=stderr, highlight=False, soft_wrap=not stream.isatty(), emoji=False, markup=False)


def tell(out: "Console", result: Result) -> None:
    """Print what one stage did: its title, then a line for each thing done, to look at, or out of reach."""
    account = result.account
    if result.stage.always and account == Account():
        return
    idle = not result.because and not result.stage.always
    out.print(plain(result.stage.title), style="bold", end=" (nothing new)\n" if idle else "\n")
    for line in (*account.did, *account.news):
        _hang(out, "  ", "", plain(line))
    _print(out, account.warnings, "look", "yellow")
    _print(out, account.unreachable, "away", "red")
    _print(out, account.pending, "wait", "cyan")


def _print(out: "Console", lines: Iterable[str], word: str, style: str) -> None:
    for line in lines:
        say(out, line, word, style)


def say(out: "Console", line: str, word: str, style: str) -> None:
    """Print one sentence behind a coloured word that says what it is: look, away, wait, fault."""
    _hang(out, f"  {word}: ", style, plain(line))


def _hang(out: "Console", start: str, style: str, text: str) -> None:
    """Print a line; where a terminal is too narrow for it, what follows stands indented below it."""
    from rich.text import Text

    if out.soft_wrap:
        out.print(Text.assemble((start, style), text))
        return
    first, *more = Text.assemble((start, style), text).wrap(out, out.width)
    out.print(first)
    for line in Text(" ").join(more).wrap(out, max(out.width - 4, 1)) if more else ():
        out.print("   ", line)


def complain(sentence: str) -> None:
    """Print on standard error what went wrong and is tried again, above the bar if one is shown."""
    console(stderr=True).print(plain(sentence), style="yellow")


@contextmanager
def progress() -> Iterator[Progress]:
    """Show a bar with rate and time left while a stage works; nothing where there is no terminal.

    The bar goes when something else is at work, and when nothing is (an empty name).
    """
    if not sys.stderr.isatty():
        yield lambda done, total, what: None  # noqa: ARG005 - the protocol's names
        return
    from rich.progress import BarColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bars

    counts = TextColumn("{task.fields[counts]}")
    columns = (TextColumn("  {task.description}"), BarColumn(), counts, TimeRemainingColumn())
    with Bars(*columns, console=console(stderr=True), transient=True) as bars:
        at_work: dict[str, TaskID] = {}  # what is shown now; what was shown before it is done

        def show(done: int, total: int, what: str) -> None:
            if what not in at_work:
                for other in at_work.values():
                    bars.remove_task(other)
                at_work.clear()
                if not what:
                    bars.refresh()
                    return
                at_work[what] = bars.add_task(plain(what), total=total or None, counts="")
            speed = bars.tasks[-1].speed
            counts = f"{done:,} of {total:,}" if total else f"{done:,}" if done else ""
            rate = f", {speed:,.0f} a second" if speed else ""
            bars.update(at_work[what], completed=done, total=total or None, counts=counts + rate)

        yield show
