"""What is kept of an event that was refused: enough to see why, and to take it in later.

Its visitor's names are replaced by their pseudonyms, wherever in it they stand. Of an event that
was refused for lack of consent nothing is kept but that there was one.
"""

import datetime as dt
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from delivery.draft import UNKEPT, Refused, Sender
from delivery.intake import CUSTOM, NAMED
from delivery.moment import Tools
from delivery.pseudonym import Pseudonyms
from delivery.reading import LONGEST_ID
from delivery.record import Group, Record, Refusal
from delivery.snapshot import SiteEntry
from delivery.token import TokenInvalid
from delivery.tokened import TOKENED

MOST_BYTES: Final = 16 * 1024
"""Of one payload; it is longer than any event that could be taken in."""
MOST_LEVELS: Final = 40
FORM: Final = "pseudonym:"
"""Before 32 hexadecimal digits: how a kept payload names its visitor; see `KeptNames`."""
NAMING: Final = frozenset(
    {
        *("userid", "previousid", "previoususerid"),
        # as other vocabularies call them
        *("anonymousid", "clientid", "userpseudoid", "targetingkey"),
    }
)
CUT: Final = "cut"
"""In the sender of a payload that was too long: what is there cannot be taken in again."""
RECORD: Final = "record"
"""In the sender of what the database itself refused: the payload is a row, not an event."""
NOT_STORABLE: Final = "not_storable"

_NO_LETTER = re.compile(r"[^a-z]")
# The address is judged and forgotten; the site is the row's own, what is live the moment's.
_SAID = tuple(name for name in Sender.__struct_fields__ if name not in {"site", "live"})
_encode = msgspec.json.Encoder().encode


def refusal(raw: msgspec.Raw | bytes, why: Refused, sender: Sender, tools: Tools) -> Refusal:
    """What is written of a refused event."""
    sent = _parsed(bytes(raw))
    experiment, variant = shown_in(sent, sender.site.id, tools)
    kept = _payload(sent, sender, tools) if _may_be_kept(why, sent) else None
    return Refusal(
        site_id=sender.site.id,
        received_at=sender.received_at,
        kind=kind_of(sent),
        reason=why.reason,
        field=why.field or "",
        experiment_id=experiment,
        variant_id=variant,
        payload=None if kept is None else kept[:MOST_BYTES],
        sender=_said(sender, cut=kept is not None and len(kept) > MOST_BYTES),
    )


def shown_in(sent: object, site_id: int, tools: Tools) -> tuple[int, int]:
    """The experiment and variant that a genuine token of this site proves, whatever its age."""
    text = sent.get("token") if isinstance(sent, dict) else None
    if not isinstance(text, str):
        return 0, 0
    try:
        stamp = tools.signer.genuine(text).stamp
    except TokenInvalid:
        return 0, 0
    return (stamp.experiment_id, stamp.variant_id) if stamp.site_id == site_id else (0, 0)


def _may_be_kept(why: Refused, sent: object) -> bool:
    consent = sent.get("consent") if isinstance(sent, dict) else None
    declined = isinstance(consent, dict) and consent.get("measurement") is False
    return not declined and why.reason not in UNKEPT


def _payload(sent: object, sender: Sender, tools: Tools) -> str | None:
    """The event as ASCII without names; None where it could not be read, or enough are kept."""
    site = sender.site.id
    if sent is _UNREADABLE or not tools.ration.takes(site, now_ms=sender.now_ms):
        return None
    return _dumped(_Hiding(tools.pseudonyms, site).of(sent, MOST_LEVELS))


def _dumped(value: object) -> str:
    return json.dumps(value, separators=(",", ":"))


@dataclass(frozen=True, slots=True)
class KeptNames(Pseudonyms):
    """Reads the names in a kept payload: they are pseudonyms already."""

    def of(self, site_id: int, raw: str) -> bytes:
        """The 16 bytes that stand for a visitor."""
        if raw.startswith(FORM):
            return bytes.fromhex(raw[len(FORM) :])
        return Pseudonyms.of(self, site_id, raw)


@dataclass(frozen=True, slots=True)
class _Hiding:
    """Puts pseudonyms in the place of names."""

    pseudonyms: Pseudonyms
    site_id: int

    def of(self, value: object, levels: int) -> object:
        """The same value without names; what lies deeper than anybody looks is left out."""
        if isinstance(value, dict | list) and levels <= 0:
            return None
        if isinstance(value, dict):
            return {name: self._member(name, part, levels - 1) for name, part in value.items()}
        if isinstance(value, list):
            return [self.of(part, levels - 1) for part in value]
        if isinstance(value, str) and value.lstrip()[:1] in {"{", "[", '"'}:
            return self._packed(value, levels)
        # A key that opens a shop's doors does not belong into an event, and is not kept.
        return "sk_…" if isinstance(value, str) and value.startswith("sk_") else value

    def _member(self, name: str, value: object, levels: int) -> object:
        if value is None or _NO_LETTER.sub("", name.lower()) not in NAMING:
            return self.of(value, levels)
        if not isinstance(value, str):
            # Still not a text, and so refused again for the same reason.
            return {"pseudonym": self.pseudonyms.of(self.site_id, str(value)).hex()}
        usable = 1 <= len(value) <= LONGEST_ID
        return FORM + self.pseudonyms.of(self.site_id, value).hex() if usable else ""

    def _packed(self, text: str, levels: int) -> object:
        """A text that is JSON once more, as a program that packs twice sends it."""
        inner = _parsed(text.encode("utf-8", "surrogatepass"))
        return text if inner is _UNREADABLE else _dumped(self.of(inner, levels - 1))


class _Unreadable:
    """Stands for what is no JSON."""


_UNREADABLE: Final = _Unreadable()


def _parsed(raw: bytes) -> Any:  # noqa: ANN401 - whatever was sent
    try:
        return json.loads(raw.decode("utf-8", "surrogatepass"))
    except (ValueError, RecursionError):
        return _UNREADABLE


def kind_of(sent: object) -> str:
    """The type as it is counted: one of ours, `custom` for the shop's own, nothing for others."""
    text = sent.get("type") if isinstance(sent, dict) else None
    if not isinstance(text, str):
        return ""
    return text if text in TOKENED | NAMED else "custom" if CUSTOM.fullmatch(text) else ""


def _said(sender: Sender, *, cut: bool) -> str:
    said = {name: getattr(sender, name) for name in _SAID}
    return _encode(said | {CUT: True} if cut else said).decode().replace("\\u0000", "")


def sender_of(said: Mapping[str, Any], site: SiteEntry) -> Sender:
    """The sender as it was when the event came."""
    known = {name: said[name] for name in _SAID if name in said}
    for name in ("received_at", "sent_at"):
        if isinstance(known.get(name), str):
            known[name] = dt.datetime.fromisoformat(known[name])
    return Sender(site=site, **known)


def record_of(payload: str) -> Record:
    """The row that the database refused."""
    return _record.decode(bytes.fromhex(payload))


_record = msgspec.msgpack.Decoder(Record)


def unstorable(group: Group) -> Group:
    """The group of a single record that the database refuses: as one that is refused by us."""
    refusals = [*group.refusals, *(_of_record(one) for one in group.records)]
    return Group([], refusals, group.name, group.again)


def _of_record(record: Record) -> Refusal:
    return Refusal(
        site_id=record.site_id,
        received_at=record.received_at,
        kind=record.kind,
        reason=NOT_STORABLE,
        experiment_id=record.experiment_id or 0,
        variant_id=record.variant_id or 0,
        payload=msgspec.msgpack.encode(record).hex(),
        sender=_encode({RECORD: True}).decode(),
    )
