"""The only door to the network: one polite, patient client of E-utilities.

Every request is a POST, so that neither a long term nor the API key is ever part of an address. What an answer is
gets judged in `replies`; what is asked, and in which order, is decided in `retrieval`.
"""

import queue
import random
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any, Self, TypeVar
from urllib.parse import urlsplit

import requests
from urllib3.exceptions import NameResolutionError, NewConnectionError

from pipeline import __version__
from pipeline.errors import Fault, ProtocolError, SearchError
from pipeline.search import replies
from pipeline.search.rate import RateLimit, rate_limit
from pipeline.search.replies import Found, Links, Trouble
from pipeline.search.slices import CAP

PUBMED = "https://eutils.ncbi.nlm.nih.gov/entrez/eutils/"
TOOL = "living-review"
SANDBOX_HEADER = "X-Living-Review-Sandbox"  # how our own endpoint says that its records are not PubMed's

_KEY = "NCBI_API_KEY"
_KEY_FILE = "NCBI_API_KEY_FILE"
_EMAIL = "NCBI_EMAIL"

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long the client waits, in seconds, and how often it tries.

    Attributes:
        connect: for a connection.
        read: between two pieces of an answer.
        answer: for one whole answer, however slowly it drips.
        tries: for one request, the first included.
        first_wait: before the second try; it doubles from try to try, up to `longest_wait`, with up to a half more
            at random, so that many clients do not come back at once.
        longest_wait: between two tries; a longer Retry-After ends the search.
        total: for everything that one client asks.
    """

    connect: float = 6.0
    read: float = 60.0
    answer: float = 180.0
    tries: int = 7
    first_wait: float = 1.0
    longest_wait: float = 120.0
    total: float = 8 * 3600.0


@dataclass(frozen=True, slots=True)
class Key:
    """An API key that no repr, message or trace shows."""

    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Credentials:
    """Who asks: an e-mail address, and the key if there is one."""

    email: str = ""
    key: Key | None = None


def credentials(environ: Mapping[str, str], *, email: str = "", review: Path | None = None) -> Credentials:
    """Take the API key from NCBI_API_KEY, or from the file that NCBI_API_KEY_FILE names, and the e-mail address.

    Args:
        environ: the environment.
        email: the address of workflow.yaml; NCBI_EMAIL is taken where it is empty.
        review: the review folder; a key in it would be published with the review.

    Raises:
        ProtocolError: the file cannot be read, or lies in the review folder, or what should be a key is not one word
            of letters and digits.
    """
    secret, place = environ.get(_KEY, "").strip(), _KEY
    if not secret and (path := environ.get(_KEY_FILE, "").strip()):
        place = _KEY_FILE
        secret = _read_key(Path(path), review)
    if secret and not (secret.isascii() and secret.isalnum()):
        what = "this is not an API key (the value is not shown)"
        accepted = "one word of letters and digits, from the account settings of NCBI"
        raise ProtocolError(Fault(what=what, column=place, accepted=accepted))
    return Credentials(email or environ.get(_EMAIL, "").strip(), Key(secret) if secret else None)


def _read_key(path: Path, review: Path | None) -> str:
    if review and path.resolve().is_relative_to(review.resolve()):
        what = "the file of the API key lies inside the review folder, and would be shared with it"
        raise ProtocolError(Fault(what=what, column=_KEY_FILE, remedy="Move it elsewhere, and name its new place."))
    try:
        return path.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not text"
        what = f"the file of the API key cannot be read ({reason})"
        raise ProtocolError(Fault(what=what, column=_KEY_FILE, remedy="Correct the path, or unset it.")) from None


class Client:
    """Asks one E-utilities endpoint, at its rate, until each answer is complete or it is plain that none will come.

    Attributes:
        endpoint: the address that all requests go below, ended by a slash.
        requests: how many requests were sent so far.
        repeats: how many of them because the one before had failed.
        sandbox: True once an answer came from this program's own sandbox.
    """

    def __init__(
        self,
        endpoint: str = PUBMED,
        *,
        credentials: Credentials = Credentials(),
        patience: Patience = Patience(),
        limit: RateLimit | None = None,
        tell: Callable[[str], None] = lambda _: None,
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        jitter: Callable[[], float] = random.random,
    ) -> None:
        """Prepare a client; nothing is sent yet.

        Args:
            endpoint: PubMed's, or another that speaks the same protocol.
            credentials: who asks.
            patience: how long to wait, how often to try.
            limit: the rate limit; by default the one that this process shares for the host.
            tell: is given a sentence whenever a request has to be repeated.
            clock: seconds, for the total time limit.
            now: the time of day, for the runs that are recorded.
            jitter: a number from 0 to 1.

        Raises:
            ProtocolError: the endpoint is no address.
        """
        if not _host(endpoint):
            accepted = "an address, such as http://127.0.0.1:8080/entrez/eutils/"
            raise ProtocolError(Fault(what=f"{endpoint!r} is no address of an endpoint", accepted=accepted))
        self.endpoint = endpoint if endpoint.endswith("/") else endpoint + "/"
        self.requests = 0
        self.repeats = 0
        self.sandbox = False
        self.now = now
        self._credentials = credentials
        self._patience = patience
        self._limit = limit or rate_limit(self.endpoint, keyed=credentials.key is not None)
        self._tell = tell
        self._clock = clock
        self._jitter = jitter
        self._begun: float | None = None
        self._reached = False
        self._session = _session()

    def close(self) -> None:
        """Close the connections that are kept open; the client can be used again all the same."""
        self._session.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def source(self) -> str:
        """Name the endpoint in a sentence."""
        return "PubMed" if self.endpoint == PUBMED else f"the endpoint {urlsplit(self.endpoint).netloc}"

    @property
    def tool(self) -> str:
        """Name this program and its version."""
        return f"{TOOL} {__version__}"

    def search(self, term: str, *, listed: int = CAP) -> Found:
        """Ask ESearch for a term, and for the first `listed` PMIDs (at most 9,999).

        Raises:
            SearchError: no complete answer came.
        """
        fields = [("db", "pubmed"), ("term", term), ("retmax", str(listed)), ("retmode", "xml")]
        return self._ask("esearch", fields, "eSearchResult", lambda body: replies.read_esearch(body, listed=listed))

    def links(self, pmids: Sequence[str], *, linkname: str, scored: bool = False) -> tuple[Links, ...]:
        """Ask ELink for the links of each PMID, one LinkSet a PMID, in the order given.

        Raises:
            SearchError: no complete answer came.
        """
        fields = [("dbfrom", "pubmed"), ("db", "pubmed"), ("linkname", linkname), ("retmode", "xml")]
        fields += [("cmd", "neighbor_score" if scored else "neighbor"), *(("id", pmid) for pmid in pmids)]

        def read(body: bytes) -> tuple[Links, ...]:
            found = {links.pmid: links for links in replies.read_elink(body, linkname=linkname)}
            if set(found) != set(pmids):
                raise ValueError(f"links of {len(found)} PMIDs where those of {len(pmids)} belong")
            return tuple(found[pmid] for pmid in pmids)

        return self._ask("elink", fields, "eLinkResult", read)

    def fetch(self, pmids: Sequence[str]) -> tuple[bytes, tuple[str, ...]]:
        """Ask EFetch for the records of PMIDs: the page as it came, and the PMIDs that are on it.

        Whether these are the ones asked for is the caller's to check.

        Raises:
            SearchError: no complete, well-formed page came.
        """
        fields = [("db", "pubmed"), ("retmode", "xml"), ("id", ",".join(pmids))]
        return self._ask("efetch", fields, replies.ARTICLES, lambda body: (body, replies.page_pmids(body)))

    def updated(self) -> str:
        """Ask EInfo when the index was last updated; empty if it does not say.

        Raises:
            SearchError: no complete answer came.
        """
        return self._ask("einfo", [("db", "pubmed"), ("retmode", "xml")], "eInfoResult", replies.read_einfo)

    def _ask(self, utility: str, fields: list[tuple[str, str]], root: str, read: Callable[[bytes], _T]) -> _T:
        """Send one request until its answer is complete and `read` accepts it."""
        patience = self._patience
        for attempt in range(1, patience.tries + 1):
            self._check_time()
            self._limit.wait()
            answer = self._post(utility, fields, root)
            if isinstance(answer, bytes):
                try:
                    return read(answer)
                except ValueError as error:
                    answer = Trouble(f"an answer with {error}", passing=True)
            last = attempt == patience.tries or (answer.unreachable and not self._reached and attempt > 1)
            if last or not answer.passing or answer.wait > patience.longest_wait:
                raise self._failed(utility, answer, attempt)
            growing = min(patience.first_wait * 2 ** (attempt - 1), patience.longest_wait)
            pause = max(growing * (1 + self._jitter() / 2), answer.wait)
            if self._reached or not answer.unreachable:  # without any connection, the one sentence at the end is enough
                self._tell(f"{self.source}, {_NAMES[utility]}: {answer.what}; asking again in {pause:.0f} s.")
            self._limit.hold(pause)
            self.repeats += 1
        raise AssertionError("the last try returns or raises")

    def _check_time(self) -> None:
        if self._begun is None:
            self._begun = self._clock()
        spent = self._clock() - self._begun
        if spent > self._patience.total:
            what = f"{self.source} was not done after {spent / 3600:.1f} hours, the most that one run may take"
            raise SearchError(Fault(what=what, remedy="Run again: the pages that are finished are kept."))

    def _failed(self, utility: str, trouble: Trouble, attempts: int) -> SearchError:
        if trouble.unreachable and not self._reached:
            what = f"{self.source} cannot be reached ({trouble.what}); no search was run"
            remedy = trouble.remedy or "Check the connection, then run again."
            return SearchError(Fault(what=what, remedy=remedy))
        often = "" if not trouble.passing else f" {attempts} times" if attempts > 1 else " once"
        what = f"{self.source} gave no complete answer to {_NAMES[utility]}: {trouble.what}{often}"
        if trouble.wait:
            what += f", and asks to wait {trouble.wait:.0f} s"
        remedy = trouble.remedy or "Nothing was recorded. Run again later: the pages that are finished are kept."
        return SearchError(Fault(what=what, remedy=remedy))

    def _post(self, utility: str, fields: list[tuple[str, str]], root: str) -> bytes | Trouble:
        """Send one request and judge what comes back."""
        self.requests += 1
        form = [*fields, ("tool", TOOL)]
        if self._credentials.email:
            form.append(("email", self._credentials.email))
        if self._credentials.key:
            form.append(("api_key", self._credentials.key.secret))
        patience = self._patience
        address = f"{self.endpoint}{utility}.fcgi"
        timeout = (patience.connect, patience.read)

        def send() -> requests.Response:
            with self._session.post(address, data=form, timeout=timeout, allow_redirects=False, stream=True) as answer:
                _ = answer.content  # read here, so that whatever goes wrong the connection is given back
            return answer

        try:
            answer = _within(patience.answer, send)
        except TimeoutError:
            self._session.close()
            self._session = _session()  # the old one is still busy with the answer that was given up
            return Trouble(f"no complete answer within {patience.answer:.0f} s", passing=True)
        except requests.RequestException as error:
            return _transport_trouble(error, _host(self.endpoint))
        self._reached = True
        self.sandbox = self.sandbox or SANDBOX_HEADER in answer.headers
        if answer.is_redirect:
            return _redirection(answer.headers["Location"])
        found = replies.trouble(answer.content, answer.status_code, root=root)
        if found is None:
            return answer.content
        return replace(found, wait=_retry_after(answer.headers.get("Retry-After", ""), self.now()))


def is_sandbox(endpoint: str) -> bool:
    """Ask an endpoint whether it is this program's sandbox; False if it is not, or does not answer."""
    if endpoint == PUBMED:
        return False
    with Client(endpoint, patience=Patience(tries=1)) as client:
        try:
            client.updated()
        except SearchError:
            return False
        return client.sandbox


