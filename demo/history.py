"""The first days of one demo experiment, as a shop's server would report them afterwards.

Shoppers ask the data plane now and are reported with the times at which they would have come; a
secret key may date events back. Nothing is written around the public doors.
"""

import datetime as dt
import urllib.error
import urllib.request

from django.conf import settings

from demo.credentials import Credentials
from demo.shoppers import Crowd, Door
from demo.worlds import World
from events import store
from experiments.models import Experiment
from experiments.reports import refresh

EXPERIMENT = "category-strip-coffee"
PLACEMENT = "category-strip"
DAYS = 5
VISITORS = 1_800
WORLD = World(lift=0.11, seed=2026)
PATIENCE = 2.0  # seconds for the data plane to say that it is there


def bring_in(experiment: Experiment, known: Credentials, *, now: dt.datetime) -> int:
    """Send the shoppers of the last days, unless some have been sent; how many came."""
    if not _is_there() or _has_units(experiment):
        return 0
    crowd = Crowd(
        Door(settings.DELIVERY_URL, known.keys.secret),
        PLACEMENT,
        experiment.key,
        WORLD,
        VISITORS,
        spread=dt.timedelta(days=DAYS) - dt.timedelta(hours=1),
    )
    sent = crowd.send(lambda _done, _most: None)
    refresh.refresh(experiment, now=now)
    return sent.visitors


def _is_there() -> bool:
    try:
        with urllib.request.urlopen(f"{settings.DELIVERY_URL}/readyz", timeout=PATIENCE):  # noqa: S310
            return True
    except (OSError, urllib.error.URLError):
        return False


def _has_units(experiment: Experiment) -> bool:
    return bool(store.aggregates(experiment.pk, experiment.phase))
