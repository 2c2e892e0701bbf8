"""`manage.py replay_rejected`: take rejected events in, now that the cause is mended."""

import datetime as dt
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext as _

from events import replaying
from events.replaying import Wanted
from workspace.models import Site


class Command(BaseCommand):
    help = (
        "Send the kept payloads of rejected events through the steps of intake again. What was "
        "taken in already is left alone, so a second time adds nothing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--site", default="", help="key of the site (default: all)")
        parser.add_argument("--reason", default="", help="such as other_currency (default: all)")
        parser.add_argument("--since", default="", help="received since, such as 2026-11-22")

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002, ANN401
        wanted = Wanted(options["reason"], _since(options["since"]))
        for site in _sites(options["site"]):
            done = replaying.replay(site, wanted, actor=None, now=timezone.now())
            told = ", ".join(f"{name} {number}" for name, number in sorted(done.counts.items()))
            self.stdout.write(f"{site.key}: {told or _('nothing to try again')}")


def _sites(key: str) -> list[Site]:
    sites = Site.objects.order_by("key")
    if not key:
        return list(sites)
    found = list(sites.filter(key=key))
    if not found:
        keys = ", ".join(sites.values_list("key", flat=True)[:20])
        raise CommandError(
            _("There is no site “%(key)s”. Sites: %(keys)s") % {"key": key, "keys": keys or "–"}
        )
    return found


def _since(text: str) -> dt.datetime | None:
    if not text:
        return None
    try:
        found = parse_datetime(text)
        day = None if found else parse_date(text)
    except ValueError:
        found = day = None
    if found is None and day is not None:
        found = dt.datetime.combine(day, dt.time())
    if found is None:
        raise CommandError(_("--since is a day or a time, such as 2026-11-22T06:00:00Z."))
    return found if found.tzinfo else timezone.make_aware(found)
