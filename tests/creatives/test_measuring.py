"""What the child measures of a picture, on pictures whose measures are known."""

import io

import pytest
from PIL import Image, ImageDraw

from creatives import uploads
from creatives.decoding import measuring
from creatives.facts import Facts
from tests.creatives.hostile_bytes import a, animation, drawing, encoded
from tests.creatives.hostile_films import film


def _bits(one: str, other: str) -> int:
    return (int(one, 16) ^ int(other, 16)).bit_count()


def test_look__same_picture_smaller_or_stronger_compressed__few_bits():
    look = measuring.look(_scene())
    smaller = _scene().resize((300, 200))
    coarse = Image.open(io.BytesIO(encoded(_scene(), "JPEG", quality=20)))
    assert len(look) == 16
    assert _bits(look, measuring.look(smaller)) <= 3
    assert _bits(look, measuring.look(coarse.convert("RGB"))) <= 3


def test_look__other_picture__many_bits():
    assert _bits(measuring.look(_scene()), measuring.look(_scene().rotate(180))) >= 12


def _scene() -> Image.Image:
    image = drawing(600, 400)
    pen = ImageDraw.Draw(image)
    pen.ellipse((60, 40, 260, 240), fill="white")
    pen.rectangle((400, 100, 560, 380), fill="black")
    return image


def test_grid__black_left_half__dark_there_and_light_on_the_other_side():
    image = Image.new("RGB", (800, 400), "white")
    image.paste("black", (0, 0, 400, 400))
    grid = measuring.grid(image)
    assert len(grid) == 64
    assert {cell for n, cell in enumerate(grid) if n % 8 < 4} == {(0.0, 0.0)}
    assert {cell for n, cell in enumerate(grid) if n % 8 >= 4} == {(1.0, 1.0)}


def test_grid__grey__relative_luminance_of_the_standard():
    assert measuring.grid(Image.new("RGB", (10, 10), (119, 119, 119)))[0] == (0.1845, 0.1845)


def test_facts__transparent__as_on_a_white_page():
    clear = Image.new("RGBA", (100, 100), (0, 0, 0, 0))
    assert set(measuring.facts(clear).grid) == {(1.0, 1.0)}


@pytest.mark.parametrize(("size", "least", "most"), [(6, 0.4, 1.0), (60, 0.0, 0.35)])
def test_fine__small_and_large_stripes__lost_and_kept_on_a_phone(size, least, most):
    image = Image.new("L", (1200, 400))
    for x in range(0, 1200, size):
        image.paste(255, (x, 0, x + size // 2, 400))
    assert least <= measuring.fine(image.convert("RGB")) <= most


@pytest.mark.parametrize("image", [Image.new("RGB", (900, 300), "teal"), drawing(300, 100)])
def test_fine__nothing_to_lose__nothing_lost(image):
    assert measuring.fine(image) == 0.0


def test_accept__still_picture__facts_and_no_duration():
    picture = uploads.accept(a("PNG"))
    assert len(picture.facts.look) == 16
    assert (picture.facts.loops, picture.duration_ms, picture.poster) == (1, 0, ())
    assert Facts.of(picture.facts.kept()) == picture.facts


@pytest.mark.parametrize(("options", "loops"), [({"loop": 0}, 0), ({"loop": 4}, 4), ({}, 1)])
def test_accept__animation__how_long_and_how_often(options, loops):
    picture = uploads.accept(animation("GIF", 5, **options))
    assert (picture.duration_ms, picture.facts.loops) == (400, loops)


def test_accept__film__duration_poster_and_whether_it_came_with_sound():
    silent, loud = uploads.accept(film()), uploads.accept(film(sound="aac"))
    assert (silent.duration_ms, silent.frames) == (1000, 25)
    assert (silent.facts.sound, loud.facts.sound) == (False, True)
    assert b"soun" not in loud.served[0].data


def test_accept__film_that_begins_black__poster_is_the_first_frame_with_something_on_it():
    picture = uploads.accept(film())
    poster = Image.open(io.BytesIO(picture.poster[-1].data)).convert("L")
    low, high = poster.getextrema()
    assert (low < 40, high > 200) == (True, True)
    assert picture.facts.grid[0][1] > 0.5


def test_accept__film_signed_by_its_encoder__silent_about_it():
    data = film()
    assert b"x264" in data
    assert b"x264" not in uploads.accept(data).served[0].data


def test_accept__film__index_before_its_pictures():
    served = uploads.accept(film()).served[0].data
    assert 0 < served.index(b"moov") < served.index(b"mdat")
