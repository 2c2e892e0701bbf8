import io

from PIL import Image

from demo import art, artwork


def test_banners__files__as_large_as_their_drawings():
    sizes = {d.key: (d.width, d.height) for d in artwork.DRAWINGS}
    found = {b.key: Image.open(io.BytesIO(b.read())).size for b in art.BANNERS}
    assert found == sizes


def test_banners__all__no_coloured_rectangles():
    for banner in art.BANNERS:
        picture = Image.open(io.BytesIO(banner.read())).convert("RGB")
        assert len(picture.getcolors(picture.width * picture.height)) > 500, banner.key
