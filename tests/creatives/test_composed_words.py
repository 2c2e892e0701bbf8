"""Words of composed banners: said per language, drawn anew, never half translated."""

import pytest

from creatives import media, sheet, sheet_in, slots, words
from creatives.models import Version
from creatives.words import Saying
from engine.errors import InvalidInput
from tests.creatives.composed import a_composed, a_picture_of, a_product
from tests.creatives.languages import in_one_language
from tests.factories import NOW, a_site
from workspace.models import Job

pytestmark = pytest.mark.django_db
ZH = "zh-Hans"


@pytest.fixture
def site():
    return a_site(locales=["en", "zh-Hans"])


@pytest.fixture
def draft(site):
    with in_one_language(site):
        picture = a_picture_of(site)
    return a_composed(site, image=picture).versions.get()


def say(version, locale=ZH, **said):
    return words.say(version, locale, Saying(**said), actor=None, now=NOW)


def test_spoken__design__its_texts_without_prices(site):
    sale = a_composed(site, design="sale", palette=_palette("sale"), slots=_sale(), image=None)
    names = set(slots.speaking(sale.versions.get()))
    assert names
    assert not names & {"price", "was", "palette", "design_version"}


def _palette(design: str) -> str:
    from creatives import designs

    return designs.find(design).palettes[0].key


def _sale():
    from creatives import designs

    texts = designs.find("sale").texts
    return {"en": {slot.key: "Now 9" if slot.sort == "price" else "Big" for slot in texts}}


def test_say__another_language__its_markup_is_made_anew(draft):
    before = draft.copies.get().html
    held = say(draft, slots={"headline": "清晨"})
    copy = held.copies.get()
    assert copy.slots["headline"] == "清晨"
    assert "清晨" in copy.html
    assert copy.html != before
    held.refresh_from_db()
    assert held.html == draft.html
    assert Job.objects.filter(kind="creatives.draw").exists()


def test_say__first_language__markup_style_and_what_is_kept(draft):
    held = say(draft, "en", slots={"headline": "Quiet mornings"})
    held.refresh_from_db()
    assert "Quiet mornings" in held.html
    assert held.slots["headline"] == "Quiet mornings"
    assert {"palette", "image"} <= held.slots.keys()
    assert media.path_of(held.stylesheet)
    assert held.original_sha256 != draft.original_sha256
    assert "慢下来" in held.copies.get().html


def test_say__half_translated__first_language_stands_in_until_it_is_whole(draft):
    held = say(draft, slots={"button": ""})
    assert held.copies.get().html == ""
    assert words.lacking(held) == [(ZH, "slot:button")]
    assert "选购" in say(draft, slots={"button": "选购"}).copies.get().html


@pytest.mark.parametrize(
    ("locale", "said", "field"),
    [
        ("en", {"headline": ""}, "en.headline"),
        (ZH, {"headline": "慢" * 100}, "slots.headline"),
        (ZH, {"palette": "sand"}, "slots.palette"),
    ],
)
def test_say__not_what_the_design_takes__refused_and_nothing_kept(draft, locale, said, field):
    with pytest.raises(InvalidInput) as refused:
        say(draft, locale, slots=said)
    assert refused.value.field == field
    kept = Version.objects.get(pk=draft.pk)
    assert (kept.html, kept.slots) == (draft.html, draft.slots)


def test_rewrite__approved__next_draft_drawn_with_the_new_words_only_there(draft):
    Version.objects.filter(pk=draft.pk).update(status="approved")
    said = {ZH: Saying(slots={"headline": "清晨"})}
    made = words.rewrite(draft.creative, said, actor=None, now=NOW)
    assert (made.number, made.status, made.design) == (2, "draft", "split")
    assert "清晨" in made.copies.get().html
    assert "清晨" not in draft.copies.get().html


def test_rewrite__bound_to_a_product__price_of_the_feed(site):
    product = a_product(site)
    creative = a_composed(site, design="sale", palette=_palette("sale"), slots=_sale(),
                          image=None, product=product)  # fmt: skip
    name = next(iter(slots.speaking(creative.versions.get())))
    product.price = 19900
    product.save()
    held = say(creative.versions.get(), "en", slots={name: "Small"})
    assert held.slots["price_minor"] == 19900


def test_sheet__texts_of_a_design__out_and_in(site, draft):
    data = sheet.write(site, [words.with_words(Version.objects).get(pk=draft.pk)]).decode()
    assert "slot:headline" in data
    back = data.replace("慢下来，好好泡一壶", "清晨").encode()
    report = sheet_in.apply(site, back, actor=None, now=NOW)
    assert report.counts()["changed"] == 2  # the alternative text says it as well
    assert "清晨" in draft.copies.get().html
    long = data.replace("慢下来，好好泡一壶", "慢" * 100).encode()
    (refused,) = [one for one in sheet_in.check(site, long).lines if one.outcome == "refused"]
    assert "200" in refused.reason
