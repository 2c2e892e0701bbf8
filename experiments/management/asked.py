"""Options that both import commands understand, and what is made of them."""

import datetime as dt
import zoneinfo
from argparse import ArgumentParser
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from engine.errors import InvalidInput, NotFound
from experiments.imports.cells import Clock
from workspace.models import Site


def about_file(parser: ArgumentParser) -> None:
    """Add the file, the site, and how the file is written."""
    parser.add_argument("file")
    parser.add_argument("--site", required=True, help="key of the site")
    parser.add_argument("--delimiter", default="", help="of the columns (default: found out)")
    parser.add_argument(
        "--each", default="", metavar="NAME", help="JSON Lines: a list, an item is a row"
    )


def about_time(parser: ArgumentParser) -> None:
    """Add how times are written."""
    add = parser.add_argument
    add("--timezone", default="", help="of times that name none (default: the site's)")
    add("--time-format", default="", help="in the signs of strptime (default: ISO 8601, Unix)")
    add("--time-default", default="", help="the time of every row where no column has one")


def clock(options: Mapping[str, Any], site: Site, *, now: dt.datetime) -> Clock:
    """How the times of a file are to be read; nothing in it may lie more than a day ahead."""
    zone = _zone(options["timezone"] or site.timezone)
    return Clock(zone, now + dt.timedelta(days=1), options["time_format"])


def moment(text: str, clock: Clock) -> dt.datetime | None:
    """A time from the command line, in ISO 8601.

    Raises:
        InvalidInput: Not a time.
    """
    if not text:
        return None
    try:
        return Clock(clock.zone, clock.latest).read(text)
    except ValueError as error:
        raise InvalidInput(
            f"--time-default: {error}", field="--time-default", hint=_("Write it like 2014-01-31.")
        ) from error


def _zone(name: str) -> zoneinfo.ZoneInfo:
    try:
        return zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError) as error:
        raise InvalidInput(
            _("There is no time zone “%(name)s”.") % {"name": name},
            field="--timezone",
            hint=_("Write it like Asia/Shanghai or UTC."),
        ) from error


def site(key: str) -> Site:
    """The site of this key.

    Raises:
        NotFound: With the keys that there are.
    """
    found = Site.objects.filter(key=key).first()
    if found is None:
        keys = ", ".join(Site.objects.order_by("key").values_list("key", flat=True)[:20])
        raise NotFound(
            _("There is no site “%(key)s”.") % {"key": key},
            field="--site",
            hint=_("Sites: %(keys)s") % {"keys": keys or "–"},
        )
    return found


def delimiter(text: str) -> str | None:
    """One character, or `tab`.

    Raises:
        InvalidInput: More than one.
    """
    if not text:
        return None
    known = {"tab": "\t", "\\t": "\t"}.get(text, text)
    if len(known) != 1:
        raise InvalidInput(_("A delimiter is one character, or tab."), field="--delimiter")
    return known
