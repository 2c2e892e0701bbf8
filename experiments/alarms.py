"""What is wrong with what is served or counted: one line each on Home, and a webhook that tells."""

import datetime as dt
from dataclasses import dataclass
from typing import Any, Final

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from events import outcomes
from events.outcomes import Numbers
from experiments import data_health, planes
from workspace import audit, webhooks
from workspace.models import Site

REJECTED: Final = "events.rejected"
MANY_REJECTED: Final = "many events rejected"
TELL_AGAIN: Final = dt.timedelta(days=1)
MOST_REASONS: Final = 3
webhooks.register({REJECTED: gettext_lazy("Many events of the shop were rejected")})


@dataclass(frozen=True, slots=True)
class Alarm:
    """What is wrong, and what that means for people; Data health has the rest."""

    title: str
    text: str


def of(site: Site, *, now: dt.datetime) -> list[Alarm]:
    """What somebody should look at now; the gravest first."""
    rejected = data_health.alarm(outcomes.recent(site, now=now))
    found = (
        (planes.alarm(now=now), _("What you change may not reach shoppers.")),
        (rejected, _("Reports lack them. Data health says why, and what to mend in the shop.")),
    )
    return [Alarm(title, text) for title, text in found if title]


def tell(*, now: dt.datetime) -> int:
    """Tell each shop of which too much is refused, once a day; how many were told."""
    return sum(_tell(site, now=now) for site in Site.objects.order_by("pk"))


def _tell(site: Site, *, now: dt.datetime) -> bool:
    """To audit log and webhooks: an alarm that repeats every few minutes is not read."""
    numbers = outcomes.recent(site, now=now)
    if not numbers.alarming:
        return False
    with transaction.atomic():
        Site.objects.select_for_update(no_key=True).get(pk=site.pk)
        since = now - TELL_AGAIN
        if site.audit_entries.filter(action=MANY_REJECTED, at__gt=since).exists():
            return False
        about = _about(site, numbers, now=now)
        audit.record(
            site=site, actor=None, action=MANY_REJECTED, subject=site, after=about, now=now
        )
        webhooks.announce(site, type=REJECTED, payload=_message(site, about, numbers), now=now)
    return True


def _about(site: Site, numbers: Numbers, *, now: dt.datetime) -> dict[str, Any]:
    reasons = outcomes.reasons_of(site, since=data_health.since(site, now=now, days=2))
    return {
        "received": numbers.received,
        "rejected": numbers.rejected,
        "reasons": {one.reason: one.events for one in reasons[:MOST_REASONS]},
    }


def _message(site: Site, about: dict[str, Any], numbers: Numbers) -> dict[str, Any]:
    page = reverse("experiments:data-health", args=[site.key])
    with translation.override(settings.LANGUAGE_CODE):
        said = data_health.alarm(numbers)
    link = f"{settings.PUBLIC_URL}{page}"
    return {"site": site.key, **about, "text": said, "link": link}
