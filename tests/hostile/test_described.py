"""Requests made from the API document, at every door of a real process: nothing breaks, and nothing
is answered that the document does not say.
"""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import pytest
import requests
import schemathesis
from django.conf import settings as django_settings
from hypothesis import given
from hypothesis import strategies as st
from schemathesis import GenerationMode

from delivery.token import Signer
from experiments.api.plane_document import TAG
from tests.described import contradictions, drawn
from tests.doors import DjangoDoor
from tests.hostile.__main__ import a_foreign_token
from tests.hostile.asked import Case, Keys, known_doors
from tests.hostile.judge import faults_of
from tests.hostile.sockets import Heard

pytest_plugins = ("tests.door_fixtures",)
pytestmark = pytest.mark.usefixtures("transactional_db")

EACH, FEWEST = 6, 90
MANY, MOST = 240, 3_000
"""For each operation, and in all: with every commit, and nightly."""
SPRING = "/api/v1/assign?experiment=spring-hero&user_id=u-42"
TYPES = (
    *("impression", "viewable", "click", "hide", "purchase", "refund", "add_to_cart"),
    *("page_view", "search", "alias", "consent", "custom:x"),
)
SPOILED = ("assign", "decide", "events", "ofrep_flag", "ofrep_flags")
"""Operations that are also asked with what the document does not allow."""
EMPTY = frozenset({"media_file", "picture"})
"""Doors to files, of which this world has none; `picture` leads to a pixel then."""


@pytest.fixture
def transactional_db(committed_world) -> None:
    """In this module what is committed stays to its end, see `tests.door_fixtures`."""


@pytest.fixture(scope="module")
def document(committed_world, django_db_blocker) -> dict[str, Any]:
    """The product's own, as anybody gets it."""
    with django_db_blocker.unblock():
        return dict(DjangoDoor().get("/api/schema/?format=json").json)


@pytest.fixture
def keys(granian, world) -> Keys:
    token = granian.get(SPRING, key=world.pk).json["token"]
    foreign = a_foreign_token(Signer(django_settings.CONFIG.token_keys))
    return Keys(world.pk, world.sk, token, foreign)


@dataclass(slots=True)
class Asking:
    """Somebody who asks a process, and what came of it."""

    port: int
    keys: Keys
    session: requests.Session
    asked: Counter[tuple[str, int]] = field(default_factory=Counter)
    broken: dict[str, str] = field(default_factory=dict)

    def one(self, operation: Any, each: int) -> None:
        """What the document allows at an operation, and where it has a body what it does not."""
        self._with(operation, GenerationMode.POSITIVE, each)
        if _name(operation) in SPOILED:
            self._with(operation, GenerationMode.NEGATIVE, each)

    def _with(self, operation: Any, mode: GenerationMode, each: int) -> None:
        @drawn(each)
        @given(case=operation.as_strategy(generation_mode=mode), pick=st.integers(0, 99))
        def ask(case: Any, pick: int) -> None:
            if mode is GenerationMode.POSITIVE:
                _about_what_exists(case, self.keys, pick)
            self._ask(case, pick)

        ask()

    def _ask(self, case: Any, pick: int) -> None:
        key = (self.keys.sk, self.keys.pk, self.keys.sk, self.keys.pk, "pk_nobody")[pick % 5]
        case.headers.pop("Authorization", None)
        answer = case.call(
            base_url=f"http://127.0.0.1:{self.port}",
            session=self.session,
            headers={"Authorization": f"Bearer {key}"},
            allow_redirects=False,
        )
        name = _name(case.operation)
        self.asked[name, answer.status_code] += 1
        for fault in _faults(case, answer):
            self.broken.setdefault(name, f"{answer.status_code} {fault}"[:1500])


def _name(operation: Any) -> str:
    return str(operation.definition.raw["operationId"])


def _faults(case: Any, answer: Any) -> list[str]:
    """What contradicts the document, and what no answer may be."""
    sent = Case(case.method.encode(), case.operation.path.encode())
    headers = {name.lower(): ", ".join(texts) for name, texts in answer.headers.items()}
    found = faults_of(sent, Heard(answer.status_code, headers, answer.content))
    return [*found, *contradictions(case, answer)]


def _about_what_exists(case: Any, keys: Keys, pick: int) -> None:
    """Mostly: with names of what exists more is seen than refusals."""
    real = {
        "token": (keys.token, keys.token, keys.foreign)[pick % 3],
        "key": keys.experiment,
        "client_key": keys.pk,
        "name": "banner-lab.js",
        "ending": "avif",
    }
    if pick % 4:
        case.path_parameters.update({n: real[n] for n in case.path_parameters if n in real})
    if pick % 3 and "experiment" in case.query:
        case.query["experiment"] = keys.experiment
    if pick % 5:
        case.body = _sensible(case.body, keys, pick)


def _sensible(body: Any, keys: Keys, pick: int) -> Any:
    real = {
        "placements": [keys.placement],
        "token": keys.token,
        "type": TYPES[pick % len(TYPES)],
        "currency": "CNY",
        "experiment": keys.experiment,
        "key": keys.pk,
    }
    if isinstance(body, list):
        return [_sensible(one, keys, pick + n) for n, one in enumerate(body)]
    if not isinstance(body, dict):
        return body
    return {name: real.get(name, _sensible(value, keys, pick)) for name, value in body.items()}


def _of_the_plane(schema: Any) -> list[Any]:
    found = [one.ok() for one in schema.get_all_operations()]
    return [one for one in found if TAG in one.definition.raw.get("tags", ())]


def test_document__every_door_there_is__is_in_it(document) -> None:
    paths = [
        path for path, one in document["paths"].items() if TAG in next(iter(one.values()))["tags"]
    ]
    for door in known_doors() - {""}:
        beginning = door if door.startswith("/") else f"/{door}/"
        assert any(p == door or p.startswith(f"{beginning}{{") for p in paths), door


@pytest.mark.parametrize(
    ("each", "fewest"),
    [(EACH, FEWEST), pytest.param(MANY, MOST, marks=pytest.mark.nightly)],
    ids=["check", "nightly"],
)
def test_document__requests_made_from_it__no_break_and_nothing_undocumented(
    granian, keys, document, each, fewest
) -> None:
    with requests.Session() as session:
        asking = Asking(granian.port, keys, session)
        for operation in _of_the_plane(schemathesis.openapi.from_dict(document)):
            asking.one(operation, each)
    asked = asking.asked
    print(f"{asked.total()} requests; {sorted(asked.items())}")
    assert not asking.broken, "\n\n".join(f"{n}: {told}" for n, told in asking.broken.items())
    assert asked.total() >= fewest
    done = {name for name, status in asked if status < 400}
    assert {name for name, _status in asked} - done <= EMPTY
    assert granian.get(SPRING, key=keys.pk).json["variant"] == "b"


@pytest.mark.parametrize(("status", "fault"), [(418, "418"), (200, "propensity")])
def test_answer__that_the_document_does_not_say__is_found(document, status, fault) -> None:
    schema = schemathesis.openapi.from_dict(document)
    operation = next(one for one in _of_the_plane(schema) if _name(one) == "assign")
    case = operation.Case(query={"experiment": "x", "user_id": "u"})
    sent = requests.Request("GET", "http://127.0.0.1/api/v1/assign").prepare()
    headers = {"content-type": ["application/json"]}
    answer = schemathesis.Response(status, headers, b"{}", sent, elapsed=0.1, verify=False)
    assert any(fault in one for one in _faults(case, answer))
