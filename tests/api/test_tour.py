"""The tour of the documents is walked as it is written, against a running server."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from audiences.models import Segment
from experiments.models import Experiment
from tests import factories

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "api.md"
BLOCK = re.compile(r"```(bash|python)\n(.*?)```", re.DOTALL)


def _tour() -> dict[str, str]:
    text = DOCUMENT.read_text(encoding="utf-8")
    return dict(BLOCK.findall(text.split("## A tour")[1].split("## Who calls")[0]))


@pytest.mark.django_db(transaction=True)
def test_tour__curl_then_python__from_segment_to_stopped_experiment(live_server):
    site = factories.a_site()
    factories.a_placement(site)
    for name in ("Spring A", "Spring B"):
        factories.a_creative(site, name)
    blocks = _tour()
    given = {"PUBLIC_URL": live_server.url, "SK": factories.a_key(site)[1], "LC_ALL": "C.UTF-8"}
    commands = [
        ["bash", "-euo", "pipefail", "-c", blocks["bash"]],
        [sys.executable, "-c", blocks["python"]],
    ]
    for command in commands:
        done = subprocess.run(
            command, env=os.environ | given, capture_output=True, text=True, check=False, timeout=60
        )
        assert done.returncode == 0, f"{done.stdout[-2000:]}\n{done.stderr[-2000:]}"
    experiment = Experiment.objects.get(key="spring-hero")
    assert (experiment.status, experiment.planned_days) == ("stopped", 21)
    assert Segment.objects.count() == 1
