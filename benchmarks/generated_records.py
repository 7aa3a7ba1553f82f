"""Generated bibliographic records with known duplicates, for speed and stress; every name and title is made up.

Titles follow the patterns of clinical papers over a vocabulary of invented drugs, diseases and outcomes whose
frequencies fall as 1/rank, so that words and titles collide as they do in a real library. A share of the documents is
delivered more than once, each time as another database or another slip of the hand would write it.
"""

import random
from collections.abc import Iterator
from itertools import accumulate

HEADER = (
    "record_id", "entry_type", "title", "author", "year", "journal", "volume", "number", "pages", "doi", "isbn",
    "abstract", "booktitle", "publisher", "source", "language", "label_original",
)  # fmt: skip

_ONSETS = tuple("b br c cl d dr f fl g gl k l m n p pr r s st t tr v z".split())  # noqa: SIM905 - syllables
_VOWELS = ("a", "e", "i", "o", "u", "ae", "io")
_DRUG_ENDS = (
    "mab",
    "tinib",
    "pril",
    "sartan",
    "statin",
    "zole",
    "cillin",
    "vir",
    "gliptin",
    "platin",
    "setron",
    "olol",
)
_DISEASE_ENDS = ("itis", "oma", "osis", "emia", "pathy", "algia", "uria", "plasia", "trophy", " syndrome")
_OUTCOMES = (
    "mortality", "quality of life", "blood pressure", "overall survival", "pain", "readmission", "bone density",
    "cognitive function", "tumour response", "wound healing", "sleep quality", "renal function", "exercise capacity",
)  # fmt: skip
_DESIGNS = (
    "a randomised controlled trial", "a systematic review and meta-analysis", "a cohort study", "a case-control study",
    "a pilot study", "a double-blind trial", "a multicentre study", "a cross-sectional survey", "a phase II study",
    "a phase III trial", "long-term results", "study protocol", "a case report", "final results",
)  # fmt: skip
_GROUPS = ("adults", "children", "older people", "women", "pregnant women", "men", "adolescents", "veterans", "infants")
_PATTERNS = (
    "Effect of {drug} on {outcome} in {group} with {disease}: {design}",
    "{drug} versus {other} for the treatment of {disease}: {design}",
    "Risk factors for {disease} in {group} with {ill}",
    "{drug} in the management of {disease}",
    "Prevalence of {disease} among {group}: {design}",
    "Early {drug} and {outcome} after {disease}",
    "{disease} and {ill}: an update",
    "Association between {ill} and {outcome} in {group} treated with {drug}",
    "{other} added to {drug} in advanced {disease}: {design}",
    "Diagnosis and treatment of {disease} in {group}",
)
_FIELDS = (
    "Clinical",
    "Experimental",
    "International",
    "European",
    "American",
    "Asian",
    "British",
    "Applied",
    "Molecular",
)
_KINDS = (
    "Journal of",
    "Archives of",
    "Annals of",
    "Review of",
    "Acta",
    "Advances in",
    "Current Opinion in",
    "Research in",
)


