"""What the words promise about time, against when it really ends."""

import datetime as dt
from collections.abc import Iterator, Sequence

from django.utils import timezone
from django.utils.translation import gettext as _

from creatives import expiry_words
from creatives.expiry_words import Ending
from creatives.preflight.findings import Finding, blocking, passed, warning
from creatives.preflight.subject import Subject

ONE_DAY = dt.timedelta(days=1)


def expiry(about: Subject) -> Iterator[Finding]:
    """No banner says “until Sunday” on Monday: what names an end has one, no later than it says."""
    today = about.now.astimezone(about.zone).date()
    found = {
        ending for text in about.texts for ending in expiry_words.endings(text.text, today=today)
    }
    endings = sorted(found, key=_order)
    yield _over(endings, about) or _unending(endings, about) or _too_long(endings, about) or passed(
        "expiry", _("It ends no later than its words say.")
        if endings else _("Its words name no end.")
    )  # fmt: skip


def schedule(about: Subject) -> Iterator[Finding]:
    """It does not end before what it is meant for: an experiment would stand still from then on."""
    end = about.creative.expires_at
    if end is not None and end <= about.now:
        sentence = _("It ended on %(end)s.") % {"end": _day(end, about)}
        yield blocking("schedule", sentence, _("Let it end later."))
        return
    if about.until is None:
        return
    if end is None or end >= about.until:
        yield passed("schedule", _("It is shown until the planned end."))
        return
    words = {"end": _day(end, about), "planned": _day(about.until, about)}
    yield blocking(
        "schedule",
        _("It ends on %(end)s, before the planned end on %(planned)s.") % words,
        _("Plan fewer days, or let it end later."),
    )


def _order(ending: Ending) -> tuple[dt.date, bool, str]:
    """The soonest first, of one day the surest."""
    return ending.last_day, not ending.is_certain, ending.words


def _over(endings: Sequence[Ending], about: Subject) -> Finding | None:
    over = [one for one in endings if one.is_certain and _deadline(one, about) <= about.now]
    if not over:
        return None
    return blocking(
        "expiry",
        _("It says “%(words)s”, and that is over.") % {"words": over[0].words},
        _("Change the words, or do not show it any more."),
    )


def _unending(endings: Sequence[Ending], about: Subject) -> Finding | None:
    if not endings or about.creative.expires_at:
        return None
    return warning(
        "expiry",
        _("It says “%(words)s”, but it never ends.") % {"words": endings[0].words},
        _("Let the creative expire by then."),
    )


def _too_long(endings: Sequence[Ending], about: Subject) -> Finding | None:
    end = about.creative.expires_at
    late = [one for one in endings if end and _deadline(one, about) < end]
    if not late or end is None:
        return None
    certain = [one for one in late if one.is_certain]
    words = {"words": (certain or late)[0].words, "end": _day(end, about)}
    sentence = _("It says “%(words)s”, but it is shown until %(end)s.") % words
    remedy = _("Let the creative expire by then, or change the words.")
    return (blocking if certain else warning)("expiry", sentence, remedy)


def _deadline(ending: Ending, about: Subject) -> dt.datetime:
    """The midnight after the last day, in the shop's zone."""
    after = ending.last_day + ONE_DAY
    return dt.datetime.combine(after, dt.time.min, tzinfo=about.zone)


def _day(at: dt.datetime, about: Subject) -> str:
    return f"{timezone.localtime(at, about.zone):%Y-%m-%d %H:%M}"
