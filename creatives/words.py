"""What a banner says in each language of its site, and what it still lacks.

The first language of the site is said by the version itself, the others by its copies.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from creatives import landing, library, slots
from creatives.models import Copy, Creative, Version
from creatives.said import ALT_LENGTH, line, text
from delivery.locales import direction
from engine.errors import IllegalMove, InvalidInput
from workspace import audit
from workspace.models import Site

Person = AbstractBaseUser | None


@dataclass(frozen=True, slots=True)
class Saying:
    """What is to be said in one language; None leaves it as it is."""

    alt: str | None = None
    landing_url: str | None = None
    slots: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Spoken:
    """What a version says in one language; `dir` is ltr or rtl."""

    locale: str
    dir: str
    alt: str
    landing_url: str
    slots: Mapping[str, str]
    lacks: tuple[str, ...]


def spoken(version: Version) -> list[Spoken]:
    """What a version says in every language of its site, the first one first."""
    site = version.creative.site
    rows: dict[str, Version | Copy] = {row.locale: row for row in version.copies.all()}
    rows[site.locales[0]] = version
    return [_spoken(version, locale, rows.get(locale)) for locale in site.locales]


def lacking(version: Version) -> list[tuple[str, str]]:
    """What is still to be translated, as (language, field); slots are named `slot:<name>`."""
    return [(said.locale, field) for said in spoken(version) for field in said.lacks]


def as_typed(version: Version) -> dict[str, Any]:
    """The words of a version as the fields of an upload form."""
    others = {f"alt_{copy.locale}": copy.alt for copy in version.copies.all()}
    fields = ("alt", "landing_url", "decorative")
    return others | {name: getattr(version, name) for name in fields}


def say(
    version: Version,
    locale: str,
    saying: Saying,
    *,
    actor: Person,
    now: dt.datetime,
    decorative: bool | None = None,
) -> Version:
    """Say it in one language; `decorative` holds for all of them.

    Raises IllegalMove once the version is no draft any more, InvalidInput with the field.
    """
    with transaction.atomic():
        held = _held(version)
        if decorative is not None:
            _mark(held, decorative, actor=actor, now=now)
        _say(held, locale, saying, actor=actor, now=now)
        _finish(held, decorative, actor=actor, now=now)
    return held


def rewrite(
    creative: Creative,
    sayings: Mapping[str, Saying],
    *,
    actor: Person,
    now: dt.datetime,
    decorative: bool | None = None,
) -> Version:
    """Say it in several languages: in the draft if there is one, else in the next version.

    Nothing new makes no version. Raises IllegalMove while the newest version is in review.
    """
    with transaction.atomic():
        last = newest(creative)
        if not changes(last, sayings, decorative=decorative):
            return last
        held = _held(_draft(creative, last, actor=actor, now=now))
        if decorative is not None:
            _mark(held, decorative, actor=actor, now=now)
        for locale, saying in sayings.items():
            _say(held, locale, saying, actor=actor, now=now)
        _finish(held, decorative, actor=actor, now=now)
    return held


def newest(creative: Creative) -> Version:
    """The version that words are changed in, held; raises IllegalMove when there is none."""
    locked = Creative.objects.select_for_update(of=("self",)).select_related("site")
    creative = locked.get(pk=creative.pk)
    last = creative.versions.first()
    if last is None:
        raise IllegalMove(_("It has no picture yet."), hint=_("Upload one first."))
    last.creative = creative
    return last


def changes(
    version: Version, sayings: Mapping[str, Saying], *, decorative: bool | None = None
) -> bool:
    """Whether any of it is news."""
    if decorative is not None and decorative != version.decorative:
        return True
    known = {said.locale: said for said in spoken(version)}
    return any(_differs(known.get(locale), saying) for locale, saying in sayings.items())


def check_locale(site: Site, locale: str) -> str:
    """The language as the site writes it; raises InvalidInput when it does not speak it."""
    offered: list[str] = site.locales
    found = next((name for name in offered if name.lower() == locale.lower()), None)
    if found is None:
        raise InvalidInput(
            _("The site does not speak “%(locale)s”.") % {"locale": locale[:35]},
            field="locale",
            hint=_("Its languages: %(locales)s.") % {"locales": ", ".join(site.locales)},
        )
    return found


def checked(
    version: Version, locale: str, saying: Saying, *, decorative: bool | None = None
) -> dict[str, Any]:
    """The fields to be written, checked: of the version in the first language, else of a copy."""
    first = locale == version.creative.site.locales[0]
    needed = first and not (version.decorative if decorative is None else decorative)
    fields: dict[str, Any] = {}
    if saying.alt is not None:
        fields["alt"] = (text if needed else line)(saying.alt, "alt", ALT_LENGTH)
    if saying.landing_url is not None:
        empty = not first and not saying.landing_url.strip()
        fields["landing_url"] = "" if empty else landing.check(saying.landing_url)
    if saying.slots:
        fields["slots"] = slots.checked(version, saying.slots)
    return fields


def _differs(said: Spoken | None, saying: Saying) -> bool:
    if said is None:
        return True
    plain = {"alt": saying.alt, "landing_url": saying.landing_url}
    new = any(v is not None and _same(v) != getattr(said, name) for name, v in plain.items())
    return new or any(_same(v) != said.slots.get(name) for name, v in saying.slots.items())


def _same(value: str) -> str:
    return " ".join(value.split())


def _spoken(version: Version, locale: str, row: Version | Copy | None) -> Spoken:
    texts = slots.speaking(version)
    own = row.slots if row else {}
    said = {name: str(own.get(name, "")) for name in texts}
    alt, landing_url = (row.alt, row.landing_url) if row else ("", "")
    lacks = ["alt"] if not alt and not version.decorative else []
    lacks += [f"slot:{name}" for name, source in texts.items() if source and not said[name]]
    return Spoken(locale, direction(locale), alt, landing_url, said, tuple(lacks))


def _draft(creative: Creative, last: Version, *, actor: Person, now: dt.datetime) -> Version:
    if last.status == Version.Status.DRAFT:
        return last
    if last.status == Version.Status.IN_REVIEW:
        raise IllegalMove(
            _("Version %(n)s is in review: its words stay.") % {"n": last.number},
            hint=_("Take it back from review to change them."),
        )
    return library.add_version(
        creative,
        alt=last.alt,
        landing_url=last.landing_url,
        decorative=last.decorative,
        upload=None,
        actor=actor,
        now=now,
    )


def _held(version: Version) -> Version:
    creatives = Creative.objects.select_for_update(of=("self",)).select_related("site")
    creative = creatives.get(pk=version.creative_id)
    held = Version.objects.select_for_update().get(pk=version.pk)
    held.creative = creative
    if held.status != Version.Status.DRAFT:
        raise IllegalMove(
            _("Version %(n)s is no draft any more: its words stay.") % {"n": held.number},
            hint=_("Make a new version to change them."),
        )
    return held


def _mark(held: Version, decorative: bool, *, actor: Person, now: dt.datetime) -> None:
    if held.decorative != decorative:
        _write(held, held, {"decorative": decorative}, actor=actor, now=now)


def _say(held: Version, locale: str, saying: Saying, *, actor: Person, now: dt.datetime) -> None:
    locale = check_locale(held.creative.site, locale)
    fields = checked(held, locale, saying)
    if locale == held.creative.site.locales[0]:
        row: Version | Copy = held
    else:
        found = held.copies.filter(locale=locale).first()
        row = found or Copy(version=held, locale=locale)
    if "slots" in fields:
        fields["slots"] = row.slots | fields["slots"]
    changed = {name: value for name, value in fields.items() if getattr(row, name) != value}
    if changed:
        _write(held, row, changed, actor=actor, now=now)


def _write(
    held: Version,
    row: Version | Copy,
    fields: Mapping[str, Any],
    *,
    actor: Person,
    now: dt.datetime,
) -> None:
    before = audit.state_of(row) if row.pk else None
    for name, value in fields.items():
        setattr(row, name, value)
    row.save(update_fields=[*fields] if row.pk else None)
    audit.record(
        site=held.creative.site,
        actor=actor,
        action="change words",
        subject=held.creative,
        before={"words": before} if before else None,
        after={"words": audit.state_of(row)},
        now=now,
    )


def _finish(held: Version, decorative: bool | None, *, actor: Person, now: dt.datetime) -> None:
    """A composed banner keeps its finished markup: with other words it is drawn anew."""
    if decorative is False and not held.alt:
        raise InvalidInput(_("This field is required."), field="alt")
    if held.kind == Version.Kind.COMPOSED and held.design:
        slots.redraw(held, actor=actor, now=now)


def with_words(rows: QuerySet[Version]) -> QuerySet[Version]:
    """Load what `spoken` reads: two queries, whatever the number."""
    return rows.select_related("creative__site").prefetch_related("copies")
