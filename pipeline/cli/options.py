"""Checking what the command line gives against what only the review knows."""

from collections.abc import Collection

import click


def one_of(text: str, accepted: Collection[str], *, option: str) -> None:
    """Refuse a word that is not among those accepted, naming them.

    Raises:
        click.BadParameter: the word, the accepted ones, and the option that it was given to.
    """
    if text not in accepted:
        raise click.BadParameter(f"{text!r} is not accepted; accepted: {', '.join(accepted)}.", param_hint=option)
