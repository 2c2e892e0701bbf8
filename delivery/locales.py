"""Which of a shop's languages a visitor reads: look-up after RFC 4647, section 3.4."""

import re
from functools import lru_cache

# Regions say which script of Chinese is read; sites name the script.
SCRIPTS = {
    "zh-cn": "zh-hans",
    "zh-sg": "zh-hans",
    "zh-my": "zh-hans",
    "zh-tw": "zh-hant",
    "zh-hk": "zh-hant",
    "zh-mo": "zh-hant",
}
RIGHT_TO_LEFT = frozenset({"ar", "dv", "fa", "he", "ku", "ps", "sd", "ug", "ur", "yi"})


@lru_cache(maxsize=4096)
def look_up(wanted: str, offered: tuple[str, ...]) -> str:
    """The offered language for a wanted one; the first where none fits, "" where none is offered.

    Example:
        >>> look_up("zh-Hans-CN", ("en", "zh-Hans")), look_up("zh_CN", ("en", "zh-Hans"))
        ('zh-Hans', 'zh-Hans')
        >>> look_up("fr", ("en", "zh-Hans")), look_up("en-GB", ("zh-Hans", "en"))
        ('en', 'en')
    """
    return fitting(wanted, offered) or (offered[0] if offered else "")


def fitting(wanted: str, offered: tuple[str, ...]) -> str:
    """The same, but "" where none fits."""
    by_name = {name.lower(): name for name in offered}
    asked = wanted.replace("_", "-").lower()
    for start in filter(None, (SCRIPTS.get("-".join(asked.split("-")[:2])), asked)):
        parts = start.split("-")
        while parts:
            if found := by_name.get("-".join(parts)):
                return found
            parts.pop()
    language = asked.split("-")[0] + "-"
    kin = (name for low, name in by_name.items() if low.startswith(language))
    return next(kin, "")


_WANTED = re.compile(
    r"\s*([A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*)\s*(?:;\s*q\s*=\s*([01](?:\.\d{0,3})?)\s*)?"
)
LONGEST_HEADER = 200


@lru_cache(maxsize=1024)
def accepted(accept_language: str, offered: tuple[str, ...]) -> str:
    """The offered language that an Accept-Language header prefers; "" where none fits.

    Example:
        >>> accepted("fr, he;q=0.9, en;q=0.5", ("en", "he")), accepted("fr", ("en", "he"))
        ('he', '')
    """
    found = filter(None, map(_WANTED.fullmatch, accept_language[:LONGEST_HEADER].split(",")))
    wanted = sorted(found, key=lambda one: -float(one[2] or 1))
    fits = (fitting(one[1], offered) for one in wanted if float(one[2] or 1) > 0)
    return next(filter(None, fits), "")


def direction(locale: str) -> str:
    """Which way a language is written: ltr or rtl."""
    return "rtl" if locale.lower().split("-")[0] in RIGHT_TO_LEFT else "ltr"
