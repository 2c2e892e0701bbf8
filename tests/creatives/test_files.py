"""Files for pages of the control plane: harmless, for ever, and in parts for players."""

import pytest

from creatives import media

BODY = b"0123456789"


@pytest.mark.parametrize(
    ("ending", "kind"),
    [
        ("mp4", "video/mp4"),
        ("webm", "video/webm"),
        ("css", "text/css; charset=utf-8"),
        ("png", "image/png"),
    ],
)
def test_media__every_sort__named_by_its_ending_and_harmless(client, ending, kind):
    answer = client.get(f"/media/{media.store(BODY, ending)}")
    assert (answer.status_code, answer.getvalue()) == (200, BODY)
    assert answer.headers["Content-Type"] == kind
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert answer.headers["Accept-Ranges"] == "bytes"
    assert "immutable" in answer.headers["Cache-Control"]


def test_media__part_of_a_film__that_part_only(client):
    name = media.store(BODY, "mp4")
    part = client.get(f"/media/{name}", headers={"range": "bytes=-3"})
    assert (part.status_code, part.content) == (206, b"789")
    assert part.headers["Content-Range"] == "bytes 7-9/10"
    assert part.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"


def test_media__part_behind_the_end__refused_and_not_kept(client):
    name = media.store(BODY, "mp4")
    answer = client.get(f"/media/{name}", headers={"range": "bytes=10-"})
    assert (answer.status_code, answer.headers["Content-Range"]) == (416, "bytes */10")
    assert "immutable" not in answer.headers.get("Cache-Control", "")


def test_media__part_of_an_older_file__the_whole_one(client):
    name = media.store(BODY, "mp4")
    answer = client.get(f"/media/{name}", headers={"range": "bytes=0-1", "if-range": '"x"'})
    assert (answer.status_code, answer.getvalue()) == (200, BODY)
