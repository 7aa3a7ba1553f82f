"""What came of a deduplication, as tables and in the words of a methods section."""

from collections.abc import Iterator

from pipeline.deduplicate.citation import Citation, Deduplication

CITATIONS_HEADER = (
    "id", "records", "title", "authors", "year", "journal", "volume", "issue", "pages", "doi", "pmid", "kind",
    "related", "members", "sources",
)  # fmt: skip


def citations_table(found: Deduplication) -> tuple[tuple[str, ...], Iterator[tuple[str, ...]]]:
    """Write every citation: its merged record, its members, and which member gave what the first did not."""
    return CITATIONS_HEADER, map(_citation_row, found.citations)


def _citation_row(citation: Citation) -> tuple[str, ...]:
    record = citation.record
    return (
        citation.id,
        str(len(citation.members)),
        record.title,
        "; ".join(author.name for author in record.authors),
        str(record.year or ""),
        record.journal,
        record.volume,
        record.issue,
        f"p. {record.pages}" if record.pages else "",
        record.doi,
        record.pmid and f"pmid:{record.pmid}",
        record.kind,
        "; ".join(f"{related.kind}: {related.id}" for related in citation.related),
        "; ".join(citation.members),
        "; ".join(f"{field}: {member}" for field, member in citation.sources.items()),
    )


def method(found: Deduplication, *, records: int, version: str) -> str:
    r"""Describe the deduplication for a report, in two lines.

    Source: PRISMA-S, Rethlefsen 2021, doi:10.1186/s13643-020-01542-z, item 16: "Describe the processes and any
    software used to deduplicate records from multiple database searches and other information sources."
    """
    citations = len(found.citations)
    joined = records - citations
    people = sum(pair.rule == "person" for pair in found.pairs)
    kinds, linked, asked = ", ".join(found.linked), sum(found.linked.values()), len(found.asks)
    left = f"joined to others, which left {_n(citations, 'citation')}"
    said = [f"Of {_n(records, 'record')}, {_n(joined, 'duplicate')} {_was(joined)} {left}"]
    if people:
        said.append(f"people decided {_n(people, 'pair')}")
    if asked:
        said.append(f"{_n(asked, 'doubtful pair')} {'waits' if asked == 1 else 'wait'} for a person")
    if linked:
        said.append(f"{_n(linked, 'pair')} of related documents ({kinds}) {_was(linked)} linked, not joined")
    return (
        f"Records were deduplicated with living-review {version}: pairs that share an identifier, title, names or page "
        f"were compared field by field and judged by stated rules; records were joined, none was deleted.\n"
        f"{'; '.join(said)}.\n"
    )


def _n(count: int, noun: str) -> str:
    return f"{count:,} {noun if count == 1 else noun + 's'}"


def _was(count: int) -> str:
    return "was" if count == 1 else "were"
