"""What a browser reads travels compressed; a file it has is not sent again."""

import gzip

import pytest
from django.test import Client
from django.urls import reverse

STYLES = "/static/css/app.css"


def get(path: str, **headers):
    return Client().get(path, headers={"accept-encoding": "gzip"} | headers)


def body(answer) -> bytes:
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


@pytest.mark.parametrize("path", ["login", STYLES])
@pytest.mark.django_db
def test_answer__browser_that_unpacks__is_compressed(path):
    answer = get(path if path.startswith("/") else reverse(path))
    assert answer.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in answer.headers["Vary"]
    packed = body(answer)
    assert len(packed) < 0.5 * len(gzip.decompress(packed))


def test_answer__client_that_does_not__is_plain():
    answer = Client().get(STYLES)
    assert "Content-Encoding" not in answer.headers
    assert b"--lab-ink" in body(answer)


def test_file__browser_has_it__is_not_sent_again():
    first = get(STYLES)
    tag = first.headers.get("ETag") or ""
    body(first)
    again = get(STYLES, **{"if-none-match": tag, "if-modified-since": first["Last-Modified"]})
    assert again.status_code == 304


@pytest.mark.django_db
def test_answer__to_a_program__is_plain():
    assert "Content-Encoding" not in get("/api/schema/").headers


def test_head__asks_for_headers_only__has_no_body():
    answer = Client().head(STYLES, headers={"accept-encoding": "gzip"})
    assert body(answer) == b""
