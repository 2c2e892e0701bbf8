"""A typed client generated from the document walks from a segment to a stopped experiment."""

import importlib
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiJsonRenderer

from tests import factories

GENERATOR = "openapi_python_client"
LEFT_OUT = {"POST /api/v1/sites/{site}/translation-sheet/"}
"""A sheet is a file of text/csv, which the generator does not send."""


@pytest.fixture(scope="module")
def generated(tmp_path_factory) -> Path:
    """The package `lab_client`, made by the generator."""
    folder = tmp_path_factory.mktemp("client")
    document = SchemaGenerator().get_schema(request=None, public=True)
    paths = document["paths"]
    document["paths"] = {p: one for p, one in paths.items() if p.startswith("/api/v1/sites/")}
    source, config = folder / "openapi.json", folder / "config.json"
    source.write_bytes(OpenApiJsonRenderer().render(document))
    config.write_text(
        json.dumps({"package_name_override": "lab_client", "post_hooks": [], "literal_enums": True})
    )
    options = ["--path", source, "--config", config, "--meta", "none", "--output-path"]
    done = subprocess.run(
        [sys.executable, "-m", GENERATOR, "generate", *options, folder / "lab_client"],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    said = done.stdout + done.stderr
    assert set(re.findall("WARNING parsing (.*) within", said)) <= LEFT_OUT, said
    return folder


@pytest.mark.django_db(transaction=True)
def test_client__typed_round_trip__segment_draft_start_report_stop(
    live_server, generated, monkeypatch
):
    site = factories.a_site()
    factories.a_placement(site)
    for name in ("Spring A", "Spring B"):
        factories.a_creative(site, name)
    monkeypatch.syspath_prepend(str(generated))
    client = importlib.import_module("lab_client").AuthenticatedClient(
        base_url=live_server.url, token=factories.a_key(site)[1]
    )
    models = importlib.import_module("lab_client.models")

    def call(tag: str, name: str, *parts: Any, **options: Any) -> Any:
        module = importlib.import_module(f"lab_client.api.{tag}.{name}")
        return module.sync_detailed("shop", *parts, client=client, **options)

    rule = {"all": [{"feature": "device", "op": "is", "value": "phone"}]}
    phones = models.SegmentInput.from_dict({"name": "Phones", "rule": rule})
    made = [call("segments", "segments_create", body=phones, idempotency_key="s-1") for _ in "12"]
    assert [int(one.status_code) for one in made] == [201, 201]
    assert made[0].parsed.key == made[1].parsed.key == "phones"
    assert made[1].headers["Idempotency-Replayed"] == "true"

    plan = {
        "name": "Spring hero",
        "placement": "home-hero",
        "hypothesis": "A warmer picture brings more clicks.",
        "variants": [
            {"key": "a", "name": "A", "creative": "spring-a"},
            {"key": "b", "name": "B", "creative": "spring-b"},
        ],
    }
    body = models.PlanInput.from_dict(plan)
    draft = call("experiments", "experiments_create", body=body)
    assert draft.parsed.status == "draft"
    key, tag = draft.parsed.key, draft.headers["ETag"]
    change = models.PatchedPlanChange.from_dict({"planned_days": 21})
    changed = call("experiments", "experiments_partial_update", key, body=change, if_match=tag)
    assert changed.parsed.planned_days == 21
    stale = call("experiments", "experiments_partial_update", key, body=change, if_match=tag)
    assert (int(stale.status_code), type(stale.parsed).__name__) == (412, "Problem")

    assert call("experiments", "experiments_checks", key).parsed.ready is True
    tag = changed.headers["ETag"]
    start = models.StartMove.from_dict({})
    started = call("experiments", "experiments_start", key, body=start, if_match=tag)
    assert started.parsed.status == "running"
    assert call("experiments", "experiments_report", key).parsed.verdict == "no_data"
    stop = models.StopMove.from_dict({})
    stopped = call("experiments", "experiments_stop", key, body=stop, idempotency_key="stop-1")
    assert stopped.parsed.status == "stopped"
    listed = call("experiments", "experiments_list", status="stopped")
    assert [row.key for row in listed.parsed.results] == [key]
    assert int(call("segments", "segments_destroy", "phones").status_code) == 204
