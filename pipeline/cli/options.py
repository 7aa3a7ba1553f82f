"""Options that commands share, and checking what they give against what only the review, or the disk, knows."""

from collections.abc import Callable, Collection, Iterable
from pathlib import Path
from typing import Any, TypeVar

import click

from pipeline.errors import Fault, ReviewError, did_you_mean
from pipeline.workflow.engines import ENGINES

force = click.option("--force", is_flag=True, help="Replace files that are already there.")

_Command = TypeVar("_Command", bound=Callable[..., Any])


def engine(command: _Command) -> _Command:
    """Let a command say where the pairs of a large library are compared; it is given `engine` and `scheduler`."""
    where = click.option(
        "--engine",
        type=click.Choice(ENGINES),
        default="here",
        is_eager=True,  # known when --scheduler is checked
        help="Where pairs are compared: here, in all processors of this machine, or on Dask. The result is the same.",
    )
    scheduler = click.option(
        "--scheduler",
        default="",
        metavar="ADDRESS",
        callback=_scheduler,
        help="Dask's, as tcp://host:8786; else workers start here.",
    )
    return where(scheduler(command))


def _scheduler(ctx: click.Context, param: click.Parameter, value: str) -> str:  # noqa: ARG001 - click's signature
    if value and ctx.params.get("engine") != "dask":
        raise click.UsageError("--scheduler is Dask's: say --engine dask too.")
    return value


def one_of(text: str, accepted: Collection[str], *, option: str) -> None:
    """Refuse a word that is not among those accepted, naming them.

    Raises:
        click.BadParameter: the word, the accepted ones, and the option that it was given to.
    """
    if text not in accepted:
        near = did_you_mean(text, list(accepted))
        said = f"{text!r} is not accepted; accepted: {', '.join(accepted)}. {near}".rstrip()
        raise click.BadParameter(said, param_hint=option)


def not_there(paths: Iterable[Path], *, replace: bool) -> None:
    """Refuse, before anything is written, to replace files that somebody may still need.

    Raises:
        ReviewError: every one of them that is there already, unless replacing was asked for.
    """
    remedy = "Add --force to replace it, or write elsewhere."
    there = [Fault(what="the file is already there", file=str(path), remedy=remedy) for path in paths if path.exists()]
    if there and not replace:
        raise ReviewError(there)
