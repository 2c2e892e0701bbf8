"""Words of creatives at both doors: in the visitor's language, else in the site's first one."""

import pytest

from creatives import words
from creatives.words import Saying
from experiments.models import Status, Variant
from tests import factories
from tests.creatives.languages import in_one_language
from tests.doors import an_experiment
from workspace.models import Site

pytest_plugins = ("tests.door_fixtures",)
pytestmark = pytest.mark.usefixtures("transactional_db")


@pytest.fixture
def transactional_db(committed_world) -> None:
    """In this module what is committed stays to its end, see `tests.door_fixtures`."""


ASSIGN = "/api/v1/assign?experiment={experiment}&user_id=u-42&locale={locale}"
DECIDE = "/api/v1/decide"
OF_THE_VISITOR = ("locale", "dir", "alt", "landing_url")


def a_spoken(site, name: str, **said: Saying):
    """A creative with words in some languages, approved before its site spoke the others."""
    with in_one_language(site):
        creative = factories.a_creative(site, name, approved=False)
    for locale, saying in said.items():
        version = creative.versions.get()
        words.say(version, locale.replace("_", "-"), saying, actor=None, now=factories.NOW)
    with in_one_language(site):
        factories.approve(creative)
    return creative


@pytest.fixture(scope="module")
def bazaar(committed_world):
    """A site of four languages, with a default and an experiment that speak some of them."""
    locales = ["en", "zh-Hans", "he", "fr"]
    site = factories.a_site("bazaar", locales=locales)
    said = {
        "zh_Hans": Saying("春季特卖", "https://shop.example/zh"),
        "he": Saying("מבצע אביב"),
    }
    default = a_spoken(site, "Default", **said)
    placement = factories.a_placement(site, "hall", fallback=default)
    with in_one_language(site):
        experiment = an_experiment(site, "which", placement, Status.RUNNING)
    chosen = a_spoken(site, "Chosen", **said)
    Variant.objects.filter(experiment=experiment, key="b").update(creative=chosen)
    key = factories.a_key(site, "publishable")[1]
    quiet = factories.a_site("quiet", locales=["en"])
    factories.a_placement(quiet, "room", fallback=factories.a_creative(quiet, "Only"))
    shrunk = factories.a_site("shrunk", locales=["en", "zh-Hans"])
    kept = a_spoken(shrunk, "Kept", zh_Hans=Saying("春季特卖"))
    factories.a_placement(shrunk, "cell", fallback=kept)
    Site.objects.filter(pk=shrunk.pk).update(locales=["en"])
    committed_world.publish()
    others = {site.key: factories.a_key(site, "publishable")[1] for site in (quiet, shrunk)}
    return {"pk": key} | others


@pytest.fixture
def shown(door, bazaar, world):
    """What a visitor of a language is shown, by `assign` or by `decide`."""
    version = world.publish()
    if door.name == "granian":
        door.follow(version)

    def ask(locale: str | None, *, by: str = "decide", key: str = "pk", placement: str = "hall"):
        if by == "assign":
            path = ASSIGN.format(experiment="which", locale=locale)
            return door.get(path, key=bazaar[key]).json["creative"]
        asked = {"placements": [placement], "user_id": "u-42"} | (
            {} if locale is None else {"locale": locale}
        )
        answer = door.post(DECIDE, asked, key=bazaar[key]).json
        return answer["decisions"][placement]["creative"]

    return ask


@pytest.mark.parametrize("by", ["assign", "decide"])
@pytest.mark.parametrize(
    ("locale", "answered"),
    [
        ("en", ("en", "ltr", "Chosen: everything for spring", "https://shop.example/spring")),
        ("zh-CN", ("zh-Hans", "ltr", "春季特卖", "https://shop.example/zh")),
        ("he-IL", ("he", "rtl", "מבצע אביב", "https://shop.example/spring")),
        ("pt", ("en", "ltr", "Chosen: everything for spring", "https://shop.example/spring")),
        ("fr", ("en", "ltr", "Chosen: everything for spring", "https://shop.example/spring")),
    ],
    ids=["first", "by region", "right to left", "not spoken", "not translated"],
)
def test_experiment__language_of_the_visitor__words_direction_and_fallback(
    shown, by, locale, answered
) -> None:
    creative = shown(locale, by=by)
    assert tuple(creative[name] for name in OF_THE_VISITOR) == answered


def test_default__language_of_the_visitor__as_well_and_without_one_the_first(shown) -> None:
    assert shown(None)["locale"] == "en"
    assert shown("zh-Hans-CN")["alt"] == "春季特卖"
    pictures = [shown(locale)["sources"] for locale in ("en", "he", "zh")]
    assert pictures[0] == pictures[1] == pictures[2]


@pytest.mark.parametrize("locale", ["", "x" * 40, "漢", "-", "en_US", "*"])
def test_language__odd_ones__still_an_answer(shown, locale) -> None:
    assert shown(locale)["locale"] == "en"


def test_one_language__whatever_is_asked__one_answer_as_before(shown) -> None:
    answers = [shown(tag, key="quiet", placement="room") for tag in (None, "en", "zh", "he")]
    assert all(answer == answers[0] for answer in answers)
    before = {"key", "version", "kind", "alt", "landing_url", "sources"}
    assert answers[0].keys() - before == {"locale", "dir"}
    assert (answers[0]["locale"], answers[0]["dir"]) == ("en", "ltr")


def test_copies__of_a_language_no_longer_spoken__stay_away(shown) -> None:
    creative = shown("zh-Hans", key="shrunk", placement="cell")
    assert (creative["locale"], creative["alt"]) == ("en", "Kept: everything for spring")