def _host(address: str) -> str:
    """Return the host of an address; empty if it has none."""
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return ""


_NAMES = {"esearch": "ESearch", "efetch": "EFetch", "elink": "ELink", "einfo": "EInfo"}


def _session() -> requests.Session:
    session = requests.Session()
    session.headers["User-Agent"] = f"{TOOL}/{__version__}"
    return session


def _within(seconds: float, call: Callable[[], _T]) -> _T:
    """Call, and give up after so many seconds: a time-out of the socket begins anew with every byte that drips in.

    Raises:
        TimeoutError: time is up; the call goes on in a thread that ends with the process.
    """
    outcome: queue.SimpleQueue[tuple[Any, BaseException | None]] = queue.SimpleQueue()

    def work() -> None:
        try:
            outcome.put((call(), None))
        except BaseException as error:  # noqa: BLE001 - it is raised again where the caller waits
            outcome.put((None, error))

    threading.Thread(target=work, daemon=True, name="living-review request").start()
    until = time.monotonic() + seconds
    while (left := until - time.monotonic()) > 0:
        try:
            value, error = outcome.get(timeout=min(left, _TICK))
        except queue.Empty:
            continue
        if error is not None:
            raise error
        return value  # type: ignore[no-any-return]
    raise TimeoutError


_TICK = 0.5  # seconds between two looks at the keyboard: on Windows a wait cannot be interrupted


