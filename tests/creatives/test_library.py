"""Creatives: made, given new versions, put away; files under the names of their content."""

import datetime as dt
import hashlib
from pathlib import Path

import pytest
from django.conf import settings

from creatives import details, library, media, rendering
from creatives.models import Creative, Rendition
from engine.errors import Conflict, IllegalMove, InvalidInput
from experiments import lifecycle
from tests.factories import (
    a_creative,
    a_picture,
    a_placement,
    a_site,
    a_user,
    an_experiment,
    approve,
)
from workspace.models import AuditEntry

pytestmark = pytest.mark.django_db


def _create(site, now, **fields):
    values = {
        "name": "Spring sale",
        "alt": "Spring sale: chairs from 49",
        "landing_url": "https://shop.example/spring",
        "upload": a_picture(),
        "filename": "spring.png",
        "actor": None,
        "now": now,
    }
    return library.create(site, **values | fields)


def _version(creative, now, **fields):
    values = {"alt": "Words", "landing_url": "https://shop.example/2", "upload": None, "now": now}
    return library.add_version(creative, actor=None, **values | fields)


def test_create__good_upload__version_files_and_audit(now):
    user = a_user("mei")
    creative = _create(a_site(), now, actor=user)
    version = creative.versions.get()
    assert (creative.key, version.number, version.width, version.height) == (
        "spring-sale",
        1,
        1200,
        400,
    )
    assert version.original_name == "spring.png"
    purposes = [r.purpose for r in version.renditions.all()]
    assert purposes.count("thumbnail") == 1
    assert purposes.count("served") >= 2
    entry = AuditEntry.objects.get(object_type="creative")
    assert (entry.action, entry.actor_name) == ("create", "mei")
    assert entry.after["version"]["alt"] == "Spring sale: chairs from 49"


def test_create__files__named_after_their_content_and_original_kept_apart(now):
    version = _create(a_site(), now).versions.get()
    for rendition in version.renditions.all():
        data = (Path(settings.MEDIA_ROOT) / rendition.file).read_bytes()
        assert rendition.file.split(".")[0] == hashlib.sha256(data).hexdigest()
        assert rendition.bytes == len(data)
    original = Path(settings.MEDIA_ROOT) / "originals" / f"{version.original_sha256}.png"
    assert original.read_bytes() == a_picture()
    assert media.path_of(f"originals/{version.original_sha256}.png") is None
    assert media.path_of(f"{version.original_sha256}.png") is None


def test_create__names_that_give_the_same_key__numbered(now):
    site = a_site()
    keys = [
        _create(site, now, name=name).key
        for name in ("Spring sale", "Spring  Sale!", "春季", "夏季", "new")
    ]
    assert keys == ["spring-sale", "spring-sale-2", "banner", "banner-2", "new-2"]


def test_create__taken_key__conflict_beside_the_field(now):
    site = a_site()
    _create(site, now, key="hero")
    with pytest.raises(Conflict) as caught:
        _create(site, now, key="hero")
    assert caught.value.field == "key"
    assert _create(a_site("other"), now, key="hero").key == "hero"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", " "),
        ("name", "x" * 121),
        ("alt", ""),
        ("alt", "x" * 251),
        ("landing_url", "javascript:alert(1)"),
        ("upload", b"nothing"),
    ],
)
def test_create__bad_field__nothing_made(now, field, value):
    with pytest.raises((InvalidInput, library.uploads.UnsupportedMedia)) as caught:
        _create(a_site(), now, **{field: value})
    assert caught.value.field == field
    assert not Creative.objects.exists()


def test_add_version__words_only__same_files_next_number(now):
    creative = a_creative(a_site())
    first = creative.versions.get()
    second = _version(creative, now, alt="Other words")
    assert (second.number, second.alt) == (2, "Other words")
    files = [sorted(v.renditions.values_list("file", flat=True)) for v in (first, second)]
    assert files[0] == files[1]
    first.refresh_from_db()
    assert first.alt != "Other words"


