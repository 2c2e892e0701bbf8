"""What GA4 and Segment call things: one event of theirs in our words."""

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from hashlib import blake2b
from typing import Any, Final, TypeAlias

import msgspec

from delivery.contents import MOST_AMOUNT
from delivery.currencies import ISO_4217, NotExact, minor_digits, minor_units
from delivery.draft import Refused

Fields: TypeAlias = dict[str, Any]

GA4: Final = "GA4"
SEGMENT: Final = "Segment"
NAMES: Final[Mapping[tuple[str, str], str]] = {
    (GA4, "view_promotion"): "impression",
    (GA4, "select_promotion"): "click",
    (GA4, "page_view"): "page_view",
    (GA4, "screen_view"): "page_view",
    (GA4, "view_item"): "product_view",
    (GA4, "search"): "search",
    (GA4, "view_search_results"): "search",
    (GA4, "add_to_cart"): "add_to_cart",
    (GA4, "purchase"): "purchase",
    (GA4, "refund"): "refund",
    (SEGMENT, "Promotion Viewed"): "impression",
    (SEGMENT, "Promotion Clicked"): "click",
    (SEGMENT, "page"): "page_view",
    (SEGMENT, "screen"): "page_view",
    (SEGMENT, "Product Viewed"): "product_view",
    (SEGMENT, "Products Searched"): "search",
    (SEGMENT, "Product Added"): "add_to_cart",
    (SEGMENT, "Order Completed"): "purchase",
    (SEGMENT, "Order Refunded"): "refund",
    (SEGMENT, "identify"): "alias",
    (SEGMENT, "alias"): "alias",
}
"""What their events are with us; docs/api.md has the same table, and a test compares them."""
CALLS: Final = frozenset({"track", "page", "screen", "identify", "alias", "group"})
"""What a message of Segment is; only `track` has a name of its own."""
TOKEN: Final = "promotion_id"  # noqa: S105 - the field of both that carries a decision's token
_SHOWN: Final = frozenset({"impression", "click"})
_WITH_MONEY: Final = frozenset({"add_to_cart", "purchase", "refund"})
_MOST_WORDS: Final = 20
_LONGEST_WORD: Final = 100
_NOT_SLUG = re.compile(r"[^a-z0-9_-]+")
_DECIMAL = re.compile(r"-?\d{1,40}(\.\d{1,40})?")
_EPOCH: Final = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_encode = msgspec.json.Encoder(order="deterministic", decimal_format="number").encode


def of_ga4(event: Fields, whole: Fields, place: int) -> Fields:
    """An event of the Measurement Protocol; `whole` is what stands around the list it is in."""
    name, params = event.get("name"), _object(event.get("params"))
    user = whole.get("user_id") or whole.get("client_id")
    micros = event.get("timestamp_micros", whole.get("timestamp_micros"))
    ours: Fields = {
        "type": _kind(GA4, name),
        "user_id": user,
        "occurred_at": _of_micros(micros),
        "consent": event.get("consent") or _ga4_consent(whole),
    }
    if not isinstance(ours["type"], str):
        return ours  # the intake says what is wrong with it
    if ours["type"] in _SHOWN:
        return ours | {"token": params.get(TOKEN)}
    items = _objects(params.get("items"))
    ours["order_id"] = params.get("transaction_id")
    ours["id"] = params.get("event_id") or _ga4_id(ours, params, [user, name, micros, place])
    ours["properties"] = _properties(
        category=_words(item.get("item_category") for item in items),
        brand=_words(item.get("item_brand") for item in items),
        price_band=_words([params.get("price_band")]),
        search=_words([params.get("search_term")]),
        locale=_words([params.get("language")]),
        items=len(items),
    )
    return _priced(ours, params.get("value"), params.get("currency"), "params.value")


def _ga4_id(ours: Fields, params: Fields, about: list[Any]) -> str | None:
    """GA4 names no events. An order names its purchase; others are named by all that is said."""
    kind, order = ours["type"], ours["order_id"]
    if kind == "purchase" and order:
        return f"ga4:purchase:{order}"
    if about[2] is None and not (kind == "refund" and order):
        return None  # without a time the same words may be said again tomorrow
    return "ga4:" + blake2b(_encode([*about, params]), digest_size=16).hexdigest()


def _ga4_consent(whole: Fields) -> Fields | None:
    denied = _object(whole.get("consent")).get("ad_personalization") == "DENIED"
    return {"personalisation": False} if denied else None


def _of_micros(value: object) -> object:
    """A time as we write it; what is none goes on as it is, to be refused where times are read."""
    if value is None:
        return None
    try:
        return (_EPOCH + dt.timedelta(microseconds=int(str(value)))).isoformat()
    except (ValueError, OverflowError):
        return str(value)[:100]


