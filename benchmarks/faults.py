"""Libraries made worse: how much of what databases and hands do to a record deduplication bears, beside a peer.

    python benchmarks/faults.py SETS [--peer PYTHON]

Two libraries are made of each labelled set's documents, always the same:

faults: half of the documents are delivered a second time, each time with two to four faults (titles cut, misspelt, read
by a machine; names swapped, glued, lost; pages, volumes, years lost or mistyped). All of these are to be found.
siblings: up to 300 documents get a sibling that resembles them and is another document (part II, an erratum, the
abstract of a meeting, next year's report, a preprint). None of these may be joined.
"""

import argparse
import random
import re
import sys
import tempfile
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from deduplication import Score, read, run_set, write

Row = dict[str, str]
SETS = ("cytology_screening", "haematology", "respiratory", "stroke", "diabetes", "digital_work", "misq_crossref_dblp")
_LOOK_ALIKE = (("rn", "m"), ("l", "1"), ("o", "0"), ("cl", "d"), ("i", "l"), ("S", "5"), ("m", "rn"), ("e", "c"))
_NOTES = ("[{}]", "{} [Chinese]", "[{}]. [German]", "{} [Abstract]", "{}. [Review] [34 refs]", "<i>{}</i>")


class Faults:
    """What goes wrong with a record between its document and a library; each changes one field of a row."""

    def __init__(self, draw: random.Random) -> None:
        self.draw = draw

    def _slips(self, text: str, count: int) -> str:
        for _ in range(count):
            if len(text) > 4:
                at, letter = self.draw.randrange(1, len(text) - 1), self.draw.choice("abcdefghijklmnopqrstuvwxyz")
                swapped = text[at + 1] + text[at] + text[at + 2 :]
                tails = (text[at + 1 :], text[at] + text[at:], swapped, letter + text[at + 1 :], letter + text[at:])
                text = text[:at] + self.draw.choice(tails)
        return text

    def title_misspelt(self, row: Row) -> str:
        """One to three slips of the hand."""
        return self._slips(row["title"], self.draw.choice((1, 1, 2, 3)))

    def title_read_by_machine(self, row: Row) -> str:
        """Two groups of letters taken for others that look like them."""
        text = row["title"]
        for group, other in self.draw.sample(_LOOK_ALIKE, 2):
            places = [found.start() for found in re.finditer(group, text)]
            if places:
                at = self.draw.choice(places)
                text = text[:at] + other + text[at + len(group) :]
        return text

    def title_cut(self, row: Row) -> str:
        """A field that was too short."""
        return row["title"][: self.draw.choice((60, 80, 100, 120))]

    def title_without_subtitle(self, row: Row) -> str:
        """What stands behind the colon is left out."""
        first = re.split(r"[:?.] ", row["title"])[0]
        return first if len(first) > 25 else row["title"]

    def title_in_capitals(self, row: Row) -> str:
        """All in capitals."""
        return row["title"].upper()

    def title_with_a_note(self, row: Row) -> str:
        """What databases add to a title."""
        return self.draw.choice(_NOTES).format(row["title"])

    def title_without_a_word(self, row: Row) -> str:
        """A word is lost."""
        found = row["title"].split(" ")
        if len(found) > 6:
            found.pop(self.draw.randrange(len(found)))
        return " ".join(found)

    def title_in_another_encoding(self, row: Row) -> str:
        """UTF-8 taken for Latin-1."""
        return row["title"].encode().decode("latin-1")

    def author_first_only(self, row: Row) -> str:
        """The first author alone."""
        return row["author"].split(" and ")[0]

    def author_lost(self, _: Row) -> str:
        """No author."""
        return ""

    def author_in_another_style(self, row: Row) -> str:
        """Last FM, or F. M. Last, or First Last."""
        style = self.draw.randrange(3)
        return " and ".join(_styles(name)[style] for name in row["author"].split(" and "))

    def author_glued(self, row: Row) -> str:
        """All names run together."""
        return "".join(f"{family} {' '.join(f'{i}.' for i in initials)}" for family, _, initials in _names(row))

    def author_swapped(self, row: Row) -> str:
        """Given names in the place of family names."""
        return " and ".join(", ".join(reversed(name.split(", ", 1))) for name in row["author"].split(" and "))

    def author_misspelt(self, row: Row) -> str:
        """A slip of the hand."""
        return self._slips(row["author"], 1)

    def author_in_reverse(self, row: Row) -> str:
        """The last author first."""
        return " and ".join(reversed(row["author"].split(" and ")))

    def journal_abbreviated(self, row: Row) -> str:
        """Long words cut, little ones left out."""
        length, little = self.draw.choice((3, 4, 5)), ("of", "the", "and", "&", "in")
        return " ".join(
            word[:length] if len(word) > 5 else word for word in row["journal"].split() if word.lower() not in little
        )

    def journal_misspelt(self, row: Row) -> str:
        """A slip of the hand."""
        return self._slips(row["journal"], 1)

    def year_off(self, row: Row) -> str:
        """Online in one year, printed in the next."""
        return str(int(row["year"][:4]) + self.draw.choice((-1, 1))) if row["year"][:4].isdigit() else ""

    def volume_with_issue(self, row: Row) -> str:
        """Both in one field."""
        return f"{row['volume']}({row['number']})" if row["number"] else row["volume"]

    def pages_first_only(self, row: Row) -> str:
        """The first page alone."""
        return row["pages"].split("-")[0]

    def pages_mistyped(self, row: Row) -> str:
        """Another digit in the first page."""
        found = re.match(r"\d{3,}", row["pages"])
        if not found:
            return row["pages"]
        at = self.draw.randrange(found.end())
        return row["pages"][:at] + self.draw.choice("0123456789") + row["pages"][at + 1 :]

    def doi_as_address(self, row: Row) -> str:
        """A link, in capitals."""
        return f"https://doi.org/{row['doi'].upper()}" if row["doi"] else ""


