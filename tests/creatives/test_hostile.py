"""Every file of the corpus ends as it must, and what is served of it says nothing else."""

import io
import os
import struct

import pytest
from PIL import Image

from creatives import library, media, uploads
from engine.errors import InputError
from tests.creatives.corpus import CASES, TAKEN, Case
from tests.creatives.hostile_bytes import MARK
from tests.creatives.hostile_films import film
from tests.factories import a_picture, a_site

SAID = {"exif", "xmp", "XML:com.adobe.xmp", "comment", "icc_profile", "Title", "photoshop"}
NAMES = {
    "path": "../../etc/passwd.png",
    "absolute path": "/etc/cron.d/x.png",
    "Windows path": "C:\\con\\nul.png",
    "NUL": "good.png\0.html",
    "long": "x" * 400 + ".png",
    "turned around": "good\u202egnp.exe",
    "device": "con.png",
    "emoji": "🎉 spring 春.png",
    "double ending": "good.png.php",
    "lines": "one\r\nSet-Cookie: two.png",
}


def _parameter(case: Case):
    marks = [pytest.mark.nightly] if case.slow else []
    return pytest.param(case, id=f"{case.sort}: {case.name}", marks=marks)


def test_corpus__size__at_least_sixty_files_of_different_names():
    assert len({case.name for case in CASES}) == len(CASES) >= 60


@pytest.mark.parametrize("case", [_parameter(case) for case in CASES])
def test_accept__hostile_file__ends_as_expected_and_comes_out_clean(case):
    if case.verdict != TAKEN:
        with pytest.raises(InputError) as caught:
            uploads.accept(case.data())
        assert type(caught.value).__name__ == case.verdict
        assert len(str(caught.value)) > 10
        assert len(str(caught.value.hint)) > 10
        return
    picture = uploads.accept(case.data())
    _check_size(case, picture)
    for made in (*picture.served, *picture.poster, picture.thumbnail):
        _check_clean(made)


def _check_size(case: Case, picture: uploads.Picture) -> None:
    assert case.size in {None, (picture.width, picture.height)}
    assert case.frames in {None, picture.frames}
    assert {(made.width, made.height) for made in picture.served} == {
        (picture.width, picture.height)
    }


def _check_clean(made) -> None:
    assert MARK not in made.data
    assert b"<script" not in made.data.lower()
    assert _end(made.data, made.extension) == len(made.data)
    if made.mime_type.startswith("image/"):
        image = Image.open(io.BytesIO(made.data))
        image.load()
        assert image.size == (made.width, made.height)
        assert not image.getexif()
        assert not {name for name in SAID & image.info.keys() if image.info[name]}


def _end(data: bytes, extension: str) -> int:
    """Where the file ends according to its own structure."""
    if extension == "png":
        return data.index(b"IEND") + 8
    if extension == "jpg":
        return data.rindex(b"\xff\xd9") + 2
    if extension == "gif":
        return data.rindex(b";") + 1
    if extension == "webp":
        return struct.unpack_from("<I", data, 4)[0] + 8
    return _end_of_boxes(data) if extension in {"avif", "mp4"} else len(data)


def _end_of_boxes(data: bytes) -> int:
    at = 0
    while at < len(data):
        (size,) = struct.unpack_from(">I", data, at)
        assert size >= 8
        at += size
    return at


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
@pytest.mark.django_db
def test_create__name_that_means_harm__kept_as_text_and_never_as_a_path(name, now):
    creative = library.create(
        a_site(),
        name="Spring",
        alt="Spring sale",
        landing_url="https://shop.example/",
        upload=a_picture(30, 10),
        filename=name,
        actor=None,
        now=now,
    )
    version = creative.versions.get()
    assert version.original_name.isprintable()
    assert len(version.original_name) <= 255
    assert version.original_name.endswith(name[-4:])
    assert all(media.NAME.fullmatch(file.file) for file in version.renditions.all())


def test_film__made_by_an_encoder_that_takes_priority__leaves_the_tests_ordinary():
    film(codec="libsvtav1", frames=2)

    assert os.sched_getscheduler(0) == os.SCHED_OTHER
