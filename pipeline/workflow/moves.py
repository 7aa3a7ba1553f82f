"""The list of moves with which a run ends: which staged file goes where. It is complete, or it is not there."""

from collections.abc import Mapping

import msgspec

from pipeline.errors import Fault, FormatError
from pipeline.workflow import layouts

GONE = ""  # what stands in the list for a derived file that is to be removed


class _Moves(msgspec.Struct, frozen=True, kw_only=True):
    """The name of a staged file, by the path to which it goes."""

    layout: int = 1
    moves: dict[str, str]


def write(moves: Mapping[str, str]) -> bytes:
    """Write a list of moves: name of a staged file, or `GONE`, by path."""
    return layouts.write(_Moves(moves=dict(moves)))


def read(data: bytes, *, file: str, room: str, derived: str) -> Mapping[str, str]:
    """Read a list of moves; it may have come with a folder that somebody sent.

    Args:
        data: the list.
        file: its path, for messages.
        room: the folder that holds what is staged, for messages.
        derived: how the path of a derived file begins; only such files may be removed.

    Raises:
        FormatError: it is damaged, a newer program wrote it, or it moves what no run of this program moves.
    """
    remedy = f"Delete the folder {room}, then run again: what people gave is not in it, the rest is made again."
    moves = layouts.read(data, _Moves, name="list of moves", file=file, remedy=remedy).moves
    for path, name in moves.items():
        if not (name.isdecimal() or (name == GONE and path.startswith(derived))):
            what = f"this list moves {name!r} to {path!r}, and no run of this program does so"
            raise FormatError(Fault(what=what, file=file, remedy=remedy))
    return moves
