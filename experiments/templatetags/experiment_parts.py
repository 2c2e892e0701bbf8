"""Small pieces of pages about experiments: pictures, status, verdict, split."""

from collections.abc import Iterable
from decimal import Decimal

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from creatives.models import Creative, Rendition
from creatives.rendering import media_url
from experiments import words
from experiments.models import Experiment, Variant
from workspace.templatetags.lab import icon

register = template.Library()


@register.simple_tag
def picture(creative: Creative | None, classes: str = "thumb") -> SafeString:
    """The thumbnail of a banner; an empty frame with a word when there is none."""
    rendition = _thumbnail(creative)
    if creative is None or rendition is None:
        label = creative.name if creative else _("No banner")
        return format_html('<span class="{} thumb-none">{}</span>', classes, label)
    return format_html(
        '<img class="{}" src="{}" width="{}" height="{}" alt="{}" loading="lazy">',
        classes,
        media_url(rendition.file),
        rendition.width,
        rendition.height,
        creative.name,
    )


def _thumbnail(creative: Creative | None) -> Rendition | None:
    versions = sorted(creative.versions.all(), key=lambda v: -v.number) if creative else []
    files = list(versions[0].renditions.all()) if versions else []
    small = [file for file in files if file.purpose == Rendition.Purpose.THUMBNAIL]
    return next(iter(small or files), None)


def _chip(word: words.Word) -> SafeString:
    tone = f"status-{word.tone}" if word.tone else ""
    return format_html(
        '<span class="status-word {}">{}{}</span>', tone, icon(word.icon), word.label
    )


@register.simple_tag
def status_chip(experiment: Experiment) -> SafeString:
    """The status as a word with its symbol."""
    return _chip(words.STATUSES[experiment.status])


@register.simple_tag
def verdict_chip(experiment: Experiment) -> SafeString | str:
    """The present report's verdict; nothing for a draft."""
    reports = getattr(experiment, "present", [])
    if not reports:
        return ""
    return _chip(words.verdict(reports[0].verdict, list(experiment.variants.all())))


@register.simple_tag
def split_bar(parts: Iterable[tuple[Variant, float]]) -> SafeString:
    """Shares of the variants as one bar. The numbers stand beside it, so it is decoration."""
    start, bars = 0.0, []
    for number, (_variant, percent) in enumerate(parts):
        bars.append((f"{start:g}%", f"{percent:g}%", number % 8))
        start += percent
    inside = format_html_join(
        "", '<rect x="{}" width="{}" height="100%" class="part part-{}"/>', bars
    )
    return format_html('<svg class="split-bar" aria-hidden="true">{}</svg>', inside)


@register.filter
def percent(value: float) -> str:
    """12.5 → 12.5 %, 50.0 → 50 %."""
    return f"{value:g} %"


@register.simple_tag
def bucket_line(ranges: Iterable[tuple[int, int]], bucket: int) -> SafeString:
    """All 10,000 buckets as a line, those that count in colour, and where the visitor is."""
    inside = format_html_join(
        "",
        '<rect x="{}%" width="{}%" height="100%" class="inside"/>',
        ((f"{start / 100:g}", f"{(end - start) / 100:g}") for start, end in ranges),
    )
    return format_html(
        '<svg class="bucket-line">{}<rect x="{}%" width="3" height="100%" class="here"/></svg>',
        inside,
        f"{bucket / 100:g}",
    )


@register.filter
def plain(number: Decimal | None) -> str:
    """A decimal without trailing zeros."""
    return f"{number.normalize():f}" if number is not None else "–"


@register.filter
def action_word(action: str) -> str:
    """What somebody did, in the past tense."""
    return str(words.DONE.get(action, action))
