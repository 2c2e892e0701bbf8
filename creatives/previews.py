"""A version as it will look on pages, before visitors see it; and links for people without account.

A link is signed, names one version and ends after a week. Nothing is stored of it.
"""

import datetime as dt
import io
from collections.abc import Mapping
from dataclasses import dataclass

import segno
from django.core import signing
from django.utils.translation import gettext_lazy as _

from creatives import fitting, rendering
from creatives.models import Placement, Rendition, Size, Version
from delivery.locales import direction
from engine.errors import NotFound
from workspace.models import Site

SALT = "creatives.preview"
DAYS = 7
DEVICES = ("phone", "tablet", "desktop")
ZOOMS = (100, 75, 50, 33, 25, 16, 10)
WIDEST, HIGHEST = 352 * 100, 240 * 100
"""How large a slot stands on the contact sheet: CSS pixels times percent."""
GONE = _("This preview has ended, or its address is not whole.")


@dataclass(frozen=True, slots=True)
class Setting:
    """What the page around the banner is like; `placement` None is the picture as it is."""

    placement: Placement | None
    locale: str
    dark: bool = False
    slow: bool = False

    @property
    def page_type(self) -> str:
        return self.placement.page_type if self.placement else Placement.PageType.WELCOME


@dataclass(frozen=True, slots=True)
class Files:
    """Pictures of one format for one sort of device, for a `source` element."""

    srcset: str
    type: str
    media: str


@dataclass(frozen=True, slots=True)
class Banner:
    """What stands in the slot, in one language."""

    alt: str
    locale: str
    dir: str
    landing_url: str
    sources: tuple[Files, ...]
    plain: str
    films: tuple[tuple[str, str], ...]
    html: str
    stylesheet: str
    lacks_words: bool


@dataclass(frozen=True, slots=True)
class Opened:
    """A link that is good: its version and when it ends."""

    version: Version
    ends: dt.datetime


def setting(site: Site, query: Mapping[str, str], placements: list[Placement]) -> Setting:
    """From an address; what is unknown there is the first that there is."""
    by_key = {placement.key: placement for placement in placements}
    first = placements[0] if placements else None
    locale = query.get("locale", "")
    return Setting(
        placement=None
        if query.get("placement") == "-"
        else by_key.get(query.get("placement", ""), first),
        locale=locale if locale in site.locales else site.locales[0],
        dark=query.get("theme") == "dark",
        slow=query.get("slow") == "on",
    )


def sizes(placement: Placement | None, version: Version) -> list[Size]:
    """How large the slot is on each device."""
    own = {size.device: size for size in placement.sizes} if placement else {}
    whole = own.get("desktop") or Size("desktop", version.width, version.height)
    return [own.get(device) or Size(device, whole.width, whole.height) for device in DEVICES]


def banner(version: Version, placement: Placement | None, locale: str) -> Banner:
    """The banner for a placement and a language, with addresses of the control plane's origin."""
    copy = next((copy for copy in version.copies.all() if copy.locale == locale), None)
    first = locale == version.creative.site.locales[0]
    alt = version.alt if first else (copy.alt if copy else "")
    return Banner(
        alt="" if version.decorative else alt or version.alt,
        locale=locale,
        dir=direction(locale),
        landing_url=(copy.landing_url if copy else "") or version.landing_url,
        sources=_sources(version, placement),
        plain=_plain(version, placement),
        films=_films(version),
        html=(copy.html if copy else "") or version.html,
        stylesheet=rendering.page_url(version.stylesheet) if version.stylesheet else "",
        lacks_words=not alt and not version.decorative,
    )


def _sources(version: Version, placement: Placement | None) -> tuple[Files, ...]:
    grouped: dict[tuple[str, str], list[str]] = {}
    for source in rendering.sources(version, placement):
        address = rendering.page_url(source.src.rpartition("/")[2])
        grouped.setdefault((source.media, source.type), []).append(f"{address} {source.density}x")
    return tuple(Files(", ".join(each), kind, media) for (media, kind), each in grouped.items())


def _plain(version: Version, placement: Placement | None) -> str:
    size = placement.sizes[0] if placement else None
    file = rendering.file_for(version, size)
    return rendering.page_url(file.file) if file else ""


def _films(version: Version) -> tuple[tuple[str, str], ...]:
    served = (f for f in version.renditions.all() if f.purpose == Rendition.Purpose.SERVED)
    films = (f for f in served if f.mime_type.startswith("video/"))
    return tuple((rendering.page_url(film.file), film.mime_type) for film in films)


def token(version: Version, *, now: dt.datetime) -> str:
    """The secret part of a link to one version; it ends after a week."""
    ends = now + dt.timedelta(days=DAYS)
    return signing.dumps([version.pk, int(ends.timestamp())], salt=SALT)


def opened(text: str, *, now: dt.datetime) -> Opened:
    """What a link leads to; raises NotFound when it has ended, was changed or cut short."""
    try:
        pk, ends = map(int, signing.loads(text, salt=SALT))
    except (signing.BadSignature, ValueError, TypeError) as error:
        raise NotFound(GONE) from error
    until = dt.datetime.fromtimestamp(ends, tz=dt.UTC)
    rows = Version.objects.select_related("creative__site").filter(pk=pk)
    version = rows.prefetch_related("renditions", "copies").first() if now < until else None
    if version is None:
        raise NotFound(GONE)
    return Opened(version, until)


def qr(address: str) -> bytes:
    """An address as a QR code, SVG."""
    out = io.BytesIO()
    segno.make(address, error="l", micro=False).save(
        out, kind="svg", scale=5, border=3, dark="#14181a", light="#ffffff"
    )
    return out.getvalue()


@dataclass(frozen=True, slots=True)
class Cell:
    """One slot of the contact sheet: a device and a language."""

    size: Size
    picture: str
    banner: Banner
    served: bool

    @property
    def zoom(self) -> int:
        """By how many percent it is made smaller: words keep the proportions of the real slot."""
        fits = (
            z for z in ZOOMS if self.size.width * z <= WIDEST and self.size.height * z <= HIGHEST
        )
        return next(fits, ZOOMS[-1])


@dataclass(frozen=True, slots=True)
class Row:
    """A placement with its cells."""

    placement: Placement
    misfit: str
    cells: tuple[Cell, ...]


def sheet(version: Version, placements: list[Placement]) -> list[Row]:
    """Every placement × device × language; sizes that are the same on a device are shown once."""
    return [_row(version, placement) for placement in placements]


def _row(version: Version, placement: Placement) -> Row:
    cells = tuple(
        Cell(size, _picture(version, size), made, fitting.serves(version, size))
        for locale in version.creative.site.locales
        for made in (banner(version, placement, locale),)
        for size in placement.sizes
    )
    return Row(placement, fitting.misfit(version, placement), cells)


def _picture(version: Version, size: Size) -> str:
    file = rendering.file_for(version, size)
    return rendering.page_url(file.file) if file else ""
