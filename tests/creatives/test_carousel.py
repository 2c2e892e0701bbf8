"""Several pictures in one banner and its heart: what is kept, what is refused, what is checked."""

import re

import pytest

from creatives import media, preflight, rendering, review, slots, words
from creatives.designs import find, fixed, markup, style
from creatives.facts import Facts
from creatives.models import Creative, Version
from creatives.preflight import Severity
from creatives.words import Saying
from engine.errors import InvalidInput
from tests.creatives.composed import MOVED, a_carousel, a_composed, pictures_of
from tests.factories import NOW, a_placement, a_site, a_user
from workspace.models import Role

pytestmark = pytest.mark.django_db
SLIDE = re.compile(r'role="group" aria-label="(\d / \d)"')


@pytest.fixture
def site():
    return a_site(locales=["en", "zh-Hans"])


def findings(version, rule):
    return [one for one in preflight.check(version, now=NOW) if one.rule == rule]


def test_carousel__three_pictures__each_with_its_words_and_what_is_on_it(site):
    version = a_carousel(site).versions.get()
    assert SLIDE.findall(version.html) == ["1 / 3", "2 / 3", "3 / 3"]
    alts = re.findall(r'<img [^>]*alt="([^"]*)"', version.html)
    assert all(alt.endswith("everything for spring") for alt in alts)
    assert len(set(alts)) == 3
    copy = version.copies.get()
    assert re.findall(r'<img [^>]*alt="[^"]*\((.*?)\)"', copy.html) == ["zh-Hans"] * 3
    assert 'data-slot="headline3">晚餐时的一盏灯' in copy.html
    assert version.alt == "Mugs that stay warm · Stoneware, glazed by hand. · See the table"


def test_carousel__markup__buttons_beside_the_place_of_the_link_and_hidden(site):
    html = a_carousel(site).versions.get().html
    assert "<a" not in html
    inside = re.search(r"<slot[^>]*>(.*?)</slot>", html)[1]
    assert inside == ""
    assert re.search(r'<div class="bl\w+__buttons" lang="en" data-buttons hidden>', html)
    named = re.findall(r'<button [^>]*aria-label="([^"]*)"', html)
    assert named == ["Previous picture", "Next picture", "Like"]


def test_heart__language_of_the_banner__its_own_word_and_english_elsewhere():
    design = find("carousel")
    said = {slot.key: "x" for slot in design.texts}

    def made(locale):
        return markup.markup(
            design, scope="blx", words=said, picture=None, locale=locale, like=True
        )

    assert 'dir="rtl"' in made("ar")
    assert "أعجبني" in made("ar")
    assert 'aria-label="喜欢" aria-pressed="false"' in made("zh-Hans")
    assert 'lang="en" data-buttons' in made("sw")
    assert len({one.like for one in fixed.KNOWN}) == len({one.lang for one in fixed.KNOWN})


@pytest.mark.parametrize("design", ["cover", "split"])
def test_heart__in_another_design__only_where_it_was_asked_for(site, design):
    with_it, without = (
        a_composed(site, design=design, palette="night", like=like).versions.get()
        for like in (True, False)
    )
    assert "data-like" in with_it.html
    assert with_it.slots["like"] is True
    assert not re.search(r"<button|<slot|--heart", without.html)


def test_heart__design_without_one__none(site):
    version = a_composed(site, design="tile", palette="mono", like=True).versions.get()
    assert "data-like" not in version.html
    assert "like" not in version.slots


@pytest.mark.parametrize(
    ("number", "said", "field"),
    [
        (1, {}, "image2"),
        (2, {}, "en.headline3"),
        (4, {}, "en.headline4"),
        (3, {"headline2": ""}, "en.headline2"),
        (3, {"headline2": "x" * 35}, "en.headline2"),
    ],
)
def test_carousel__pictures_and_words_do_not_match__refused_by_the_field(site, number, said, field):
    with pytest.raises(InvalidInput) as refusal:
        a_carousel(site, number, slots={"en": MOVED["en"] | said})
    assert refusal.value.field == field


def test_carousel__five_pictures__refused(site):
    four = pictures_of(site, 4)
    with pytest.raises(InvalidInput, match="at most 4"):
        a_carousel(site, images=[*four, four[0]])


def test_carousel__words_changed__the_same_pictures_and_heart(site):
    version = a_carousel(site).versions.get()
    say = Saying(slots={"headline2": "A pot for life"})
    held = words.say(version, "en", say, actor=None, now=NOW)
    held.refresh_from_db()
    assert "A pot for life" in held.html
    assert held.slots["more"] == version.slots["more"]
    assert SLIDE.findall(held.html) == SLIDE.findall(version.html)
    assert "data-like" in held.html
    assert not {"more", "like"} & set(slots.speaking(held))


def test_style__carousel__moves_only_by_hand_and_smoothly_for_whoever_likes_it():
    css = style.sheet(find("carousel"), find("carousel").palettes[0]).css
    assert not re.search(r"animation|transition|@keyframes", css)
    wanted = r"@media \(prefers-reduced-motion: no-preference\) {[^}]*scroll-behavior: smooth"
    assert re.search(wanted, css)
    assert css.count("smooth;") == 1


def test_payload__carousel__markup_of_all_pictures_and_none_drawn_yet(site):
    payload = rendering.payload(a_carousel(site).versions.get(), a_placement(site))
    assert (payload.kind, payload.html.count("<img")) == ("html", 3)


# ---- checks, each with a banner that breaks it ----


