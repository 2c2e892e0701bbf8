"""A link for testing, in a real browser: one variant for the visit, and nothing of it counts."""

import json

import pytest
from django.conf import settings
from django.utils import timezone

from delivery import forcing
from experiments.models import Variant
from tests.tag.storefront import GRANT, until, visit

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.browser,
    pytest.mark.filterwarnings("ignore:No directory at"),
]


def _link(variant):
    return forcing.sign(
        settings.CONFIG.token_keys,
        site_id=variant.experiment.site_id,
        experiment_id=variant.experiment_id,
        variant_id=variant.pk,
        expires=timezone.now().timestamp() + 3600,
    )


def test_tag__link_for_testing__forced_to_the_end_of_the_visit_and_not_counted(shop, page):
    variants = Variant.objects.filter(experiment__key="autumn-hero").select_related("experiment")
    asked, got = [], []
    page.on("request", lambda r: asked.append(r.post_data) if "/decide" in r.url else None)
    page.on("response", lambda r: got.append(r) if "/decide" in r.url else None)
    page.add_init_script(GRANT)
    for variant in variants:
        link = _link(variant)
        visit(page, f"{shop.home}?bl_force={link}")
        visit(page, shop.home)
        assert {json.loads(body)["force"] for body in asked} == {link}
        shown = got[-1].json()["decisions"]["home-hero"]
        assert (shown["reason"], shown["variant"]) == ("FORCED", variant.key)
        asked.clear()
    assert until(lambda: shop.events.filter(variant_id__in=variants, kind="impression").exists())
    marks = shop.events.filter(variant_id__in=variants).values_list("mark", flat=True)
    assert set(marks) == {"test"}
