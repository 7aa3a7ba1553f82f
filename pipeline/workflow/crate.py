"""A review as an RO-Crate: one archive with every file, and a description that other programs understand.

Source: Soiland-Reyes et al. 2022, Data Science 5(2), 97-138, doi:10.3233/DS-210053; RO-Crate 1.1, sections 4 to 6,
https://w3id.org/ro/crate/1.1; how the outputs came about, and sha256, as Process Run Crate 0.5 has them,
https://w3id.org/ro/wfrun/process/0.5.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import quote

import msgspec

from pipeline.errors import Fault, ReviewError
from pipeline.workflow import history, inputs, release, versions
from pipeline.workflow.folder import ReviewFolder
from pipeline.workflow.protocol import Protocol

METADATA = "ro-crate-metadata.json"
CRATE, RUN_CRATE = "https://w3id.org/ro/crate/1.1", "https://w3id.org/ro/wfrun/process/0.5"
CONTEXT = (f"{CRATE}/context", {"sha256": "https://w3id.org/ro/terms/workflow-run#sha256"})
# Source: IANA, Media Types; RFC 4180, RFC 7763, RFC 9512; those of RIS, BibTeX and nbib are in use, not registered.
_MEDIA = {
    ".bib": "application/x-bibtex", ".csl": "application/vnd.citationstyles.style+xml", ".csv": "text/csv",
    ".gz": "application/gzip", ".html": "text/html", ".json": "application/json", ".jsonl": "application/jsonl",
    ".md": "text/markdown", ".nbib": "application/nbib", ".pdf": "application/pdf", ".png": "image/png",
    ".ris": "application/x-research-info-systems", ".svg": "image/svg+xml", ".tsv": "text/tab-separated-values",
    ".txt": "text/plain", ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".xml": "application/xml", ".yaml": "application/yaml", ".yml": "application/yaml", ".zip": "application/zip",
}  # fmt: skip
_ANY = "application/octet-stream"  # RFC 2046, 4.5.1: bytes of which nothing else is known

Entity = dict[str, Any]


def pack(folder: ReviewFolder, protocol: Protocol, *, tool: str, license_of: str) -> bytes:
    """Pack a review as it stands; the same review gives the same bytes.

    Args:
        folder: the review.
        protocol: its settings.
        tool: this program and its version.
        license_of: address of the licence under which the review is shared.

    Raises:
        ReviewError: the review was never run, so that there is nothing to describe.
    """
    made, day = release.outputs(folder), history.newest_day(folder)
    if not made or day is None:
        raise ReviewError(Fault(what="there is nothing to pack", remedy="Run 'living-review run' first."))
    given = [*inputs.given(folder, protocol), *inputs.history(folder)]
    frozen = [path for pattern in inputs.VERSIONS for path in folder.list(pattern)]
    paths = sorted({*given, *frozen, *made})
    known = versions.released(folder)
    current = versions.current(folder, protocol, known)
    people = tuple(_people(protocol))
    root = {
        "@id": "./",
        "@type": "Dataset",
        "conformsTo": {"@id": RUN_CRATE},
        "name": protocol.review.title,
        "description": "A living systematic review: its searches, decisions, extracted data, outputs and versions.",
        "datePublished": day.isoformat(),
        **({"version": current.label} if current else {}),
        "license": {"@id": license_of},
        **({"author": [{"@id": who["@id"]} for who in people if who["@type"] == "Person"]} if people else {}),
        "hasPart": [_named(path) for path in paths],
        "mentions": {"@id": "#run"},
    }
    graph = [
        {
            "@id": METADATA,
            "@type": "CreativeWork",
            "conformsTo": {"@id": CRATE},
            "about": {"@id": "./"},
        },
        root,
        {"@id": license_of, "@type": "CreativeWork", "name": license_of},
        {"@id": RUN_CRATE, "@type": "CreativeWork", "name": "Process Run Crate", "version": "0.5"},
        *people,
        *_run(given, made, tool, day.isoformat()),
        *(_file(folder, path) for path in paths),
    ]
    described = msgspec.json.format(msgspec.json.encode({"@context": CONTEXT, "@graph": graph}), indent=1) + b"\n"
    return versions.pack({METADATA: described, **{path: folder.read(path) for path in paths}})


def _people(protocol: Protocol) -> Iterator[Entity]:
    """Describe each author, and once each place where authors work."""
    told: dict[str, str] = {}
    for place, author in enumerate(protocol.report.authors, start=1):
        if author.affiliation and author.affiliation not in told:
            told[author.affiliation] = f"#affiliation-{len(told) + 1}"
            yield {"@id": told[author.affiliation], "@type": "Organization", "name": author.affiliation}
        yield {
            "@id": f"https://orcid.org/{author.orcid}" if author.orcid else f"#author-{place}",
            "@type": "Person",
            "name": author.name,
            **({"affiliation": {"@id": told[author.affiliation]}} if author.affiliation else {}),
        }


def _run(given: Sequence[str], made: Sequence[str], tool: str, day: str) -> Iterator[Mapping[str, Any]]:
    """Describe how the outputs came about: from which files, and by which program."""
    name, _, version = tool.rpartition(" ")
    program = f"https://pypi.org/project/{name}/{version}/"
    yield {
        "@id": "#run",
        "@type": "CreateAction",
        "name": "living-review run",
        "description": "All outputs are made from what people gave and from the history of the searches.",
        "endTime": day,
        "instrument": {"@id": program},
        "object": [_named(path) for path in sorted(given)],
        "result": [_named(path) for path in made],
    }
    yield {"@id": program, "@type": "SoftwareApplication", "name": name, "url": program, "softwareVersion": version}


def _file(folder: ReviewFolder, path: str) -> Entity:
    return {
        **_named(path),
        "@type": "File",
        "name": path,
        "contentSize": str(len(folder.read(path))),
        "encodingFormat": _MEDIA.get(PurePosixPath(path).suffix.lower(), _ANY),
        "sha256": folder.digest(path),
    }


def _named(path: str) -> Entity:
    """Refer to a file: a path inside the crate, as a URI writes it."""
    return {"@id": quote(path)}
