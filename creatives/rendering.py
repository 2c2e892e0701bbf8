"""From a version to what a storefront receives."""

from collections.abc import Iterable

from django.conf import settings
from django.urls import reverse

from creatives.models import Creative, Rendition, Version
from delivery.snapshot import CreativePayload, Source
from engine.profiles.caps import Cap


def media_url(file: str) -> str:
    """The public address of a media file: the data plane serves it, so banners outlive outages."""
    return f"{settings.DELIVERY_URL}/media/{file}"


def page_url(file: str) -> str:
    """The address of the same file for pages of the control plane: their own origin."""
    return reverse("media", args=[file])


def thumbnail(creative: Creative) -> Rendition | None:
    """The small picture of the newest version; no query when versions and files are prefetched."""
    version = newest(creative)
    files = version.renditions.all() if version else ()
    return next((f for f in files if f.purpose == Rendition.Purpose.THUMBNAIL), None)


def newest(creative: Creative) -> Version | None:
    """What visitors see of a creative."""
    loaded: list[Version] | None = getattr(creative, "latest", None)
    return next(iter(creative.versions.all() if loaded is None else loaded), None)


def _source(rendition: Rendition) -> Source:
    return Source(
        src=media_url(rendition.file),
        type=rendition.mime_type,
        width=rendition.width,
        height=rendition.height,
        density=rendition.density,
    )


def payload(version: Version, siblings: Iterable[int]) -> CreativePayload:
    """The creative as the data plane answers it; `siblings` are the ids of all its versions."""
    served = [r for r in version.renditions.all() if r.purpose == Rendition.Purpose.SERVED]
    cap = _cap(version.creative)
    return CreativePayload(
        key=version.creative.key,
        version=version.number,
        kind=version.kind,
        alt=version.alt,
        landing_url=version.landing_url,
        sources=tuple(map(_source, served)),
        version_id=version.pk,
        cap=cap,
        versions=tuple(sorted(siblings)) if cap else (),
    )


def _cap(creative: Creative) -> Cap | None:
    per_session, per_day = creative.cap_per_session or 0, creative.cap_per_day or 0
    return Cap(per_session, per_day) if per_session or per_day else None
