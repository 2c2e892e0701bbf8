"""Pictures of banners, wherever a name would stand."""

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from creatives import rendering
from creatives.models import Creative, Rendition, Size, Version

register = template.Library()


@register.simple_tag
def creative_thumb(creative: Creative | None, classes: str = "thumb") -> SafeString:
    """The small picture of a creative; an empty frame where there is none."""
    file = rendering.thumbnail(creative) if creative else None
    if creative is None or file is None:
        return format_html('<span class="{} thumb-none" aria-hidden="true"></span>', classes)
    version = rendering.shown_version(creative)
    return _image(file, version.alt if version else "", classes)


@register.filter
def cap_words(creative: Creative) -> list[str]:
    """How often one visitor sees it at most; nothing without a limit."""
    visit, day = creative.cap_per_session, creative.cap_per_day
    words = [_("at most %(n)s per visit") % {"n": visit}] if visit else []
    return [*words, _("at most %(n)s per day") % {"n": day}] if day else words


@register.simple_tag
def version_thumb(version: Version, classes: str = "thumb") -> SafeString:
    """The small picture of one version."""
    files = [f for f in version.renditions.all() if f.purpose == Rendition.Purpose.THUMBNAIL]
    return _image(files[0], version.alt, classes) if files else SafeString("")


@register.simple_tag
def file_thumb(file: Rendition, classes: str = "thumb thumb-row") -> SafeString:
    """One file of a version, small; an empty frame for a film."""
    if not file.mime_type.startswith("image/"):
        return format_html('<span class="{} thumb-none" aria-hidden="true"></span>', classes)
    return _image(file, "", classes)


@register.simple_tag
def version_picture(version: Version, classes: str = "") -> SafeString:
    """The picture as a shop shows it: every file in its order of preference; a film to play."""
    files = rendering.pictures(version)
    if not files:
        return version_thumb(version, classes)
    *modern, plain = files
    film = rendering.film(version)
    if film:
        return _film(film, plain, version.alt, classes)
    sources = "".join(
        format_html('<source srcset="{}" type="{}">', rendering.page_url(f.file), f.mime_type)
        for f in modern
    )
    return format_html(
        "<picture>{}{}</picture>",
        SafeString(sources),
        _image(plain, version.alt, classes),
    )


@register.simple_tag
def slot_picture(version: Version | None, size: Size) -> str:
    """The address of the picture for a slot of one size; empty where there is none."""
    file = rendering.file_for(version, size) if version else None
    return rendering.page_url(file.file) if file else ""


def _film(film: Rendition, poster: Rendition, alt: str, classes: str) -> SafeString:
    return format_html(
        '<video class="{}" src="{}" poster="{}" width="{}" height="{}" aria-label="{}" controls '
        'muted playsinline preload="metadata"></video>',
        classes,
        rendering.page_url(film.file),
        rendering.page_url(poster.file),
        film.width,
        film.height,
        alt,
    )


def _image(file: Rendition, alt: str, classes: str) -> SafeString:
    return format_html(
        '<img class="{}" src="{}" width="{}" height="{}" alt="{}" loading="lazy" decoding="async">',
        classes,
        rendering.page_url(file.file),
        file.width,
        file.height,
        alt,
    )
