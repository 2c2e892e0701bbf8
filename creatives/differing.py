"""What has changed from one version of a creative to another, line by line."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from creatives.models import Rendition, Version


@dataclass(frozen=True, slots=True)
class Line:
    """One property of both versions, in words."""

    name: str
    before: str
    after: str

    @property
    def changed(self) -> bool:
        return self.before != self.after


def lines(before: Version, after: Version) -> list[Line]:
    """Every property that one of them has; those that changed come first."""
    mine, other = dict(_properties(before)), dict(_properties(after))
    names = list(dict.fromkeys([*mine, *other]))
    found = [Line(name, mine.get(name, ""), other.get(name, "")) for name in names]
    return sorted(found, key=lambda line: not line.changed)


def same_picture(before: Version, after: Version) -> bool:
    """Whether both were made from the same file and cut around the same point."""
    return _look(before) == _look(after)


def _look(version: Version) -> tuple[object, ...]:
    return (version.original_sha256, version.html, version.focus_x, version.focus_y)


def _properties(version: Version) -> Iterator[tuple[str, str]]:
    locale = version.creative.site.locales[0]
    yield _("Kind"), str(version.get_kind_display())
    yield _("File"), version.original_name
    yield _("Pixels"), f"{version.width} × {version.height}"
    yield _("Focal point"), f"{version.focus_x} %, {version.focus_y} %"
    yield _said(_("Alternative text"), locale), _alt(version.alt, decorative=version.decorative)
    yield _said(_("Landing page"), locale), version.landing_url
    for copy in version.copies.all():
        yield _said(_("Alternative text"), copy.locale), copy.alt
        yield _said(_("Landing page"), copy.locale), copy.landing_url
    for name, value in version.slots.items():
        yield name, str(value)
    if version.frames > 1 or version.duration_ms:
        yield _("Frames"), str(version.frames)
        yield _("Duration"), f"{version.duration_ms / 1000:g} s"
    yield _("Cuts"), _cuts(version)


def _alt(alt: str, *, decorative: bool) -> str:
    return _("decorative") if decorative else alt


def _said(name: str, locale: str) -> str:
    return f"{name} ({locale})"


def _cuts(version: Version) -> str:
    served = (f for f in version.renditions.all() if f.purpose == Rendition.Purpose.SERVED)
    sizes = sorted({(f.css_width, f.css_height) for f in served if f.css_width})
    return ", ".join(f"{width} × {height}" for width, height in sizes)
