"""The demo site: people, keys, banners, places and experiments, made by the ordinary use-cases.

Seeding again repairs what is missing and leaves the rest as it is.
"""

import datetime as dt
import secrets
from dataclasses import dataclass
from decimal import Decimal
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import User
from django.db import transaction

from creatives import library, placements
from creatives.models import Creative, Placement
from demo import art, credentials, history
from demo.credentials import Credentials, DemoKeys, DemoUser
from demo.simulation import PLACEMENT as SIMULATOR
from demo.simulation import SITE
from experiments import design, lifecycle, publishing
from experiments.models import Experiment
from workspace import audit, keys, sites
from workspace import people as members
from workspace.models import ApiKey, Membership, Role, Site

PEOPLE = {
    "marketer": Role.MARKETER,
    "manager": Role.MANAGER,
    "admin": Role.ADMINISTRATOR,
}
NAME = "Qiwu 栖物"
LOCAL_HOSTS = ("127.0.0.1", "localhost", "[::1]")
PASSWORD_BYTES = 12


@dataclass(frozen=True, slots=True)
class Place:
    key: str
    name: str
    page_type: str
    width: int
    height: int
    default: str


@dataclass(frozen=True, slots=True)
class Test:
    """An experiment of the demo: `banners` are those of its variants a, b, …"""

    key: str
    name: str
    place: str
    hypothesis: str
    banners: tuple[str, ...]
    started_days_ago: int | None = 0


PLACES = (
    Place("home-hero", "Home: hero", "welcome", 1200, 400, "hero-welcome"),
    Place("category-strip", "Category: strip", "category", 970, 250, "strip-shoes"),
    Place("cart-strip", "Cart: strip", "cart", 728, 90, "cart-delivery"),
    Place(SIMULATOR, "Simulated shoppers", "welcome", 1200, 400, "hero-welcome"),
)
TESTS = (
    Test(
        "autumn-hero",
        "Autumn hero: pot or trail shoe",
        "home-hero",
        "If we show the trail shoe at sunrise, then more visitors click, "
        "because autumn is when people replace their running shoes.",
        ("hero-hearth", "hero-trail"),
    ),
    Test(
        history.EXPERIMENT,
        "Category strip: bundle or coffee",
        "category-strip",
        "If we show coffee instead of the bundle, then more visitors click, "
        "because a ritual is easier to want than a discount.",
        ("strip-shoes", "strip-coffee"),
        started_days_ago=history.DAYS,
    ),
    Test(
        "cart-nudge",
        "Cart: delivery or a mug for later",
        "cart-strip",
        "If we suggest a mug in the cart, then more visitors add one, "
        "because the small price feels like part of the order.",
        ("cart-delivery", "cart-mugs"),
        started_days_ago=None,
    ),
)


def seed(*, now: dt.datetime) -> Credentials:
    """Make or complete the demo site; returns what was written to the credentials file."""
    with transaction.atomic():
        known = credentials.read()
        people = {role: _person(name, role) for name, role in PEOPLE.items()}
        site = _site(people[Role.ADMINISTRATOR], now=now)
        admin = people[Role.ADMINISTRATOR]
        for role, user in people.items():
            if not Membership.objects.filter(site=site, user=user).exists():
                members.add(site, user=user, role=role, actor=admin, now=now)
        made = Credentials(
            users=tuple(_signed_up(user, role, known) for role, user in people.items()),
            keys=_keys(site, known, now=now),
        )
        marketer = people[Role.MARKETER]
        shown = {banner.key: _creative(site, banner, marketer, now=now) for banner in art.BANNERS}
        places = {place.key: _place(site, place, shown, marketer, now=now) for place in PLACES}
        for test in TESTS:
            _experiment(site, test, places, shown, marketer, now=now)
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
        sites.change(site, before=before, actor=owner, now=now)
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


def _creative(site: Site, banner: art.Banner, actor: User, *, now: dt.datetime) -> Creative:
    return Creative.objects.filter(site=site, key=banner.key).first() or library.create(
        site,
        key=banner.key,
        name=banner.name,
        alt=banner.alt,
        landing_url=f"{settings.PUBLIC_URL}/demo/{banner.leads_to}",
        upload=banner.read(),
        filename=banner.file,
        actor=actor,
        now=now,
    )


def _place(
    site: Site, place: Place, shown: dict[str, Creative], actor: User, *, now: dt.datetime
) -> Placement:
    found = Placement.objects.filter(site=site, key=place.key).first()
    if found is not None:
        return found
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
    return placements.create(planned, actor=actor, now=now)


def _experiment(
    site: Site,
    test: Test,
    places: dict[str, Placement],
    shown: dict[str, Creative],
    actor: User,
    *,
    now: dt.datetime,
) -> None:
    if Experiment.objects.filter(site=site, key=test.key).exists():
        return
    plan = design.Plan(
        key=test.key,
        name=test.name,
        placement=places[test.place],
        hypothesis=test.hypothesis,
        mde=Decimal(10),
        variants=tuple(
            design.VariantPlan(letter, shown[key].name.partition(" · ")[2], shown[key])
            for letter, key in zip("abcdefgh", test.banners, strict=False)
        ),
    )
    if test.started_days_ago is None:
        design.save(site, plan, actor=actor, now=now)
        return
    begun = now - dt.timedelta(days=test.started_days_ago)
    experiment = design.save(site, plan, actor=actor, now=begun)
    lifecycle.start(experiment, actor=actor, now=begun)
