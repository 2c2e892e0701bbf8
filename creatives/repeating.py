"""A version made of an earlier one: what is the same is copied, with its words and files."""

import datetime as dt

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction

from creatives.models import Copy, Creative, Rendition, Version
from workspace import audit

Person = AbstractBaseUser | None
Focus = tuple[int, int]
SAME = (
    *("kind", "width", "height", "frames", "duration_ms", "facts", "design", "slots", "levels"),
    *("html", "stylesheet", "product", "decorative", "focus_x", "focus_y"),
    *("original_name", "original_type", "original_bytes", "original_sha256"),
)


def again(
    source: Version,
    *,
    number: int,
    alt: str,
    landing_url: str,
    decorative: bool | None = None,
    focus: Focus | None = None,
    actor: Person,
) -> Version:
    """A draft like another version; cuts around another focal point are left out."""
    fields = {name: getattr(source, name) for name in SAME}
    if decorative is not None:
        fields["decorative"] = decorative
    if focus:
        fields |= {"focus_x": focus[0], "focus_y": focus[1]}
    version = Version.objects.create(
        creative=source.creative,
        number=number,
        alt=alt,
        landing_url=landing_url,
        created_by_id=actor.pk if actor else None,
        **fields,
    )
    moved = (version.focus_x, version.focus_y) != (source.focus_x, source.focus_y)
    files = [f for f in source.renditions.all() if not (moved and f.css_width)]
    for file in files:
        file.pk, file.version = None, version
    copies = list(source.copies.all())
    for copy in copies:
        copy.pk, copy.version = None, version
    Rendition.objects.bulk_create(files)
    Copy.objects.bulk_create(copies)
    return version


def bring_back(version: Version, *, actor: Person, now: dt.datetime) -> Version:
    """Make the content of an earlier version the newest draft."""
    with transaction.atomic():
        creative = Creative.objects.select_for_update().get(pk=version.creative_id)
        last = creative.versions.latest("number")
        made = again(
            version,
            number=last.number + 1,
            alt=version.alt,
            landing_url=version.landing_url,
            actor=actor,
        )
        audit.record(
            site=creative.site,
            actor=actor,
            action="bring back",
            subject=creative,
            before={"version": audit.state_of(version)},
            after={"version": audit.state_of(made)},
            now=now,
        )
    return made
