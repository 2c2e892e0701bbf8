"""Who answers for it, and whether its pictures may be used."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from creatives import expiry_words
from creatives.preflight.findings import Finding, note, passed, warning
from creatives.preflight.subject import Subject


def licence(about: Subject) -> Iterator[Finding]:
    """The licence of its pictures is written down, and it lasts as long as the creative does."""
    text = about.creative.licence.strip()
    if not text:
        sentence = _("Nobody wrote down where its pictures come from.")
        yield note("licence", sentence, _("Write down the licence."))
        return
    today = about.now.astimezone(about.zone).date()
    ends = [one.last_day for one in expiry_words.endings(text, today=today) if one.is_certain]
    last, expires = min(ends, default=None), about.creative.expires_at
    if last and last < today:
        sentence = _("The licence ended on %(day)s.") % {"day": last.isoformat()}
        yield warning("licence", sentence, _("Renew the licence, or use another picture."))
    elif last and (expires is None or expires.astimezone(about.zone).date() > last):
        sentence = _("The licence ends on %(day)s, the creative later.") % {"day": last.isoformat()}
        yield warning("licence", sentence, _("Let the creative expire by then."))
    else:
        yield passed("licence", _("The licence is written down."))


def owner(about: Subject) -> Iterator[Finding]:
    """Somebody answers for it: its owner, else whoever made it."""
    creative = about.creative
    if creative.owner_id or creative.created_by_id:
        yield passed("owner", _("Somebody answers for it."))
    else:
        yield note("owner", _("Nobody answers for it."), _("Give it an owner."))
