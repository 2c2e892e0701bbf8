"""Creatives: made, given new versions, put away."""

import datetime as dt
from collections.abc import Mapping
from typing import BinaryIO

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from creatives import carrying, media, naming, repeating, review, uploads
from creatives.encoding import Encoded
from creatives.models import Creative, Rendition, Version
from creatives.said import Words
from creatives.said import text as checked_text
from creatives.uploads import Picture
from engine.errors import Conflict, IllegalMove, InvalidInput
from workspace import audit
from workspace.models import Site

Upload = BinaryIO | bytes | Picture  # checked already, or to be checked
Person = AbstractBaseUser | None
RESERVED = naming.RESERVED
NAME_LENGTH = 120
MIDDLE, WHOLE = (50, 50), 100  # percent
# While an experiment is in these states its creatives are on pages.
SHOWING = ("running", "paused")


def create(
    site: Site,
    *,
    name: str,
    alt: str,
    landing_url: str,
    upload: Upload,
    filename: str,
    actor: Person,
    now: dt.datetime,
    key: str | None = None,
    decorative: bool = False,
    alts: Mapping[str, str] | None = None,
) -> Creative:
    """A creative with its first version; `alts` by language.

    Raises InvalidInput, TooLarge or UnsupportedMedia (`field` says where); Conflict for a key that
    is taken.
    """
    words = Words.checked(alt, landing_url, decorative=decorative, alts=alts)
    picture = _picture(upload)
    return _create(site, name, words, picture, key=key, filename=filename, actor=actor, now=now)


def take_in(
    site: Site, *, name: str, upload: Upload, filename: str, actor: Person, now: dt.datetime
) -> Creative:
    """A creative whose words are still to come: a draft that no review lets pass without them.

    Raises InvalidInput, TooLarge or UnsupportedMedia.
    """
    picture = _picture(upload)
    return _create(site, name, Words("", ""), picture, filename=filename, actor=actor, now=now)


def _create(
    site: Site,
    name: str,
    words: Words,
    picture: Picture,
    *,
    filename: str,
    actor: Person,
    now: dt.datetime,
    key: str | None = None,
) -> Creative:
    name = checked_text(name, "name", NAME_LENGTH)
    with transaction.atomic():
        creative, made = Creative.objects.get_or_create(
            site=site,
            key=key or naming.free_key(site, name),
            defaults={"name": name, "created_by_id": actor.pk if actor else None},
        )
        if not made or creative.key in RESERVED:
            raise Conflict(_("There is a creative with this key already."), field="key")
        version = _add(creative, words, picture, filename=filename, actor=actor)
        after = audit.state_of(creative) | {"version": audit.state_of(version)}
        audit.record(
            site=site, actor=actor, action="create", subject=creative, after=after, now=now
        )
    return creative


def add_version(
    creative: Creative,
    *,
    alt: str,
    landing_url: str,
    upload: Upload | None,
    filename: str = "",
    focus: repeating.Focus | None = None,
    actor: Person,
    now: dt.datetime,
    decorative: bool = False,
    alts: Mapping[str, str] | None = None,
) -> Version:
    """The next version, a draft; without `upload` the picture stays and only the words change.

    Words in other languages are carried over, but for those in `alts`. `focus` is the point in
    percent of both sides around which it is cut; without one the last version's, or the middle of
    another picture. Visitors go on seeing the approved version until this one is approved. Raises
    InvalidInput.
    """
    _check_focus(focus)
    words = Words.checked(alt, landing_url, decorative=decorative, alts=alts)
    picture = _picture(upload) if upload is not None else None
    with transaction.atomic():
        locked = Creative.objects.select_for_update().get(pk=creative.pk)
        last = locked.versions.first()
        if picture:
            version = _add(
                locked, words, picture, filename=filename, actor=actor, last=last, focus=focus
            )
        elif last:
            version = repeating.again(
                last,
                number=last.number + 1,
                alt=words.alt,
                landing_url=words.landing_url,
                decorative=words.decorative,
                focus=focus,
                actor=actor,
            )
            carrying.say_alts(version, words.alts, offered=locked.site.locales[1:])
        else:
            raise InvalidInput(_("Choose a picture."), field=uploads.FIELD)
        audit.record(
            site=locked.site,
            actor=actor,
            action="add version",
            subject=locked,
            before={"version": audit.state_of(last)} if last else None,
            after={"version": audit.state_of(version)},
            now=now,
        )
    return version


