"""Which creatives a list tells: state, tag, owner, text, placement, end."""

import datetime as dt
from collections.abc import Callable, Mapping

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import QueryDict
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter

from creatives import wall
from creatives.models import Creative, Version
from engine.errors import InvalidInput
from workspace.api.refusals import unknown
from workspace.models import Site

STATES = ("current", "live", "review", "draft", "rejected", "withdrawn", "expired", "archived")
STATUS = {"review": "in_review", "draft": "draft", "rejected": "rejected", "withdrawn": "withdrawn"}
MOST_DAYS = 3650

PARAMETERS = [
    OpenApiParameter("state", enum=STATES, description="Of the newest version; else not archived."),
    OpenApiParameter("tag", many=True, description="Has every one of these tags."),
    OpenApiParameter("owner", description="A user name."),
    OpenApiParameter("text", description="In the name, the key or the alternative text."),
    OpenApiParameter("fits", description="Key of a placement: those with its proportions."),
    OpenApiParameter("expiring", int, description="Ends within this number of days."),
]


def narrowed(
    rows: QuerySet[Creative], asked: QueryDict, *, site: Site, now: dt.datetime
) -> QuerySet[Creative]:
    """The rows that a request asks for; raises InvalidInput for a value that is not known."""
    newest = Version.objects.filter(creative=OuterRef("pk")).order_by("-number")
    rows = rows.annotate(
        newest_status=Subquery(newest.values("status")[:1]),
        seen_id=Coalesce("live_id", Subquery(newest.values("pk")[:1])),
    )
    rows = _in_state(rows, asked.get("state") or "current", now)
    steps: Mapping[str, Callable[[QuerySet[Creative], str], QuerySet[Creative]]] = {
        "owner": lambda found, name: found.filter(owner__username=name),
        "text": _about,
        "fits": lambda found, key: _fitting(found, key, site),
        "expiring": lambda found, days: _expiring(found, days, now),
    }
    if tags := asked.getlist("tag"):
        rows = rows.filter(tags__contains=tags)
    for name, step in steps.items():
        if value := asked.get(name):
            rows = step(rows, value)
    return rows


def _in_state(rows: QuerySet[Creative], state: str, now: dt.datetime) -> QuerySet[Creative]:
    if state not in STATES:
        raise unknown("state", state, STATES)
    if state == "archived":
        return rows.filter(archived_at__isnull=False)
    rows = rows.filter(archived_at=None)
    if state == "expired":
        return rows.filter(expires_at__lte=now)
    if state == "live":
        return rows.filter(live__isnull=False).exclude(expires_at__lte=now)
    return rows.filter(Q(newest_status=STATUS[state])) if state in STATUS else rows


def _about(rows: QuerySet[Creative], text: str) -> QuerySet[Creative]:
    said = Version.objects.filter(alt__icontains=text).values("creative")
    return rows.filter(Q(name__icontains=text) | Q(key__icontains=text) | Q(pk__in=said))


def _fitting(rows: QuerySet[Creative], key: str, site: Site) -> QuerySet[Creative]:
    placement = site.placements.filter(key=key).first()
    if placement is None:
        raise InvalidInput(_("There is no such placement."), field="fits")
    return wall.fitting(rows, placement)


def _expiring(rows: QuerySet[Creative], days: str, now: dt.datetime) -> QuerySet[Creative]:
    if not days.isascii() or not days.isdigit() or not 1 <= int(days[:9]) <= MOST_DAYS:
        raise InvalidInput(_("A number of days, from 1 to 3650."), field="expiring")
    until = now + dt.timedelta(days=int(days))
    return rows.filter(expires_at__gt=now, expires_at__lte=until)
