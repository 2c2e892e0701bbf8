"""What can be taken back is taken back by an ordinary change, once, never over another one."""

import datetime as dt

import pytest
from django.utils import timezone

from audiences.models import Segment
from creatives import details, library
from experiments import design, planning
from experiments.models import Experiment
from tests.factories import a_creative, a_segment, a_site, a_user, an_experiment
from workspace import undoing
from workspace.models import AuditEntry, Role, SavedView

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop():
    return a_site()


@pytest.fixture
def mei(shop, client):
    person = a_user("mei", role=Role.MARKETER, site=shop)
    client.force_login(person)
    return person


def _undo(client, *entries):
    return client.post(
        "/s/shop/audit/undo/", {"entry": [e.pk for e in entries], "next": "/s/shop/"}, follow=True
    )


def _last(action):
    return AuditEntry.objects.filter(action=action).first()


def test_toast__archived_creative__offers_the_way_back_that_works(client, shop, mei):
    creative = a_creative(shop)
    page = client.post(f"/s/shop/creatives/{creative.key}/archive/", follow=True).content.decode()
    assert f'name="entry" value="{_last("archive").pk}"' in page
    _undo(client, _last("archive"))
    creative.refresh_from_db()
    assert creative.archived_at is None
    assert _last("undo").after == {"undone": _last("archive").pk}


def test_undo__details_of_a_creative_saved_at_once__all_go_back(client, shop, mei, now):
    creative = a_creative(shop)
    client.post(
        f"/s/shop/creatives/{creative.key}/details/", {"tags": "red, new", "licence": "ours"}
    )
    _undo(client, _last("set licence"), _last("set tags"))
    creative.refresh_from_db()
    assert (creative.tags, creative.licence) == ([], "")


def test_undo__changed_again_since__refused_with_a_sentence(client, shop, mei):
    creative, now = a_creative(shop), timezone.now()
    details.set_licence(creative, licence="first", actor=mei, now=now)
    first = _last("set licence")
    details.set_licence(creative, licence="second", actor=mei, now=now)
    assert "changed again since" in _undo(client, first).content.decode()
    creative.refresh_from_db()
    assert creative.licence == "second"


def test_undo__twice_or_too_late__refused(client, shop, mei):
    creative, now = a_creative(shop), timezone.now()
    library.rename(creative, name="Other", actor=mei, now=now)
    first = _last("rename")
    assert "as it was before" in _undo(client, first).content.decode()
    assert "taken back already" in _undo(client, first).content.decode()
    old = library.rename(creative, name="Older", actor=mei, now=now - dt.timedelta(days=2))
    entry = AuditEntry.objects.filter(action="rename", object_key=old.key).order_by("-pk").first()
    assert "for a day" in _undo(client, entry).content.decode()


def test_undo__deleted_segment__comes_back_under_its_key(client, shop, mei):
    segment = a_segment(shop, "phones", "device", "one_of", ["phone"])
    page = client.post("/s/shop/audiences/phones/delete/", follow=True).content.decode()
    assert "Undo" in page
    _undo(client, _last("delete"))
    assert Segment.objects.get(site=shop, key="phones").rule == segment.rule


def _plan(experiment, **fields):
    variants = tuple(
        design.VariantPlan(v.key, v.name, v.creative, v.weight) for v in experiment.variants.all()
    )
    given = {name: getattr(experiment, name) for name in planning.COLUMNS}
    return design.Plan(**given | {"variants": variants} | fields)


def test_undo__edited_draft__has_its_plan_from_before(client, shop, mei):
    draft, now = an_experiment(shop), timezone.now()
    name, was = draft.name, [(v.key, v.creative_id, v.weight) for v in draft.variants.all()]
    changed = _plan(draft, name="Other", hypothesis="Because", planned_days=21, variants=())
    design.save(shop, changed, actor=mei, now=now, experiment=draft)
    _undo(client, _last("edit"))
    restored = Experiment.objects.get(pk=draft.pk)
    assert (restored.name, restored.planned_days) == (name, 14)
    assert [(v.key, v.creative_id, v.weight) for v in restored.variants.all()] == was


@pytest.mark.usefixtures("mei")
def test_undo__archived_experiment__is_what_it_was(client, shop):
    stopped = an_experiment(shop, status="stopped")
    page = client.post(f"/s/shop/experiments/{stopped.key}/archive/", follow=True)
    assert "Undo" in page.content.decode()
    _undo(client, _last("archive"))
    stopped.refresh_from_db()
    assert stopped.status == "stopped"


def test_undo__deleted_draft__is_a_draft_again(client, shop, mei):
    draft = an_experiment(shop)
    key, count = draft.key, draft.variants.count()
    design.delete(draft, actor=mei, now=timezone.now())
    _undo(client, _last("delete"))
    assert Experiment.objects.get(site=shop, key=key).variants.count() == count


def test_undo__reader_or_other_site__refused(client, shop, mei):
    creative = a_creative(shop)
    library.rename(creative, name="Other", actor=mei, now=timezone.now())
    entry = _last("rename")
    assert undoing.offered([entry], role=Role.ANALYST, now=timezone.now()) == set()
    client.force_login(a_user("reader", role=Role.ANALYST, site=shop))
    assert "does not allow" in _undo(client, entry).content.decode()
    client.force_login(a_user("ada", role=Role.ADMINISTRATOR, site=a_site("other")))
    answer = client.post("/s/other/audit/undo/", {"entry": entry.pk}, follow=True)
    assert "nothing here" in answer.content.decode()
    assert client.post("/s/shop/audit/undo/", {"entry": entry.pk}).status_code == 404


def test_undo__saved_view_deleted_or_changed__comes_back_for_its_owner_alone(client, shop, mei):
    a_creative(shop)
    client.post("/s/shop/creatives/views/keep/?q=red", {"name": "Red"})
    client.post("/s/shop/creatives/views/keep/?q=blue", {"name": "Red"})
    page = _undo(client, _last("change"))
    [view] = SavedView.objects.all()
    assert (view.name, view.query) == ("Red", "q=red"), page.content
    page = client.post(f"/s/shop/creatives/views/{view.pk}/remove/", follow=True).content.decode()
    assert f'name="entry" value="{_last("delete").pk}"' in page
    client.force_login(a_user("ann", role=Role.MARKETER, site=shop))
    _undo(client, _last("delete"))
    assert not SavedView.objects.exists()
    client.force_login(mei)
    _undo(client, _last("delete"))
    assert SavedView.objects.get().query == "q=red"
