"""Everything that the checks read of versions, loaded with a fixed number of queries."""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.db.models import Q, prefetch_related_objects
from django.utils.translation import get_language_info

from creatives.facts import Facts
from creatives.models import Copy, Creative, Landing, Placement, Version
from creatives.preflight import alike
from creatives.preflight.alike import Alike

# Experiments that are over show nothing any more.
OPEN = ("draft", "running", "paused")


@dataclass(frozen=True, slots=True)
class Text:
    """Something that a version says: where, in which language."""

    locale: str
    field: str
    text: str


@dataclass(frozen=True, slots=True)
class Subject:
    """One version with what the checks know of it.

    Attributes:
        placements: Where it is, or is meant to be, shown.
        landings: The last visit to each of its landing pages, as known at `now`.
        alikes: Other creatives of the site that look nearly the same, the nearest first.
        until: Until when it is meant to be shown, if that is planned.
    """

    version: Version
    facts: Facts
    placements: tuple[Placement, ...]
    landings: Mapping[str, Landing]
    alikes: tuple[Alike, ...]
    now: dt.datetime
    until: dt.datetime | None = None

    @property
    def creative(self) -> Creative:
        return self.version.creative

    @property
    def locales(self) -> tuple[str, ...]:
        """The languages of the site, the first one is the version's own."""
        return tuple(self.creative.site.locales) or ("en",)

    @property
    def zone(self) -> ZoneInfo:
        try:
            return ZoneInfo(self.creative.site.timezone)
        except (ZoneInfoNotFoundError, ValueError):
            return ZoneInfo("UTC")

    @property
    def is_composed(self) -> bool:
        return self.version.kind == Version.Kind.COMPOSED

    @property
    def moves(self) -> bool:
        """Whether it is a film or an animation."""
        return self.version.frames > 1 or self.version.kind == Version.Kind.VIDEO

    @property
    def copies(self) -> tuple[Copy, ...]:
        """The words in the other languages that the site speaks."""
        spoken = self.locales[1:]
        return tuple(copy for copy in self.version.copies.all() if copy.locale in spoken)

    @property
    def landing_urls(self) -> tuple[str, ...]:
        """Every page that a click may lead to, once."""
        return urls_of(self.version)

    @property
    def slots(self) -> Iterator[Text]:
        """The words of each slot in each language; pictures and the like are no words."""
        yield from _slots(self.locales[0], self.version.slots)
        for copy in self.copies:
            yield from _slots(copy.locale, copy.slots)

    @property
    def texts(self) -> Iterator[Text]:
        """Everything that it says."""
        yield Text(self.locales[0], "alt", self.version.alt)
        yield from (Text(copy.locale, "alt", copy.alt) for copy in self.copies)
        yield from self.slots


def language(locale: str) -> str:
    """What people call a language, in theirs; its tag where nobody has a name for it."""
    try:
        return str(get_language_info(locale.lower())["name_translated"])
    except KeyError:
        return locale


def load(
    versions: Sequence[Version],
    placements: Mapping[int, Sequence[Placement]],
    *,
    now: dt.datetime,
    until: dt.datetime | None = None,
) -> tuple[Subject, ...]:
    """The subjects of several versions of one site; `placements` by the id of a creative."""
    loaded = list(versions)
    related = ("creative__site", "product", "renditions", "copies", "waivers")
    prefetch_related_objects(loaded, *related)
    landings, alikes = _landings(loaded, now), alike.of(loaded)
    return tuple(
        Subject(
            version,
            Facts.of(version.facts or {}),
            tuple(placements.get(version.creative_id, ())),
            {url: landings[url] for url in urls_of(version) if url in landings},
            alikes.get(version.pk, ()),
            now,
            until,
        )
        for version in loaded
    )


def places(creative: Creative, more: Sequence[Placement] = ()) -> tuple[Placement, ...]:
    """Where a creative is the default or takes part in an experiment that is not over, and `more`.

    By reverse names: the room of experiments lies above this one.
    """
    used = Q(fallback=creative) | Q(
        experiments__variants__creative=creative, experiments__status__in=OPEN
    )
    found = {place.pk: place for place in Placement.objects.filter(used).distinct()}
    return tuple((found | {place.pk: place for place in more}).values())


def urls_of(version: Version) -> tuple[str, ...]:
    """Every page that a click on it may lead to, once."""
    others = (copy.landing_url for copy in version.copies.all())
    return tuple(dict.fromkeys(filter(None, (version.landing_url, *others))))


def _landings(versions: Sequence[Version], now: dt.datetime) -> dict[str, Landing]:
    """What was known of the pages at that time."""
    urls = {url for version in versions for url in urls_of(version)}
    sites = {version.creative.site_id for version in versions}
    rows = Landing.objects.filter(site__in=sites, url__in=urls, checked_at__lte=now)
    return {row.url: row for row in rows}


def _slots(locale: str, slots: Any) -> Iterator[Text]:  # noqa: ANN401 - JSON
    for field, value in slots.items() if isinstance(slots, dict) else ():
        for text in _strings(value):
            yield Text(locale, str(field), text)


def _strings(value: Any) -> Iterator[str]:  # noqa: ANN401 - JSON
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for part in value.values() if isinstance(value, dict) else value:
            yield from _strings(part)
