"""What the clock starts, once: two timetables at work at the same time do nothing twice."""

import datetime as dt

from django.db import transaction

from workspace.models import Heartbeat

PREFIX = "tick "


def first(name: str, *, within: dt.timedelta, now: dt.datetime) -> bool:
    """Whether nobody has begun this within that time; whoever asks first has begun it.

    `within` is half of the period in the timetable: less than the time to the next tick, more than
    any two timetables that tick together are apart.
    """
    row, moved = PREFIX + name, {"seen_at": now}
    with transaction.atomic():
        _beat, made = Heartbeat.objects.get_or_create(name=row, defaults=moved)
        # One statement, so that of two only one can win.
        return made or bool(
            Heartbeat.objects.filter(name=row, seen_at__lte=now - within).update(**moved)
        )
