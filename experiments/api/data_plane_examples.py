"""The examples of the wire contract, for the API document."""

from typing import Any, Final

_VARIANT: Final[dict[str, Any]] = {
    "experiment": "spring-hero",
    "phase": 1,
    "variant": "b",
    "reason": "SPLIT",
    "propensity": 0.5,
    "creative": {
        "key": "spring-b",
        "version": 3,
        "kind": "image",
        "alt": "Everything for spring",
        "landing_url": "https://shop.example/spring",
        "sources": [
            {
                "src": "https://banners.example/media/9f.avif",
                "type": "image/avif",
                "width": 1200,
                "height": 400,
                "density": 1,
            }
        ],
    },
    "token": "bl1.…",
}
ASSIGNED: Final = _VARIANT | {"snapshot": 118}
ASKED: Final = {
    "user_id": "u-42",
    "session_id": "s-9",
    "placements": ["home-hero", "cart-strip"],
    "locale": "zh-Hans",
    "attributes": {"device": "phone", "country": "CN"},
    "page": {"url": "https://shop.example/", "referrer": ""},
    "consent": {"measurement": True, "personalisation": True},
}
DECIDED: Final = {"decisions": {"home-hero": _VARIANT}, "snapshot": 118}
IMPRESSION: Final = {
    "type": "impression",
    "token": "bl1.…",
    "occurred_at": "2026-11-22T06:00:00.120Z",
}
PURCHASE: Final = {
    "type": "purchase",
    "id": "01998e4c-6a1b-7000-8000-0123456789ab",
    "user_id": "u-42",
    "occurred_at": "2026-11-22T06:10:00Z",
    "order_id": "o-7",
    "amount": 12990,
    "currency": "CNY",
    "properties": {"items": 2},
}
RECEIPT: Final = {
    "received": 3,
    "stored": 2,
    "duplicate": 1,
    "conflict": 0,
    "filtered": 0,
    "rejected": [],
}
