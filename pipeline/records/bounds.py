"""How large what comes from outside may be, so that one broken or hostile file cannot take all memory.

None of these cuts anything in silence: what is larger is a fault, with its place and its size.
"""

# Characters of one record, one cell or one line of an export; bytes in XML. A PubMed record with three thousand
# authors and their affiliations has two million.
LONGEST = 16_000_000
UNPACKED = 10_000_000  # bytes that any packed file may unpack to
RATIO = 200  # and how many times its own size beyond them
FORM = 1_000_000_000  # bytes of a form that people fill in; 200,000 rows with their abstracts have 500 million
WORKBOOK = 500_000_000  # bytes that a workbook may unpack to; XML has tags around each cell


def unpacked(packed: int) -> int:
    """Return how many bytes a file of `packed` bytes may unpack to.

    Bibliographic text shrinks to between a third and a fifteenth; only what repeats itself without end goes beyond.
    """
    return max(UNPACKED, packed * RATIO)


def too_long(what: str, size: int) -> str:
    """Say that something is too long to be read.

    >>> too_long("this record", 300_000_000)
    'this record holds 300,000,000 characters, and up to 16,000,000 are read'
    """
    return f"{what} holds {size:,} characters, and up to {LONGEST:,} are read"


LOOK = "Look at the file near here: a quotation mark or the end of a record may be missing, or it is no export."
