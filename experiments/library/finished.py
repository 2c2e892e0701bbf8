"""Which finished tests somebody wants to see: filters that live in the address."""

from collections import Counter
from dataclasses import dataclass, replace
from typing import Final

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from experiments.learnings import FINISHED
from experiments.models import Experiment, Report
from experiments.tags import LONGEST_TAG, MOST_TAGS
from workspace.models import Site

NO_ANSWER: Final = "no_answer"
IMPORTED: Final = "-"
"""In place of the key of a placement: tests that were not run here have none."""
OUTCOMES: Final = {
    "use": (_("A variant did better"), ("use",)),
    "keep_control": (_("The control did better"), ("keep_control",)),
    "no_difference": (_("No clear difference"), ("no_difference",)),
    "your_call": (_("Metrics disagreed"), ("your_call",)),
    NO_ANSWER: (_("No answer"), ("collecting", "no_data")),
    "check_data": (_("Data not to be trusted"), ("check_data",)),
}
"""Words for what came out, and the verdicts that mean it."""
MOST_CHIPS: Final = 24


@dataclass(frozen=True, slots=True)
class Filters:
    """What somebody looks for; every field is empty when it does not matter."""

    search: str = ""
    outcome: str = ""
    placement: str = ""
    tags: tuple[str, ...] = ()

    @property
    def any(self) -> bool:
        return bool(self.search or self.outcome or self.placement or self.tags)

    def address(self) -> str:
        """The same filters as the end of an address, with its question mark."""
        query = QueryDict(mutable=True)
        for name in ("search", "outcome", "placement"):
            if value := getattr(self, name):
                query[name] = value
        query.setlist("tag", list(self.tags))
        return f"?{query.urlencode()}"


@dataclass(frozen=True, slots=True)
class Chip:
    """A tag to press: its address has it in the filter, or out of it."""

    tag: str
    tests: int
    chosen: bool
    address: str


def read(query: QueryDict) -> Filters:
    """Filters from an address; what is unknown there is left out."""
    outcome = query.get("outcome", "")
    wanted = (" ".join(tag.split()).lower()[:LONGEST_TAG] for tag in query.getlist("tag"))
    return Filters(
        search=" ".join(query.get("search", "").replace("\0", "").split())[:200],
        outcome=outcome if outcome in OUTCOMES else "",
        placement=query.get("placement", "").replace("\0", "")[:64],
        tags=tuple(dict.fromkeys(tag for tag in wanted if tag and "\0" not in tag))[:MOST_TAGS],
    )


def all_of(site: Site) -> QuerySet[Experiment]:
    """Every finished test of a site, imports too."""
    return Experiment.objects.filter(site=site, status__in=FINISHED)


def matching(site: Site, filters: Filters) -> QuerySet[Experiment]:
    """Those that fit, the newest first; the search itself is in `search`."""
    rows = all_of(site)
    if filters.placement == IMPORTED:
        rows = rows.filter(placement=None)
    elif filters.placement:
        rows = rows.filter(placement__key=filters.placement)
    if filters.tags:
        rows = rows.filter(tags__contains=list(filters.tags))
    if filters.outcome:
        rows = rows.filter(_came_out(filters.outcome))
    return rows.order_by(F("stopped_at").desc(nulls_last=True), "-id")


def _came_out(outcome: str) -> Q:
    report = Report.objects.filter(experiment=OuterRef("pk"), phase=OuterRef("phase"))
    meant = Q(Exists(report.filter(verdict__in=OUTCOMES[outcome][1])))
    return meant | ~Q(Exists(report)) if outcome == NO_ANSWER else meant


def chips(site: Site, filters: Filters) -> list[Chip]:
    """The tags of all finished tests, chosen ones first, then the most used."""
    lists = all_of(site).exclude(tags=[]).values_list("tags", flat=True)
    counts = Counter(tag for tags in lists for tag in tags)
    ordered = sorted(counts, key=lambda tag: (tag not in filters.tags, -counts[tag], tag))
    # A chosen tag that nobody uses any more must still be there to be taken away.
    gone = [tag for tag in filters.tags if tag not in counts]
    return [_chip(tag, counts[tag], filters) for tag in [*gone, *ordered][:MOST_CHIPS]]


def _chip(tag: str, tests: int, filters: Filters) -> Chip:
    chosen = tag in filters.tags
    rest = tuple(other for other in filters.tags if other != tag)
    tags = rest if chosen else (*rest, tag)
    return Chip(tag, tests, chosen, replace(filters, tags=tags).address())
