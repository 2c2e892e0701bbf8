"""Small pieces of pages about experiments: pictures, status, verdict, split."""

import re
from collections.abc import Iterable
from decimal import Decimal
from typing import Final

from django import template
from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString

from experiments import costs, starting_points, words
from experiments.models import Experiment, Status, Variant
from experiments.reports.names import metric_name
from workspace.templatetags.lab import icon

register = template.Library()

SIGNED_AMOUNT: Final = re.compile(r"([+−][^\s\d]{1,3}[\d.,]*\d)")


def _chip(word: words.Word) -> SafeString:
    tone = f"status-{word.tone}" if word.tone else ""
    return format_html(
        '<span class="status-word {}">{}{}</span>', tone, icon(word.icon), word.label
    )


@register.filter
def unbroken(text: str) -> SafeString:
    """A text whose signed amounts stay on one line: one may end between a sign and a currency."""
    *parts, rest = SIGNED_AMOUNT.split(text)
    pairs = zip(parts[::2], parts[1::2], strict=True)
    return format_html_join("", '{}<span class="nowrap">{}</span>', pairs) + escape(rest)


@register.simple_tag
def status_chip(experiment: Experiment) -> SafeString:
    """The status as a word with its symbol."""
    return _chip(words.STATUSES[experiment.status])


@register.simple_tag(name="starting_points")
def points() -> tuple[starting_points.Point, ...]:
    """What an experiment can begin from before there are templates."""
    return starting_points.all_of()


@register.simple_tag
def verdict_chip(experiment: Experiment) -> SafeString | str:
    """The present report's verdict; nothing for a draft."""
    reports = getattr(experiment, "present", [])
    if not reports:
        return ""
    ended = experiment.stage in {Status.STOPPED, Status.DECIDED}
    adaptive = experiment.policy != Experiment.Policy.FIXED
    variants = list(experiment.variants.all())
    return _chip(words.verdict(reports[0].verdict, variants, ended=ended, adaptive=adaptive))


@register.simple_tag
def word_chip(word: words.Word) -> SafeString:
    """A word with its symbol and tone."""
    return _chip(word)


@register.simple_tag
def split_bar(parts: Iterable[tuple[Variant, float]]) -> SafeString:
    """Shares of the variants as one bar. The numbers stand beside it, so it is decoration."""
    return learnt_bar([percent for _variant, percent in parts])


@register.simple_tag
def learnt_bar(shares: Iterable[float]) -> SafeString:
    """The same from percents alone."""
    start, bars = 0.0, []
    for number, percent in enumerate(shares):
        bars.append((f"{start:g}%", f"{percent:g}%", number % 8))
        start += percent
    inside = format_html_join(
        "", '<rect x="{}" width="{}" height="100%" class="part part-{}"/>', bars
    )
    return format_html('<svg class="split-bar" aria-hidden="true">{}</svg>', inside)


@register.filter
def has_pictures(experiment: Experiment) -> bool:
    """Whether any variant has a banner; imported tests have words only."""
    return any(variant.creative_id for variant in experiment.variants.all())


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


@register.filter(name="costs")
def costs_of(variant: Variant, currency: str) -> str:
    """What a variant costs, or nothing."""
    return costs.describe(variant, currency)


@register.filter(name="metric_name")
def name_of_metric(key: str) -> str:
    """A metric in words."""
    return metric_name(key)


@register.filter
def plain_number(number: float) -> str:
    """0.5 in every language: as it stands in the API."""
    return f"{number:g}"


@register.filter
def action_word(action: str) -> str:
    """What somebody did, in the past tense."""
    return str(words.DONE.get(action, action))
