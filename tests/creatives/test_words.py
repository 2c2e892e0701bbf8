"""Words in every language: said in drafts, carried over, lacking ones known."""

import pytest

from creatives import library, review, words
from creatives.models import Copy, Version
from creatives.words import Saying
from engine.errors import IllegalMove, InvalidInput
from tests.creatives.languages import from_before
from tests.factories import NOW, a_picture, a_site, approve
from workspace.models import AuditEntry

pytestmark = pytest.mark.django_db
ZH = "zh-Hans"


@pytest.fixture
def site():
    return a_site(locales=["en", "zh-Hans"])


@pytest.fixture
def draft(site):
    version = from_before(site, "Spring", approved=False).versions.get()
    return words.with_words(Version.objects).get(pk=version.pk)


def say(version, locale=ZH, *, decorative=None, **said):
    return words.say(version, locale, Saying(**said), decorative=decorative, actor=None, now=NOW)


@pytest.fixture
def ready(draft):
    """It says everything, so that it may be submitted."""
    return say(draft, alt="春季")


def rewrite(creative, *, decorative=None, **sayings):
    said = {locale.replace("_", "-"): saying for locale, saying in sayings.items()}
    return words.rewrite(creative, said, decorative=decorative, actor=None, now=NOW)


def test_say__draft__kept_with_direction_and_audit(draft):
    said = say(draft, alt="  春季  特卖 ", landing_url="https://shop.example/zh")
    first, other = words.spoken(said)
    assert (first.locale, first.dir, first.lacks) == ("en", "ltr", ())
    assert (other.alt, other.landing_url) == ("春季 特卖", "https://shop.example/zh")
    assert AuditEntry.objects.filter(action="change words").count() == 1
    say(draft, alt="春季 特卖")
    assert AuditEntry.objects.filter(action="change words").count() == 1


def test_say__first_language__changes_the_version_itself(draft):
    say(draft, "en", alt="Spring, anew")
    draft.refresh_from_db()
    assert (draft.alt, draft.copies.count()) == ("Spring, anew", 0)


def test_spoken__hebrew__right_to_left(draft):
    draft.creative.site.locales = ["en", "he"]
    assert [said.dir for said in words.spoken(draft)] == ["ltr", "rtl"]


@pytest.mark.parametrize("move", ["submit", "approve"])
def test_say__no_draft_any_more__refused_with_the_way_out(ready, move):
    draft = ready
    review.submit(draft, actor=None, now=NOW)
    if move == "approve":
        review.approve(draft, actor=None, now=NOW)
    with pytest.raises(IllegalMove) as refused:
        say(draft, alt="春季")
    assert "new version" in str(refused.value.hint)


@pytest.mark.parametrize(
    ("locale", "said", "field"),
    [
        ("fr", {"alt": "Printemps"}, "locale"),
        (ZH, {"alt": "春" * 251}, "alt"),
        ("en", {"alt": " "}, "alt"),
        ("en", {"landing_url": ""}, "landing_url"),
        (ZH, {"landing_url": "javascript:alert(1)"}, "landing_url"),
        (ZH, {"slots": {"headline": "春"}}, "slots.headline"),
    ],
)
def test_say__does_not_fit__refused_by_field(draft, locale, said, field):
    with pytest.raises(InvalidInput) as refused:
        say(draft, locale, **said)
    assert refused.value.field == field
    assert not Copy.objects.exists()


def test_say__landing_page_of_another_language__may_be_left_to_the_first(draft):
    said = say(draft, landing_url="")
    assert words.spoken(said)[1].landing_url == ""


def test_lacking__alt_and_slots__named_by_language(draft):
    draft.slots = {"headline": "Spring", "body": "", "palette": "warm", "image": {"file": "x"}}
    draft.save()
    assert words.lacking(draft) == [(ZH, "alt"), (ZH, "slot:headline")]
    say(draft, alt="春季", slots={"headline": "春"})
    assert words.lacking(words.with_words(Version.objects).get(pk=draft.pk)) == []


def test_lacking__decorative__nothing_but_not_without_words_again(draft):
    say(draft, "en", alt="", decorative=True)
    assert words.lacking(words.with_words(Version.objects).get(pk=draft.pk)) == []
    with pytest.raises(InvalidInput) as refused:
        say(draft, "en", decorative=False)
    assert refused.value.field == "alt"


def test_rewrite__live_creative__next_draft_with_everything_carried_over(draft):
    Version.objects.filter(pk=draft.pk).update(focus_x=20, facts={"look": "ff"})
    say(draft, alt="春季")
    creative = draft.creative
    live = approve(creative)
    made = rewrite(creative, en=Saying(alt="Summer"))
    creative.refresh_from_db()
    assert (made.number, made.status, creative.live_id) == (2, "draft", live.pk)
    assert (made.alt, made.focus_x, made.facts) == ("Summer", 20, {"look": "ff"})
    assert made.copies.get().alt == "春季"
    assert made.renditions.count() == live.renditions.count()
    assert rewrite(creative, zh_Hans=Saying(alt="夏季")).number == 2


def test_rewrite__nothing_new__no_version(ready):
    draft = ready
    creative = draft.creative
    approve(creative)
    assert rewrite(creative, en=Saying(alt=draft.alt)).number == 1
    assert creative.versions.count() == 1


def test_rewrite__in_review__refused(ready):
    draft = ready
    review.submit(draft, actor=None, now=NOW)
    with pytest.raises(IllegalMove):
        rewrite(draft.creative, zh_Hans=Saying(alt="夏季"))


@pytest.mark.parametrize(("size", "focus"), [((1200, 400), 20), ((600, 200), 50)])
def test_add_version__another_picture__words_stay_and_focus_if_it_is_as_large(draft, size, focus):
    say(draft, alt="春季")
    Version.objects.filter(pk=draft.pk).update(focus_x=20)
    made = library.add_version(
        draft.creative,
        alt="Spring",
        landing_url=draft.landing_url,
        upload=a_picture(*size),
        actor=None,
        now=NOW,
    )
    assert (made.focus_x, made.copies.get().alt) == (focus, "春季")


def test_create__alts_of_other_languages__kept_and_foreign_ones_not(site):
    creative = library.create(
        site,
        name="Both",
        alt="",
        decorative=True,
        alts={ZH: "春季", "fr": "Printemps"},
        landing_url="https://shop.example/",
        upload=a_picture(),
        filename="x.png",
        actor=None,
        now=NOW,
    )
    version = creative.versions.get()
    assert (version.alt, version.decorative) == ("", True)
    assert [(copy.locale, copy.alt) for copy in version.copies.all()] == [(ZH, "春季")]
