"""A made-up report that holds every kind of block; nothing in it describes a real study."""

import base64
from datetime import date

from pipeline.report import words
from pipeline.report.document import (
    Box,
    Byline,
    Cell,
    Column,
    Day,
    Definition,
    Definitions,
    Document,
    Fact,
    Figure,
    Item,
    Items,
    Link,
    Mark,
    Notice,
    Paragraph,
    Records,
    Reference,
    References,
    Row,
    Section,
    See,
    Styled,
    Table,
    Verbatim,
    cell,
)

# What a hostile database could deliver as a title: markup of every kind that a rendering knows, direction overrides,
# control characters, a word without an end.
HOSTILE = (
    '<script>document.title="owned"</script><img src=https://example.org/x.png onerror=alert(1)>',
    '#read("/etc/passwd") #import "@preview/x:1.0.0": * $ integral $ `raw` *bold* \\ @a <label>',
    "{{ 7 * 7 }} {% raw %} ${jndi} %(x)s [link](javascript:alert(1)) ![p](file:///etc/passwd)",
    "abc\u202edesrever\u202c \u2066isolate\u2069 \x1b[31mred\x00",
    "W" * 10_000,
)

PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGP4DwABAQEAsTj2FAAAAABJRU5ErkJggg=="
)  # one white point
SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="320" height="80" viewBox="0 0 320 80" role="img" '
    'aria-labelledby="flow-title" fill="currentColor" font-family="Arial, sans-serif" font-size="12">'
    '<title id="flow-title">Flow</title><a href="#box-screened"><rect x="1" y="1" width="150" height="40" '
    'fill="none" stroke="currentColor"/><text x="10" y="25">Records screened (n = 10,135)</text></a></svg>'
)


def table(count: int = 9, raised: tuple = (), **changes) -> Table:
    settings = {
        "id": "outcomes",
        "title": "Progression-free survival",
        "columns": (
            Column(label="Study", heads=True),
            Column(label="Participants", holds="number"),
            Column(label="Median, months", holds="number"),
        ),
        "rows": tuple(
            Row(
                group="Surgery" if place % 2 else "Targeted drugs",
                cells=(
                    cell(f"Fictitious {2000 + place}"),
                    cell(10 * place + 7),
                    Cell(
                        content=(f"{place}.5", *raised), order=place + 0.5, sources=(f"outcomes.csv row {place + 2}",)
                    ),
                ),
            )
            for place in range(count)
        ),
        "notes": (("Months were taken as printed.",),),
        "empty": "No study reported it.",
    }
    return Table(**{**settings, **changes})


def records(count: int = 60, **changes) -> Records:
    items = tuple(
        Item(
            id=f"pubmed:{place}",
            title=f"A fictitious trial, number {place}",
            line="Example A, Müller B. J Fict. 2019",
            status="excluded at title and abstract",
            links=(Link(text="PubMed", target=f"https://pubmed.ncbi.nlm.nih.gov/{place}/"),),
            boxes=("screened", "included") if place % 10 == 0 else ("screened",),
        )
        for place in range(1, count + 1)
    )
    boxes = (
        Box(name="screened", label="Records screened", count=count),
        Box(name="included", label="Reports included", count=count // 10),
        Box(name="sought", label="Reports sought", count=0),
    )
    settings = {"id": "list", "title": "Records", "boxes": boxes, "items": items}
    return Records(**{**settings, "file": "outputs/records.jsonl", **changes})


def report(*extra: Section, **changes) -> Document:
    sections = (
        Section(
            id="summary",
            title="Summary",
            blocks=(
                Notice(title="Interim.", content=(Fact(name="screening.awaiting", value=34), " records wait.")),
                Paragraph(
                    content=(
                        "Of ",
                        Fact(name="flow.identified", value=10135),
                        " records, ",
                        Fact(name="agreement.kappa", value=0.84, text="0.84"),
                        " was the agreement",
                        Mark(keys=("yao", "raymond", "rinke")),
                        "; see ",
                        See(target="outcomes"),
                        " and ",
                        See(target="nowhere"),
                        ". ",
                        Styled(text="Never", style="emphasis"),
                        " run before ",
                        Day(value=date(2024, 10, 20), since=True),
                        ".",
                    )
                ),
                Definitions(items=(Definition(term="Population", content=("Adults",)),)),
            ),
        ),
        Section(
            id="methods",
            title="Methods",
            blocks=(
                Verbatim(label="PubMed", text='("liver"[tiab] OR hepatic*[tiab])\nAND x'),
                Items(items=(("First",), (Link(text="a site", target="https://example.org/a?b=c"),)), ordered=True),
            ),
            sections=(Section(id="selection", title="Selection", blocks=(Paragraph(content=("Two reviewers.",)),)),),
        ),
        Section(
            id="results",
            title="Results",
            blocks=(
                Figure(id="flow", title="Flow", svg=SVG, text="10,135 records screened.", file="prisma/flow.svg"),
                table(),
                table(id="bias", title="Risk of bias", rows=()),
            ),
        ),
        *extra,
        Section(id="records", title="Records", blocks=(records(),)),
        Section(
            id="references",
            title="References",
            blocks=(
                References(
                    entries=tuple(
                        Reference(key=key, label=str(place), content=(f"{key.title()} A. A made-up title. 2011.",))
                        for place, key in enumerate(("yao", "raymond", "rinke"), start=1)
                    )
                ),
            ),
        ),
    )
    settings = {
        "title": "Treatment of fictitious disease: a living systematic review",
        "series": "Living systematic review",
        "edition": "Version 1.0, interim",
        "dated": date(2024, 10, 20),
        "words": words.choose("en", {}),
        "authors": (Byline(name="A. Example", affiliation="Institute", orcid="0000-0002-1825-0097", role="guarantor"),),
        "banners": ("Made with the sandbox PubMed.",),
        "status": (Definition(term="Last search", content=(Day(value=date(2024, 10, 20), since=True),)),),
        "sections": sections,
    }
    return Document(**{**settings, **changes})