class Maker:
    """Makes documents and the records that databases deliver of them, always the same from one seed."""

    def __init__(self, seed: int = 1) -> None:
        self.random = random.Random(seed)
        self.drugs = self._vocabulary(4000, _DRUG_ENDS, 2)
        self.diseases = self._vocabulary(3000, _DISEASE_ENDS, 2)
        self.families = [self._syllables(self.random.choice((2, 2, 3))).capitalize() for _ in range(20000)]
        self.given = [self._syllables(2).capitalize() for _ in range(2000)]
        specialities = [self._syllables(3).capitalize() + "ology" for _ in range(400)]
        names = {
            f"{self.random.choice((*_FIELDS, ''))} {self.random.choice(_KINDS)} {speciality}".strip()
            for speciality in specialities
            for _ in range(6)
        }
        self.journals = sorted(names)
        self.random.shuffle(self.journals)
        self.weights: dict[int, list[float]] = {}

    def _syllables(self, count: int) -> str:
        return "".join(self.random.choice(_ONSETS) + self.random.choice(_VOWELS) for _ in range(count))

    def _vocabulary(self, size: int, ends: tuple[str, ...], syllables: int) -> list[str]:
        made = sorted({self._syllables(syllables) + self.random.choice(ends) for _ in range(size)})
        self.random.shuffle(made)
        return made

    def _common(self, words: list[str]) -> str:
        """Draw a word; the n-th is drawn in proportion to 1/n."""
        if len(words) not in self.weights:
            self.weights[len(words)] = list(accumulate(1 / (rank + 3) for rank in range(len(words))))
        return self.random.choices(words, cum_weights=self.weights[len(words)])[0]

    def document(self, number: int) -> dict[str, str]:
        """Make the reference of a new document."""
        draw = self.random
        title = draw.choice(_PATTERNS).format(
            drug=self._common(self.drugs),
            other=self._common(self.drugs),
            disease=self._common(self.diseases),
            ill=self._common(self.diseases),
            outcome=draw.choice(_OUTCOMES),
            group=draw.choice(_GROUPS),
            design=draw.choice(_DESIGNS),
        )
        year = draw.choices(range(1980, 2026), weights=range(10, 56))[0]
        first = draw.randrange(1, 2400)
        return {
            "title": title[0].upper() + title[1:],
            "author": " and ".join(
                f"{self._common(self.families)}, {draw.choice(self.given)} {draw.choice('ABCDEFGHJKLMNPRSTVW')}."
                for _ in range(draw.choice((1, 2, 3, 3, 4, 4, 5, 6, 6, 7, 8, 10)))
            ),
            "year": str(year),
            "journal": self._common(self.journals),
            "volume": str(max(1, year - draw.randrange(1900, 1990))),
            "number": str(draw.randrange(1, 13)),
            "pages": f"{first}-{first + draw.randrange(1, 14)}",
            "doi": f"10.5555/made.{year}.{number}" if draw.random() < 0.6 else "",
        }

    def abstract(self, name: str, letters: int) -> str:
        """Write the abstract of a document, always the same one: made-up words up to so many letters."""
        draw = random.Random(name)
        words = draw.choices((*self.drugs, *self.diseases, *_OUTCOMES, *_GROUPS), k=letters // 8)
        return " ".join(words)[:letters]

    def again(self, document: dict[str, str]) -> dict[str, str]:
        """Write a document's reference as another database does: another style, gaps, an occasional slip."""
        draw, copy = self.random, dict(document)
        style = draw.randrange(4)
        if style:
            copy["author"] = " and ".join(_restyle(name, style) for name in copy["author"].split(" and "))
        if draw.random() < 0.4:
            copy["journal"] = " ".join(
                word[:4] if len(word) > 5 else word for word in copy["journal"].split() if word not in ("of", "in")
            )
        if draw.random() < 0.4:
            copy["pages"] = _short(copy["pages"])
        for field, chance in (("doi", 0.5), ("number", 0.3), ("pages", 0.08), ("volume", 0.05), ("author", 0.02)):
            if draw.random() < chance:
                copy[field] = ""
        if draw.random() < 0.15:
            copy["title"] = self._slip(copy["title"])
        if draw.random() < 0.1:
            copy["title"] = copy["title"].upper()
        if draw.random() < 0.05:
            copy["year"] = str(int(copy["year"]) + draw.choice((-1, 1)))
        return copy

    def _slip(self, text: str) -> str:
        at = self.random.randrange(1, len(text) - 1)
        return self.random.choice(
            (text[:at] + text[at + 1 :], text[:at] + text[at] + text[at:], text[:at] + "e" + text[at + 1 :])
        )


def _restyle(name: str, style: int) -> str:
    family, _, given = name.partition(", ")
    initials = [part[0] for part in given.split()]
    if style == 1:
        return f"{family}, {' '.join(letter + '.' for letter in initials)}"
    return f"{family}, {''.join(initials)}" if style == 2 else f"{family}, {initials[0]}"


def _short(pages: str) -> str:
    first, _, last = pages.partition("-")
    if len(first) != len(last):
        return pages
    same = next((at for at, (a, b) in enumerate(zip(first, last, strict=True)) if a != b), 0)
    return f"{first}-{last[same:]}"


def generate(
    count: int, *, duplicates: float = 0.1, seed: int = 1, abstracts: int = 0
) -> Iterator[tuple[dict[str, str], str]]:
    """Make `count` records, of which a share repeats earlier documents; each with the id of its document.

    With `abstracts`, each has one of so many letters; the rest of it is what it is without.
    """
    maker = Maker(seed)
    recent: list[tuple[str, dict[str, str]]] = []
    for number in range(count):
        if recent and maker.random.random() < duplicates:
            name, document = maker.random.choice(recent)
            reference = maker.again(document)
        else:
            name, document = f"d{number}", maker.document(number)
            reference = document
            recent.append((name, document))
        said = reference | ({"abstract": maker.abstract(name, abstracts)} if abstracts else {})
        yield dict.fromkeys(HEADER, "") | said | {"record_id": f"r{number:07}", "entry_type": "article"}, name
