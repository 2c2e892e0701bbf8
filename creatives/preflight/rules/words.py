"""Words: alternative texts in every language, lengths, what does not fit its place."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from creatives.models import Placement
from creatives.preflight.findings import Finding, blocking, passed, warning
from creatives.preflight.subject import Subject, language

LIMITED = {"headline": "max_headline", "body": "max_body", "button": "max_button"}
"""Slots by the column of a placement that says how long they may be."""


def alt(about: Subject) -> Iterator[Finding]:
    """Whoever cannot see the picture is told the same, in each language of the site."""
    if about.version.decorative:
        yield passed("alt", _("It is decorative: screen readers pass over it."))
        return
    written = {about.locales[0]: about.version.alt} | {c.locale: c.alt for c in about.copies}
    missing = [one for one in about.locales if not written.get(one, "").strip()]
    if missing:
        yield blocking(
            "alt",
            _("There is no alternative text in %(languages)s.")
            % {"languages": ", ".join(map(language, missing))},
            _("Write what the picture says, or mark it as decorative."),
        )
    else:
        yield passed("alt", _("Alternative texts in every language of the site."))


def text_length(about: Subject) -> Iterator[Finding]:
    """The words of a composed banner are as short as the placement wants them."""
    if about.is_composed:
        for placement in about.placements:
            yield from _lengths(about, placement)


def _lengths(about: Subject, placement: Placement) -> Iterator[Finding]:
    limits = {field: getattr(placement, column) for field, column in LIMITED.items()}
    known = {field: limit for field, limit in limits.items() if limit}
    long = [one for one in about.slots if len(one.text) > known.get(one.field, len(one.text))]
    if long:
        worst = max(long, key=lambda one: len(one.text) - known[one.field])
        words = {"text": worst.text, "n": len(worst.text), "most": known[worst.field]}
        yield blocking(
            "text_length",
            _("“%(text)s” has %(n)s characters; the slot takes %(most)s.") % words,
            _("Shorten it."),
            placement=placement.key,
        )
    elif known:
        sentence = _("All texts are as short as the slot wants them.")
        yield passed("text_length", sentence, placement=placement.key)


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
