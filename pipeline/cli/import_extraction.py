"""`living-review import-extraction`: what was extracted in another tool, as extraction forms of this review."""

from itertools import count
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

import click

from pipeline.cli import terminal
from pipeline.errors import FormError
from pipeline.workflow import files
from pipeline.workflow.folder import ReviewFolder

if TYPE_CHECKING:
    from pipeline.extraction.covidence import Covidence

_TOOLS = ("covidence",)
_NOWHERE = (
    "Nothing was written. Mend the export or the settings; or write the forms elsewhere with --out DIR, mend them "
    "there, and move them to extraction/."
)


@click.command()
@click.argument("path", type=click.Path(path_type=Path), metavar="FILE")
@click.option("--from", "tool", type=click.Choice(_TOOLS), required=True, help="The tool that wrote the file.")
@click.option("--folder", type=click.Path(path_type=Path), default=".", help="The review; here if none is named.")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Write the forms there and not into the review, also where a cell must be mended.",
)
@click.option("--dry-run", is_flag=True, help="Only say what would be written.")
def import_extraction(path: Path, *, tool: str, folder: Path, out: Path | None, dry_run: bool) -> int:
    """Bring in what was extracted in Covidence as new extraction forms.

    Each reviewer's rows become forms of the extractor of that name, the consensus becomes agreed forms. Columns go
    where 'extraction: covidence:' and 'covidence_results:' in workflow.yaml say; the others are kept as your own. A
    study is linked to the included report of its title. What is filled in already stays as it is. If a cell must be
    mended, every one is said and nothing is written, unless --out names a folder (exit code 1).
    """
    from pipeline.extraction import covidence
    from pipeline.workflow import protocol
    from pipeline.workflow.stages import extract, screen

    review = ReviewFolder(folder)
    settings = protocol.load(review)
    now = screen.load(review, settings)
    found = covidence.read(
        files.read(path),
        file=str(path),
        settings=settings.extraction,
        included=tuple(extract.included_citations(settings, now).values()),
        there=extract.forms(review),
    )
    _tell(found)
    made = _free(review, found, tool)
    try:
        extract.read({**extract.forms(review), **made}, settings, now)
    except FormError as error:
        if out is None:
            click.echo(_NOWHERE, err=True)
            raise
        click.echo(terminal.plain(f"To be mended before the forms can stand in extraction/:\n{error}"))
        code = 1
    else:
        code = 0
    if not dry_run:
        _write(review, made, out)
    return code


def _tell(found: "Covidence") -> None:
    own = [heading for heading, place in found.placed if place.startswith("your own column")]
    for heading, place in found.placed:
        if heading not in own:
            click.echo(terminal.plain(f"{heading}: {place}"))
    if own:
        click.echo(terminal.plain(f"Kept as your own columns: {', '.join(own)}"))
    for word, sentences in (("left out", found.left_out), ("without a report", found.unlinked)):
        for sentence in sentences:
            click.echo(terminal.plain(f"  {word}: {sentence}"))


def _free(review: ReviewFolder, found: "Covidence", tool: str) -> dict[str, bytes]:
    """Give the forms of one import one number, so that they stand together beside those of earlier imports."""
    parts = [(*name.rpartition(f"{tool}-"), data) for name, data in found.forms.items()]
    for n in count(1):
        stem = f"{tool}-" if n == 1 else f"{tool}-{n}-"
        made = {f"extraction/{folder}{stem}{form}": data for folder, _, form, data in parts}
        if not any(map(review.has, made)):
            break
    return made


def _write(review: ReviewFolder, made: dict[str, bytes], out: Path | None) -> None:
    """Create the forms all together in the review, or one by one elsewhere."""
    if not made:
        click.echo("Nothing to write.")
    elif out is None:
        with review.locked(), review.transaction():
            for place, data in made.items():
                review.create(place, data)
                click.echo(f"Written: {place}")
    else:
        for place, data in made.items():
            target = out / PurePosixPath(place).relative_to("extraction")
            files.write(target, data)
            click.echo(f"Written: {target}")
