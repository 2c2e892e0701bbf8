"""Rows by the keys of an address; what belongs to another site does not exist."""

from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext as _

from creatives import media, wall, words
from creatives.models import Creative, Placement, Version
from engine.errors import InvalidInput, NotFound
from workspace.models import Site


def creatives(site: Site) -> QuerySet[Creative]:
    """All creatives of a site with what the answer tells of them."""
    rows = Creative.objects.filter(site=site).select_related("site", "owner", "created_by", "live")
    return wall.with_newest(rows)


def creative(site: Site, key: str) -> Creative:
    """One creative; raises NotFound."""
    found = creatives(site).filter(key=key).first()
    if found is None:
        raise NotFound(_("There is no creative “%(key)s”.") % {"key": key[:64]})
    return found


def versions(site: Site, key: str) -> QuerySet[Version]:
    """All versions of a creative with what the answer tells of them; raises NotFound."""
    if not Creative.objects.filter(site=site, key=key).exists():
        raise NotFound(_("There is no creative “%(key)s”.") % {"key": key[:64]})
    rows = words.with_words(Version.objects.filter(creative__site=site, creative__key=key))
    people = rows.select_related("submitted_by", "reviewed_by", "created_by", "product")
    return people.select_related("creative__site").prefetch_related("renditions")


def version(site: Site, key: str, number: int) -> Version:
    """One version; raises NotFound."""
    found = versions(site, key).filter(number=number).first()
    if found is None:
        raise NotFound(_("There is no such version."))
    return found


def placements(site: Site) -> QuerySet[Placement]:
    """All placements of a site."""
    fallback = Prefetch("fallback", Creative.objects.only("key", "site"))
    return Placement.objects.filter(site=site).prefetch_related(fallback)


def placement(site: Site, key: str) -> Placement:
    """One placement; raises NotFound."""
    found = placements(site).filter(key=key).first()
    if found is None:
        raise NotFound(_("There is no placement “%(key)s”.") % {"key": key[:64]})
    return found


def original(site: Site, sha256: str) -> tuple[bytes, str]:
    """An earlier upload of the site and its name; raises InvalidInput."""
    rows = Version.objects.filter(creative__site=site, original_sha256=sha256)
    row = rows.values_list("original_name", "original_type").first()
    name, mime_type = row or ("", "")
    endings = [end for end, kind in media.MIME_TYPES.items() if kind == mime_type]
    data = media.original(f"{sha256}.{endings[0]}") if endings else None
    if data is None:
        raise InvalidInput(
            _("No earlier upload of this site has this hash."),
            field="original",
            hint=_("It is `original_sha256` of a version; otherwise send the file as `upload`."),
        )
    return data, name
