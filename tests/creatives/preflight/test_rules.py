"""What each check says of particular cases, and that it has something to say of all."""

import datetime as dt

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from creatives.facts import Facts
from creatives.models import Rendition, Version
from creatives.preflight import Finding, Severity, check, check_at
from creatives.preflight.rules import RULES
from experiments import lifecycle
from tests import factories
from tests.creatives.preflight.states import COMPOSED, DAY, FAR, LOOK, a_copy, a_stage
from tests.factories import NOW, SPRING

pytestmark = pytest.mark.django_db


def _of(version: Version, rule: str, **asked) -> list[Finding]:
    return [one for one in check(version, now=NOW, **asked) if one.rule == rule]


def _severities(version: Version, rule: str, **asked) -> list[str]:
    return [str(one.severity) for one in _of(version, rule, **asked)]


def test_check__good_banner__every_rule_passes_or_is_silent():
    stage = a_stage()
    found = check(stage.version, now=NOW)
    assert not [one for one in found if one.is_open]
    passed = {one.rule for one in found if one.severity is Severity.PASSED}
    assert {"fit", "weight", "alt", "landing_allowed", "landing_alive", "expiry"} <= passed


def test_check__picture__nothing_is_said_of_contrast_that_nobody_measured():
    stage = a_stage()
    stage.know(look=LOOK, grid=((0.1, 0.9),) * 64)
    assert _of(stage.version, "contrast") == []


def test_check__placements__those_of_defaults_open_experiments_and_the_caller():
    stage = a_stage()
    site, creative = stage.experiment.site, stage.creative
    factories.a_placement(site, "footer", fallback=creative)
    named = factories.a_placement(site, "named", fallback=None)
    factories.a_placement(site, "elsewhere", fallback=None)
    found = {one.placement for one in check(stage.version, [named], now=NOW)} - {""}
    assert found == {"home-hero", "footer", "named"}


def test_check__experiment_is_over__its_placement_does_not_count():
    site = factories.a_site()
    experiment = factories.an_experiment(site, status="running")
    version = experiment.variants.get(key="b").creative.live
    lifecycle.stop(experiment, actor=None, now=NOW)
    assert {one.placement for one in check(version, now=NOW)} == {""}


def test_fit__size_of_a_phone_without_a_cut__refused_until_there_is_one():
    stage = a_stage()
    stage.place(phone_width=750, phone_height=900)
    assert _severities(stage.version, "fit") == ["blocking"]
    Rendition.objects.create(
        version=stage.version, file="0" * 64 + ".webp", mime_type="image/webp",
        width=750, height=900, css_width=750, css_height=900, bytes=9000,
    )  # fmt: skip
    fresh = Version.objects.get(pk=stage.version.pk)
    assert _severities(fresh, "fit") == ["passed"]


@pytest.mark.parametrize(
    ("size", "severity"),
    [(150_000, "passed"), (150_001, "warning"), (300_000, "warning"), (300_001, "blocking")],
)
def test_weight__size_of_the_table__up_to_twice_its_limit_is_a_warning(size, severity):
    stage = a_stage()
    stage.place(width=728, height=90)
    stage.change(width=728, height=90)
    stage.heavy(size)
    assert _severities(stage.version, "weight") == [severity]


def test_weight__old_format_is_heavy__only_the_modern_file_counts():
    stage = a_stage()
    stage.version.renditions.filter(mime_type="image/png").update(bytes=5_000_000)
    assert _severities(stage.version, "weight") == ["passed"]


