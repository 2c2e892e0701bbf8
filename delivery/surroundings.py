"""On what kind of device and in what language a visitor looks: few words, to compare groups by."""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

PHONE: Final = "phone"
TABLET: Final = "tablet"
DESKTOP: Final = "desktop"
DEVICES: Final = frozenset({PHONE, TABLET, DESKTOP})

LONGEST_LANGUAGES: Final = 200
_PRIMARY = re.compile(r"[A-Za-z]{2,3}(?=$|[-_])")
_WANTED = re.compile(
    r"\s*([A-Za-z]{2,3})(?:-[A-Za-z0-9-]*)?\s*(?:;\s*q\s*=\s*([01](?:\.\d{0,3})?))?\s*"
)


@lru_cache(maxsize=4096)
def device_of(agent: str) -> str:
    """What a User-Agent runs on; empty where it does not tell (an app, a library).

    By the marks that browsers agree on: a phone says Mobi, a tablet says iPad, Tablet, or Android
    without Mobi. An iPad that asks for desktop pages says Macintosh and counts as one.

    Example:
        >>> device_of("Mozilla/5.0 (Linux; Android 15; Pixel 9) Chrome/140.0 Mobile Safari/537.36")
        'phone'
    """
    if "iPad" in agent or "Tablet" in agent:
        return TABLET
    if "Mobi" in agent or "Opera Mini" in agent:
        return PHONE
    if "Android" in agent:
        return TABLET
    return DESKTOP if agent.startswith(("Mozilla/", "Opera/")) else ""


def known_device(said: object) -> str:
    """The word for a device if it is one of ours, else nothing.

    Example:
        >>> known_device("phone"), known_device("fridge")
        ('phone', '')
    """
    return said if isinstance(said, str) and said in DEVICES else ""


def primary_tag(said: object) -> str:
    """The language of a locale as a shop says it, else nothing.

    Example:
        >>> primary_tag("zh-Hans"), primary_tag("en_GB"), primary_tag("no such language")
        ('zh', 'en', '')
    """
    found = _PRIMARY.match(said) if isinstance(said, str) else None
    return found[0].lower() if found else ""


def browser_language(headers: Mapping[bytes, bytes]) -> str:
    """The language that a browser prefers, whether we speak it or not."""
    text = headers.get(b"accept-language", b"")[:LONGEST_LANGUAGES]
    return _preferred(text.decode("latin-1"))


@lru_cache(maxsize=1024)
def _preferred(accept_language: str) -> str:
    wanted = [
        (float(found[2] or 1), found[1].lower())
        for part in accept_language.split(",")
        if (found := _WANTED.fullmatch(part))
    ]
    weight, tag = max(wanted, key=lambda pair: pair[0], default=(0.0, ""))
    return tag if weight > 0 else ""