def test_add_version__other_picture__first_stays_as_it_was(now):
    creative = a_creative(a_site())
    before = list(creative.versions.get().renditions.values_list("file", flat=True))
    _version(creative, now, upload=a_picture(300, 250))
    assert list(creative.versions.get(number=1).renditions.values_list("file", flat=True)) == before
    assert creative.versions.first().width == 300


def test_payload__for_the_shop__absolute_addresses_most_modern_first():
    version = a_creative(a_site()).versions.get()
    payload = rendering.payload(version, None, siblings=[version.pk])
    types = [source.type for source in payload.sources]
    assert types[-1] == "image/jpeg"
    assert "image/webp" in types
    assert all(s.src.startswith(f"{settings.DELIVERY_URL}/media/") for s in payload.sources)


def test_archive__unused__put_away_and_back_again(now):
    creative = a_creative(a_site(), approved=False)
    approve(creative)
    library.archive(creative, actor=None, now=now)
    creative.refresh_from_db()
    assert creative.archived_at == now
    library.restore(creative, actor=None, now=now + dt.timedelta(days=1))
    creative.refresh_from_db()
    assert creative.archived_at is None
    entries = AuditEntry.objects.filter(object_key=creative.key)
    reviewed = {"submit", "approve"}
    assert {entry.action for entry in entries} == {"create", "archive", "restore", *reviewed}


def test_archive__default_of_a_placement__refused_with_its_name(now):
    placement = a_placement(a_site(), name="Home hero")
    with pytest.raises(IllegalMove, match="Home hero"):
        library.archive(placement.fallback, actor=None, now=now)


def test_archive__in_a_running_experiment__refused_until_it_stops(now):
    running = an_experiment(status="running")
    with pytest.raises(IllegalMove, match=running.name):
        library.archive(running.variants.first().creative, actor=None, now=now)
    lifecycle.stop(running, actor=None, now=now)
    library.archive(running.variants.first().creative, actor=None, now=now)


def test_thumbnail__prefetched__asks_nothing(django_assert_num_queries):
    from creatives import wall

    site = a_site()
    for _ in range(3):
        a_creative(site)
    rows = list(wall.with_pictures(Creative.objects.all()))
    with django_assert_num_queries(0):
        files = [rendering.thumbnail(row) for row in rows]
    assert {f.purpose for f in files} == {Rendition.Purpose.THUMBNAIL}


@pytest.mark.parametrize("caps", [(2, 5), (None, 1), (1000, None)])
def test_set_caps__possible__stored_and_audited_without_a_new_version(now, caps):
    creative = _create(a_site(), now)
    details.set_caps(creative, per_session=caps[0], per_day=caps[1], actor=a_user("mei"), now=now)
    stored = Creative.objects.get()
    assert (stored.cap_per_session, stored.cap_per_day) == caps
    assert stored.versions.count() == 1
    entries = AuditEntry.objects.filter(action="set caps")
    told = [("mei", caps[1])] if any(caps) else []  # what stays the same leaves no trace
    assert [(entry.actor_name, entry.after["cap_per_day"]) for entry in entries] == told


def test_set_caps__none_again__shown_as_often_as_it_comes(now):
    creative = _create(a_site(), now)
    details.set_caps(creative, per_session=2, per_day=5, actor=None, now=now)
    details.set_caps(creative, per_session=None, per_day=None, actor=None, now=now)
    stored = Creative.objects.get()
    assert (stored.cap_per_session, stored.cap_per_day) == (None, None)


@pytest.mark.parametrize(
    ("caps", "field"),
    [((0, 1), "cap_per_session"), ((1, 1001), "cap_per_day"), ((-1, None), "cap_per_session")],
)
def test_set_caps__impossible__refused_by_field(now, caps, field):
    creative = _create(a_site(), now)
    with pytest.raises(InvalidInput) as refused:
        details.set_caps(creative, per_session=caps[0], per_day=caps[1], actor=None, now=now)
    assert refused.value.field == field
    assert Creative.objects.get().cap_per_session is None
