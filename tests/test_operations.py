"""Board and alarms speak of series and labels that exist, and each alarm is explained."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.test import Client
from prometheus_client.parser import text_string_to_metric_families

from banner_lab.stack.processes import wait_until
from tests.doors import SHOP

pytest_plugins = ("tests.door_fixtures",)
pytestmark = pytest.mark.usefixtures("transactional_db")

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "docs" / "operations"
NAME = re.compile(r"\bbanner_lab_\w+")
# A selector's or a grouping's labels; Prometheus adds the first two to every series.
SELECTED = re.compile(r"(banner_lab_\w+)\{([^}]*)\}")
GROUPED = re.compile(r"by \(([^)]*)\)[^{]*?(banner_lab_\w+)")
OF_PROMETHEUS = {"instance", "job", "le"}


@pytest.fixture
def transactional_db(committed_world) -> None:
    """In this module what is committed stays to its end, see `tests.door_fixtures`."""


def board() -> dict[str, Any]:
    return json.loads((FOLDER / "dashboard.json").read_text("utf-8"))


def rules() -> list[dict[str, Any]]:
    groups = yaml.safe_load((FOLDER / "alerts.yml").read_text("utf-8"))["groups"]
    return [rule for group in groups for rule in group["rules"]]


def expressions() -> list[str]:
    shown = [target["expr"] for panel in board()["panels"] for target in panel.get("targets", [])]
    return shown + [rule["expr"] for rule in rules()]


def read(text: bytes) -> dict[str, set[str]]:
    """The labels of each series that was scraped; a family without samples has them unknown."""
    found: dict[str, set[str]] = {}
    for family in text_string_to_metric_families(text.decode()):
        for sample in family.samples:
            found.setdefault(sample.name, set()).update(sample.labels)
    return found


@pytest.fixture
def scraped(granian, world) -> dict[str, set[str]]:
    """What both planes say after each kind of thing has happened once."""
    asked = "/api/v1/assign?experiment=spring-hero&user_id=u-42"
    token = granian.get(asked, key=world.pk).json["token"]
    events = [{"type": "impression", "token": token}, {"type": "click", "token": "bl1.forged"}]
    sent = granian.post("/api/v1/events", {"events": events, "key": world.pk}, origin=SHOP)
    assert sent.status == 202, sent
    assert granian.get("/nothing").status == 404
    assert wait_until(lambda: b"loop_lag_seconds_count 0" not in scrape(granian), seconds=5)
    return read(scrape(granian)) | read(Client().get("/metrics").content)


def scrape(granian) -> bytes:
    answer = granian.get("/metrics")
    assert answer.status == 200
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    return answer.body


# Only there once something has been learned, or a worker or the roll-up has run.
LATER = {
    "banner_lab_learnt_version", "banner_lab_learnt_age_seconds", "banner_lab_worker_heard_seconds",
    "banner_lab_rollup_age_seconds",
}  # fmt: skip


def test_board_and_alarms__every_series_and_label__exists_in_a_scrape(scraped) -> None:
    named = {name for expression in expressions() for name in NAME.findall(expression)}
    assert sorted(named - set(scraped) - LATER) == []
    for expression in expressions():
        for name, selector in SELECTED.findall(expression):
            labels = set(re.findall(r"(\w+)\s*(?:=~|!~|!=|=)", selector))
            assert labels <= scraped[name] | OF_PROMETHEUS, expression
        for grouping, name in GROUPED.findall(expression):
            labels = {label.strip() for label in grouping.split(",")}
            assert labels <= scraped[name] | OF_PROMETHEUS, expression


def test_series__each_of_ours__is_on_the_board_or_in_an_alarm(scraped) -> None:
    shown = " ".join(expressions())
    ours = {re.sub(r"_(bucket|count|sum)$", "", name) for name in scraped if NAME.match(name)}
    assert sorted(name for name in ours if name not in shown) == []


def test_scrape__after_known_requests__has_counted_them(granian, world) -> None:
    def counted() -> dict[tuple[str, str], float]:
        return {
            (sample.labels["door"], sample.labels["code"]): sample.value
            for family in text_string_to_metric_families(scrape(granian).decode())
            for sample in family.samples
            if sample.name == "banner_lab_requests_total"
        }

    before = counted()
    for user in range(7):
        granian.get(f"/api/v1/assign?experiment=spring-hero&user_id=u-{user}", key=world.pk)
    granian.get("/c/no-token")
    granian.post("/api/v1/events", b"no JSON", key=world.sk)
    after = counted()
    grown = {key: n - before.get(key, 0) for key, n in after.items() if n != before.get(key, 0)}
    assert grown == {("assign", "200"): 7, ("click", "404"): 1, ("events", "400"): 1}


@pytest.mark.parametrize("expression", expressions())
def test_expression__each__closes_what_it_opens(expression) -> None:
    for opening, closing in ("()", "[]", "{}"):
        assert expression.count(opening) == expression.count(closing)


def test_board__panels__have_their_own_place_and_number() -> None:
    panels = board()["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    taken: set[tuple[int, int]] = set()
    for panel in panels:
        at = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(at["x"], at["x"] + at["w"])
            for y in range(at["y"], at["y"] + at["h"])
        }
        assert not cells & taken, panel["title"]
        assert all(x < 24 for x, _ in cells)
        taken |= cells


def test_alarms__each__is_explained_with_what_to_do() -> None:
    text = (ROOT / "docs" / "operations.md").read_text("utf-8")
    assert sorted(rule["alert"] for rule in rules() if f"`{rule['alert']}`" not in text) == []
    known = {rule["alert"] for rule in rules()}
    assert sorted(set(re.findall(r"`(BannerLab\w+)`", text)) - known) == []


def test_example__of_prometheus__reads_both_planes_and_the_rules() -> None:
    example = yaml.safe_load((FOLDER / "prometheus.yml").read_text("utf-8"))
    assert example["rule_files"] == ["alerts.yml"]
    assert {one["metrics_path"] for one in example["scrape_configs"]} == {"/metrics"}
    for one in example["scrape_configs"]:
        assert re.fullmatch(r"banner-lab-.*", one["job_name"])
