"""The demo site at once: people, keys, banners and places, made by the ordinary use-cases.

Seeding again repairs what is missing and leaves the rest as it is. What is made here is nobody's
work (no actor in the audit log), so that nobody's first hour is done by it. The past comes
afterwards, by a job: `demo.history`.
"""

import datetime as dt
import secrets
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import User
from django.db import transaction

from creatives import library, placements, review, uploads
from creatives.models import Copy, Creative, Placement
from creatives.uploads import Picture
from demo import art, art_words, compositions, credentials, reviews
from demo.art import Banner
from demo.credentials import Credentials, DemoKeys, DemoUser
from demo.models import DemoSite
from demo.places import PLACES, Place
from demo.simulation import SITE
from experiments import publishing
from workspace import audit, keys, sites
from workspace import people as members
from workspace.models import ApiKey, Membership, Role, Site

PEOPLE = {
    "marketer": Role.MARKETER,
    "manager": Role.MANAGER,
    "analyst": Role.ANALYST,
    "admin": Role.ADMINISTRATOR,
}
NAME = "Qiwu 栖物"
LOCAL_HOSTS = ("127.0.0.1", "localhost", "[::1]")
PASSWORD_BYTES = 12
AT_ONCE = 2  # pictures that are encoded beside each other


def seed(*, now: dt.datetime) -> Credentials:
    """Make or complete the demo site; returns what was written to the credentials file."""
    with transaction.atomic():
        known = credentials.read()
        people = {role: _person(name, role) for name, role in PEOPLE.items()}
        site = _site(people[Role.ADMINISTRATOR], now=now)
        for role, user in people.items():
            if not Membership.objects.filter(site=site, user=user).exists():
                members.add(site, user=user, role=role, actor=None, now=now)
        made = Credentials(
            users=tuple(_signed_up(user, role, known) for role, user in people.items()),
            keys=_keys(site, known, now=now),
        )
        shown = _creatives(site, now=now)
        for place in PLACES:
            _place(site, place, shown, now=now)
        reviews.stage(shown, people, now=now)
        compositions.compose(site, now=now)
        DemoSite.objects.get_or_create(site=site, defaults={"anchor": now})
        credentials.write(made)
    publishing.publish_if_changed(now=now)
    return made


def _person(name: str, role: Role) -> User:
    """The demo's own account; somebody else's of the same name is left alone."""
    users = get_user_model().objects
    for wanted in (name, f"demo-{name}"):
        user = users.filter(username=wanted).first()
        if user is None:
            rank = role == Role.ADMINISTRATOR
            return users.create_user(wanted, is_staff=rank, is_superuser=rank)
        sites_of = set(user.memberships.values_list("site__key", flat=True))
        if sites_of == {SITE}:
            return user
    return users.create_user(f"demo-{name}-{secrets.token_hex(3)}")


def _site(owner: User, *, now: dt.datetime) -> Site:
    site = Site.objects.filter(key=SITE).first() or sites.create(
        SITE, name=NAME, owner=owner, actor=None, now=now, is_demo=True
    )
    origins = sorted({*site.origins, *_origins()})
    if site.origins != origins:
        before, site.origins = audit.state_of(site), origins
        sites.change(site, before=before, actor=None, now=now)
    return site


def _origins() -> set[str]:
    parts = urlsplit(settings.PUBLIC_URL)
    port = f":{parts.port}" if parts.port else ""
    return {settings.PUBLIC_URL} | {f"http://{host}{port}" for host in LOCAL_HOSTS}


def _signed_up(user: User, role: Role, known: Credentials | None) -> DemoUser:
    """The account with its password: the one in the file if it still opens, else a new one."""
    for kept in known.users if known else ():
        if kept.username == user.username and user.check_password(kept.password):
            return kept
    password = secrets.token_urlsafe(PASSWORD_BYTES)
    user.set_password(password)
    user.save(update_fields=["password"])
    return DemoUser(user.username, password, role.value)


def _keys(site: Site, known: Credentials | None, *, now: dt.datetime) -> DemoKeys:
    kept = known.keys if known else DemoKeys("", "")
    return DemoKeys(
        publishable=_key(site, "publishable", kept.publishable, now=now),
        secret=_key(site, "secret", kept.secret, now=now),
    )


def _key(site: Site, kind: str, kept: str, *, now: dt.datetime) -> str:
    found = keys.find(kept) if kept else None
    if found is not None and (found.site_id, found.kind) == (site.pk, kind):
        return kept
    name = "Demo shop" if kind == "publishable" else "Simulated shoppers"
    # Nobody has the text of these any more; a new site comes with one of the first name.
    names = {name, sites.FIRST_KEY} if kind == "publishable" else {name}
    for lost in ApiKey.objects.filter(site=site, kind=kind, name__in=names, revoked_at=None):
        keys.revoke(lost, actor=None, now=now)
    return keys.create(site, name=name, kind=kind, actor=None, now=now)[1]


def _creatives(site: Site, *, now: dt.datetime) -> dict[str, Creative]:
    """Every banner by key; those that are missing are made, their pictures all at once."""
    found = {creative.key: creative for creative in Creative.objects.filter(site=site)}
    missing = [banner for banner in art.BANNERS if banner.key not in found]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        pictures = pool.map(lambda banner: uploads.accept(banner.read()), missing)
        for banner, picture in zip(missing, pictures, strict=True):
            found[banner.key] = _creative(site, banner, picture, now=now)
    return found


def _creative(site: Site, banner: Banner, picture: Picture, *, now: dt.datetime) -> Creative:
    creative = library.create(
        site,
        key=banner.key,
        name=banner.name,
        alt=banner.alt,
        landing_url=f"{settings.PUBLIC_URL}/demo/{banner.leads_to}",
        upload=picture,
        filename=banner.file,
        actor=None,
        now=now,
    )
    version = creative.versions.get()
    for locale, words in art_words.ALTS.items():
        if locale in site.locales:
            Copy.objects.create(version=version, locale=locale, alt=words[banner.key])
    version = review.submit(version, actor=None, now=now)
    review.approve(version, waivers=art_words.WAIVED.get(banner.key), actor=None, now=now)
    creative.refresh_from_db()
    return creative


def _place(site: Site, place: Place, shown: dict[str, Creative], *, now: dt.datetime) -> None:
    if Placement.objects.filter(site=site, key=place.key).exists():
        return
    planned = Placement(
        site=site,
        key=place.key,
        name=place.name,
        page_type=place.page_type,
        width=place.width,
        height=place.height,
        layer=place.key,
        fallback=shown[place.default],
    )
    placements.create(planned, actor=None, now=now)
