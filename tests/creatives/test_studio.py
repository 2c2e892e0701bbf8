"""Composing a banner: what is kept, what is refused, and that words stay words."""

import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from creatives import drawing, media, pictures, rendering, review, studio
from creatives.designs import DESIGNS, find, style
from creatives.designs.markup import markup
from creatives.facts import Facts
from creatives.models import Copy, Version
from engine.errors import Conflict, InvalidInput
from tests.creatives.composed import WORDS, a_composed, a_picture_of, a_product
from tests.factories import NOW, a_placement, a_site, approve
from workspace.models import AuditEntry, Job

pytestmark = pytest.mark.django_db
TAG = re.compile(r"<\s*(/?[a-zA-Z]+)([^>]*)>")
ELEMENTS = {"div", "picture", "source", "img", "span", "slot", "button"}
ATTRIBUTES = {
    *("class", "lang", "dir", "data-slot", "data-box", "type", "srcset", "sizes", "src"),
    *("width", "height", "alt", "decoding"),
    *("role", "aria-label", "aria-hidden", "data-track", "data-whole", "data-alive", "data-move"),
}


@pytest.fixture
def site():
    return a_site(locales=["en", "zh-Hans"])


def all_words_fit(creative):
    """As if it had been drawn and measured: nobody approves what nobody has looked at."""
    drawing.keep_overflow(creative.versions.get(), {})


def test_compose__two_languages__draft_with_markup_sheet_and_copy(site):
    creative = a_composed(site)
    version = creative.versions.get()
    copy = Copy.objects.get(version=version)
    assert (version.kind, version.status, version.design) == ("html", "draft", "split")
    assert "Slow mornings, poured well" in version.html
    assert 'lang="zh-Hans" dir="ltr"' in copy.html
    assert "慢下来" in copy.html
    assert version.alt.startswith("Slow mornings, poured well · Keeps")
    assert version.slots["palette"] == "sand"
    css = media.path_of(version.stylesheet).read_text()
    scope = re.search(r'class="(bl[0-9a-f]{10})', version.html)[1]
    assert f".{scope}__headline" in css
    assert "banner" not in css
    wanted = {"version": version.pk, "content": version.original_sha256}
    assert Job.objects.get(kind="creatives.draw").parameters == wanted
    assert AuditEntry.objects.filter(action="create", object_key=creative.key).exists()


def test_compose__second_language_empty__visitors_read_the_first(site):
    version = a_composed(site, slots={"en": WORDS["en"]}).versions.get()
    assert not version.copies.exists()


def test_payload__composed__addresses_of_the_data_plane_and_both_languages(site):
    creative = a_composed(site)
    all_words_fit(creative)
    approve(creative)
    payload = rendering.payload(creative.versions.get(), a_placement(site))
    assert payload.kind == "html"
    assert payload.stylesheet.startswith("http")
    assert [words.locale for words in payload.words] == ["zh-Hans"]
    for html in (payload.html, payload.words[0].html):
        addresses = re.findall(r'(?:src|srcset)="([^"]+)"', html)
        assert addresses
        assert all(part.strip().startswith("http") for a in addresses for part in a.split(","))


