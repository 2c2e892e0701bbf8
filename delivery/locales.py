"""Which of a shop's languages a visitor reads: look-up after RFC 4647, section 3.4."""

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
    return next(kin, offered[0] if offered else "")


def direction(locale: str) -> str:
    """Which way a language is written: ltr or rtl."""
    return "rtl" if locale.lower().split("-")[0] in RIGHT_TO_LEFT else "ltr"
