"""What people keep beside a creative: tags, owner, licence, how often it is shown."""

import datetime as dt
from collections.abc import Callable, Iterable

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from creatives.models import Creative
from engine.errors import InvalidInput
from workspace import audit

Person = AbstractBaseUser | None
FIELDS = ("tags", "owner", "licence", "cap_per_session", "cap_per_day")  # what is kept here
MOST_TAGS = 20
TAG_LENGTH = 40
LICENCE_LENGTH = 200
LARGEST_CAP = 1000  # nobody sees a banner more often on one day


def set_tags(
    creative: Creative, *, tags: Iterable[str], actor: Person, now: dt.datetime
) -> Creative:
    """Exactly these tags, lower case and each once; raises InvalidInput."""
    wanted = clean_tags(tags)

    def change(row: Creative) -> None:
        row.tags = wanted

    return _changed(creative, change, "set tags", actor=actor, now=now)


def add_tag(creative: Creative, *, tag: str, actor: Person, now: dt.datetime) -> Creative:
    """One tag more; raises InvalidInput."""
    wanted = _one_tag(tag)

    def change(row: Creative) -> None:
        row.tags = clean_tags([*row.tags, wanted])

    return _changed(creative, change, "set tags", actor=actor, now=now)


def remove_tag(creative: Creative, *, tag: str, actor: Person, now: dt.datetime) -> Creative:
    """One tag less; raises InvalidInput where none is named."""
    unwanted = _one_tag(tag)

    def change(row: Creative) -> None:
        row.tags = [one for one in row.tags if one != unwanted]

    return _changed(creative, change, "set tags", actor=actor, now=now)


def set_owner(creative: Creative, *, owner: Person, actor: Person, now: dt.datetime) -> Creative:
    """Who answers for it; None is nobody. Raises InvalidInput for somebody of another site."""
    if owner is not None and not creative.site.memberships.filter(user_id=owner.pk).exists():
        raise InvalidInput(_("This person does not belong to the site."), field="owner")

    def change(row: Creative) -> None:
        row.owner_id = owner.pk if owner else None

    return _changed(creative, change, "set owner", actor=actor, now=now)


def set_licence(creative: Creative, *, licence: str, actor: Person, now: dt.datetime) -> Creative:
    """Where its pictures come from and what they may be used for; raises InvalidInput."""
    text = " ".join(licence.split())
    if len(text) > LICENCE_LENGTH:
        raise InvalidInput(_("At most %(n)s characters.") % {"n": LICENCE_LENGTH}, field="licence")

    def change(row: Creative) -> None:
        row.licence = text

    return _changed(creative, change, "set licence", actor=actor, now=now)


def clean_tags(tags: Iterable[str]) -> list[str]:
    """Lower case, each once, in the order they were typed; raises InvalidInput."""
    found = list(dict.fromkeys(_one_tag(tag) for tag in tags if tag.strip()))
    if len(found) > MOST_TAGS:
        raise InvalidInput(_("At most %(n)s tags.") % {"n": MOST_TAGS}, field="tags")
    return found


def _one_tag(tag: str) -> str:
    text = " ".join(tag.lower().split())
    if not text or "," in text:
        raise InvalidInput(_("Type one tag."), field="tag")
    if len(text) > TAG_LENGTH:
        raise InvalidInput(
            _("A tag has at most %(n)s characters.") % {"n": TAG_LENGTH}, field="tags"
        )
    return text


def _changed(
    creative: Creative,
    change: Callable[[Creative], None],
    action: str,
    *,
    actor: Person,
    now: dt.datetime,
) -> Creative:
    """The one way: locked, compared, written and recorded; what stays the same leaves no trace."""
    with transaction.atomic():
        row = Creative.objects.select_for_update().get(pk=creative.pk)
        before = audit.state_of(row)
        change(row)
        after = audit.state_of(row)
        if after != before:
            row.save(update_fields=FIELDS)
            audit.record(
                site=row.site,
                actor=actor,
                action=action,
                subject=row,
                before=before,
                after=after,
                now=now,
            )
    return row


def set_caps(
    creative: Creative,
    *,
    per_session: int | None,
    per_day: int | None,
    actor: Person,
    now: dt.datetime,
) -> Creative:
    """How often one visitor is shown it at most; None is as often as it comes.

    It holds for every version and from the next decision on. Raises InvalidInput.
    """
    _check_cap(per_session, "cap_per_session")
    _check_cap(per_day, "cap_per_day")

    def change(row: Creative) -> None:
        row.cap_per_session, row.cap_per_day = per_session, per_day

    return _changed(creative, change, "set caps", actor=actor, now=now)


def _check_cap(most: int | None, field: str) -> None:
    if most is not None and not 1 <= most <= LARGEST_CAP:
        raise InvalidInput(
            _("Between 1 and %(most)s, or empty for no limit.") % {"most": LARGEST_CAP},
            field=field,
        )