def rename(creative: Creative, *, name: str, actor: Person, now: dt.datetime) -> Creative:
    """Another name; visitors never see it."""
    name = checked_text(name, "name", NAME_LENGTH)
    with transaction.atomic():
        locked = Creative.objects.select_for_update().get(pk=creative.pk)
        before = audit.state_of(locked)
        locked.name = name
        locked.save(update_fields=["name"])
        _record("rename", locked, before, actor=actor, now=now)
    return locked


def _check_focus(focus: repeating.Focus | None) -> None:
    if focus is not None and not all(0 <= side <= WHOLE for side in focus):
        raise InvalidInput(_("Between 0 and 100 percent."), field="focus_x")


def archive(creative: Creative, *, actor: Person, now: dt.datetime) -> Creative:
    """Put a creative away, out of review too; raises IllegalMove while visitors still see it."""
    if creative.archived_at is None and (places := shown_at(creative)):
        raise IllegalMove(
            _("Visitors still see this banner: %(places)s.") % {"places": ", ".join(places)},
            hint=_("Give the placement another default, or stop the experiment first."),
        )
    with transaction.atomic():
        review.recall_all(creative, actor=actor, now=now)
        return _set_archived(creative, now, action="archive", actor=actor, now=now)


def restore(creative: Creative, *, actor: Person, now: dt.datetime) -> Creative:
    """Take a creative back from the archive."""
    return _set_archived(creative, None, action="restore", actor=actor, now=now)


def shown_at(creative: Creative) -> list[str]:
    """Names of the placements and experiments through which visitors see it now."""
    places = creative.fallback_of.values_list("name", flat=True)
    # By its reverse name: the room of experiments lies above this one.
    running = creative.variants.filter(experiment__status__in=SHOWING).values_list(
        "experiment__name", flat=True
    )
    return [*places, *running.distinct()]


def _set_archived(
    creative: Creative, value: dt.datetime | None, *, action: str, actor: Person, now: dt.datetime
) -> Creative:
    with transaction.atomic():
        locked = Creative.objects.select_for_update().get(pk=creative.pk)
        before = audit.state_of(locked)
        locked.archived_at = value
        locked.save(update_fields=["archived_at"])
        _record(action, locked, before, actor=actor, now=now)
    return locked


def _record(
    action: str, creative: Creative, before: audit.State, *, actor: Person, now: dt.datetime
) -> None:
    audit.record(
        site=creative.site,
        actor=actor,
        action=action,
        subject=creative,
        before=before,
        after=audit.state_of(creative),
        now=now,
    )


def _picture(upload: Upload) -> Picture:
    return upload if isinstance(upload, Picture) else uploads.accept(upload)


def _add(
    creative: Creative,
    words: Words,
    picture: Picture,
    *,
    filename: str,
    actor: Person,
    last: Version | None = None,
    focus: repeating.Focus | None = None,
) -> Version:
    size = (picture.width, picture.height)
    across, down = focus or carrying.focus_of(last, size) or MIDDLE
    media.keep_original(picture.original, picture.sort.extension)
    version = Version.objects.create(
        creative=creative,
        number=next_number(creative),
        kind=Version.Kind.VIDEO if picture.sort.is_film else Version.Kind.IMAGE,
        alt=words.alt,
        decorative=words.decorative,
        landing_url=words.landing_url,
        width=picture.width,
        height=picture.height,
        frames=picture.frames,
        duration_ms=picture.duration_ms,
        facts=picture.facts.kept(),
        focus_x=across,
        focus_y=down,
        original_name=uploads.plain_name(filename),
        original_type=picture.sort.mime_type,
        original_bytes=len(picture.original),
        original_sha256=picture.sha256,
        created_by_id=actor.pk if actor else None,
    )
    _say(version, words, last)
    purposes = Rendition.Purpose
    files = [_rendition(version, made, purposes.SERVED) for made in picture.served]
    files += [_rendition(version, made, purposes.POSTER) for made in picture.poster]
    files.append(_rendition(version, picture.thumbnail, purposes.THUMBNAIL))
    Rendition.objects.bulk_create(files)
    return version


def _rendition(version: Version, made: Encoded, purpose: Rendition.Purpose) -> Rendition:
    return Rendition(
        version=version,
        purpose=purpose,
        file=media.store(made.data, made.extension),
        mime_type=made.mime_type,
        width=made.width,
        height=made.height,
        bytes=len(made.data),
    )


def _say(version: Version, words: Words, last: Version | None) -> None:
    carrying.copies(last, version)
    carrying.say_alts(version, words.alts, offered=version.creative.site.locales[1:])


def next_number(creative: Creative) -> int:
    """The number of its next version."""
    last = creative.versions.values_list("number", flat=True).first()
    return (last or 0) + 1
