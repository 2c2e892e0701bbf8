"""The back office: every list opens, every change is in the audit log."""

import pytest
from django.contrib import admin
from django.urls import reverse

from tests.factories import a_creative, a_key, a_placement, a_site, a_user
from workspace.models import AuditEntry, Membership, Role

pytestmark = pytest.mark.django_db
ROOMS = ("workspace", "creatives", "events")


@pytest.fixture
def office(client):
    root = a_user("root")
    root.is_staff = root.is_superuser = True
    root.save()
    client.force_login(root)
    return client


def _ours():
    return [m for m in admin.site._registry if m._meta.app_label in ROOMS]


@pytest.mark.parametrize("model", _ours(), ids=lambda m: m.__name__)
def test_list__with_search__opens(office, model, django_assert_max_num_queries):
    site = a_site()
    a_placement(site)
    a_key(site)
    address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
    with django_assert_max_num_queries(30):
        assert office.get(address).status_code == 200
    assert office.get(address, {"q": "1"}).status_code == 200


def test_creative_list__picture__instead_of_a_bare_name(office):
    a_creative(a_site())
    page = office.get(reverse("admin:creatives_creative_changelist"))
    assert b"/media/" in page.content


def test_change__in_the_back_office__audited_with_before_and_after(office):
    placement = a_placement(a_site())
    address = reverse("admin:creatives_placement_change", args=[placement.pk])
    fields = {
        "site": placement.site_id,
        "key": placement.key,
        "name": "Renamed",
        "width": 10,
        "height": 10,
        "layer": "x",
        "page_type": "cart",
        "fallback": "",
        "safe_area": 0,
    }
    assert office.post(address, fields).status_code == 302
    entry = AuditEntry.objects.get(object_type="placement", action="change")
    assert (entry.before["name"], entry.after["name"]) == (placement.name, "Renamed")
    assert (entry.actor_name, entry.site) == ("root", placement.site)


def test_delete__in_the_back_office__audited(office):
    member = Membership.objects.get(user=a_user(role=Role.MANAGER, site=a_site()))
    address = reverse("admin:workspace_membership_delete", args=[member.pk])
    assert office.post(address, {"post": "yes"}).status_code == 302
    assert AuditEntry.objects.get(object_type="membership").action == "delete"


@pytest.mark.parametrize("model", ["apikey", "auditentry", "job"])
def test_read_only__written_to__refused(office, model):
    assert office.get(reverse(f"admin:workspace_{model}_add")).status_code == 403


def test_back_office__without_staff__closed(client):
    client.force_login(a_user(role=Role.ADMINISTRATOR, site=a_site()))
    assert client.get("/admin/").status_code == 302
