"""Every door of workspace and creatives, tried by everybody."""

import pytest
from django.test import Client
from django.urls import reverse

from tests.factories import a_creative, a_key, a_placement, a_site, a_user
from workspace import access
from workspace.access import Permission
from workspace.models import Job, Role

pytestmark = pytest.mark.django_db

EVERYBODY = {Role.MARKETER, Role.MANAGER, Role.ANALYST, Role.ADMINISTRATOR}
EDITORS = {Role.MARKETER, Role.ADMINISTRATOR}
ADMINISTRATORS = {Role.ADMINISTRATOR}

# name, further arguments, method, who may
DOORS = [
    ("workspace:settings", "", "get", EVERYBODY),
    ("workspace:settings", "", "post", ADMINISTRATORS),
    ("workspace:snippet", "", "get", EVERYBODY),
    ("workspace:keys", "", "get", ADMINISTRATORS),
    ("workspace:keys", "", "post", ADMINISTRATORS),
    ("workspace:revoke-key", "key", "post", ADMINISTRATORS),
    ("workspace:rotate-key", "key", "post", ADMINISTRATORS),
    ("workspace:people", "", "get", ADMINISTRATORS),
    ("workspace:people", "", "post", ADMINISTRATORS),
    ("workspace:change-member", "member", "post", ADMINISTRATORS),
    ("workspace:audit", "", "get", EVERYBODY),
    ("workspace:job", "job", "get", EVERYBODY),
    ("creatives:list", "", "get", EVERYBODY),
    ("creatives:new", "", "get", EDITORS),
    ("creatives:new", "", "post", EDITORS),
    ("creatives:several", "", "get", EDITORS),
    ("creatives:several", "", "post", EDITORS),
    ("creatives:many", "", "post", EDITORS),
    ("creatives:keep-view", "", "post", EVERYBODY),
    ("creatives:sheet", "", "get", EVERYBODY),
    ("creatives:sheet-out", "", "get", EVERYBODY),
    ("creatives:sheet-in", "", "post", EDITORS),
    ("creatives:words", "creative", "get", EVERYBODY),
    ("creatives:details", "creative", "post", EDITORS),
    ("creatives:compare", "creative", "get", EVERYBODY),
    ("creatives:bring-back", "creative", "post", EDITORS),
    ("creatives:focus", "creative", "get", EDITORS),
    ("creatives:cuts", "creative", "post", EDITORS),
    ("creatives:preview", "creative", "get", EVERYBODY),
    ("creatives:preview-sheet", "creative", "get", EVERYBODY),
    ("creatives:expiry", "creative", "post", EDITORS),
    ("creatives:review", "", "get", EVERYBODY),
    ("creatives:review-version", "version", "get", EVERYBODY),
    ("creatives:review-decide", "version", "post", EVERYBODY),
    ("creatives:review-comment", "version", "post", EVERYBODY),
    ("creatives:waive", "version", "post", EVERYBODY),
    ("creatives:studio", "", "get", EVERYBODY),
    ("creatives:studio-pictures", "", "get", EDITORS),
    ("creatives:feed", "", "get", EDITORS),
    ("creatives:usual-placements", "", "post", EDITORS),
    ("experiments:creative-use", "creative", "get", EVERYBODY),
    ("creatives:creative", "creative", "get", EVERYBODY),
    ("creatives:new-version", "creative", "get", EDITORS),
    ("creatives:new-version", "creative", "post", EDITORS),
    ("creatives:rename", "creative", "post", EDITORS),
    ("creatives:archive", "creative", "post", EDITORS),
    ("creatives:placements", "", "get", EVERYBODY),
    ("creatives:new-placement", "", "get", EDITORS),
    ("creatives:new-placement", "", "post", EDITORS),
    ("creatives:placement", "placement", "get", EVERYBODY),
    ("creatives:placement", "placement", "post", EDITORS),
    ("creatives:remove-placement", "placement", "post", EDITORS),
]
# An empty request names no version, place or file: whoever may come in is told so.
ASKS_FOR_MORE = {
    "creatives:bring-back", "creatives:compare", "creatives:cuts", "creatives:keep-view",
    "creatives:many", "creatives:review-comment", "creatives:review-decide", "creatives:sheet-in",
    "creatives:usual-placements", "creatives:waive",
}  # fmt: skip
IDS = [f"{method}-{name}" for name, _object, method, _may in DOORS]


