"""The words of a draft in every language of the site, and where it leads, in one go."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from creatives import landing, library, said
from creatives.models import Copy, Creative, Version
from engine.errors import IllegalMove, InvalidInput
from workspace import audit


@dataclass(frozen=True, slots=True)
class Wording:
    """What a draft says: `alts` by language; empty ones are still to come."""

    name: str
    alts: Mapping[str, str]
    landing_url: str = ""
    decorative: bool = False


def fill(
    creative: Creative, wording: Wording, *, actor: AbstractBaseUser | None, now: dt.datetime
) -> Version:
    """Keep the words of the newest version, which must be a draft.

    Raises InvalidInput (`field` says where), IllegalMove for anything but a draft.
    """
    name = said.text(wording.name, "name", library.NAME_LENGTH)
    url = landing.check(wording.landing_url) if wording.landing_url.strip() else ""
    alts = {locale: _short(alt, locale) for locale, alt in wording.alts.items()}
    with transaction.atomic():
        row = (
            Creative.objects.select_for_update(of=("self",))
            .select_related("site")
            .get(pk=creative.pk)
        )
        version = Version.objects.select_for_update().get(pk=row.versions.latest("number").pk)
        if version.status != Version.Status.DRAFT:
            raise IllegalMove(_("Only a draft can be changed."), hint=_("Make a new version."))
        before = audit.state_of(row) | {"version": audit.state_of(version)}
        row.name = name
        row.save(update_fields=["name"])
        _keep(version, row, alts, url, decorative=wording.decorative)
        audit.record(
            site=row.site,
            actor=actor,
            action="fill in",
            subject=row,
            before=before,
            after=audit.state_of(row) | {"version": audit.state_of(version)},
            now=now,
        )
    return version


def _keep(
    version: Version, creative: Creative, alts: Mapping[str, str], url: str, *, decorative: bool
) -> None:
    first, *others = creative.site.locales
    version.alt, version.landing_url = alts.get(first, ""), url
    version.decorative = decorative
    version.save(update_fields=["alt", "landing_url", "decorative"])
    for locale in others:
        if alt := alts.get(locale, ""):
            Copy.objects.update_or_create(version=version, locale=locale, defaults={"alt": alt})
        else:
            Copy.objects.filter(version=version, locale=locale).update(alt="")


def _short(alt: str, locale: str) -> str:
    text = " ".join(alt.split())
    if len(text) > said.ALT_LENGTH:
        raise InvalidInput(
            _("At most %(n)s characters.") % {"n": said.ALT_LENGTH}, field=f"alt_{locale}"
        )
    return text