def _names(row: Row) -> Iterable[tuple[str, str, list[str]]]:
    for name in row["author"].split(" and "):
        family, _, given = name.partition(", ")
        yield family, given, [part[0] for part in re.split(r"[ .-]+", given) if part]


def _styles(name: str) -> tuple[str, str, str]:
    [(family, given, initials)] = _names({"author": name})
    return (
        f"{family} {''.join(initials)}".strip(),
        f"{' '.join(f'{letter}.' for letter in initials)} {family}".strip(),
        f"{given} {family}".strip(),
    )


_LOST = ("journal", "year", "volume", "number", "pages", "doi")  # fields that an export may leave out


def spoil(row: Row, faults: Faults) -> Row:
    """Give a record two to four faults; `title_cut` changes the title, and so on."""
    kinds = sorted(name for name in vars(Faults) if not name.startswith("_"))
    copy = dict(row)
    for kind in faults.draw.sample(
        [*kinds, *(f"{field}_lost" for field in _LOST), "online"], faults.draw.choice((2, 3, 4))
    ):
        if kind == "online":  # delivered before it was printed
            copy |= {"volume": "", "number": "", "pages": ""}
        elif kind.removesuffix("_lost") in _LOST and kind not in kinds:
            copy[kind.removesuffix("_lost")] = ""
        else:
            copy[kind.partition("_")[0]] = getattr(faults, kind)(copy)
    return copy


def _pages(draw: random.Random, letter: str = "") -> str:
    first = draw.randrange(1, 900)
    return f"{letter}{first}" if letter else f"{first}-{first + draw.randrange(3, 12)}"


def _plus(text: str, step: int) -> str:
    return str(max(1, int(re.sub(r"\D", "", text)[:4] or 1) + step))


