"""Until when a creative may be shown."""

import datetime as dt

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from creatives.models import Creative
from engine.errors import InvalidInput
from workspace import audit


def set_expiry(
    creative: Creative,
    *,
    expires_at: dt.datetime | None,
    actor: AbstractBaseUser | None,
    now: dt.datetime,
) -> Creative:
    """From when on it is not shown any more; None is never. A later time brings it back.

    Raises InvalidInput for a time that has passed: what should go at once is withdrawn.
    """
    if expires_at is not None and expires_at <= now:
        raise InvalidInput(
            _("This time has passed."),
            field="expires_at",
            hint=_("Choose a later one, or withdraw the version to take it away at once."),
        )
    with transaction.atomic():
        row = Creative.objects.select_for_update().get(pk=creative.pk)
        before = audit.state_of(row)
        row.expires_at, row.expired_at = expires_at, None
        row.save(update_fields=["expires_at", "expired_at"])
        after = audit.state_of(row)
        if after != before:
            audit.record(
                site=row.site, actor=actor, action="set expiry", subject=row,
                before=before, after=after, now=now,
            )  # fmt: skip
    return row