def test_weight__all_pictures_together__over_the_limit_of_the_slot(site):
    version = a_carousel(site).versions.get()
    place = a_placement(site, fallback=version.creative)
    for number, name in enumerate(re.findall(r'<img [^>]*src="/media/([^"]*)"', version.html)):
        with media.path_of(name).open("ab") as file:
            file.write(bytes(number + 110_000))
    (found,) = findings(version, "weight")
    assert found.severity == Severity.WARNING
    place.max_kilobytes = 400
    place.save()
    assert [one.severity for one in findings(version, "weight")] == [Severity.PASSED]


def test_alt__one_picture_in_one_language__blocks_until_it_is_written(site):
    pictures = pictures_of(site, 3, approved=False)
    pictures[1].copies.all().delete()
    silent = a_carousel(site, images=pictures).versions.get()
    assert Facts.of(silent.facts).unsaid == ("zh-Hans.image2",)
    (found,) = findings(silent, "alt")
    assert (found.severity, found.message) == (
        Severity.BLOCKING,
        "Picture 2 has no alternative text in Simplified Chinese.",
    )
    Version.objects.filter(pk=pictures[1].pk).update(decorative=True)
    pictures[1].refresh_from_db()
    mended = a_carousel(site, images=pictures).versions.get()
    assert [one.severity for one in findings(mended, "alt")] == [Severity.PASSED]


def test_contrast__words_of_a_later_picture__block(site):
    version = a_carousel(site).versions.get()
    assert {"headline", "headline2", "headline3"} <= Facts.of(version.facts).contrast.keys()
    assert [one.severity for one in findings(version, "contrast")] == [Severity.PASSED]
    version.facts |= {"contrast": {"headline": 9.0, "body2": 2.5}}
    version.save()
    assert [one.severity for one in findings(version, "contrast")] == [Severity.BLOCKING]
    version.facts |= {"contrast": {"headline2": 3.2}}
    version.save()
    assert [one.severity for one in findings(version, "contrast")] == [Severity.WARNING]


def test_reduced_motion__animation_among_the_pictures__blocks(site):
    pictures = pictures_of(site, 2, approved=False)
    Version.objects.filter(pk=pictures[1].pk).update(frames=9)
    pictures[1].refresh_from_db()
    said = {key: text for key, text in MOVED["en"].items() if key != "headline3"}
    version = a_carousel(site, images=pictures, slots={"en": said}).versions.get()
    (found,) = findings(version, "reduced_motion")
    assert found.severity == Severity.BLOCKING


def test_text_length__headline_of_a_later_picture__counts_like_the_first(site):
    version = a_carousel(site).versions.get()
    a_placement(site, fallback=version.creative, max_headline=19)
    (found,) = findings(version, "text_length")
    assert found.severity == Severity.PASSED
    say = Saying(slots={"headline2": "A pot for ever and ever"})
    held = words.say(version, "en", say, actor=None, now=NOW)
    (found,) = findings(held, "text_length")
    assert (found.severity, "A pot for ever" in found.message) == (Severity.BLOCKING, True)


# ---- the form ----


@pytest.fixture
def marketer(client, site, settings):
    settings.CHROMIUM = "/nowhere/chromium"
    client.force_login(a_user("mei", role=Role.MARKETER, site=site))
    return client


def filled(images, **changes):
    said = {f"{loc}.{slot}": text for loc, texts in MOVED.items() for slot, text in texts.items()}
    keys = ("image", "image2", "image3", "image4")
    chosen = {key: one.pk for key, one in zip(keys, images, strict=False)}
    fields = {
        "name": "Table",
        "landing_url": "https://shop.example/k",
        "palette": "paper",
        "like": "on",
        "action": "save",
    }
    return said | fields | chosen | changes


def test_form__three_pictures__kept_and_shown_again(marketer, site):
    pictures = pictures_of(site, 3)
    answer = marketer.post("/s/shop/studio/carousel/", filled(pictures))
    assert answer.status_code == 302, answer.content.decode()
    version = Creative.objects.get(name="Table").versions.get()
    assert [version.slots["image"], *version.slots["more"]] == [one.pk for one in pictures]
    assert version.slots["like"] is True
    again = marketer.get(f"/s/shop/studio/carousel/?creative={version.creative.key}")
    page = again.content.decode()
    for name, one in zip(("image", "image2", "image3"), pictures, strict=True):
        assert f'name="{name}" value="{one.pk}" checked' in page
    assert 'name="image4" value="" checked' in page


def test_form__picture_left_out_in_between__said_beside_it(marketer, site):
    pictures = pictures_of(site, 3)
    changes = {"image3": "", "image4": pictures[2].pk}
    answer = marketer.post("/s/shop/studio/carousel/", filled(pictures, **changes))
    assert answer.status_code == 422
    assert "Choose this one before the next" in answer.content.decode()


def test_form__nothing_chosen_yet__preview_of_the_example(marketer, site):
    page = marketer.get("/s/shop/studio/carousel/").content.decode()
    assert "Mugs that stay warm" in page
    half = marketer.post("/s/shop/studio/carousel/preview/", filled(pictures_of(site, 1)))
    assert 'aria-label="2 / 2"' in half.content.decode()


def test_choice__slot_that_may_stay_empty__offers_none(marketer, site):
    address = "/s/shop/studio/pictures/?slot=image3&optional=1"
    assert 'name="image3" value="" checked' in marketer.get(address).content.decode()


def test_review__several_pictures__says_where_the_others_are(marketer, site):
    creative = a_carousel(site)
    version = review.submit(creative.versions.get(), actor=None, now=NOW)
    page = marketer.get(f"/s/shop/review/{creative.key}/{version.number}/").content.decode()
    assert "This is the first of 3 pictures." in page
    assert f"/s/shop/creatives/{creative.key}/preview/?version=1" in page


def test_generate__design_of_several_pictures__is_not_offered(marketer):
    assert marketer.get("/s/shop/studio/carousel/generate/").status_code == 404
