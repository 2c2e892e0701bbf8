import io
import re
import shutil
import subprocess

import pytest
from PIL import Image

from demo import art, artwork, catalogue
from demo.artwork import drawing

CHINESE = re.compile(r"[\u4e00-\u9fff]")
HEAVIEST = {True: 250_000, False: 150_000}  # heroes, and what is smaller
LARGE = 24  # px: from here on 3:1 is enough (WCAG 2.2, 1.4.3)
LARGE_BOLD = 18.66
# One word in a picture (a price's, a button's) may touch a shadow; nearly all of it must be clear.
WORST_SHARE = 0.03


def test_banners__all__one_drawing_each_and_files_as_large():
    found = {b.key: Image.open(io.BytesIO(b.read())).size for b in art.BANNERS}
    assert found == dict(artwork.SIZES)
    assert found == {b.key: b.size for b in art.BANNERS}
    assert {path.name for path in art.FOLDER.iterdir()} == {b.file for b in art.BANNERS}


def test_banners__all__drawn_for_their_placement():
    drawn = {d.key: place for place, all_ in artwork.BY_PLACEMENT.items() for d in all_}
    assert drawn == {b.key: b.placement for b in art.BANNERS}


def test_banners__all__enough_and_in_many_sizes():
    assert len(art.BANNERS) >= 28
    assert len({b.size for b in art.BANNERS}) >= 5


def test_placements__each__one_size():
    assert all(len({b.size for b in art.BANNERS if b.placement == p}) == 1
               for p in artwork.BY_PLACEMENT)  # fmt: skip


def test_banners__all__light_enough_for_their_size():
    for banner in art.BANNERS:
        assert len(banner.read()) < HEAVIEST[banner.size == (1200, 400)], banner.key


def test_banners__all__no_coloured_rectangles():
    for banner in art.BANNERS:
        picture = Image.open(io.BytesIO(banner.read())).convert("RGB")
        assert len(picture.getcolors(picture.width * picture.height)) > 500, banner.key


def test_alt__all__english_first_then_chinese():
    for banner in art.BANNERS:
        english, _, chinese = banner.alt.rpartition(" · ")
        assert english, banner.key
        assert CHINESE.search(chinese), banner.key
        assert not CHINESE.search(english), banner.key
        assert len(banner.alt) <= 250


def test_alt__chinese_line__is_in_the_picture():
    for banner in art.BANNERS:
        line = banner.alt.rpartition(" · ")[2]
        svg = next(d.svg for d in artwork.DRAWINGS if d.key == banner.key)
        assert line in svg, banner.key


def test_alt__prices__are_in_the_picture_and_in_the_catalogue():
    known = {f"¥{amount // 100}" for p in catalogue.PRODUCTS.values()
             for amount in (p.price, p.before)} | {"¥399"}  # fmt: skip
    for banner in art.BANNERS:
        svg = next(d.svg for d in artwork.DRAWINGS if d.key == banner.key)
        shown = set(re.findall(r"¥\d+", svg))
        assert set(re.findall(r"¥\d+", banner.alt)) == shown, banner.key
        assert shown <= known, banner.key


def _missing_fonts():
    found = subprocess.run(
        [shutil.which("fc-list") or "true", ":", "family"],
        capture_output=True,
        text=True,
        check=False,
    ).stdout
    return [family for family in drawing.FAMILIES if family not in found]


@pytest.fixture
def page(chromium):
    if missing := _missing_fonts():
        pytest.skip(f"fonts of the drawings are missing: {', '.join(missing)}")
    page = chromium.new_page()
    yield page
    page.close()


def _show(page, shown):
    page.set_viewport_size({"width": shown.width, "height": shown.height})
    page.set_content(f"<style>body{{margin:0}}svg{{display:block}}</style>{shown.svg}")
    return page.evaluate(
        """() => [...document.querySelectorAll("text")].map(text => {
          const box = text.getBoundingClientRect(), style = getComputedStyle(text);
          return {words: text.textContent, fill: style.fill, size: parseFloat(style.fontSize),
            weight: +style.fontWeight, box: [box.left, box.top, box.right, box.bottom]};
        })"""
    )


@pytest.mark.parametrize("shown", artwork.DRAWINGS, ids=lambda d: d.key)
def test_words__in_the_browser__inside_the_border(page, shown):
    for text in _show(page, shown):
        left, top, right, bottom = text["box"]
        assert left >= 8, text
        assert top >= 0, text
        assert right <= shown.width - 8, text
        assert bottom <= shown.height, text


@pytest.mark.parametrize("shown", artwork.DRAWINGS, ids=lambda d: d.key)
def test_words__in_the_browser__stand_out_from_what_is_behind(page, shown):
    texts = _show(page, shown)
    page.add_style_tag(content="text{visibility:hidden}")
    picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    for text in texts:
        large = text["size"] >= (LARGE_BOLD if text["weight"] >= 700 else LARGE)
        assert _contrast(picture, text) >= (3 if large else 4.5), text


def _contrast(picture, text):
    """Contrast with the pixels behind the words, all but the worst few."""
    ink = _luminance([int(part) for part in re.findall(r"\d+", text["fill"])[:3]])
    behind = picture.crop([round(side) for side in text["box"]])
    ratios = []
    for count, colour in behind.getcolors(behind.width * behind.height):
        other = _luminance(colour)
        ratios.append(((max(ink, other) + 0.05) / (min(ink, other) + 0.05), count))
    allowed = WORST_SHARE * behind.width * behind.height
    for ratio, count in sorted(ratios):
        allowed -= count
        if allowed < 0:
            return ratio
    return max(ratios)[0]


def _luminance(colour):
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4
              for c in (part / 255 for part in colour)]  # fmt: skip
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
