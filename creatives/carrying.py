"""What the next version takes over from the last one, so that nothing has to be said twice."""

from collections.abc import Iterable, Mapping

from creatives.models import Copy, Version

PICTURE = (
    "kind", "width", "height", "frames", "duration_ms", "focus_x", "focus_y", "facts",
    "original_name", "original_type", "original_bytes", "original_sha256",
)  # fmt: skip
COMPOSED = ("design", "slots", "levels", "html", "stylesheet", "product_id")
WORDS = ("locale", "alt", "landing_url", "slots", "html")


def picture_of(last: Version) -> dict[str, object]:
    """Everything of a version but its words: the fields of another one with the same picture."""
    return {name: getattr(last, name) for name in (*PICTURE, *COMPOSED)}


def focus_of(last: Version | None, *, width: int, height: int) -> dict[str, int]:
    """The focal point, for another picture of the same size; else the middle."""
    if last is None or (last.width, last.height) != (width, height):
        return {}
    return {"focus_x": last.focus_x, "focus_y": last.focus_y}


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
