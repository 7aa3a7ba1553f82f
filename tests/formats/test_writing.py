"""What is written is read back: a record loses nothing that its format can hold, and what it loses is listed."""

import io
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline import formats
from pipeline.formats import pages
from pipeline.records.record import KINDS, Author, Identifier, Link, Origin, Passage, Record

# What each format cannot hold, of anything a record may say. Rayyan, ASReview, Covidence and Zotero take what they have
# columns or tags for.
CANNOT = {
    "csv": {"ORCID iDs", "affiliations"},
    "ris": {"version", "links", "extra", "ORCID iDs", "affiliations", "kind", "identifiers"},
    "nbib": {"version", "extra", "identifiers", "database", "accession", "urls", "kind", "links"},
    "bibtex": {
        "version",
        "links",
        "extra",
        "ORCID iDs",
        "affiliations",
        "date",
        "identifiers",
        "urls",
        "notes",
        "kind",
    },
    "csl-json": {"version", "ORCID iDs", "affiliations", "kind", "month", "day"},
}

signs = "abc ABC xyz 123 äöß Čž 中文 αβ ½ – — “” .,:;!?()[]/|@=+*#%$_~^\\{}'`\"-"
word = st.text(st.sampled_from(signs.replace(" ", "")), min_size=1, max_size=9)
line = st.lists(word, min_size=1, max_size=7).map(" ".join)
plain_word = st.text(st.sampled_from("abcdefgäöéČ中λ'-"), min_size=2, max_size=9).filter(lambda w: w.strip("'-") == w)
family = st.lists(plain_word, min_size=1, max_size=2).map(" ".join)
given_name = st.one_of(st.just(""), st.lists(plain_word, min_size=1, max_size=2).map(" ".join), st.just("A. B."))
person = st.builds(Author, family=family, given=given_name)
group = st.builds(Author, family=st.just("Imaginary Liver Study Group, Nowhere"), is_group=st.just(value=True))
authors = st.lists(st.one_of(person, group), max_size=4).map(tuple)
year = st.one_of(st.none(), st.integers(1500, 2199))
number = st.integers(0, 9999).map(str)
page = st.one_of(
    st.just(""), number, st.tuples(number, number).map("-".join), st.sampled_from(["e12-e15", "S1-S9", "e580", "12A"])
)
passages = st.lists(
    st.builds(Passage, text=line, label=st.sampled_from(["", "BACKGROUND", "RESULTS"])), max_size=3
).map(tuple)
items = st.lists(line.filter(lambda each: "|" not in each and each[0] != "*"), max_size=4, unique=True).map(tuple)
identifiers = st.lists(
    st.builds(Identifier, scheme=st.sampled_from(["embase", "pii", "mid", "registration"]), value=number), max_size=3
).map(lambda found: tuple(sorted(set(found), key=lambda each: (each.scheme, each.value))))
links = st.lists(
    st.builds(
        Link, kind=st.sampled_from(["retraction-in", "erratum-in", "other"]), pmid=st.just("999999901"), text=word
    ),
    max_size=2,
).map(tuple)


@st.composite
def records(draw):
    published = draw(year)
    month = draw(st.one_of(st.none(), st.integers(1, 12))) if published else None
    return Record(
        id="s:1",
        origin=Origin(search="s", format="ris"),
        kind=draw(st.sampled_from(KINDS)),
        title=draw(line),
        original_title=draw(st.one_of(st.just(""), line)),
        authors=draw(authors),
        editors=draw(st.lists(person, max_size=2).map(tuple)),
        year=published,
        month=month,
        day=draw(st.one_of(st.none(), st.integers(1, 28))) if month else None,
        journal=draw(st.one_of(st.just(""), line)),
        volume=draw(word),
        issue=draw(word),
        pages=pages.expand(draw(page)),
        issn=("0000-0000",),
        publisher=draw(line),
        place=draw(line),
        languages=draw(st.sampled_from([(), ("eng",), ("ger", "eng")])),
        abstract=draw(passages),
        keywords=draw(items),
        mesh=draw(items),
        publication_types=draw(st.sampled_from([(), ("Review",), ("Letter", "Review")])),
        doi=draw(st.sampled_from(["", "10.5555/fict_1", "10.5555/(a)b;1-2"])),
        pmid=draw(st.sampled_from(["", "999999901"])),
        pmcid=draw(st.sampled_from(["", "PMC99999901"])),
        identifiers=draw(identifiers),
        urls=draw(
            st.sampled_from([(), ("https://example.org/a_b%20c",), ("https://example.org/1", "http://example.org")])
        ),
        notes=draw(items),
        links=draw(links),
    )


@pytest.mark.parametrize("name", CANNOT)
@settings(max_examples=80, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(record=records())
def test_nothing_is_lost_but_what_the_format_cannot_hold(name, record):
    lost = {loss.field for loss in formats.losses([record], format=name)}
    assert lost - CANNOT[name] == set()


@pytest.mark.parametrize("name", [name for name, entry in formats.FORMATS.items() if entry.write])
@settings(max_examples=30, suppress_health_check=[HealthCheck.too_slow])
@given(found=st.lists(records(), max_size=3))
def test_every_record_that_is_written_is_one_block_that_is_read(name, found):
    data = b"".join(formats.write(found, format=name))
    if not found:
        return
    reading = formats.read(io.BytesIO(data), name="f", search="s")
    list(reading)
    assert (reading.records, reading.faults) == (len(found), 0)


SAMPLES = sorted(path for path in (Path(__file__).parent / "samples").glob("*/*") if path.stem != "hazards")
# PubMed's text marks major keywords with an asterisk, and prints the year with the date.
ALSO = {"nbib": {"keywords", "date"}}


@pytest.mark.parametrize("name", CANNOT)
def test_what_the_samples_of_every_format_say_is_held_by_every_other(name):
    records = []
    for path in SAMPLES:
        with path.open("rb") as stream:
            reading = formats.read(stream, name=path.name, search="s", format=path.parent.name)
            records += [value for value in reading if isinstance(value, Record)]
    assert len(records) > 40
    lost = {loss.field: loss.first for loss in formats.losses(records, format=name)}
    assert {field: first for field, first in lost.items() if field not in CANNOT[name] | ALSO.get(name, set())} == {}
