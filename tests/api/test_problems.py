"""Every refusal is problem+json, in the reader's language; whatever is sent, nothing breaks."""

import json

import pytest

from tests.api.conftest import by_key
from workspace.api import throttling

pytestmark = pytest.mark.django_db
PROBLEM = "application/problem+json"
HOSTILE = {
    "not json": (b"{", 400),
    "not utf-8": (b'{"name": "\xff"}', 400),
    "NUL": (b'{"name": "a\\u0000b", "rule": {}}', 422),
    "NUL in a name": (b'{"a\\u0000b": 1}', 422),
    "half a pair": (b'{"name": "a\\ud800", "rule": {}}', 422),
    "half a pair deep down": (b'{"name": "a", "rule": {"all": [{"value": "\\udfff"}]}}', 422),
    "deep": (b'{"rule":' * 200 + b"1" + b"}" * 200, 400),
    "very deep": (b"[" * 100_000, 400),
    "infinite": (b'{"name": "a", "rule": {"x": 1e999}}', 422),
    "no number": (b'{"name": "a", "rule": {"x": NaN}}', 400),
    "beyond 64 bits": (b'{"name": "a", "rule": {"x": 99999999999999999999}}', 422),
    "digits without end": (b'{"rule": ' + b"9" * 5000 + b"}", 400),
    "a list": (b"[1]", 422),
    "a text": (b'"name"', 422),
    "nothing": (b"", 422),
    "too large": (b'{"name": "' + b"a" * 1_100_000 + b'"}', 413),
}


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize(("method", "path"), [("POST", "segments/"), ("POST", "experiments/")])
def test_body__hostile__refused_with_a_problem(key, name, method, path):
    body, status = HOSTILE[name]
    answer = key.raw(method, path, body)
    assert (answer.status_code, answer["Content-Type"]) == (status, PROBLEM), answer.content
    assert json.loads(answer.content)["detail"]


def test_errors__each_status__problem_in_both_languages(key, admin, reader, draft):
    stale = {"if_match": '"old"'}
    cases = {
        400: lambda **h: key.ask("post", "segments/", "{", **h),
        401: lambda **h: by_key("sk_no").get("segments/", **h),
        403: lambda **h: reader.post("segments/", {}, **h),
        404: lambda **h: key.get("segments/none/", **h),
        405: lambda **h: key.put("segments/", {}, **h),
        406: lambda **h: key.get("segments/", accept="text/html", **h),
        409: lambda **h: key.post("experiments/spring/pause/", {}, **h),
        412: lambda **h: key.patch("experiments/spring/", {"name": "x"}, **stale, **h),
        422: lambda **h: key.get("segments/", {"colour": "red"}, **h),
    }
    for status, ask in cases.items():
        said = {}
        for language in ("en", "zh-hans"):
            answer = ask(accept_language=language)
            assert (answer.status_code, answer["Content-Type"]) == (status, PROBLEM), answer.content
            said[language] = answer.json()
            assert said[language]["status"] == status
        assert said["en"]["title"], status
    assert key.put("segments/", {})["Allow"].split(", ")[:2] == ["GET", "POST"]
    assert by_key("sk_no").get("segments/")["WWW-Authenticate"] == "Bearer"


def test_body__other_content_type__415(key):
    answer = key.raw("POST", "segments/", b"<a/>", "application/xml")
    assert (answer.status_code, answer["Content-Type"]) == (415, PROBLEM)


def test_address__that_is_none__404_as_a_problem(key):
    answer = key.get("nothing/at/all/")
    assert (answer.status_code, answer["Content-Type"]) == (404, PROBLEM)


@pytest.mark.parametrize("path", ["products/a%00b/", "products/?text=a%00b", "segments/?q=%00"])
def test_address__with_nul__refused(key, path):
    answer = key.get(path)
    assert (answer.status_code, answer["Content-Type"]) == (422, PROBLEM)


@pytest.mark.parametrize("query", ["cursor=nonsense", "cursor=cD0A", "page_size=0", "page_size=x"])
def test_page__that_is_none__refused_by_field(key, draft, query):
    answer = key.get(f"experiments/?{query}")
    assert (answer.status_code, answer.json()["field"]) == (422, query.split("=")[0])


def test_calls__more_than_a_minute_takes__429_with_the_time_to_wait(key, monkeypatch):
    monkeypatch.setattr(throttling, "PER_MINUTE", 3)
    statuses = [key.get("segments/").status_code for _ in range(6)]
    assert 429 in statuses  # a minute may end in between, so not which
    refused = next(a for a in (key.get("segments/") for _ in range(9)) if a.status_code == 429)
    assert 1 <= int(refused["Retry-After"]) <= 60
    assert refused["Content-Type"] == PROBLEM


def test_calls__counters_away__nobody_refused(key, monkeypatch):
    monkeypatch.setattr(throttling, "PER_MINUTE", 0)
    monkeypatch.setattr(throttling, "_store", lambda _url: None)
    assert key.get("segments/").status_code == 200
