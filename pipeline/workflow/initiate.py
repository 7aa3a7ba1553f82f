"""A new review folder: valid from the first minute, with a word on every file."""

import json
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

from pipeline.errors import Fault, ReviewError
from pipeline.workflow import files
from pipeline.workflow.folder import PROTOCOL

FOLDERS = ("queries/imports/embase", "screening", "deduplication", "extraction", "outputs")
_DOTTED = ("gitignore", "gitattributes")  # packages carry them without their dot


def initiate(target: Path, *, title: str) -> tuple[str, ...]:
    """Make a new review folder and return the files that were written, in order.

    Raises:
        ReviewError: the folder holds one of these files already; nothing was written.
    """
    texts = dict(sorted(_texts(resources.files("pipeline.workflow") / "new_review")))
    present = [name for name in texts if (target / name).exists()]
    if PROTOCOL in present or not _is_folder(target):
        what = f"{str(target)!r} holds a review already" if PROTOCOL in present else f"{str(target)!r} is a file"
        raise ReviewError(Fault(what=what, remedy="Name another folder; nothing was written."))
    written = []
    for name, text in texts.items():
        if name not in present:
            shown = json.dumps(title, ensure_ascii=False) if name == PROTOCOL else title
            files.write(target / name, text.replace("{{ title }}", shown).encode())
            written.append(name)
    for name in FOLDERS:
        (target / name).mkdir(parents=True, exist_ok=True)
    return tuple(written)


def _is_folder(target: Path) -> bool:
    return target.is_dir() or not target.exists()


def _texts(source: Traversable, prefix: str = "") -> list[tuple[str, str]]:
    found = []
    for entry in source.iterdir():
        name = f".{entry.name}" if entry.name in _DOTTED else entry.name
        if entry.is_dir():
            found += _texts(entry, f"{prefix}{name}/")
        else:
            found.append((prefix + name, entry.read_text(encoding="utf-8")))
    return found
