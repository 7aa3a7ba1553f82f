"""The records that the sandbox serves: those of its data file, of any records file, or as many generated ones as asked.

Their PMIDs begin at 900000001, which PubMed has not reached: no record here can be taken for one of PubMed's.
"""

import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib import resources
from typing import Protocol

import msgspec

from pipeline.errors import Fault, FormatError
from pipeline.records.record import Author, Origin, Passage, Record, from_line

FIRST_PMID = 900_000_001
MARK = "Fictitious record"  # how the title of every generated record begins
CITES = "cites"  # the tag in `extra` whose values are the PMIDs that a record cites
DATA = "records.jsonl"

_SITES = ("liver", "hepatic")
_SPREADS = ("metastasis", "metastases")
_TUMOURS = ("pancreatic neuroendocrine tumor", "PNET")
_TREATMENTS = (
    "resection",
    "ablation",
    "embolization",
    "radioembolization",
    "transplantation",
    "observation",
    "octreotide",
)
_FAMILIES = (
    "Example",
    "Sample",
    "Specimen",
    "Instance",
    "Muster",
    "Esempio",
    "Exemple",
    "Ejemplo",
    "Przyklad",
    "Voorbeeld",
)
_JOURNALS = ("J Fict Surg", "Ann Invent Oncol", "Acta Exempl", "Specimen Med")


class Corpus(Protocol):
    """Records by PMID."""

    @property
    def pmids(self) -> Sequence[int]:
        """All PMIDs, ascending."""
        ...

    def record(self, pmid: int) -> Record:
        """Return one record; KeyError if there is none."""
        ...


class Held:
    """Records that are held in memory."""

    def __init__(self, records: Iterable[Record]) -> None:
        """Take records; those without a PMID cannot be served and are left out."""
        self._records: Mapping[int, Record] = {int(record.pmid): record for record in records if record.pmid}
        self.pmids: Sequence[int] = sorted(self._records)

    def record(self, pmid: int) -> Record:
        """Return one record; KeyError if there is none."""
        return self._records[pmid]


class Generated:
    """So many records without a basis in the world, each made when it is asked for and always alike.

    All match the accepted string of Nigri 2018, are in English, and were published from 1980 to 2017: a search of any
    size can be tried. Their titles say that they are fictitious; their journals and authors do not exist.
    """

    def __init__(self, count: int) -> None:
        """Set how many records there are."""
        self.pmids: Sequence[int] = range(FIRST_PMID, FIRST_PMID + count)

    def record(self, pmid: int) -> Record:
        """Return one record; KeyError if there is none."""
        if pmid not in self.pmids:
            raise KeyError(pmid)
        number = pmid - FIRST_PMID + 1
        draw = random.Random(pmid)  # noqa: S311 - examples, not secrets
        tumour, treatment = draw.choice(_TUMOURS), draw.choice(_TREATMENTS)
        what = f"{treatment} for {draw.choice(_SITES)} {draw.choice(_SPREADS)} of a {tumour}"
        authors = [Author(family=name, given=draw.choice("ABCDEFGH")) for name in draw.sample(_FAMILIES, 3)]
        patients = draw.randrange(5, 400)
        abstract = (
            Passage(
                label="METHODS", text=f"This text was made by a program. {patients} invented patients had {treatment}."
            ),
            Passage(label="RESULTS", text=f"Nothing was found, since record {number} describes nothing."),
        )
        volume, page = draw.randrange(1, 90), draw.randrange(1, 900)
        return Record(
            id=f"sandbox:{pmid}",
            origin=Origin(search="sandbox"),
            title=f"{MARK} {number}: {what}",
            authors=tuple(authors),
            journal=draw.choice(_JOURNALS),
            year=draw.randrange(1980, 2018),
            month=draw.randrange(1, 13),
            volume=str(volume),
            pages=f"{page}-{page + draw.randrange(1, 12)}",
            languages=("eng",),
            publication_types=("Journal Article",),
            abstract=abstract,
            keywords=(tumour, "liver metastasis"),
            pmid=str(pmid),
        )


def bundled() -> Held:
    """Return the records of the package: made from the reference lists of the two documents.

    Authors, titles, journals, years, volumes, pages and DOIs are facts of those lists, as printed there. PMIDs are
    fictitious, keywords were assigned by us from the titles, and there are no abstracts.
    """
    data = resources.files("pipeline.sandbox").joinpath(DATA).read_bytes()
    return Held(read(data, file=DATA))


def read(data: bytes, *, file: str) -> Iterator[Record]:
    """Read a file of records as outputs/records.jsonl is one.

    Raises:
        FormatError: a line is not a record.
    """
    for number, line in enumerate(data.splitlines(), start=1):
        try:
            yield from_line(line)
        except msgspec.ValidationError as error:
            what = f"this is no record ({error})"
            remedy = "Take a records.jsonl of outputs/, or a file of the same form."
            raise FormatError(Fault(what=what, file=file, line=number, remedy=remedy)) from error
