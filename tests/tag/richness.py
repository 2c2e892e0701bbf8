"""What a shop of these tests shows besides pictures, and how it is looked at."""

import io
import json
import urllib.request

import av
import numpy as np
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY, get_user_model
from django.contrib.sessions.backends.db import SessionStore
from PIL import Image, ImageChops

from creatives import media, placements, review
from creatives.models import Copy, Creative, Placement, Rendition, Version
from demo.stories import Cost, Story, fixed_test
from experiments import hypothesis
from tests.factories import a_picture
from tests.tag.storefront import until
from workspace.models import Role

HOST = "document.querySelector('[data-banner-lab] > div').shadowRoot"
AT = f"(track => track.scrollLeft / track.clientWidth)({HOST}.querySelector('[data-track]'))"
SIZES = (
    f"[...{HOST}.querySelectorAll('button')].map(one => one.getBoundingClientRect())"
    ".map(one => [one.width, one.height])"
)
# Also as the browser sees it, with the link in its place within the banner.
INSIDE = (
    f"[...{HOST}.querySelectorAll('button')].filter(one => {{"
    " for (let at = one; at; at = at.assignedSlot || at.parentNode || at.host)"
    "   if (at.localName === 'a') return true; return false; })"
)
PALE = 12  # of 255: what anti-aliasing may differ by


def slot(key, width, height):
    data = f'data-banner-lab="{key}" data-width="{width}" data-height="{height}"'
    return f"<div {data}><b>default</b></div>"


def a_session():
    user = get_user_model().objects.filter(memberships__role=Role.ADMINISTRATOR).first()
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    return session.session_key


def place(site, key, width, height, *, fallback, now):
    planned = Placement(
        site=site, key=key, name=key, width=width, height=height, layer=key, fallback=fallback
    )
    placements.create(planned, actor=None, now=now)


def a_film(site, landing_url, now):
    """A film with words in both languages of the shop, which leads to a page of it."""
    creative = Creative.objects.create(site=site, key="film", name="Film")
    version = Version.objects.create(
        creative=creative,
        number=1,
        kind=Version.Kind.VIDEO,
        alt="A kettle steams",
        landing_url=landing_url,
        width=320,
        height=180,
        original_name="film.webm",
        original_type="video/webm",
        original_bytes=1,
        original_sha256="0" * 64,
    )
    Copy.objects.create(version=version, locale="zh-Hans", alt="水壶冒着热气")
    made = (
        ("poster", a_picture(320, 180, "teal"), "png", "image/png"),
        ("served", a_webm(), "webm", "video/webm"),
    )
    for purpose, data, extension, mime_type in made:
        Rendition.objects.create(
            version=version,
            purpose=purpose,
            file=media.store(data, extension),
            mime_type=mime_type,
            width=320,
            height=180,
            bytes=len(data),
        )
    review.approve(review.submit(version, actor=None, now=now), actor=None, now=now)
    creative.refresh_from_db()
    return creative


def a_webm():
    out = io.BytesIO()
    with av.open(out, "w", format="webm") as box:
        stream = box.add_stream("libvpx", rate=10)
        stream.width, stream.height, stream.pix_fmt = 320, 180, "yuv420p"
        for n in range(20):
            picture = np.full((180, 320, 3), 12 * n, dtype=np.uint8)
            for packet in stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")):
                box.mux(packet)
        for packet in stream.encode():
            box.mux(packet)
    return out.getvalue()


def a_test_of_a_carousel(site, now):
    """Of a carousel with a heart against a banner that stands still, on a placement of its own."""
    carousel = Creative.objects.get(site=site, key="studio-table")
    place(site, "rich-table", 970, 250, fallback=carousel, now=now)
    parts = hypothesis.Parts("show three pictures", "more visitors click", "they find their own")
    story = Story(
        "rich-table",
        "A table or a trail",
        "rich-table",
        parts,
        ("studio-trail", "studio-table"),
        ("Trail", "Table"),
        begins=0,
        planned_visitors=2_200,
        mde=30,
        costs=(Cost(), Cost()),
    )
    fixed_test(story, site, now)


def who_gets(shop, origin, place, creative, *, seconds=30):
    """A visitor who is given this creative, as soon as the data plane knows the test."""

    def found():
        for number in range(20):
            body = {"key": shop.key, "placements": [place], "user_id": f"table-{number}"}
            decision = _decided(shop, origin, body)[place]
            if decision["experiment"] and decision["creative"]["key"] == creative:
                return body["user_id"]
        return None

    return until(found, seconds)


def _decided(shop, origin, body):
    headers = {"Origin": origin, "Content-Type": "text/plain"}
    question = urllib.request.Request(
        f"{shop.plane}/api/v1/decide", json.dumps(body).encode(), headers
    )
    with urllib.request.urlopen(question, timeout=5) as answer:
        found = json.load(answer)["decisions"]
    return (
        found if body["placements"][0] in found else {body["placements"][0]: {"experiment": None}}
    )


def shot(locator):
    return Image.open(io.BytesIO(locator.screenshot())).convert("RGB")


def share_different(one, other):
    difference = np.asarray(ImageChops.difference(one, other)).max(axis=2)
    return float((difference > PALE).mean())
