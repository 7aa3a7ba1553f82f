"""Feed every reader damaged files: no exception but FormatError, no hang, no block lost, none counted twice.

    python benchmarks/fuzz_formats.py [--inputs 1000000] [--minutes 60] [--seed 1]

The samples of tests/formats are cut, spliced, repeated, re-encoded and sprinkled with what formats are made of. The
campaign is led by behaviour: an input at which a reader says what it said of no other (another set of messages or of
filled fields) joins those that are changed further. One input in 2,500 is blown up to half a million bytes, to
find what takes more than linear time.

Checked of every input: `read` yields records and faults only, and raises nothing but FormatError, and that before the
first of them; each has a block of its own; ids are unique; records and faults are counted as yielded; the same input
says the same again (one in fifty); and each title that the damage left whole stands in a record, a fault or a notice.
What fails is written to the folder `fuzz_failures`, once a kind.
"""

import argparse
import collections
import io
import random
import re
import sys
import time
import traceback
from pathlib import Path

import msgspec

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from pipeline import formats
from pipeline.errors import Fault, FormatError
from pipeline.formats import csl_json, source
from pipeline.records.record import Record

SAMPLES = Path(__file__).resolve().parent.parent / "tests" / "formats" / "samples"
LONGEST = 3000  # bytes of an input that is changed further
BLOWN = 500_000
EACH_BLOWN = 2500
SLOW = 10.0  # CPU seconds that half a million bytes may take on a busy machine
WORDS = [
    b"\n", b"\r\n", b"\r", b"\0", b"\xff", b"\xfe\xff", b"\xff\xfe", b"\xef\xbb\xbf", b"\xe2\x80\xa8", b"\x85", b"\x1a",
    b"TY  - JOUR\n", b"\nER  - \n", b"ER  -", b"TI  - ", b"AU  - ", b"PMID- 1\n", b"\nSO  - x.", b"PT J\n", b"\nER\n",
    b"EF\n", b"@article{a,\n", b"}\n", b"{", b'"', b'""', b'="', b"\\", b"$", b"@string{a = ", b"@comment{", b" # ",
    b",", b";", b"\t", b"<PubmedArticle>", b"</PubmedArticle>", b"<!--", b"-->", b"<![CDATA[", b"]]>", b"&#0;", b"&x;",
    b"<!DOCTYPE a [<!ENTITY x 'y'>]>", b"<record>", b"</record>", b"<Trial>", b"</Trial>", b"[", b"]", b'{"title": ',
    b"\\ud800", b"null", b"1e999", b"\\u0000", b"      ", b"Record #1 of 9", b"<?xml version='1.0' encoding='hex'?>",
    b"<?xml version='1.0' encoding='UTF-16'?>", b"title,author,year\n", b"10.1000/1.23", b"2021 Jan-Feb", b"pp. 1--2",
    b"99999999999999999999", b"\xd9\xa1", b"\xc2\xb2", b"\xed\xa0\x80", b"TITLE: ", b" and ", b"$^{", b"\\'", b"//",
]  # fmt: skip
TITLE = re.compile(rb"zq[0-9]{4}qz")
PASSED_OVER = re.compile(
    rb"<!--[\s\S]*?(?:-->|\Z)|<(ReferenceList|DeleteCitation)>[\s\S]*?(?:</\1>|\Z)|%.*|"
    rb"@(?:comment|preamble|string)[\s\S]*|\n(?:SO|PHST|PMCR)\s*-.*(?:\n      .*)*|"
    rb"\nAU [^ ].*(?:\n   .*)*|<!DOCTYPE[\s\S]*?>|(?:Provider|Content|Database): .*|Link to the .*",
    re.IGNORECASE,
)
FIRST = re.compile(rb"<(?:PubmedArticle|PubmedBookArticle|record|Trial)[\s>][\s\S]*?(zq[0-9]{4}qz)")  # of an XML record
LEFT_OUT = re.compile(r"UTF-16|left out: |before the first entry stands")
PARTICULAR = re.compile(r"\d+|'.*'|\".*\"|\(.*\)")
PLACES = {
    "ris": rb"(\n *T[I1] +- ?)", "nbib": rb"(\nB?TI +- ?)", "web-of-science": rb"(\nTI )",
    "pubmed-xml": rb"(<(?:ArticleTitle|BookTitle)[^>]*>)", "endnote-xml": rb"(<title>(?:<style[^>]*>)?)",
    "ictrp-xml": rb"(<Public_title>)", "bibtex": rb"(\n *title *= *[{\"]+)", "csl-json": rb'("title": *")',
}  # fmt: skip