def test_recompose__live_banner__next_draft_while_the_approved_one_stays(site):
    creative = a_composed(site)
    all_words_fit(creative)
    live = approve(creative)
    picture = a_picture_of(site, color="navy")
    version = studio.recompose(
        creative,
        design="cover",
        palette="night",
        slots=WORDS,
        image=picture,
        landing_url="https://shop.example/kettles",
        actor=None,
        now=NOW,
    )
    creative.refresh_from_db()
    assert (version.number, version.status, creative.live_id) == (2, "draft", live.pk)
    assert version.stylesheet != live.stylesheet


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"design": "nothing"}, "design"),
        ({"palette": "neon"}, "palette"),
        ({"image": None}, "image"),
        ({"slots": {"en": {"button": "Go"}}}, "en.headline"),
        ({"slots": {"en": WORDS["en"] | {"headline": "x" * 45}}}, "en.headline"),
        ({"slots": {"en": WORDS["en"], "zh-Hans": {"headline": "春" * 23}}}, "zh-Hans.headline"),
        ({"slots": {"en": WORDS["en"], "zh-Hans": {"headline": "春天"}}}, "zh-Hans.button"),
        ({"name": " "}, "name"),
        ({"landing_url": "javascript:alert(1)"}, "landing_url"),
    ],
)
def test_compose__something_wrong__refused_by_the_name_of_the_field(site, changes, field):
    with pytest.raises(InvalidInput) as refusal:
        a_composed(site, **changes)
    assert refusal.value.field == field
    assert not Version.objects.filter(kind="html").exists()


def test_compose__picture_or_product_of_another_site__refused(site):
    other = a_site("other")
    with pytest.raises(InvalidInput):
        a_composed(site, image=a_picture_of(other))
    with pytest.raises(InvalidInput):
        a_composed(site, product=a_product(other))


def test_compose__taken_key__conflict(site):
    a_composed(site, key="morning")
    with pytest.raises(Conflict):
        a_composed(site, key="morning")


def test_compose__product__its_price_whatever_was_typed(site):
    words = {"en": WORDS["en"] | {"price": "¥1", "was": "¥999"}}
    creative = a_composed(site, design="tile", palette="mono", slots=words, product=a_product(site))
    version = creative.versions.get()
    assert "¥269" in version.html
    assert "¥385" in version.html
    assert "¥999" not in version.html
    assert version.slots["price_minor"] == 26900


def test_compose__product_that_was_cheaper__no_price_before(site):
    product = a_product(site, old_price=20000)
    creative = a_composed(site, design="tile", palette="mono", product=product)
    assert "was" not in creative.versions.get().slots


def test_picture__files__small_slots_need_not_load_the_large_one(site):
    picture = pictures.of(a_picture_of(site))
    assert picture.src.startswith("/media/")
    assert "480w" in picture.sources[0].srcset
    assert "1200w" in picture.sources[0].srcset


def test_facts__text_over_an_unmeasured_picture__worst_case_of_black_and_white(site):
    picture = a_picture_of(site)
    picture.facts = {}
    Version.objects.filter(pk=picture.pk).update(facts={})
    fields = {"design": "cover", "image": picture}
    dark = a_composed(site, palette="night", **fields).versions.get()
    facts = Facts.of(dark.facts)
    assert facts.contrast["headline"] >= 4.5
    assert facts.overflow is None


@pytest.mark.parametrize("design", DESIGNS, ids=lambda design: design.key)
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(text=st.text(max_size=60) | st.sampled_from(["<b>x", '"><script>', "{{ x }}", "&lt;", "'"]))
def test_markup__any_words__only_our_elements_and_the_words_as_they_are(design, text):
    words = {slot.key: text for slot in design.texts}
    html = markup(design, scope="blx", words=words, picture=None, locale="ar")
    for name, rest in TAG.findall(html):
        assert name.strip("/") in ELEMENTS
        assert {part.split("=")[0] for part in re.findall(r'[^\s"=]+="[^"]*"', rest)} <= ATTRIBUTES
    assert 'dir="rtl"' in html


def test_style__same_design_and_palette__same_name_another_focus_another():
    design = find("split")
    first, again = (style.sheet(design, design.palettes[0]) for _ in range(2))
    other = style.sheet(design, design.palettes[0], (30, 50))
    assert first == again
    assert first.scope != other.scope


def test_review__composed__frozen_once_submitted(site):
    version = a_composed(site).versions.get()
    review.submit(version, actor=None, now=NOW)
    version.refresh_from_db()
    with pytest.raises(Exception, match="its content stays"):
        Version.objects.filter(pk=version.pk).update(html="<b>other</b>")
