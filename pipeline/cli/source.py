"""Which endpoint a command asks: PubMed, the sandbox of this package, or an address."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from pipeline.errors import Fault, ProtocolError, did_you_mean
from pipeline.search.eutils import PUBMED, Client, credentials

PUBMED_WORD, SANDBOX_WORD = "pubmed", "sandbox"


@contextmanager
def opened(where: str, *, email: str = "", tell: Callable[[str], None] = lambda _: None) -> Iterator[Client]:
    """Give a client of `pubmed`, of `sandbox` (served for as long as the context lasts), or of an address.

    Raises:
        ProtocolError: `where` is none of these, or the API key cannot be read.
    """
    who = credentials(os.environ, email=email)
    if where == SANDBOX_WORD:
        from pipeline.sandbox import corpus, server

        with server.serving(corpus.bundled()) as running, Client(running.address, tell=tell) as client:
            yield client
    elif where == PUBMED_WORD:
        with Client(PUBMED, credentials=who, tell=tell) as client:
            yield client
    elif where.startswith(("http://", "https://")):
        with Client(where, credentials=who, tell=tell) as client:
            yield client
    else:
        accepted = "pubmed, sandbox, or the address of an E-utilities endpoint (https://...)"
        hint = did_you_mean(where, [PUBMED_WORD, SANDBOX_WORD])
        raise ProtocolError(Fault(what=f"{where!r} is no source", column="--pubmed", accepted=accepted, remedy=hint))