def _address(site, name, what):
    member = site.memberships.first()
    arguments = {
        "": [],
        "key": lambda: [a_key(site)[0].pk],
        "member": lambda: [member.pk],
        "job": lambda: [Job.objects.create(site=site, kind="test").pk],
        "creative": lambda: [a_creative(site).key],
        "version": lambda: [a_creative(site).key, 1],
        "placement": lambda: [a_placement(site).key],
    }[what]
    return reverse(name, args=[site.key, *(arguments() if callable(arguments) else arguments)])


@pytest.mark.parametrize("role", sorted(EVERYBODY))
@pytest.mark.parametrize("door", DOORS, ids=IDS)
def test_door__each_role__opens_for_those_who_may(client, role, door):
    name, what, method, may = door
    site = a_site()
    client.force_login(a_user(role=role, site=site))
    answer = getattr(client, method)(_address(site, name, what))
    assert (answer.status_code == 403) == (role not in may)
    answered = {200, 302, 403} | ({404, 422} if name in ASKS_FOR_MORE else set())
    assert answer.status_code in answered


@pytest.mark.parametrize(("name", "what", "method", "may"), DOORS, ids=IDS)
def test_door__member_of_another_site__does_not_exist(client, name, what, method, may):
    site, other = a_site(), a_site("other")
    a_user(role=Role.ADMINISTRATOR, site=site)
    client.force_login(a_user(role=Role.ADMINISTRATOR, site=other))
    assert getattr(client, method)(_address(site, name, what)).status_code == 404


@pytest.mark.parametrize(("name", "what", "method", "may"), [d for d in DOORS if d[1]])
def test_door__object_of_another_site_under_own_address__does_not_exist(
    client, name, what, method, may
):
    site, other = a_site(), a_site("other")
    a_user(role=Role.ADMINISTRATOR, site=other)
    client.force_login(a_user(role=Role.ADMINISTRATOR, site=site))
    theirs = _address(other, name, what).replace("/s/other/", f"/s/{site.key}/")
    assert getattr(client, method)(theirs).status_code == 404


@pytest.mark.parametrize(("name", "what", "method", "may"), DOORS, ids=IDS)
def test_door__nobody_logged_in__goes_to_the_log_in(client, name, what, method, may):
    site = a_site()
    a_user(role=Role.ADMINISTRATOR, site=site)
    answer = getattr(client, method)(_address(site, name, what))
    assert answer.status_code == 302
    assert answer.url.startswith("/login/?next=")


@pytest.mark.parametrize(
    ("name", "what"), [(name, what) for name, what, method, _may in DOORS if method == "post"]
)
def test_door__post_without_csrf_token__refused_with_a_page(name, what):
    site = a_site()
    client = Client(enforce_csrf_checks=True)
    client.force_login(a_user(role=Role.ADMINISTRATOR, site=site))
    answer = client.post(_address(site, name, what))
    assert answer.status_code == 403
    assert b"expired" in answer.content


def test_door__htmx_part_after_the_session_ended__sends_the_whole_page_to_the_log_in(client):
    answer = client.get("/s/shop/audit/", headers={"HX-Request": "true"})
    assert answer.headers["HX-Redirect"].startswith("/login/")


def test_permissions__each_role__as_in_the_table():
    table = {role: {p for p in Permission if access.allows(role, p)} for role in Role}
    assert table == {
        Role.MARKETER: {
            Permission.VIEW,
            Permission.EDIT,
            Permission.REVIEW,
            Permission.LAUNCH,
        },
        Role.MANAGER: {Permission.VIEW, Permission.REVIEW, Permission.DECIDE},
        Role.ADMINISTRATOR: set(Permission),
    }


def test_home__without_a_site__says_what_to_do(client):
    client.force_login(a_user("newcomer"))
    page = client.get("/")
    assert page.status_code == 200
    assert b"newcomer" in page.content


def test_home__with_sites__goes_to_the_last_one_visited(client):
    user = a_user(role=Role.MARKETER, site=a_site())
    a_site("zebra").memberships.create(user=user, role=Role.MARKETER)
    client.force_login(user)
    assert client.get("/").url == "/s/shop/"
    client.get("/s/zebra/audit/")
    assert client.get("/").url == "/s/zebra/"


def test_error_page__unknown_address__styled_and_says_what_next(client):
    answer = client.get("/nowhere/")
    assert answer.status_code == 404
    assert b"To the home page" in answer.content
