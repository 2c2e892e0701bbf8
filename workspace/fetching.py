"""The one client for addresses that people typed: it never reaches what only we can reach.

A name is resolved once, every address of it is checked, and the connection is made to a checked
address: no second look-up can lead elsewhere. Each redirect is checked in the same way. Time and
size are limited for the whole exchange, however slowly the other side speaks.
"""

import http.client
import io
import re
import socket
import ssl
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as TooSlow
from dataclasses import dataclass
from urllib.parse import quote, urljoin, urlsplit

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from engine.errors import InvalidInput, Unavailable
from workspace import addresses

TIMEOUT = 10.0  # seconds, for everything together
MAX_BYTES = 1024 * 1024
MAX_REDIRECTS = 5
MAX_CHARACTERS = 2000
PORTS = {"http": 80, "https": 443}
FIRST_FREE_PORT = 1024
LAST_PORT = 65535
CHUNK = 16 * 1024
AGENT = "BannerLab/1"
MOVED = frozenset({301, 302, 303, 307, 308})
SAME_METHOD = frozenset({307, 308})
# What clients and servers disagree about inside an address.
UNSAFE = re.compile(r"[\x00-\x20\x7f\\<>\"`{}|^]")
SAFE = "%/:=&?~+!$,;'@()*[]"
# Look-ups know no time limit of their own.
_resolver = ThreadPoolExecutor(4, thread_name_prefix="resolve")


class Refused(InvalidInput):
    """An address that is not asked, and why."""


class Unreachable(Unavailable):
    """Nobody answered in time, or not in a way that can be understood."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back from the last address; `complete` unless the body was cut at its limit."""

    status: int
    url: str
    headers: Mapping[str, str]  # names in lower case
    body: bytes
    complete: bool


