"""Both languages are complete: nothing untranslated, nothing guessed, nothing left uncompiled."""

import gettext
import io
import re
import shutil
import subprocess
from pathlib import Path

import allauth
import django
import pytest
import rest_framework
from django.core.management import call_command
from django.test import override_settings

ROOT = Path(__file__).resolve().parent.parent
CATALOGUE = Path("zh_Hans/LC_MESSAGES/django.po")
SOURCES = (
    *(
        "audiences",
        "banner_lab",
        "creatives",
        "delivery",
        "demo",
        "engine",
        "events",
        "experiments",
    ),
    *("workspace", "templates", "locale"),
)

# Without a context, our words stand for theirs wherever they say the same in English. These may.
OF_ONE_MEANING = {
    *("Action", "Add", "Filter", "Log out", "Remove", "and", "title", "active", "version"),
    *(", ", "Image", "Text", "This field is required.", "Current", "Key", "Note", "Phone"),
    *("created", "key", "name", "sent", "Created", "Search"),
}

pytestmark = pytest.mark.skipif(
    shutil.which("xgettext") is None, reason="GNU gettext is not on this machine"
)


@pytest.fixture(scope="module")
def fresh(tmp_path_factory):
    """A copy of the catalogue, brought up to date with every string in a copy of the sources.

    A copy, because Django's command always writes into a `locale` folder where it is run.
    """
    copy = tmp_path_factory.mktemp("sources")
    for folder in SOURCES:
        shutil.copytree(ROOT / folder, copy / folder, ignore=shutil.ignore_patterns("__pycache__"))
    with pytest.MonkeyPatch.context() as patch, override_settings(LOCALE_PATHS=[copy / "locale"]):
        patch.chdir(copy)
        call_command("makemessages", locale=["zh_Hans"], verbosity=0)
    return copy / "locale" / CATALOGUE


def _places(catalogue: Path, *which: str) -> list[str]:
    command = ["msgattrib", "--no-obsolete", *which, str(catalogue)]
    out = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    # A line of places stands over every entry; the text itself may be spread over several lines.
    return re.findall(r"^#: .*", out, re.MULTILINE)


def test_chinese__every_string_of_the_sources__translated(fresh):
    assert _places(fresh, "--untranslated") == []


def test_chinese__no_translation__guessed_from_a_similar_text(fresh):
    assert _places(fresh, "--only-fuzzy") == []


def test_chinese__compiled_catalogue__is_that_of_the_sources():
    po = ROOT / "locale" / CATALOGUE
    compiled = subprocess.run(
        ["msgfmt", "--check", "-o", "-", str(po)], capture_output=True, check=True
    )
    ours = gettext.GNUTranslations((po.with_suffix(".mo")).open("rb"))
    assert ours._catalog == gettext.GNUTranslations(io.BytesIO(compiled.stdout))._catalog


def _catalogue(mo: Path) -> dict[str, str]:
    with mo.open("rb") as file:
        return gettext.GNUTranslations(file)._catalog


def test_chinese__words_of_libraries__mean_what_they_mean_there():
    ours = _catalogue((ROOT / "locale" / CATALOGUE).with_suffix(".mo"))
    other = {
        key
        for library in (django, allauth, rest_framework)
        for mo in Path(library.__file__).parent.rglob(f"locale/{CATALOGUE.with_suffix('.mo')}")
        for key, text in _catalogue(mo).items()
        if key and ours.get(key, text) != text
    }
    assert other <= OF_ONE_MEANING
