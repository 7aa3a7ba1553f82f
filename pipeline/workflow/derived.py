"""The derived values that one stage writes and later ones read: where each lies below outputs/, and how it is read."""

from typing import TypeVar

import msgspec

from pipeline.deduplicate.citation import Citation
from pipeline.errors import Fault, FormatError
from pipeline.records.record import Record
from pipeline.workflow.folder import OUTPUTS, ReviewFolder

RECORDS = "records.jsonl"
CITATIONS = "citations.jsonl"

_T = TypeVar("_T")


def records(folder: ReviewFolder) -> tuple[Record, ...]:
    """Read every record of the review, first retrieved first."""
    return _lines(folder, RECORDS, Record)


def citations(folder: ReviewFolder) -> tuple[Citation, ...]:
    """Read every citation of the review, first retrieved first."""
    return _lines(folder, CITATIONS, Citation)


def _lines(folder: ReviewFolder, name: str, kind: type[_T]) -> tuple[_T, ...]:
    path = f"{OUTPUTS}/{name}"
    decoder = msgspec.json.Decoder(kind)
    found = []
    for number, line in enumerate(folder.read(path).splitlines(), start=1):
        try:
            found.append(decoder.decode(line))
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            remedy = "Delete the folder outputs/ and run again; everything in it is rebuilt."
            fault = Fault(what=f"this line is damaged ({error})", file=path, line=number, remedy=remedy)
            raise FormatError(fault) from error
    return tuple(found)
