"""From a version to what a storefront receives."""

import re
from collections.abc import Iterable

from django.conf import settings
from django.db.models import F, Prefetch, Q
from django.urls import reverse

from creatives import fitting
from creatives.models import Copy, Creative, Placement, Rendition, Size, Version
from delivery.locales import direction
from delivery.snapshot import CreativePayload, Source, Words
from engine.profiles.caps import Cap

STILL = "(prefers-reduced-motion: reduce)"
# Where a page of a shop changes from one arrangement to the next.
MEDIA = {"phone": "(max-width: 767px)", "tablet": "(min-width: 768px) and (max-width: 1023px)"}

# Between quotes or in a list of files; never within an address.
FILE_PATH = re.compile(r"(?<=[\" ])/media/(?=[0-9a-f]{64}\.)")


def media_url(file: str) -> str:
    """The public address of a media file: the data plane serves it, so banners outlive outages."""
    return f"{settings.DELIVERY_URL}/media/{file}"


def page_url(file: str) -> str:
    """The address of the same file for pages of the control plane: their own origin."""
    return reverse("media", args=[file])


def shown_versions(path: str) -> "Prefetch[str]":
    """Loads what `shown_version` answers: two queries, whatever the number.

    `path` leads from the rows to the versions of their creatives, such as
    `variants__creative__versions`.
    """
    live_first = Version.objects.annotate(is_live=Q(pk=F("creative__live"))).order_by(
        "creative_id", F("is_live").desc(nulls_last=True), "-number"
    )
    rows = live_first.distinct("creative_id").prefetch_related("renditions")
    return Prefetch(path, rows, to_attr="seen")


def join_seen(creatives: Iterable[Creative]) -> None:
    """Let the live version be the one that was loaded to be seen: what belongs to it is there."""
    for creative in creatives:
        for version in getattr(creative, "seen", ()):
            version.creative = creative
            if version.pk == creative.live_id:
                creative.live = version


def shown_version(creative: Creative) -> Version | None:
    """The version that visitors see; where they see none, the newest.

    No query where `shown_versions` has loaded it.
    """
    loaded: list[Version] | None = getattr(creative, "seen", None)
    if loaded is not None:
        return next(iter(loaded), None)
    return creative.live or newest(creative)


def thumbnail(creative: Creative) -> Rendition | None:
    """The small picture of the version shown; no query when versions and files are prefetched."""
    version = shown_version(creative)
    files = version.renditions.all() if version else ()
    return next((f for f in files if f.purpose == Rendition.Purpose.THUMBNAIL), None)


def newest(creative: Creative) -> Version | None:
    """The newest version of a creative, shown or not."""
    loaded: list[Version] | None = getattr(creative, "latest", None)
    return next(iter(creative.versions.all() if loaded is None else loaded), None)


def payload(
    version: Version, placement: Placement | None, *, siblings: Iterable[int] = ()
) -> CreativePayload:
    """The creative as the data plane answers it on a placement (None: the picture as it is).

    `siblings` are the ids of all its versions.
    """
    creative, cap = version.creative, _cap(version.creative)
    locale = creative.site.locales[0]
    return CreativePayload(
        key=creative.key,
        version=version.number,
        kind=version.kind,
        alt="" if version.decorative else version.alt,
        landing_url=version.landing_url,
        sources=sources(version, placement),
        version_id=version.pk,
        cap=cap,
        versions=tuple(sorted(siblings)) if cap else (),
        locale=locale,
        dir=direction(locale),
        films=_films(version),
        html=_absolute(version.html),
        stylesheet=media_url(version.stylesheet) if version.stylesheet else "",
        words=tuple(_words(version, copy) for copy in _copies(version)),
        until=creative.expires_at.timestamp() if creative.expires_at else None,
    )


def sources(version: Version, placement: Placement | None) -> tuple[Source, ...]:
    """The pictures for each device: those with a condition first, the plainest last."""
    sizes = placement.sizes if placement else ()
    found = [
        _source(file, MEDIA.get(size.device, ""))
        for size in reversed(sizes)
        for file in _cuts(version, size)
    ]
    whole = map(_source, pictures(version))
    return (*_stills(version), *(found or whole))


def pictures(version: Version) -> list[Rendition]:
    """The picture as it is (of a film its poster), the most modern file first."""
    return [file for file in _pictures(version) if not file.css_width]


def film(version: Version) -> Rendition | None:
    """The file that moves, where there is one."""
    return next((f for f in version.renditions.all() if f.mime_type.startswith("video/")), None)


def _stills(version: Version) -> list[Source]:
    """What whoever wants no motion is shown of an animation: its first picture."""
    if not _is_animation(version):
        return []
    kinds = (Rendition.Purpose.POSTER, Rendition.Purpose.THUMBNAIL)
    files = [[f for f in version.renditions.all() if f.purpose == kind] for kind in kinds]
    return [_source(file, STILL) for file in files[0] or files[1]]


def _is_animation(version: Version) -> bool:
    return version.kind == Version.Kind.IMAGE and version.frames > 1


def file_for(version: Version, size: Size | None) -> Rendition | None:
    """One picture that every browser knows, for a slot of this size; None where there is none."""
    wanted = (size.width, size.height) if size else (0, 0)
    files = _pictures(version)
    cut = [f for f in files if (f.css_width, f.css_height) == wanted and f.density == 1]
    whole = [f for f in files if not f.css_width]
    small = [f for f in version.renditions.all() if f.purpose == Rendition.Purpose.THUMBNAIL]
    return next(reversed(cut or whole or small), None)


def _cuts(version: Version, size: Size) -> list[Rendition]:
    """The files for one size of a slot: cut for it, else the picture itself where it fits."""
    files = _pictures(version)
    cut = [f for f in files if (f.css_width, f.css_height) == (size.width, size.height)]
    if cut:
        return sorted(cut, key=lambda file: -file.density)
    return pictures(version) if fitting.fits_size(version, size) else []


def _pictures(version: Version) -> list[Rendition]:
    wanted = {Rendition.Purpose.SERVED}
    if not _is_animation(version):
        wanted.add(Rendition.Purpose.POSTER)
    files = (f for f in version.renditions.all() if f.purpose in wanted and not f.locale)
    return [file for file in files if file.mime_type.startswith("image/")]


def _films(version: Version) -> tuple[Source, ...]:
    file = film(version)
    return (_source(file),) if file else ()


def _absolute(html: str) -> str:
    """Composed markup names its files by path, so that it survives a move of the data plane."""
    return FILE_PATH.sub(f"{settings.DELIVERY_URL}/media/", html)


def _source(rendition: Rendition, media: str = "") -> Source:
    return Source(
        src=media_url(rendition.file),
        type=rendition.mime_type,
        width=rendition.width,
        height=rendition.height,
        density=rendition.density,
        media=media,
    )


def _copies(version: Version) -> list[Copy]:
    """The words in the site's other languages; those that it no longer speaks stay away."""
    others = version.creative.site.locales[1:]
    return [copy for copy in version.copies.all() if copy.locale in others] if others else []


def _words(version: Version, copy: Copy) -> Words:
    return Words(
        locale=copy.locale,
        dir=direction(copy.locale),
        alt="" if version.decorative else copy.alt or version.alt,
        landing_url=copy.landing_url or version.landing_url,
        html=_absolute(copy.html or version.html),
    )


def _cap(creative: Creative) -> Cap | None:
    per_session, per_day = creative.cap_per_session or 0, creative.cap_per_day or 0
    return Cap(per_session, per_day) if per_session or per_day else None
