"""How fast requests may follow each other: one limit for each host, shared by everything that this process asks."""

import threading
import time
from collections.abc import Callable
from ipaddress import ip_address
from urllib.parse import urlsplit

# Requests a second. Source: NCBI, "A General Introduction to the E-utilities", NBK25497, "Frequency, Timing and
# Registration of E-utility URL Requests".
RATE_WITHOUT_KEY = 3
RATE_WITH_KEY = 10
_MARGIN = 1.01  # of the interval between two requests, for clocks that differ


class RateLimit:
    """Lets requests pass one by one, each a whole interval after the one before; shared by all threads."""

    def __init__(self, rate: float, *, clock: Callable[[], float], sleep: Callable[[float], None]) -> None:
        """Set the rate in requests a second; 0 lets everything pass."""
        self._interval = _MARGIN / rate if rate else 0.0
        self._clock, self._sleep = clock, sleep
        self._next = 0.0
        self._lock = threading.Lock()

    def wait(self) -> None:
        """Return when the next request may be sent."""
        with self._lock:
            now = self._clock()
            turn = max(now, self._next)
            self._next = turn + self._interval
        if turn > now:
            self._sleep(turn - now)

    def hold(self, seconds: float) -> None:
        """Let nobody pass for so long: the source asked for a pause."""
        with self._lock:
            self._next = max(self._next, self._clock() + seconds)


_limits: dict[tuple[str, float], RateLimit] = {}
_limits_lock = threading.Lock()


def rate_limit(endpoint: str, *, keyed: bool) -> RateLimit:
    """Return the limit that all clients of this process share for one host; a loopback host has none."""
    host = urlsplit(endpoint).hostname or ""
    rate = 0 if _is_loopback(host) else RATE_WITH_KEY if keyed else RATE_WITHOUT_KEY
    with _limits_lock:
        if (host, rate) not in _limits:
            _limits[host, rate] = RateLimit(rate, clock=time.monotonic, sleep=time.sleep)
        return _limits[host, rate]


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
