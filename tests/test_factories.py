"""What the factories shorten is what the long way makes."""

import pytest
from django.forms.models import model_to_dict

from tests import factories

pytestmark = pytest.mark.django_db
OWN = {"id", "creative", "key", "live"}


def _shown(creative):
    rows = (creative, creative.live)
    return [
        {name: value for name, value in model_to_dict(row).items() if name not in OWN}
        for row in rows
    ]


def test_creative__approved_at_once__as_after_submit_and_approve():
    site = factories.a_site()
    short = factories.a_creative(site, "Spring")
    long = factories.a_creative(site, "Spring", approved=False)
    factories.approve(long)
    assert short.live.number == long.live.number == 1
    assert (short.live.submitted_at, short.live.reviewed_at) == (factories.NOW, factories.NOW)
    assert _shown(short) == _shown(long)
