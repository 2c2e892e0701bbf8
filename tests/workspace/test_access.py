"""Who may do what; the doors themselves are tried by everybody in `tests/matrix`."""

import pytest

from tests.factories import a_site, a_user
from workspace import access
from workspace.access import Permission
from workspace.models import Role

pytestmark = pytest.mark.django_db


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
            Permission.APPROVE,
        },
        Role.MANAGER: {
            Permission.VIEW,
            Permission.REVIEW,
            Permission.APPROVE,
            Permission.DECIDE,
        },
        Role.ANALYST: {Permission.VIEW},
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