def test_weight__composed__markup_and_its_pictures_count(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    (tmp_path / f"{'a' * 64}.webp").write_bytes(bytes(400_000))
    stage = a_stage()
    stage.compose()
    stage.change(html=f'<img alt="" src="http://127.0.0.1:8001/media/{"a" * 64}.webp">')
    assert _severities(stage.version, "weight") == ["warning"]


def test_alt__second_language__wanted_until_its_words_are_there():
    stage = a_stage()
    site = stage.experiment.site
    site.locales = ["en", "zh-Hans"]
    site.save()
    version = Version.objects.get(pk=stage.version.pk)
    (found,) = _of(version, "alt")
    assert (found.severity, "Chinese" in found.message) == (Severity.BLOCKING, True)
    a_copy(version, alt="春天，应有尽有")
    assert _severities(Version.objects.get(pk=version.pk), "alt") == ["passed"]


def test_landing__page_of_a_second_language__is_checked_as_well():
    stage = a_stage()
    site = stage.experiment.site
    site.locales = ["en", "zh-Hans"]
    site.save()
    a_copy(stage.version, alt="春天", landing_url="https://else.example/zh")
    assert _severities(Version.objects.get(pk=stage.version.pk), "landing_allowed") == ["blocking"]


@pytest.mark.parametrize(
    ("url", "is_own"),
    [
        ("https://shop.example/x", True),
        ("http://SHOP.example:8443/x", True),
        ("https://m.shop.example/", True),
        ("https://shop.example.evil.example/", False),
        ("https://evilshop.example/", False),
        ("https://shop.example@evil.example/", False),
        ("https://[::1/", False),
        ("", False),
    ],
)
def test_landing__host__is_of_the_shop_or_below_it(url, is_own):
    from creatives.preflight.rules import links

    assert links.is_own(url, factories.a_site()) is is_own


@pytest.mark.parametrize(
    ("status", "age", "severity"),
    [
        (200, dt.timedelta(hours=1), "passed"),
        (401, dt.timedelta(hours=1), "passed"),
        (404, dt.timedelta(hours=1), "blocking"),
        (410, dt.timedelta(hours=1), "blocking"),
        (500, dt.timedelta(hours=1), "blocking"),
        (0, dt.timedelta(hours=1), "blocking"),
        (200, dt.timedelta(hours=25), "note"),
        (404, dt.timedelta(hours=25), "note"),
        (404, dt.timedelta(hours=-1), "note"),  # nobody knows today what is seen tomorrow
    ],
)
def test_landing__visited__counts_for_a_day(status, age, severity):
    stage = a_stage()
    factories.a_landing(stage.experiment.site, status=status, at=NOW - age)
    assert _severities(stage.version, "landing_alive") == [severity]


def test_contrast__below_three_even_for_a_headline__blocks():
    stage = a_stage()
    stage.compose(facts=Facts(contrast={"headline": 2.9, "body": 5.0}, overflow={}))
    assert _severities(stage.version, "contrast") == ["blocking"]


def test_legible__size_for_phones_or_a_small_slot__is_not_scaled_down():
    stage = a_stage()
    stage.know(look=LOOK, fine=0.9)
    assert _severities(stage.version, "legible") == ["warning"]
    stage.place(phone_width=600, phone_height=200)
    assert _of(stage.version, "legible") == []


def test_lookalike__experiment_was_decided__says_what_came_of_it():
    site = factories.a_site()
    experiment = factories.an_experiment(site, status="stopped")
    lifecycle.decide(experiment, variant_key="b", reason="More.", actor=None, now=NOW)
    winner = experiment.variants.get(key="b").creative
    winner.versions.update(facts=Facts(look=LOOK).kept())
    twin = factories.a_creative(site, "Twin", approved=False).versions.get()
    Version.objects.filter(pk=twin.pk).update(facts=Facts(look=LOOK).kept())
    (found,) = _of(Version.objects.get(pk=twin.pk), "lookalike")
    assert (found.severity, found.link) == (Severity.WARNING, winner.key)
    assert winner.name in found.message
    assert experiment.name in found.message
    # Of the older one nothing is said: it was there first.
    assert _severities(winner.live, "lookalike") == ["passed"]


@pytest.mark.parametrize("look", ["0" * 16, "f" * 16])
def test_lookalike__plain_ground__is_like_nothing(look):
    stage = a_stage()
    stage.twin(look)
    stage.know(look=look)
    assert _severities(stage.version, "lookalike") == ["passed"]


def test_lookalike__variants_of_one_design_or_another_shop__are_meant_to_be_alike():
    same = Facts(look=LOOK).kept()
    other = factories.a_creative(factories.a_site("other"), approved=False)
    other.versions.update(facts=same)
    stage = a_stage()
    stage.change(design="split", levels={"headline": "1"}, facts=same)
    sister = factories.a_creative(stage.experiment.site, approved=False).versions.get()
    fields = {"design": "split", "levels": {"headline": "2"}, "facts": same}
    Version.objects.filter(pk=sister.pk).update(**fields)
    assert _severities(Version.objects.get(pk=sister.pk), "lookalike") == ["passed"]
    Version.objects.filter(pk=sister.pk).update(levels={})
    assert _severities(Version.objects.get(pk=sister.pk), "lookalike") == ["warning"]


def test_lookalike__six_bits__is_near_and_seven_is_not():
    stage = a_stage()
    stage.twin(LOOK)
    near, far = int(LOOK, 16) ^ 0b111111, int(LOOK, 16) ^ 0b1111111
    stage.know(look=f"{near:016x}")
    assert _severities(stage.version, "lookalike") == ["warning"]
    stage.know(look=f"{far:016x}")
    assert _severities(stage.version, "lookalike") == ["passed"]


def test_expiry__weekday_and_an_end_before_it__passes_and_a_later_end_warns():
    stage = a_stage()  # the clock stands on a Sunday
    stage.change(alt="Boots at half price until Tuesday · 周二截止")
    stage.own(expires_at=NOW + DAY)
    assert _severities(stage.version, "expiry") == ["passed"]
    stage.own(expires_at=NOW + 3 * DAY)
    assert _severities(stage.version, "expiry") == ["warning"]


def test_schedule__ended_already__blocks():
    stage = a_stage()
    stage.own(expires_at=NOW)
    assert _severities(stage.version, "schedule") == ["blocking"]


def test_price__no_product__nothing_is_compared():
    stage = a_stage()
    stage.compose({"price": "¥1"})
    assert _of(stage.version, "price") == []


def test_price__price_before_that_the_feed_does_not_know__blocks():
    stage = a_stage()
    stage.priced("¥359", slot="was")
    assert _severities(stage.version, "price") == ["passed"]
    stage.version.product.old_price = None
    stage.version.product.save()
    assert _severities(Version.objects.get(pk=stage.version.pk), "price") == ["blocking"]


def test_owner__nobody__is_a_note():
    assert _severities(a_stage().version, "owner") == ["note"]


def test_check__many_versions_on_one_placement__same_number_of_queries(
    django_assert_max_num_queries,
):
    stage = a_stage()
    versions = [factories.a_creative(stage.experiment.site).live for _ in range(6)]
    with django_assert_max_num_queries(9):
        found = check_at(versions, stage.placement, now=NOW)
    assert set(found) == {version.pk for version in versions}


WORDS = st.one_of(
    st.text(max_size=60),
    st.lists(
        st.sampled_from(
            ["until", "30", "November", "2026-02-31", "99月99日", "¥", "1,2.3", "元", "today only",
             "last", "0 days", "周日止", "{", "%", "%(x)s", "\x00", "to", "Sunday", "9999999999"]
        ),
        max_size=8,
    ).map(" ".join),
)  # fmt: skip
SHARES = st.floats(allow_nan=False, min_value=0, max_value=30)
FACTS = st.builds(
    Facts,
    look=st.sampled_from(["", "zz", LOOK, FAR, "0" * 16]),
    fine=SHARES,
    loops=st.integers(-1, 10**6),
    contrast=st.none() | st.dictionaries(WORDS, SHARES, max_size=3),
    overflow=st.none()
    | st.dictionaries(st.sampled_from(["300x250", "1200x400", ""]), st.lists(WORDS, max_size=2)),
)
SLOTS = st.dictionaries(
    st.sampled_from(["headline", "price", "was", "image", "x"]),
    st.recursive(WORDS | st.integers() | st.none(), lambda inner: st.lists(inner, max_size=2)),
    max_size=4,
)


VERSIONS = st.fixed_dictionaries(
    {
        "facts": FACTS.map(Facts.kept),
        "slots": SLOTS,
        "alt": WORDS,
        "landing_url": st.just(SPRING) | WORDS.map(lambda text: text.replace("\x00", "")),
        "kind": st.sampled_from(["image", "video", "html"]),
        "frames": st.integers(0, 400),
    }
)
ENDS = st.none() | st.datetimes(timezones=st.just(dt.UTC))


@given(fields=VERSIONS, licence=WORDS, ends=ENDS)
@settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_check__any_words_and_facts__says_something_and_never_raises(stage, fields, licence, ends):
    version = Version.objects.select_related("creative__site", "product").get(pk=stage.version.pk)
    version.creative.licence, version.creative.expires_at = licence, ends
    for name, value in fields.items():
        setattr(version, name, value)
    found = check(version, now=NOW, until=NOW + 7 * DAY)
    assert {one.rule for one in found} <= set(RULES)
    assert all(one.message for one in found)
    assert all(one.remedy for one in found if one.is_open)


@pytest.fixture
def stage():
    made = a_stage()
    made.priced("¥251")
    return made


def test_composed__all_in_order__nothing_open():
    stage = a_stage()
    stage.compose({"headline": "Spring"}, facts=COMPOSED)
    assert not [one for one in check(stage.version, now=NOW) if one.is_open]


@pytest.mark.parametrize(("look", "is_kept"), [(LOOK, True), ("nonsense", False), ("", False)])
def test_look__facts_are_written__column_follows(look, is_kept):
    stage = a_stage()
    stage.know(look=look)
    with connection.cursor() as cursor:
        cursor.execute("SELECT look FROM creatives_version WHERE id = %s", [stage.version.pk])
        assert (cursor.fetchone()[0] is not None) is is_kept
