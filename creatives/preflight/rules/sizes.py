"""Size and weight, per placement."""

import math
import re
from collections.abc import Iterable, Iterator

from django.utils.translation import gettext as _

from creatives import fitting, iab, media
from creatives.models import Placement, Rendition, Size, Version
from creatives.preflight.findings import Finding, blocking, passed, warning
from creatives.preflight.subject import Subject

# Browsers take the first that they know: every one in use today knows these.
MODERN = ("image/avif", "image/webp")
# What loads later may be twice as heavy as what loads first (IAB); beyond that nobody waits.
FAR_TOO_HEAVY = 2
NAMED_FILE = re.compile(r"[0-9a-f]{64}\.[a-z0-9]+")
SOURCE = re.compile(r"<img\b[^>]*?\ssrc=\"([^\"]*)\"")


def fit(about: Subject) -> Iterator[Finding]:
    """The picture has the proportions of every size of the slot and pixels enough, or a cut."""
    for placement in about.placements:
        sentence = fitting.misfit(about.version, placement)
        if sentence:
            remedy = _("Upload a version of %(width)s × %(height)s pixels, or a multiple of it.")
            size = {"width": placement.width, "height": placement.height}
            yield blocking("fit", sentence, remedy % size, placement=placement.key)
        else:
            yield passed("fit", _("It fits every size of the slot."), placement=placement.key)


def weight(about: Subject) -> Iterator[Finding]:
    """What loads first keeps to the limit of the placement, else to IAB's for the size.

    Of the files for one size a browser loads one: the modern one at 1x is counted, which is what
    IAB's table is written for.
    """
    for placement in about.placements:
        loads = [(_loads(about.version, size), _limit(placement, size)) for size in placement.sizes]
        known = [(size, limit) for size, limit in loads if size]
        if known:
            worst = max(known, key=lambda pair: pair[0] / pair[1])
            yield _weighed(*worst, placement)


def _weighed(size: int, limit: int, placement: Placement) -> Finding:
    words = {"size": math.ceil(size / iab.KILOBYTE), "limit": limit // iab.KILOBYTE}
    if size <= limit:
        sentence = _("%(size)s kB load first; %(limit)s kB are allowed.") % words
        return passed("weight", sentence, placement=placement.key)
    sentence = _("%(size)s kB load first; only %(limit)s kB are allowed.") % words
    remedy = _("Upload a calmer picture or one with fewer pixels, or cut it for this slot.")
    grave = blocking if size > FAR_TOO_HEAVY * limit else warning
    return grave("weight", sentence, remedy, placement=placement.key)


def _limit(placement: Placement, size: Size) -> int:
    own = placement.max_kilobytes or iab.limit(size.width, size.height)
    return own * iab.KILOBYTE


def _loads(version: Version, size: Size) -> int:
    if version.kind == Version.Kind.COMPOSED:
        return _composed(version)
    file = _first(_files(version, size))
    return file.bytes if file else 0


def _files(version: Version, size: Size) -> list[Rendition]:
    """The pictures for one size of a slot: those cut for it, else the picture as it is."""
    shown = {Rendition.Purpose.SERVED}
    if version.kind == Version.Kind.VIDEO:
        shown.add(Rendition.Purpose.POSTER)  # the film comes later
    every = [f for f in version.renditions.all() if f.purpose in shown and not f.locale]
    pictures = [file for file in every if file.mime_type.startswith("image/")]
    cut = [f for f in pictures if (f.css_width, f.css_height) == (size.width, size.height)]
    return cut or [file for file in pictures if not file.css_width]


def _first(files: Iterable[Rendition]) -> Rendition | None:
    """The one that a browser of today loads on a plain screen."""
    return min(files, key=lambda file: (file.density, _age(file), file.bytes), default=None)


def _age(file: Rendition) -> int:
    return MODERN.index(file.mime_type) if file.mime_type in MODERN else len(MODERN)


def _composed(version: Version) -> int:
    """Markup, style sheet and pictures; the words of the longest language."""
    markups = [version.html, *(copy.html for copy in version.copies.all())]
    heaviest = max((_markup(html) for html in markups if html), default=0)
    return heaviest + _on_disk(version.stylesheet) if heaviest else 0


def _markup(html: str) -> int:
    files = {name for source in SOURCE.findall(html) for name in NAMED_FILE.findall(source)}
    return len(html.encode()) + sum(map(_on_disk, files))


def _on_disk(name: str) -> int:
    path = media.path_of(name) if name else None
    return path.stat().st_size if path else 0
