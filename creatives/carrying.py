"""What the next version takes over from the last one, so that nothing has to be said twice."""

from collections.abc import Iterable, Mapping

from creatives.models import Copy, Version

WORDS = ("locale", "alt", "landing_url", "slots", "html")


def focus_of(last: Version | None, size: tuple[int, int]) -> tuple[int, int] | None:
    """The focal point of the last version, for another picture of the same size."""
    if last is None or (last.width, last.height) != size:
        return None
    return last.focus_x, last.focus_y


def copies(last: Version | None, version: Version) -> None:
    """Take the words in the other languages along; they are checked anew with the version."""
    rows = last.copies.all() if last else ()
    Copy.objects.bulk_create(
        Copy(version=version, **{name: getattr(row, name) for name in WORDS}) for row in rows
    )


def say_alts(version: Version, alts: Mapping[str, str], *, offered: Iterable[str]) -> None:
    """Alternative texts of a draft in other languages of its site; an empty one says nothing."""
    known = {row.locale: row for row in version.copies.all()}
    for locale in offered:
        text = alts.get(locale)
        if text is None or (not text and locale not in known):
            continue
        Copy.objects.update_or_create(version=version, locale=locale, defaults={"alt": text})
