"""The totals are the same numbers in every time zone, language and order of hashing."""

import datetime as dt
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection

from events import rollup
from tests.events.log import Row, alias, bought, write

ROOT = Path(__file__).resolve().parent.parent.parent
ZONES = ("UTC", "Asia/Shanghai", "America/New_York", "Pacific/Kiritimati", "Australia/Lord_Howe")
LANGUAGES = ("C", "C.UTF-8", "de_DE.UTF-8", "tr_TR.UTF-8", "zh_CN.UTF-8")

# What a fresh process counts, and reads of it.
CHILD = """
import datetime, hashlib, django
django.setup()
from events import rollup, store
from events.models import Aggregate, Assigned, UnitTotal
rollup.rebuild()
place = ("experiment_id", "phase", "variant_id", "explored", "suspicious", "cut", "value", "day")
wanted = (
    (UnitTotal, ("unit", "experiment_id", "phase", "suspicious"),
        ("variant_id", "day", "days", "shown_at", "clicked_at", "revenue", "pre_clicks")),
    (Aggregate, place, ("moments", "views")),
    (Assigned, ("experiment_id", "phase", "variant_id", "suspicious"), ("units",)),
)
found = [list(m.objects.order_by(*key).values_list(*key, *rest)) for m, key, rest in wanted]
found += [store.cuts_of([(7, 1)]), store.ages_of([(7, 1)]), store.views_of([(7, 1)])]
print(hashlib.sha256(repr(found).encode()).hexdigest())
"""


def _counted(number: int) -> str:
    settings = connection.settings_dict
    place = f"{settings['HOST']}:{settings['PORT']}/{settings['NAME']}"
    environment = os.environ | {
        "DATABASE_URL": f"postgresql://{settings['USER']}:{settings['PASSWORD']}@{place}",
        "DJANGO_SETTINGS_MODULE": "banner_lab.settings",
        "TZ": ZONES[number % len(ZONES)],
        "PGTZ": ZONES[number * 2 % len(ZONES)],
        "LC_ALL": LANGUAGES[number * 3 % len(LANGUAGES)],
        "PYTHONHASHSEED": str(number),
    }
    done = subprocess.run(
        [sys.executable, "-c", CHILD], cwd=ROOT, env=environment, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def _log() -> None:
    kinds = ("impression", "viewable", "click", "assigned")
    rows = [
        Row(kinds[n % 4], n % 23, n * 97 % 40_000, n, variant=70 + n % 3, device=f"d{n % 2}")
        for n in range(200)
    ]
    rows += [bought(n % 23, minute=n * 911 % 50_000, number=200 + n) for n in range(40)]
    write([*rows, alias(3, 4, number=300), alias(4, 5, number=301)])
    rollup.run(now=dt.datetime(2026, 11, 22, 12, 0, tzinfo=dt.UTC))


@pytest.mark.django_db(transaction=True)
def test_rebuild__three_processes_in_other_zones_and_languages__same_hash():
    _log()
    assert len({_counted(number) for number in range(3)}) == 1


@pytest.mark.nightly
@pytest.mark.django_db(transaction=True)
def test_rebuild__twenty_processes_in_other_zones_and_languages__same_hash():
    _log()
    assert len({_counted(number) for number in range(20)}) == 1
