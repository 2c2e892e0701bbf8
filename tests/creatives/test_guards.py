"""The database itself refuses what review must never allow."""

import pytest
from django.db import IntegrityError, transaction

from creatives.models import Copy, Creative, Version
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def creative():
    return factories.a_creative(factories.a_site())


def _refused(change):
    with pytest.raises(IntegrityError), transaction.atomic():
        change()


@pytest.mark.parametrize(
    ("field", "value"),
    [("alt", "Other"), ("landing_url", "https://evil.example"), ("html", "<b>"), ("focus_x", 1)],
)
def test_version__approved__its_content_cannot_be_changed(creative, field, value):
    row = Version.objects.filter(pk=creative.live_id)
    _refused(lambda: row.update(**{field: value}))


def test_version__draft__may_be_changed():
    draft = factories.a_creative(factories.a_site(), approved=False)
    assert draft.versions.update(alt="Other words") == 1


def test_copy__of_an_approved_version__refused(creative):
    _refused(lambda: Copy.objects.create(version=creative.live, locale="zh-Hans", alt="春"))


def test_live__version_that_is_not_approved__refused():
    draft = factories.a_creative(factories.a_site(), approved=False)
    row = Creative.objects.filter(pk=draft.pk)
    _refused(lambda: row.update(live=draft.versions.get()))


def test_live__approved_version_of_another_creative__refused(creative):
    other = factories.a_creative(creative.site)
    row = Creative.objects.filter(pk=creative.pk)
    _refused(lambda: row.update(live=other.live))


def test_status__of_the_version_shown__cannot_become_another(creative):
    row = Version.objects.filter(pk=creative.live_id)
    _refused(lambda: row.update(status=Version.Status.REJECTED))


def test_creative__removed__everything_goes_with_it(creative):
    creative.delete()
    assert not Version.objects.exists()