def samples() -> list[tuple[str, bytes]]:
    """List the golden samples, each title marked by a word of its own where the format shows its place."""
    found = []
    for path in sorted(SAMPLES.glob("*/*")):
        name, data = path.parent.name, path.read_bytes()
        if name in PLACES:
            count = iter(range(1000 * (len(found) % 10), 10**9))
            data = re.sub(PLACES[name], lambda place, count=count: b"%szq%04dqz " % (place[1], next(count)), data)
        found.append((name, data))
    return found


def changed(data: bytes, pool: list[bytes], chance: random.Random) -> bytes:
    """Damage an input in a few places."""
    result = bytearray(data)
    for _ in range(chance.choice((1, 1, 1, 2, 2, 3, 5, 9))):
        start = chance.randrange(len(result) + 1)
        end = start + chance.randint(0, 9) ** 2
        if chance.random() < 0.3:  # whole lines
            ends = [found.start() for found in re.finditer(rb"\n", result)] or [0]
            start, end = sorted(chance.choices(ends, k=2))
        match chance.randrange(7):
            case 0:
                del result[start:end]
            case 1:
                result[start:start] = result[start:end]
            case 2:
                other = chance.choice(pool)
                place = chance.randrange(len(other) + 1)
                result[start:end] = other[place : place + chance.randint(1, 400)]
            case 3:
                result[start : start + 1] = bytes([chance.randrange(256)])
            case 4:
                old = chance.choice((b"\n", b"  ", b",", b'"', b"- "))
                result = bytearray(result.replace(old, chance.choice(WORDS)))
            case 5 if chance.random() < 0.3:
                del result[start:]
            case _:
                result[start : start + chance.randint(0, 3)] = chance.choice(WORDS) * chance.choice((1, 1, 1, 2, 20))
        del result[LONGEST:]
    if chance.random() < 0.03:
        return bytes(result).decode("utf-8", "replace").encode(chance.choice(("utf-16", "utf-16-le", "utf-16-be")))
    return bytes(result)


def blown_up(data: bytes, chance: random.Random) -> bytes:
    """Repeat a short stretch of an input until it is long."""
    start = chance.randrange(len(data) + 1)
    end = min(len(data), start + chance.choice((1, 2, 5, 20, 80, 400)))
    times = BLOWN // max(1, end - start)
    return data[:start] + data[start:end] * times + data[end:]


def examine(name: str, data: bytes) -> tuple[str, object]:
    """Read an input and check what comes; return the kind of failure, empty if there is none, and what was said."""
    try:
        reading = formats.read(io.BytesIO(data), name="f", search="s", format=name)
    except FormatError as error:
        return "", ("refused", error.faults[0].what[:24])
    except Exception:  # noqa: BLE001 - what the campaign is for
        return traceback.format_exc(limit=-3), None
    try:
        values = list(reading)
    except Exception:  # noqa: BLE001 - what the campaign is for, FormatError included
        return traceback.format_exc(limit=-3), None
    records = [value for value in values if isinstance(value, Record)]
    faults = [value for value in values if isinstance(value, Fault)]
    places = [record.origin.block for record in records]
    holds = {
        "a value is neither record nor fault": len(records) + len(faults) == len(values),
        "miscounted": (reading.records, reading.faults) == (len(records), len(faults)),
        "blocks out of order": places == sorted(set(places)),
        "a block is neither record nor fault": reading._source.block == len(values),  # noqa: SLF001 - blocks begun
        "two records of one id": len({record.id for record in records}) == len(records),
        f"a title is lost ({reading.format.name})": not unsaid(data, reading, values),
    }
    for failure, is_so in holds.items():
        if not is_so:
            return failure, None
    fields = Record.__struct_fields__
    filled = {field for record in records for field in fields if getattr(record, field) not in ("", (), None)}
    said = {PARTICULAR.sub("", text)[:60] for text in (*(each.what for each in faults), *reading.notices)}
    shape = (reading.format.name, reading.platform, min(len(records), 3), min(len(faults), 3))
    return "", (*shape, frozenset(filled), frozenset(said))


