"""A request and what comes back, whichever server carries them."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias
from urllib.parse import unquote_plus

import msgspec

from delivery.messages import message
from delivery.ranges import Part
from delivery.record import Refusal
from delivery.sink import Outcome, Record
from delivery.snapshot import SiteEntry
from delivery.visitor import Known
from engine.errors import InvalidInput

Headers: TypeAlias = tuple[tuple[bytes, bytes], ...]

MOST_PARAMETERS = 50


class Request(msgspec.Struct, frozen=True, gc=False):
    """Header names are in lower case; `query` is as it was sent.

    `address` is the client's, to judge how much comes from one network; never stored or logged.
    """

    method: str
    path: str
    query: str
    headers: Mapping[bytes, bytes]
    body: bytes = b""
    address: str = ""

    def header(self, name: bytes) -> str:
        """A header's text, or nothing."""
        found = self.headers.get(name)
        return found.decode("latin-1") if found else ""

    def parameters(self) -> dict[str, str]:
        """The query; of a name that comes twice the last one counts.

        Raises:
            InvalidInput: It is not UTF-8, or longer than anything we ask for.
        """
        if not self.query:
            return {}
        pairs = self.query.split("&", MOST_PARAMETERS)
        try:
            return {
                _plain(name): _plain(text) for name, _, text in (p.partition("=") for p in pairs)
            }
        except UnicodeDecodeError:
            raise InvalidInput(message("not_utf8"), field="query") from None


def _plain(text: str) -> str:
    return unquote_plus(text, errors="strict") if "%" in text or "+" in text else text


class Assigned(msgspec.Struct, frozen=True, gc=False):
    """The variants that an answer gives somebody: their stamps, and how the request looked.

    `secret`: a server asked, so that headers and address say nothing of the visitor. `device` and
    `locale` are what the request itself says.
    """

    site: SiteEntry
    unit: bytes
    stamps: Sequence[bytes]
    now_ms: int
    headers: Mapping[bytes, bytes]
    secret: bool = False
    device: Any = ""
    locale: str | None = ""
    address: str = ""


class Response(msgspec.Struct, frozen=True, gc=False):
    """An answer: its body is `body`, or the file at `file`, or only a `part` of that.

    What it `assigned` may be written down after it was given, if that is possible.
    """

    status: int
    body: bytes = b""
    headers: Headers = ()
    file: Path | None = None
    assigned: Assigned | None = None
    part: Part | None = None


class Write(msgspec.Struct, frozen=True):
    """An answer that must not be given before these records, and what was refused, are durable.

    `anyway` is what a shopper gets when nothing can be made durable; without it they get an error.
    """

    records: Sequence[Record]
    answer: Callable[[Sequence[Outcome]], Response]
    anyway: Response | None = None
    refusals: Sequence[Refusal] = ()


class Look(msgspec.Struct, frozen=True):
    """An answer that needs what is known of a visitor: the profile under `key`, if in time."""

    key: bytes
    answer: Callable[[Known], Response]


Result: TypeAlias = Response | Write | Look
