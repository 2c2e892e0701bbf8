"""Errors become problem+json or a styled page, never a trace."""

import json

import pytest
from django.urls import path

from banner_lab import problems
from banner_lab.urls import urlpatterns as product
from engine import errors
from engine.errors import LabError

pytestmark = pytest.mark.django_db


def _family(kind: type[LabError]) -> list[type[LabError]]:
    return [kind, *(each for child in kind.__subclasses__() for each in _family(child))]


@pytest.mark.parametrize("kind", _family(LabError), ids=lambda kind: kind.__name__)
def test_status_of__every_error_of_the_product__is_a_refusal_or_an_outage(kind):
    assert problems.status_of(kind.__new__(kind)) in problems.TITLES


def test_body__error_with_field_and_hint__says_what_where_and_how_to_mend_it():
    document = problems.body(errors.InvalidInput("Too long.", field="name", hint="At most 64."))
    assert document["detail"] == "Too long."
    assert (document["field"], document["hint"], document["status"]) == ("name", "At most 64.", 422)


def _broken(request):
    raise RuntimeError("secret detail")


def _refusing(request):
    raise errors.Conflict("Somebody else was first.", hint="Reload the page.")


urlpatterns = [
    path("broken/", _broken),
    path("refusing/", _refusing),
    path("api/broken/", _broken),
    *product,
]
handler400, handler403 = problems.bad_request, problems.forbidden
handler404, handler500 = problems.not_found, problems.server_error


@pytest.fixture
def visitor(client, settings):
    settings.ROOT_URLCONF = __name__
    client.raise_request_exception = False
    return client


def test_page__nothing_there__is_styled_and_speaks_the_readers_language(visitor):
    answer = visitor.get("/nothing/", headers={"Accept-Language": "zh-Hans"})
    assert answer.status_code == 404
    assert "<html" in answer.text
    assert 'lang="zh-hans"' in answer.text


def test_page__refusal_of_a_use_case__is_shown_with_its_remedy(visitor):
    answer = visitor.get("/refusing/")
    assert answer.status_code == 409
    assert "Somebody else was first." in answer.text
    assert "Reload the page." in answer.text


@pytest.mark.filterwarnings("ignore")
def test_page__fault_of_ours__shows_no_detail(visitor):
    answer = visitor.get("/broken/")
    assert answer.status_code == 500
    assert "secret detail" not in answer.text


@pytest.mark.parametrize(("address", "status"), [("/api/nothing/", 404), ("/api/broken/", 503)])
def test_api__any_failure__is_problem_json(visitor, address, status):
    answer = visitor.get(address)
    assert answer.status_code == status
    assert answer["Content-Type"] == "application/problem+json"
    assert json.loads(answer.content)["type"].startswith("http")


def test_policy__every_page__forbids_inline_script_and_foreign_sources(visitor):
    policy = visitor.get("/login/")["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
