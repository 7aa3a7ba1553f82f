"""Which records the report cites, numbered as they are first mentioned."""

from collections.abc import Mapping
from functools import cached_property

from pipeline.deduplicate.citation import Citation
from pipeline.records import identifiers
from pipeline.records.record import Record
from pipeline.report.document import Content, Mark, References
from pipeline.report.references import format_references


class Citing:
    """The records of a review, by every name a person may cite them with, and those cited so far."""

    def __init__(self, citations: Mapping[str, Citation], *, cites: bool = True) -> None:
        self.citations = citations
        self.cites = cites
        self.cited: dict[str, Record] = {}

    def _called(self, name: str) -> str:
        return self._names.get(name) or self._names.get(identifiers.doi_key(name)) or ""

    @cached_property
    def _names(self) -> Mapping[str, str]:
        """Map the other names of every citation to its id: its members, its PMID, DOI and PMCID."""
        names: dict[str, str] = {}
        for name, citation in self.citations.items():
            record = citation.record
            for other in (*citation.members, record.pmid, identifiers.doi_key(record.doi), record.pmcid):
                if other:
                    names.setdefault(other, name)
        return names

    def find(self, name: str) -> str:
        """Return the citation that an id, PMID or DOI means, and count it as cited; empty if there is none.

        A report without a reference list cites nothing.
        """
        if not self.cites:
            return ""
        found = name if name in self.citations else self._called(name)
        if found:
            self.cited.setdefault(found, self.citations[found].record)
        return found

    def mark(self, *names: str) -> Content:
        """Cite citations by id; no mark if none of them is known."""
        keys = tuple(dict.fromkeys(found for name in names if (found := self.find(name))))
        return (Mark(keys=keys),) if keys else ()

    def references(self, style: str, language: str) -> References:
        """Set the reference list of everything cited so far."""
        return format_references(self.cited, style=style, language=language)
