"""One at a time writes the demo's data: the history, a burst of shoppers, a reset."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction

from demo.models import DemoSite
from workspace import jobs


@contextmanager
def turn(site_id: int, *, anchor: dt.datetime) -> Iterator[DemoSite]:
    """Hold the demo's row in a transaction; raises LeaseLost when a reset has come between."""
    with transaction.atomic():
        row = DemoSite.objects.select_for_update(no_key=True).filter(site=site_id).first()
        if row is None or row.anchor != anchor:
            raise jobs.LeaseLost("The demo data were reset meanwhile.")
        yield row


@contextmanager
def free_turn(site_id: int) -> Iterator[DemoSite | None]:
    """Hold the demo's row if nobody else does; None, at once, when somebody does."""
    with transaction.atomic():
        rows = DemoSite.objects.select_for_update(skip_locked=True, no_key=True)
        yield rows.filter(site=site_id).first()