def of_segment(message: Fields, _whole: Fields, _place: int) -> Fields:
    """A message of Segment, alone or in a batch."""
    call, values = message.get("type"), _object(message.get("properties"))
    ours: Fields = {
        "type": _segment_kind(call, message.get("event")),
        "user_id": message.get("userId") or message.get("anonymousId"),
        "id": message.get("messageId"),
        "occurred_at": message.get("timestamp") or message.get("originalTimestamp"),
        "consent": message.get("consent"),
    }
    if not isinstance(ours["type"], str):
        return ours  # the intake says what is wrong with it
    if ours["type"] == "alias":
        before = message.get("previousId") or message.get("anonymousId")
        return ours | {"user_id": message.get("userId"), "previous_id": before}
    if ours["type"] in _SHOWN:
        return ours | {"token": values.get(TOKEN)}
    products = _objects(values.get("products")) or [values]
    ours["order_id"] = values.get("order_id")
    ours["properties"] = _properties(
        category=_words(product.get("category") for product in products),
        brand=_words(product.get("brand") for product in products),
        price_band=_words([values.get("price_band")]),
        search=_words([values.get("query")]),
        locale=_words([_object(message.get("context")).get("locale")]),
        items=len(_objects(values.get("products"))),
    )
    field, amount = _segment_amount(ours["type"], values)
    return _priced(ours, amount, values.get("currency"), f"properties.{field}")


def _segment_kind(call: object, event: object) -> object:
    if not isinstance(call, str):
        return call
    if call != "track":
        return NAMES.get((SEGMENT, call), call)
    # What a shop calls an event of its own is no call of Segment's.
    return f"custom:{event}" if isinstance(event, str) and event in CALLS else _kind(SEGMENT, event)


def _segment_amount(kind: object, values: Fields) -> tuple[str, object]:
    names = ("value",) if kind == "add_to_cart" else ("revenue", "total", "value")
    for name in names:
        if values.get(name) is not None:
            return name, values[name]
    price, quantity = _decimal(values.get("price")), _decimal(values.get("quantity", 1))
    if kind == "add_to_cart" and price is not None and quantity is not None:
        return "price", price * quantity
    return names[0], None


def _kind(vocabulary: str, name: object) -> object:
    """Our type; `custom:<slug>` where the table has none; unchanged where no slug can be made."""
    if not isinstance(name, str):
        return name
    slug = _NOT_SLUG.sub("-", name.lower()).strip("-_")[:64]
    return NAMES.get((vocabulary, name)) or (f"custom:{slug}" if slug else name)


def _priced(ours: Fields, value: object, currency: object, field: str) -> Fields:
    """With the amount in minor units; or with `why` there is none."""
    kind = ours["type"]
    if kind not in _WITH_MONEY or (value is None and kind == "add_to_cart"):
        return ours
    ours["currency"], amount = currency, _decimal(value)
    if value is not None and amount is None:
        return ours | {"value": str(value)[:100], "why": _bad_amount(field)}
    if not isinstance(currency, str) or currency not in ISO_4217:
        why = Refused("bad_currency", "currency", example="CNY")
        return ours | {"currency": None, "value": value, "why": why}
    return ours if amount is None else ours | _in_minor_units(amount, currency, field)


def _in_minor_units(amount: Decimal, currency: str, field: str) -> Fields:
    try:
        return {"amount": minor_units(amount, currency)}
    except NotExact:
        digits = minor_digits(currency)
        why = Refused("too_many_decimals", field, currency=currency, digits=digits)
        return {"value": str(amount), "why": why}
    except OverflowError:
        return {"value": str(amount), "why": _bad_amount(field)}


def _bad_amount(field: str) -> Refused:
    return Refused("bad_amount", field, least=0, most=MOST_AMOUNT)


def _decimal(value: object) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, int | Decimal | str):
        return None
    if isinstance(value, str) and not _DECIMAL.fullmatch(value):
        return None
    return Decimal(value)


def _object(value: object) -> Fields:
    return value if isinstance(value, dict) else {}


def _objects(value: object) -> list[Fields]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _words(values: Iterable[object]) -> list[str]:
    texts = (value[:_LONGEST_WORD] for value in values if isinstance(value, str) and value)
    return list(dict.fromkeys(texts))[:_MOST_WORDS]


def _properties(*, items: int, **words: list[str]) -> Fields | None:
    """What of theirs our profiles and segments read."""
    found: Fields = {
        name: said[0] if len(said) == 1 else said for name, said in words.items() if said
    }
    return (found | ({"items": items} if items else {})) or None
