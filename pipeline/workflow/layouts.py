"""The layouts of the JSON files that the program writes for itself: how each is read, however old it is.

Every such file says the version of its layout. When a layout changes, its number in `CURRENT` grows by one and `STEPS`
gets the function that turns the one before into it: files are never rewritten, since they are history.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, TypeVar

import msgspec

from pipeline.errors import Fault, FormatError
from pipeline.records.tables import merge_conflict

_T = TypeVar("_T")
Step = Callable[[dict[str, Any]], dict[str, Any]]

# What is written today. CSV files carry no number: their header says what they are, a ledger with a column that is not
# known is refused, and `schema` in workflow.yaml, which is the review's own, says how it is to be read.
CURRENT: Mapping[str, int] = {
    "search run": 1,
    "export": 1,
    "check": 1,
    "version": 1,
    "list of outputs": 1,
    "list of moves": 1,
}
# (kind, layout): what turns a file of this layout into one of the next.
STEPS: Mapping[tuple[str, int], Step] = {}

_ONE_SIDE = "Take one of the two versions whole, and with it every file of its folder; then run again."
_REMEDY = "It is the program's own history: put the file back as git or your backup has it."


def read(
    data: bytes,
    kind: type[_T],
    *,
    name: str,
    file: str,
    current: Mapping[str, int] = CURRENT,
    steps: Mapping[tuple[str, int], Step] = STEPS,
    remedy: str = _REMEDY,
) -> _T:
    """Read a JSON file of the program's own, of this layout or an older one.

    Args:
        data: the file.
        kind: what it becomes.
        name: what it is, one of `CURRENT`.
        file: its path, for messages.
        current: layouts of today.
        steps: how older ones are brought up to date.
        remedy: what to do where it is damaged.

    Raises:
        FormatError: it is damaged, or a newer version of the program wrote it.
    """
    try:
        tree = msgspec.json.decode(data, type=dict[str, Any])
        layout = tree.get("layout", 1)
        if not isinstance(layout, int) or layout < 1:
            raise msgspec.ValidationError(f"{layout!r} is no layout")
        if layout > current[name]:
            what = f"a newer version of living-review wrote this {name} (layout {layout}, and {current[name]} is known)"
            newest = "Install the newest living-review; nothing was changed."
            raise FormatError(Fault(what=what, file=file, remedy=newest))
        for number in range(layout, current[name]):
            tree = steps[name, number](tree) | {"layout": number + 1}
        return msgspec.convert(tree, kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        if conflict := merge_conflict(data.decode("utf-8", "replace"), file=file):
            raise FormatError(replace(conflict, remedy=_ONE_SIDE)) from error
        raise FormatError(Fault(what=f"this is no {name} ({error})", file=file, remedy=remedy)) from error


def write(value: msgspec.Struct) -> bytes:
    """Write a JSON file of the program's own: every field in its order, indented, in UTF-8, ended by a newline."""
    return msgspec.json.format(msgspec.json.encode(value), indent=2) + b"\n"
