"""Inputs and results have hashes that depend on nothing else, and a bundle proves its verdict."""

import datetime as dt
import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from engine.errors import InvalidInput
from experiments.reports import analysis, bundle, canonical, kept_inputs, verdict
from tests.experiments.reports.inputs import ZONES, elsewhere, full_inputs, some_inputs
from tests.experiments.reports.states import ALL, DAY, an_arm

ROOT = Path(__file__).resolve().parents[3]
NOWHERE = {
    name: value
    for name, value in os.environ.items()
    if name not in {"DATABASE_URL", "CELERY_BROKER_URL", "SECRET_KEY", "PSEUDONYM_KEYS"}
}
IN_ANOTHER_PROCESS = """
import django; django.setup()
from experiments.reports import analysis, bundle, canonical, kept_inputs
from tests.experiments.reports.inputs import full_inputs
found = full_inputs()
print(kept_inputs.inputs_hash(found), canonical.result_hash(analysis.analyse(found)))
"""


def a_version(inputs) -> SimpleNamespace:
    """A kept version as the bundle reads it."""
    data = analysis.analyse(inputs)
    return SimpleNamespace(
        verdict=verdict.decide(data).kind.value,
        method=data.method,
        code_version=bundle.code_version(),
        inputs_hash=kept_inputs.inputs_hash(inputs),
        result_hash=canonical.result_hash(data),
        inputs=json.loads(json.dumps(kept_inputs.plain(inputs))),
    )


def test_inputs__through_json__the_same_to_the_last_digit():
    found = full_inputs()
    again = kept_inputs.read(json.loads(json.dumps(kept_inputs.plain(found))))
    assert again == replace(found, cuts={key: dict(arms) for key, arms in found.cuts.items()})
    assert again.suspicious[2].product("revenue", "revenue") == 50 * 10**24
    assert kept_inputs.inputs_hash(again) == kept_inputs.inputs_hash(found)


def test_inputs__of_totals_alone__still_do_not_know_what_was_not_recorded():
    again = kept_inputs.read(kept_inputs.plain(full_inputs()))
    assert again.ages[1][10].sums == {"impressions": 90, "clicks": 3}


@pytest.mark.parametrize("hours", [-11, 0, 14])
def test_hashes__other_zone_and_order__equal(hours):
    found = full_inputs()
    other = elsewhere(found, hours)
    assert kept_inputs.inputs_hash(other) == kept_inputs.inputs_hash(found)
    one, two = (canonical.result_hash(analysis.analyse(each)) for each in (found, other))
    assert one == two


def test_inputs_hash__read_later_on_the_same_day__equal():
    found = full_inputs()
    later = replace(found, as_of=found.as_of + dt.timedelta(hours=3), watermark=99_999)
    assert kept_inputs.inputs_hash(later) == kept_inputs.inputs_hash(found)
    assert canonical.result_hash(analysis.analyse(later)) == canonical.result_hash(
        analysis.analyse(found)
    )


def test_inputs_hash__a_day_later__another_look():
    found = full_inputs()
    assert kept_inputs.inputs_hash(found) != kept_inputs.inputs_hash(
        replace(found, as_of=found.as_of + DAY)
    )


def test_inputs_hash__one_click_more__another():
    found, more = some_inputs(), some_inputs(an_arm(18_400), an_arm(18_424, ctr=0.10702))
    assert kept_inputs.inputs_hash(found) != kept_inputs.inputs_hash(more)


@pytest.mark.parametrize("state", sorted(ALL))
def test_result_hash__through_json__equal(state):
    from experiments.reports.payload import decode, encode

    data = ALL[state]()
    assert canonical.result_hash(decode(json.loads(json.dumps(encode(data))))) == (
        canonical.result_hash(data)
    )


def hashes_in(run: int) -> str:
    settings = {
        "TZ": ZONES[run % len(ZONES)],
        "LC_ALL": ("C", "C.UTF-8", "zh_CN.UTF-8")[run % 3],
        "PYTHONHASHSEED": str(run * 7919),
        "DJANGO_SETTINGS_MODULE": "banner_lab.settings",
    }
    found = subprocess.run(
        [sys.executable, "-c", IN_ANOTHER_PROCESS],
        cwd=ROOT,
        env=os.environ | settings,
        capture_output=True,
        text=True,
        check=True,
    )
    return found.stdout


def test_hashes__three_runs_in_other_places__equal():
    assert len({hashes_in(run) for run in range(3)}) == 1


@pytest.mark.nightly
def test_hashes__twenty_runs_in_other_places__equal():
    assert len({hashes_in(run) for run in range(20)}) == 1


def recompute(folder: Path, text: bytes) -> subprocess.CompletedProcess:
    file = folder / "bundle.json"
    file.write_bytes(text)
    return subprocess.run(
        [sys.executable, "manage.py", "recompute", str(file)],
        cwd=ROOT,
        env=NOWHERE | {"LAB_STATE": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_recompute__where_no_server_is__verdict_and_hashes(tmp_path):
    version = a_version(full_inputs())
    found = recompute(tmp_path, bundle.document(version))
    assert found.returncode == 0, found.stderr
    assert version.verdict in found.stdout
    assert version.inputs_hash in found.stdout
    assert version.result_hash in found.stdout


def test_recompute__inputs_changed_by_hand__says_so(tmp_path):
    version = a_version(full_inputs())
    version.inputs["cap"] += 1
    found = recompute(tmp_path, bundle.document(version))
    assert found.returncode == 1
    assert "their hash differs" in found.stderr


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"method": "tea-leaves-1"}, "tea-leaves-1"),
        ({"result_hash": "0" * 64}, "another result"),
    ],
)
def test_recompute__made_otherwise__a_sentence(change, said):
    version = a_version(some_inputs())
    for name, value in change.items():
        setattr(version, name, value)
    assert said in bundle.recompute(bundle.read(bundle.document(version))).problem


@pytest.mark.parametrize(
    "text", [b"", b"\xff\xfe", b"[]", b'{"format": "x"}', b'{"format": 3}', b"<html>"]
)
def test_read__something_else__refused(text):
    with pytest.raises(InvalidInput):
        bundle.read(text)


@pytest.mark.parametrize("broken", [{}, {"days": [{"of": [], "arm": 1, "moments": "1"}]}])
def test_recompute__inputs_of_another_form__refused(broken):
    whole = json.loads(bundle.document(a_version(some_inputs())))
    whole["inputs"] = whole["inputs"] | broken if broken else {}
    with pytest.raises(InvalidInput):
        bundle.recompute(bundle.read(json.dumps(whole).encode()))


def test_recompute__no_such_file__told_without_a_trace(tmp_path):
    found = subprocess.run(
        [sys.executable, "manage.py", "recompute", str(tmp_path / "none.json")],
        cwd=ROOT,
        env=NOWHERE,
        capture_output=True,
        text=True,
        check=False,
    )
    assert found.returncode == 1
    assert "Traceback" not in found.stderr
