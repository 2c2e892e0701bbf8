"""Words: alternative texts in every language, lengths, what does not fit its place."""

from collections.abc import Iterable, Iterator, Mapping
from string import digits

from django.utils.translation import gettext as _

from creatives.models import Placement
from creatives.preflight.findings import Finding, blocking, passed, warning
from creatives.preflight.subject import Subject, Text, language

LIMITED = {"headline": "max_headline", "body": "max_body", "button": "max_button"}
"""Slots by the column of a placement that says how long they may be."""


def alt(about: Subject) -> Iterator[Finding]:
    """Whoever cannot see the picture is told the same, in each language of the site."""
    if about.version.decorative:
        yield passed("alt", _("It is decorative: screen readers pass over it."))
        return
    unsaid = list(_several(about))
    yield from unsaid
    written = {about.locales[0]: about.version.alt} | {c.locale: c.alt for c in about.copies}
    missing = [one for one in about.locales if not written.get(one, "").strip()]
    if missing:
        yield blocking(
            "alt",
            _("There is no alternative text in %(languages)s.")
            % {"languages": ", ".join(map(language, missing))},
            _("Write what the picture says, or mark it as decorative."),
        )
    elif not unsaid:
        yield passed("alt", _("Alternative texts in every language of the site."))


def _several(about: Subject) -> Iterator[Finding]:
    """Each of several pictures says what is on it, in each language of the banner."""
    for locale in about.locales:
        unsaid = [name.partition(".image")[2] or "1" for name in _in(about.facts.unsaid, locale)]
        if unsaid:
            words = {"n": ", ".join(unsaid), "language": language(locale)}
            yield blocking(
                "alt",
                _("Picture %(n)s has no alternative text in %(language)s.") % words,
                _("Write it on the page of that picture, then compose the banner again."),
            )


def _in(names: Iterable[str], locale: str) -> Iterator[str]:
    return (name for name in names if name.partition(".")[0] == locale)


def text_length(about: Subject) -> Iterator[Finding]:
    """The words of a composed banner are as short as the placement wants them."""
    if about.is_composed:
        for placement in about.placements:
            yield from _lengths(about, placement)


def _lengths(about: Subject, placement: Placement) -> Iterator[Finding]:
    limits = {field: getattr(placement, column) for field, column in LIMITED.items()}
    known = {field: limit for field, limit in limits.items() if limit}
    long = [one for one in about.slots if _too_long(one, known)]
    if long:
        worst = max(long, key=lambda one: len(one.text) - known[_sort(one.field)])
        words = {"text": worst.text, "n": len(worst.text), "most": known[_sort(worst.field)]}
        yield blocking(
            "text_length",
            _("“%(text)s” has %(n)s characters; the slot takes %(most)s.") % words,
            _("Shorten it."),
            placement=placement.key,
        )
    elif known:
        sentence = _("All texts are as short as the slot wants them.")
        yield passed("text_length", sentence, placement=placement.key)


def _too_long(one: Text, known: Mapping[str, int]) -> bool:
    return len(one.text) > known.get(_sort(one.field), len(one.text))


def _sort(field: str) -> str:
    """Which of several pictures a text belongs to does not make it longer."""
    return field.rstrip(digits)


def overflow(about: Subject) -> Iterator[Finding]:
    """No word of a composed banner was cut off where it was drawn to look."""
    if not about.is_composed:
        return
    cut_off = about.facts.overflow
    if cut_off is None:
        yield warning(
            "overflow",
            _("Nobody has looked yet whether all words fit."),
            _("It is drawn once submitted, if the server has a Chromium; else look yourself."),
        )
    elif not about.placements:
        yield from _cut_off(cut_off, "")
    for placement in about.placements if cut_off is not None else ():
        sizes = {f"{size.width}x{size.height}" for size in placement.sizes}
        here = {size: texts for size, texts in (cut_off or {}).items() if size in sizes}
        yield from _cut_off(here, placement.key)


def _cut_off(texts: dict[str, list[str]], placement: str) -> Iterator[Finding]:
    lost = {size: names for size, names in texts.items() if names}
    if not lost:
        yield passed("overflow", _("All words fit."), placement=placement)
        return
    size, names = next(iter(lost.items()))
    words = {"size": size.replace("x", " × "), "texts": ", ".join(map(str, names))}
    sentence = _("At %(size)s pixels there is no room for: %(texts)s.") % words
    yield blocking("overflow", sentence, _("Shorten it, or choose another design."),
                   placement=placement)  # fmt: skip