@dataclass(frozen=True, slots=True)
class Target:
    """An address taken apart and checked, with where its host really is."""

    url: str
    scheme: str
    host: str
    port: int
    path: str
    address: str

    @property
    def authority(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def origin(self) -> str:
        return f"{self.scheme}://{self.authority}"


def fetch(
    method: str,
    url: str,
    *,
    body: bytes = b"",
    headers: Mapping[str, str] | None = None,
    timeout: float = TIMEOUT,
    max_bytes: int = MAX_BYTES,
    redirects: int = MAX_REDIRECTS,
    allow_private: bool = False,
) -> Answer:
    """Ask an address and follow it where it moved; with `redirects=0` a move is the answer.

    Raises Refused for an address that is not of the outside world, Unreachable for everything
    that goes wrong on the way.
    """
    end, sent, gone = time.monotonic() + timeout, dict(headers or {}), 0
    target = _target(url, end, allow_private=allow_private)
    while True:
        answer = _ask(target, method, body, sent, end=end, max_bytes=max_bytes)
        place = answer.headers.get("location", "")
        if answer.status not in MOVED or not place or not redirects:
            return answer
        gone += 1
        if gone > redirects:
            raise Unreachable(_("It leads from one address to the next without an end."))
        following = _moved(target, place, end, allow_private=allow_private)
        if answer.status not in SAME_METHOD:
            method, body = ("HEAD" if method == "HEAD" else "GET"), b""
        # What was meant for one server is no business of another one.
        target, sent = following, (sent if following.origin == target.origin else {})


def check(url: str, *, timeout: float = TIMEOUT, allow_private: bool = False) -> None:
    """Whether an address may be asked, without asking it; raises Refused or Unreachable."""
    _target(url, time.monotonic() + timeout, allow_private=allow_private)


def _moved(target: Target, place: str, end: float, *, allow_private: bool) -> Target:
    if UNSAFE.search(place):
        raise Refused(_("It leads to an address that cannot be read."))
    following = _target(urljoin(target.url, place), end, allow_private=allow_private)
    if target.scheme == "https" and following.scheme == "http":
        raise Refused(_("It leads from https to http, where anybody could change the answer."))
    return following


def _target(url: str, end: float, *, allow_private: bool) -> Target:
    scheme, host, port, path = _parts(url)
    target = Target(url, scheme, host, port, path, "")
    is_free = allow_private or settings.FETCH_PRIVATE or target.origin in _own_origins()
    address = _resolved(host, port, end)
    if not is_free and not all(map(addresses.is_public, address)):
        raise Refused(
            _("%(host)s is not an address of the public internet.") % {"host": host},
            hint=_("Addresses inside the house are never asked."),
        )
    return Target(url, scheme, host, port, path, address[0])


def _own_origins() -> frozenset[str]:
    """Our own public pages may be asked wherever they are: a demo runs on this very machine."""
    return frozenset(settings.FETCH_ORIGINS)


def _parts(url: str) -> tuple[str, str, int, str]:
    if UNSAFE.search(url) or len(url) > MAX_CHARACTERS:
        raise Refused(_("The address has characters that do not belong in one, or is too long."))
    try:
        parts = urlsplit(url)
        host, given = (parts.hostname or "").rstrip("."), parts.port
        host = host if ":" in host else host.encode("idna").decode("ascii")
    except (ValueError, UnicodeError):
        raise Refused(_("The address cannot be read.")) from None
    if parts.scheme not in PORTS:
        raise Refused(_("Only addresses that begin with https:// or http:// are possible."))
    if not host or "%" in host or UNSAFE.search(host):
        raise Refused(_("The address has no host."))
    if "@" in parts.netloc:
        raise Refused(_("The address contains a user name or password."))
    path = quote(parts.path or "/", safe=SAFE)
    query = f"?{quote(parts.query, safe=SAFE)}" if parts.query else ""
    return parts.scheme, host, _port(parts.scheme, given), path + query


def _port(scheme: str, given: int | None) -> int:
    port = PORTS[scheme] if given is None else given
    if port not in PORTS.values() and not FIRST_FREE_PORT <= port <= LAST_PORT:
        raise Refused(_("Port %(port)s is not for web pages.") % {"port": port})
    return port


def _resolved(host: str, port: int, end: float) -> list[str]:
    """Every address of a host, in the order of the resolver."""
    asked = _resolver.submit(socket.getaddrinfo, host, port, type=socket.SOCK_STREAM)
    try:
        found = asked.result(timeout=max(end - time.monotonic(), 0))
    except TooSlow:
        raise _late() from None
    except (OSError, UnicodeError):
        raise Unreachable(_("There is no server called %(host)s.") % {"host": host}) from None
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def _ask(
    target: Target,
    method: str,
    body: bytes,
    headers: Mapping[str, str],
    *,
    end: float,
    max_bytes: int,
) -> Answer:
    connection = http.client.HTTPConnection(target.host, target.port)
    named = {"User-Agent": AGENT, **headers, "Host": target.authority, "Connection": "close"}
    try:
        with _connected(target, end) as sock:
            connection.sock = _Patient(sock, end)
            connection.request(method, target.path, body or None, named)
            answer = connection.getresponse()
            content = _content(answer, max_bytes)
    except TimeoutError:
        raise _late() from None
    except ssl.SSLError:
        raise Unreachable(_("Its certificate or encryption is not in order.")) from None
    except (OSError, http.client.HTTPException, ValueError):
        raise Unreachable(_("The connection failed.")) from None
    found = {name.lower(): text for name, text in answer.getheaders()}
    return Answer(answer.status, target.url, found, content[:max_bytes], len(content) <= max_bytes)


def _content(answer: http.client.HTTPResponse, most: int) -> bytes:
    """The body, and one byte more than is wanted where there is more."""
    parts, left = [], most + 1
    while left > 0 and (part := answer.read(min(left, CHUNK))):
        parts.append(part)
        left -= len(part)
    return b"".join(parts)


def _connected(target: Target, end: float) -> socket.socket:
    plain = socket.create_connection((target.address, target.port), timeout=_left(end))
    if target.scheme == "http":
        return plain
    try:
        plain.settimeout(_left(end))
        return ssl.create_default_context().wrap_socket(plain, server_hostname=target.host)
    except BaseException:
        plain.close()
        raise


def _left(end: float) -> float:
    left = end - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def _late() -> Unreachable:
    return Unreachable(_("It did not answer in time."))


class _Patient:
    """A socket for `http.client` that keeps to one end for everything, not to a time per byte."""

    def __init__(self, sock: socket.socket, end: float) -> None:
        self._sock, self._end = sock, end

    def sendall(self, data: bytes) -> None:
        self._sock.settimeout(_left(self._end))
        self._sock.sendall(data)

    def makefile(self, _mode: str) -> io.BufferedReader:
        return io.BufferedReader(_Reading(self._sock, self._end))

    def close(self) -> None:
        """Whoever opened the socket closes it; `http.client` would before the body is read."""


class _Reading(io.RawIOBase):
    def __init__(self, sock: socket.socket, end: float) -> None:
        self._sock, self._end = sock, end

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "bytearray | memoryview", /) -> int:  # type: ignore[override]
        self._sock.settimeout(_left(self._end))
        return self._sock.recv_into(buffer)