# Another document that resembles one: what of the row is another.
SIBLINGS: Mapping[str, Callable[[Row, random.Random], Row]] = {
    "next year's": lambda r, d: {"year": _plus(r["year"], 1), "volume": _plus(r["volume"], 1), "pages": _pages(d)},
    "meeting abstract": lambda _, d: {"number": "Suppl 1", "pages": _pages(d, "S")},
    "part II": lambda r, d: {"title": f"{r['title']}, part II", "pages": _pages(d)},
    "subgroup": lambda r, d: {"title": f"{r['title']}: a subgroup analysis", "pages": _pages(d)},
    "by others": lambda _, d: {"author": "Nemo, A and Nobody, B", "volume": _plus("1", 40), "pages": _pages(d)},
    "erratum": lambda r, d: {"title": f"Erratum: {r['title']}", "number": "99", "pages": str(d.randrange(1, 900))},
    "reprint": lambda _, d: {"journal": "Journal of Zymurgy", "isbn": "", "volume": "7", "pages": _pages(d)},
    "preprint": lambda _, d: (
        dict.fromkeys(("isbn", "volume", "number", "pages"), "")
        | {"journal": "medRxiv", "doi": f"10.1101/2020.01.01.{d.randrange(10**8):08}"}
    ),
}


def documents(folder: Path) -> list[Row]:
    """Take the first record of each labelled document."""
    gold_file = next(path for name in ("gold_adjudicated", "gold") if (path := folder / f"{name}.csv").is_file())
    gold = {row["record_id"]: row["cluster_id"] for row in read(gold_file)}
    first: dict[str, Row] = {}
    for row in read(folder / "records.csv"):
        first.setdefault(gold[row["record_id"]], row)
    return list(first.values())


def with_faults(rows: list[Row], draw: random.Random) -> list[tuple[Row, str]]:
    """Deliver half of the documents a second time, with faults; each row with its document."""
    faults = Faults(draw)
    again = [
        (spoil(row, faults) | {"record_id": f"again{number}"}, row["record_id"])
        for number, row in enumerate(draw.sample(rows, len(rows) // 2))
    ]
    library = [*((row, row["record_id"]) for row in rows), *again]
    draw.shuffle(library)
    return library


def with_siblings(rows: list[Row], draw: random.Random) -> list[tuple[Row, str]]:
    """Add a sibling to documents of which the place is known, and take DOIs away; each row is its own document."""
    placed = [row for row in rows if row["year"].isdigit() and row["volume"] and row["pages"] and row["author"]]
    chosen = draw.sample(placed, min(300, len(placed)))
    library = list(rows)
    for number, row in enumerate(chosen):
        kind = list(SIBLINGS)[number % len(SIBLINGS)]
        library.append(row | {"doi": ""} | SIBLINGS[kind](row, draw) | {"record_id": f"sibling{number}"})
    return [(row, row["record_id"]) for row in library]


def main() -> None:
    """Make the libraries and print what came of them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sets", type=Path)
    parser.add_argument("--peer", default="", metavar="PYTHON")
    given = parser.parse_args()
    systems = ("living-review", "bib-dedupe") if given.peer else ("living-review",)
    print("| library | system | records | TP | FP | FN | mixed | precision | recall | CPU s |")
    print("|---|---|---:|---:|---:|---:|---:|---:|---:|---:|")
    for kind, make in (("faults", with_faults), ("siblings", with_siblings)):
        pooled = dict.fromkeys(systems, Score())
        for name in (name for name in SETS if (given.sets / name).is_dir()):
            with tempfile.TemporaryDirectory() as scratch:
                folder = Path(scratch)
                library = make(documents(given.sets / name), random.Random(f"{kind} {name}"))
                write(folder / "records.csv", library[0][0], (row.values() for row, _ in library))
                gold = ((row["record_id"], document) for row, document in library)
                write(folder / "gold.csv", ("record_id", "cluster_id"), gold)
                for system in systems:
                    pooled[system] += run_set(folder, system, given.peer, 1)
            sys.stderr.write(f"{kind} {name}: {pooled}\n")
        for system, found in pooled.items():
            precision = f"{found.tp / (found.tp + found.fp):.4f}" if found.tp else "-"
            recall = f"{found.tp / (found.tp + found.fn):.4f}" if found.tp + found.fn else "-"
            counts = f"{found.records} | {found.tp} | {found.fp} | {found.fn} | {found.mixed} | {precision}"
            print(f"| {kind} | {system} | {counts} | {recall} | {found.seconds:.1f} |", flush=True)


if __name__ == "__main__":
    main()
