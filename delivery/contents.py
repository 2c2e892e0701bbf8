"""The steps of the intake that look at what an event carries: money, an order, properties."""

import re
from typing import Any, Final

import msgspec

from delivery.currencies import ISO_4217
from delivery.draft import Draft, Refused
from delivery.reading import LONGEST_ID
from delivery.surroundings import known_device, primary_tag

MOST_AMOUNT: Final = 10**12  # a million of them still fit into the log's sums
WITH_MONEY: Final = frozenset({"purchase", "refund"})
MOST_PROPERTIES: Final = 2048
MOST_LEVELS: Final = 5
_NUL = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")


def checked_id(text: str | None, name: str) -> str | None:
    """An opaque id of 1 to 256 characters, if there is one; raises Refused."""
    if text is not None and not 1 <= len(text) <= LONGEST_ID:
        raise Refused("bad_id", name, field=name)
    return text


def money(draft: Draft) -> None:
    """Whole minor units in the currency of the site."""
    amount, currency = draft.sent.amount, draft.sent.currency
    if amount is None and currency is None and draft.kind not in WITH_MONEY:
        return
    least = 1 if draft.kind == "refund" else 0
    if amount is None or not least <= amount <= MOST_AMOUNT:
        raise Refused("bad_amount", "amount", least=least, most=MOST_AMOUNT)
    expected = draft.sender.site.currency
    if currency not in ISO_4217:
        raise Refused("bad_currency", "currency", example=expected)
    if currency != expected:
        raise Refused("other_currency", "currency", expected=expected, currency=currency)


def order(draft: Draft) -> None:
    """The order's number; it is stored as it is, so it must be storable. A refund needs one."""
    text = checked_id(draft.sent.order_id, "order_id")
    if text is None and draft.kind == "refund":
        raise Refused("missing_order_id", "order_id", type=draft.kind)
    if text and "\x00" in text:
        raise Refused("bad_id", "order_id", field="order_id")


_properties = msgspec.json.Decoder(dict[str, Any])
_canonical = msgspec.json.Encoder(order="deterministic")


def properties(draft: Draft) -> None:
    """What else the shop says about it: small, flat, storable, in one canonical form."""
    raw = bytes(draft.sent.properties)
    if not raw or raw == b"null" or draft.kind == "alias":
        return
    try:
        values = _properties.decode(raw)
        text = _canonical.encode(values).decode()
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise Refused("bad_properties", "properties") from None
    if _NUL.search(text):
        raise Refused("bad_properties", "properties")
    if len(text.encode()) > MOST_PROPERTIES or not _shallow(values, MOST_LEVELS):
        raise Refused(
            "properties_too_large", "properties", limit=MOST_PROPERTIES, depth=MOST_LEVELS
        )
    draft.properties = text
    draft.device, draft.locale = (
        known_device(values.get("device")),
        primary_tag(values.get("locale")),
    )


def _shallow(value: object, levels: int) -> bool:
    if isinstance(value, dict):
        value = list(value.values())
    if not isinstance(value, list):
        return True
    return levels > 0 and all(_shallow(part, levels - 1) for part in value)