def _transport_trouble(error: requests.RequestException, host: str) -> Trouble:
    """Say what went wrong on the way, without repeating a request."""
    if isinstance(error, requests.exceptions.SSLError):
        remedy = "Check the clock of this machine, and what inspects its connections."
        return Trouble("no secure connection, or none that can be verified", passing=False, remedy=remedy)
    reasons = tuple(_causes(error))
    for kinds, what, unreachable in _BROKEN:
        if any(isinstance(reason, kinds) for reason in reasons):
            return Trouble(what.format(host=host), passing=True, unreachable=unreachable)
    remedy = "Check the address of the endpoint."
    return Trouble(f"a request that cannot be sent ({type(error).__name__})", passing=False, remedy=remedy)


# What can break on the way, the most telling first: what happened, how it is said, whether no connection was made.
_BROKEN: tuple[tuple[type[BaseException] | tuple[type[BaseException], ...], str, bool], ...] = (
    (requests.exceptions.ProxyError, "the proxy does not let the request through; check HTTPS_PROXY", True),
    (NameResolutionError, "the name {host!r} is not known here", True),
    (requests.exceptions.ConnectTimeout, "no connection to {host!r} in time", True),
    ((NewConnectionError, ConnectionRefusedError), "the connection to {host!r} was refused", True),
    (requests.exceptions.Timeout, "silence until the time was up", False),
    (requests.exceptions.ContentDecodingError, "a body whose compression is damaged", False),
    ((requests.exceptions.ChunkedEncodingError, requests.ConnectionError), "a connection that broke off", False),
)


def _causes(error: BaseException) -> Iterator[BaseException]:
    """List an error with all that is wrapped inside it."""
    seen: set[int] = set()
    waiting: list[object] = [error]
    while waiting:
        found = waiting.pop()
        if isinstance(found, BaseException) and id(found) not in seen:
            seen.add(id(found))
            yield found
            waiting += [found.__cause__, found.__context__, getattr(found, "reason", None), *found.args]


def _redirection(location: str) -> Trouble:
    host = urlsplit(location).hostname or "another place"
    if "misuse" in location:
        remedy = "Wait a day, run with an e-mail address and a key, or write to eutilities@ncbi.nlm.nih.gov."
        return Trouble(f"a redirection to {host!r}: this address is blocked", passing=False, remedy=remedy)
    return Trouble(f"a redirection to {host!r}", passing=False, remedy="Check the address of the endpoint.")


def _retry_after(text: str, now: datetime) -> float:
    """Read a Retry-After header: seconds, or a date; 0 if there is none. Source: RFC 9110, section 10.2.3."""
    if text.strip().isdecimal():
        return float(text)
    try:
        return max((parsedate_to_datetime(text) - now).total_seconds(), 0.0)
    except (ValueError, TypeError):
        return 0.0