def unsaid(data: bytes, reading: formats.Reading, values: list[Record | Fault]) -> set[bytes]:
    """List the marked titles that stand in the input and in nothing that was read of it.

    Left out are tables, since a mark may get into their header, which is no record; what is read as UTF-16, in which a
    mark is other characters; what a notice says that it left out, of which it shows the beginning; and titles that the
    damage moved into what a format passes over by its own rules: comments, lists of references, the second form of a
    citation, the short names beside the full ones, a second title in one element.
    """
    shown = FIRST if reading.format.name.endswith("-xml") else TITLE
    marks = set(shown.findall(PASSED_OVER.sub(b"", data)))
    if not marks or reading.format.name == "csv" or LEFT_OUT.search(" ".join(reading.notices)):
        return set()
    said = msgspec.json.encode([msgspec.to_builtins(v) if isinstance(v, Record) else [v.what, v.raw] for v in values])
    said += " ".join(reading.notices).encode()
    return {mark for mark in marks if mark not in said}


def main() -> None:
    """Run the campaign and print what it found."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--inputs", type=int, default=1_000_000)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--failures", type=Path, default=Path("fuzz_failures"))
    arguments = parser.parse_args()
    source.SHOWN = csl_json.SHOWN = 10 * BLOWN  # a fault's raw text is not cut, so that it can be searched
    Campaign(arguments.seed, arguments.failures).run(arguments.inputs, arguments.minutes * 60)


class Campaign:
    """What is changed further, what was said so far, and what failed."""

    def __init__(self, seed: int, failures: Path) -> None:
        self._chance = random.Random(seed)
        self._folder = failures
        self._pool = samples()
        self._seen: set[object] = set()
        self._failures: collections.Counter[str] = collections.Counter()
        self._slowest: tuple[float, str, int] = (0.0, "", 0)
        self._used = time.process_time()

    def run(self, inputs: int, seconds: float) -> None:
        """Try so many inputs, or for so long; say how far it is, and what was found."""
        began, count = time.monotonic(), 0
        while count < inputs and time.monotonic() - began < seconds:
            count += 1
            self._try(count)
            if count % 10_000 == 0:
                self._say(count)
        self._say(count)
        for failure, times in self._failures.most_common():
            print(f"{times:,} x {failure}")

    def _try(self, count: int) -> None:
        chance = self._chance
        name, before = chance.choice(self._pool)
        data = changed(before, [chance.choice(self._pool)[1]], chance)
        asked = "" if chance.random() < 0.25 else name
        blown = count % EACH_BLOWN == 0
        if blown:
            data = blown_up(data, chance)
        start = time.process_time()
        failure, said = examine(asked, data)
        took = time.process_time() - start
        self._slowest = max(self._slowest, (took, asked, len(data)))
        if not failure and count % 50 == 1 and examine(asked, data) != ("", said):
            failure = "another answer the second time"
        if not failure and took > (SLOW if blown else 1.0):
            failure = f"slow ({asked or 'recognised'}, {'blown up' if blown else 'small'})"
        if failure:
            self._fail(failure, asked, data, count)
        elif said not in self._seen and not blown:
            self._seen.add(said)
            self._pool.append((name, data[:LONGEST]))

    def _fail(self, failure: str, asked: str, data: bytes, count: int) -> None:
        self._failures[failure] += 1
        if self._failures[failure] == 1:
            self._folder.mkdir(parents=True, exist_ok=True)
            (self._folder / f"{len(self._failures):03}.{asked or 'any'}").write_bytes(data)
            print(f"failure {len(self._failures)} at input {count:,} {asked!r}: {failure}", flush=True)

    def _say(self, count: int) -> None:
        took, name, size = self._slowest
        print(
            f"{count:,} inputs, {len(self._seen):,} behaviours, {self._failures.total():,} failures of "
            f"{len(self._failures)} kinds, {time.process_time() - self._used:,.0f} CPU s; the slowest took "
            f"{took:.2f} s ({name or 'recognised'}, {size:,} bytes)",
            flush=True,
        )


if __name__ == "__main__":
    main()
