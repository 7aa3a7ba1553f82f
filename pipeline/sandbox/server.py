"""The sandbox as a server on loopback: HTTP to `endpoint` and back."""

import contextlib
import socket
import struct
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from pipeline.errors import Fault, ReviewError
from pipeline.sandbox.corpus import Corpus
from pipeline.sandbox.endpoint import Endpoint, Fields, Reply
from pipeline.search.eutils import SANDBOX_HEADER

HOST = "127.0.0.1"
PATH = "/entrez/eutils/"

# Looks at a request before it is answered: a Reply stands in for the answer, None lets it be answered.
Intercept = Callable[[str, Fields], Reply | None]


class Sandbox(ThreadingHTTPServer):
    """A server that answers E-utilities requests from a corpus; one request is evaluated at a time."""

    daemon_threads = True

    def __init__(self, endpoint: Endpoint, *, port: int = 0, intercept: Intercept | None = None) -> None:
        """Take a port of the loopback interface; 0 takes any that is free.

        Raises:
            ReviewError: the port is taken.
        """
        self.endpoint = endpoint
        self.intercept = intercept
        self.turn = threading.Lock()
        try:
            super().__init__((HOST, port), _Handler)
        except OSError as error:
            remedy = "Choose another one, or leave it out."
            raise ReviewError(Fault(what=f"port {port} cannot be taken ({error.strerror})", remedy=remedy)) from error

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ANN401 - the types of the base class
        """Pass over a client that went away; anything else is shown as it is."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)

    @property
    def address(self) -> str:
        """Return the address that a client is given, with a slash at its end."""
        return f"http://{HOST}:{self.server_address[1]}{PATH}"


@contextlib.contextmanager
def serving(
    corpus: Corpus, *, port: int = 0, today: date | None = None, intercept: Intercept | None = None
) -> Iterator[Sandbox]:
    """Serve a corpus in the background for as long as the context lasts.

    Args:
        corpus: the records.
        port: of the loopback interface; 0 takes any that is free.
        today: the day from which relative dates count; by default, today.
        intercept: may answer in the endpoint's place.
    """
    server = Sandbox(Endpoint(corpus, today=today or date.today()), port=port, intercept=intercept)  # noqa: DTZ011
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    server: Sandbox
    protocol_version = "HTTP/1.1"
    wbufsize = 1 << 16
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        self._answer("")

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        self._answer(self.rfile.read(length).decode("utf-8", "replace"))

    def _answer(self, form: str) -> None:
        address = urlsplit(self.path)
        utility = address.path.rpartition("/")[2].removesuffix(".fcgi")
        fields: dict[str, list[str]] = {}
        for part in (address.query, form):
            for name, values in parse_qs(part).items():
                fields.setdefault(name.lower(), []).extend(values)
        reply = self.server.intercept(utility, fields) if self.server.intercept else None
        if reply is None:
            with self.server.turn:
                reply = self.server.endpoint.answer(utility, fields)
        with contextlib.suppress(ConnectionError):
            self._send(reply)

    def _send(self, reply: Reply) -> None:
        """Send a reply, or as much of it as it says, and end the connection as it says."""
        self.send_response(reply.status)
        self.send_header("Content-Type", reply.kind)
        self.send_header(SANDBOX_HEADER, "fictitious PMIDs, not PubMed")
        for name, value in reply.headers.items():
            self.send_header(name, value)
        if reply.announced:
            self.send_header("Content-Length", str(len(reply.body)))
        broken = reply.cut is not None or reply.reset
        if broken or not reply.announced:
            self.send_header("Connection", "close")
            self.close_connection = True
        self.end_headers()
        body = reply.body[: reply.cut]
        if reply.drip:
            for place in range(len(body)):
                self.wfile.write(body[place : place + 1])
                self.wfile.flush()
                time.sleep(reply.drip)
        else:
            self.wfile.write(body)
        self.wfile.flush()
        if reply.reset:  # linger of 0 s: closing sends a reset
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name of the base class
        """Say nothing: a request holds what a person searches for."""
