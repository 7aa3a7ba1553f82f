"""Checking what the command line gives against what only the review, or the disk, knows."""

from collections.abc import Collection, Iterable
from pathlib import Path

import click

from pipeline.errors import Fault, ReviewError, did_you_mean

force = click.option("--force", is_flag=True, help="Replace files that are already there.")


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
