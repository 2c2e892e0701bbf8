"""Cuts: the sizes of a placement, around the focal point, sharp where the pixels allow."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from creatives import cuts, decoding, fitting, library, media, placements, rendering, review
from creatives.decoding import Refusal, Target
from creatives.models import Version
from engine.errors import IllegalMove, InvalidInput, NotFound
from tests.creatives.hostile_bytes import animation, encoded
from tests.creatives.hostile_films import film
from tests.factories import (
    NOW,
    SPRING,
    a_creative,
    a_picture,
    a_placement,
    a_site,
    a_user,
)
from workspace import jobs
from workspace.models import AuditEntry, Job, Role

pytestmark = pytest.mark.django_db
STRIPES = 8


def _striped(width: int = 1600, height: int = 800) -> bytes:
    """Stripes from left to right, each of its own grey."""
    image = Image.new("RGB", (width, height))
    for n in range(STRIPES):
        grey = 20 + 30 * n
        image.paste((grey,) * 3, (n * width // STRIPES, 0, (n + 1) * width // STRIPES, height))
    return encoded(image, "PNG")


def _version(data: bytes = b"", *, focus: tuple[int, int] = (50, 50), site=None) -> Version:
    creative = library.create(
        site or a_site(),
        name="Stripes",
        alt="Stripes of grey",
        landing_url="https://shop.example/",
        upload=data or _striped(),
        filename="stripes.png",
        actor=None,
        now=NOW,
    )
    version = creative.versions.get()
    version.focus_x, version.focus_y = focus
    version.save()
    return version


def _place(site, key: str = "hero", **fields):
    return a_placement(site, key, fallback=None, **{"width": 800, "height": 200} | fields)


def _sizes(version: Version) -> set[tuple[int, int, int, int, int]]:
    files = version.renditions.exclude(css_width=0)
    return {(f.css_width, f.css_height, f.density, f.width, f.height) for f in files}


def _pixels(version: Version, **which) -> Image.Image:
    file = version.renditions.filter(mime_type="image/jpeg", **which).get()
    return Image.open(io.BytesIO(media.path_of(file.file).read_bytes())).convert("L")


def test_cut__placement_with_a_phone__each_size_once_and_twice():
    version = _version()
    place = _place(version.creative.site, phone_width=400, phone_height=300)
    assert cuts.cut(version, [place]) == 4
    assert _sizes(version) == {
        (800, 200, 1, 800, 200),
        (800, 200, 2, 1600, 400),
        (400, 300, 1, 400, 300),
        (400, 300, 2, 800, 600),
    }
    kinds = version.renditions.filter(css_width=800, density=1).values_list("mime_type", flat=True)
    assert {"image/webp", "image/jpeg"} <= set(kinds)
    assert fitting.misfit(version, place) == ""


def test_cut__again__nothing_new():
    version = _version()
    place = _place(version.creative.site)
    assert cuts.cut(version, [place, place]) == 2
    before = version.renditions.count()
    assert cuts.cut(Version.objects.get(pk=version.pk), [place]) == 0
    assert version.renditions.count() == before
    assert cuts.ask(version, [place], actor=None, now=NOW) is None


def test_cut__too_few_pixels_for_twice__once_only():
    version = _version(_striped(1200, 600))
    assert cuts.cut(version, [_place(version.creative.site)]) == 1
    assert {density for _w, _h, density, *_ in _sizes(version)} == {1}


def test_cut__too_small_original__none_and_the_sentence_stays():
    version = _version(_striped(600, 600))
    place = _place(version.creative.site)
    assert cuts.cut(version, [place]) == 0
    assert "slot of 800 × 200" in fitting.misfit(version, place)


def test_cut__picture_of_exactly_that_size__is_its_own_cut():
    version = _version(_striped(800, 200))
    assert cuts.cut(version, [_place(version.creative.site)]) == 0


@pytest.mark.parametrize(("x", "first", "last"), [(0, 0, 3), (50, 2, 5), (100, 4, 7), (40, 1, 5)])
def test_cut__focal_point__in_the_middle_as_far_as_the_edges_allow(x, first, last):
    version = _version(focus=(x, 50))
    cuts.cut(version, [_place(version.creative.site, width=400, height=400)])
    image = _pixels(version, css_width=400, density=1)
    seen = [round((image.getpixel((at, 200)) - 20) / 30) for at in (4, 395)]
    assert seen == [first, last]


@pytest.mark.parametrize(("y", "grey"), [(0, 250), (100, 10)])
def test_cut__focal_point_at_an_edge__that_edge_is_kept(y, grey):
    image = Image.new("RGB", (800, 800), (10, 10, 10))
    image.paste((250, 250, 250), (0, 0, 800, 400))
    version = _version(encoded(image, "PNG"), focus=(50, y))
    cuts.cut(version, [_place(version.creative.site)])
    assert abs(_pixels(version, css_width=800).getpixel((400, 100)) - grey) < 6


def test_cut__picture_held_sideways__cut_as_it_is_seen():
    notes = Image.Exif()
    notes[0x0112] = 6
    data = encoded(Image.new("RGB", (800, 1600), "teal"), "JPEG", exif=notes)
    version = _version(data)
    assert (version.width, version.height) == (1600, 800)
    assert cuts.cut(version, [_place(version.creative.site)]) == 2


def test_cut__animation__frame_by_frame():
    version = _version(animation("GIF", 4, (400, 400), loop=0))
    place = _place(version.creative.site, width=200, height=100)
    assert cuts.cut(version, [place]) == 2
    files = version.renditions.filter(css_width=200, density=1)
    assert {f.mime_type for f in files} == {"image/webp", "image/gif"}
    for file in files:
        image = Image.open(media.path_of(file.file))
        assert (image.n_frames, image.size, image.info["loop"]) == (4, (200, 100), 0)


def test_cut__animation_that_would_be_too_much__refused():
    data = animation("PNG", 150, (60, 30))
    with pytest.raises(Refusal) as caught:
        decoding.cut(data, decoder="PNG", target=Target(800, 400, (0, 0, 60, 30)))
    assert (caught.value.code, caught.value.words) == ("animation", {"pixels": 48_000_000})


def test_cut__film_or_composed__nothing_to_cut():
    site = a_site()
    version = _version(film(size=(320, 180)), site=site)
    assert version.kind == Version.Kind.VIDEO
    assert cuts.cut(version, [_place(site, width=160, height=100)]) == 0


def test_cut__original_gone__says_what_to_do():
    version = _version()
    version.original_sha256 = "0" * 64
    with pytest.raises(NotFound) as caught:
        cuts.cut(version, [_place(version.creative.site)])
    assert "new version" in str(caught.value.hint)


# ---- as a job ------------------------------------------------------------------------------------


def test_ask__work_to_do__job_that_does_it_and_tells_how_far_it_is():
    version, user = _version(), a_user("mei")
    place = _place(version.creative.site)
    job = cuts.ask(version, [place], actor=user, now=NOW)
    assert cuts.ask(version, [place], actor=user, now=NOW) == job
    done = jobs.run(job.pk, now=NOW)
    assert done.status == Job.Status.DONE
    assert (done.progress, done.total, done.result["cuts"]) == (2, 2, 2)
    assert jobs.title_of(done) == "Cutting pictures to size"
    assert len(_sizes(version)) == 2


def test_job__version_of_another_site__not_found():
    version = _version()
    other = a_site("other")
    job = jobs.enqueue(
        cuts.KIND,
        site=other,
        parameters={"version": version.pk, "placements": []},
        actor=None,
        now=NOW,
    )
    assert jobs.run(job.pk, now=NOW).status == Job.Status.FAILED


# ---- the focal point -----------------------------------------------------------------------------


def test_aim__draft__old_cuts_go_and_an_entry_says_who():
    version, user = _version(), a_user("mei")
    place = _place(version.creative.site)
    cuts.cut(version, [place])
    aimed = cuts.aim(version, x=10, y=90, actor=user, now=NOW)
    assert (aimed.focus_x, aimed.focus_y) == (10, 90)
    assert _sizes(version) == set()
    entry = AuditEntry.objects.get(action="aim")
    assert (entry.actor_name, entry.after["version"]["focus_x"]) == ("mei", 10)
    assert cuts.cut(aimed, [place]) == 2


def test_aim__while_a_worker_cuts__no_cut_around_the_old_point_stays():
    version = _version()
    place = _place(version.creative.site)
    job = cuts.ask(version, [place], actor=None, now=NOW)
    aimed = cuts.aim(version, x=0, y=0, actor=None, now=NOW)
    cuts.cut(version, [place])  # knows the old point only
    assert _sizes(version) == set()
    assert cuts.ask(aimed, [place], actor=None, now=NOW) != job


def test_aim__same_place__nothing_happens():
    version = _version()
    cuts.cut(version, [_place(version.creative.site)])
    cuts.aim(version, x=50, y=50, actor=None, now=NOW)
    assert len(_sizes(version)) == 2
    assert not AuditEntry.objects.filter(action="aim").exists()


def test_aim__approved_version__refused():
    version = _version()
    review.submit(version, actor=None, now=NOW)
    with pytest.raises(IllegalMove):
        cuts.aim(version, x=1, y=1, actor=None, now=NOW)


@pytest.mark.parametrize("point", [(-1, 50), (50, 101)])
def test_aim__outside_the_picture__refused(point):
    with pytest.raises(InvalidInput):
        cuts.aim(_version(), x=point[0], y=point[1], actor=None, now=NOW)


# ---- what shops receive --------------------------------------------------------------------------


def test_sources__placement_with_a_phone__phones_condition_first_and_dense_files_first():
    version = _version()
    place = _place(version.creative.site, phone_width=400, phone_height=300)
    cuts.cut(version, [place])
    found = rendering.sources(version, place)
    phone = [s for s in found if s.media]
    assert found[: len(phone)] == tuple(phone)
    assert {s.media for s in phone} == {rendering.MEDIA["phone"]}
    assert {(s.width, s.height, s.density) for s in phone} == {(400, 300, 1), (800, 600, 2)}
    assert {(s.width, s.height, s.density) for s in found[len(phone) :]} == {
        (800, 200, 1),
        (1600, 400, 2),
    }
    assert (found[-1].type, found[-1].density) == ("image/jpeg", 1)


def test_add_version__only_words_changed__cuts_stay():
    version = _version(focus=(20, 50))
    cuts.cut(version, [_place(version.creative.site)])
    worded = library.add_version(
        version.creative,
        alt="Other words",
        landing_url="https://shop.example/",
        upload=None,
        actor=None,
        now=NOW,
    )
    assert _sizes(worded) == _sizes(version)
    assert worded.focus_x == 20
    assert worded.facts == version.facts


def test_upload__slots_of_its_proportions__cut_by_itself_and_no_other(client):
    site = a_site()
    client.force_login(a_user("mei", role=Role.MARKETER, site=site))
    wide = _place(site, "wide")
    _place(site, "box", width=300, height=250)
    form = {"name": "Spring", "alt": "Spring", "landing_url": SPRING}
    picture = SimpleUploadedFile("spring.png", a_picture(1600, 400), "image/png")

    client.post("/s/shop/creatives/new/", form | {"upload": picture})

    assert Job.objects.get(kind=cuts.KIND).parameters["placements"] == [wide.pk]


def test_placement__other_size__what_is_shown_there_is_cut_anew():
    site = a_site()
    shown = a_creative(site, size=(1600, 400))
    placement = a_placement(site, "hero", width=1600, height=400, fallback=shown)
    placement.name = "Hero at the top"
    placements.change(placement, actor=None, now=NOW)
    assert not Job.objects.filter(kind=cuts.KIND).exists()
    placement.width, placement.height = 800, 200

    placements.change(placement, actor=None, now=NOW)

    job = Job.objects.get(kind=cuts.KIND)
    assert job.parameters["version"] == shown.live_id
