"""Whatever people do, in whatever order: visitors see what was approved, as it was, or nothing.

Random histories of several creatives, with a placement's default and a running test. After every
step the snapshot is compared with a plain memory of what was approved, which shares no code with
the moves.
"""

import datetime as dt
from contextlib import suppress
from dataclasses import dataclass, field

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import Prefetch
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from creatives import expiring, library, placements, review
from creatives.models import Copy, Creative, Rendition, Version
from delivery import expiry
from engine.errors import LabError
from experiments import compiling, lifecycle, publishing
from experiments.models import Experiment
from tests.factories import NOW, a_creative, a_placement, a_site, an_experiment
from workspace.models import Site

pytestmark = pytest.mark.django_db
MINUTE = dt.timedelta(minutes=1)
MOVES = ("submit", "recall", "approve", "reject", "withdraw", "show_again")
OTHERS = ("create", "version", "reword", "tamper", "expire", "archive", "restore", "fallback")
STEPS = st.tuples(
    # The way to approval more often than the ways that lead nowhere.
    st.sampled_from(MOVES + MOVES[:3] * 2 + OTHERS + ("tick", "wait")),
    st.integers(0, 4),  # which creative
    st.integers(0, 2),  # which of its versions, counted from the newest
    st.integers(1, 90),  # minutes
)
HISTORIES = st.lists(STEPS, min_size=4, max_size=18)
FIXED = HealthCheck.function_scoped_fixture
HARD = settings(max_examples=12, deadline=None, suppress_health_check=[FIXED, HealthCheck.too_slow])
MANY = settings(HARD, max_examples=400)
# For histories that must fail: the first one is enough.
BROKEN = settings(HARD, max_examples=200, phases=[Phase.generate], database=None, derandomize=True)


@dataclass(slots=True)
class Memory:
    """What was approved with which content, and what visitors may see of each creative."""

    site: Site
    now: dt.datetime
    approved: dict[int, tuple] = field(default_factory=dict)
    shown: dict[int, int | None] = field(default_factory=dict)
    ends: dict[int, dt.datetime | None] = field(default_factory=dict)

    def may_be_seen(self, creative: Creative) -> int:
        """The version that visitors see of it; 0 for none."""
        end = self.ends.get(creative.pk)
        return 0 if end and end <= self.now else self.shown.get(creative.pk) or 0


def content(version: Version) -> tuple:
    """What visitors would see of it, read row by row."""
    files = version.renditions.order_by("pk").values_list("file", flat=True)
    words = version.copies.order_by("locale").values_list("locale", "alt")
    return version.number, version.alt, version.landing_url, tuple(files), tuple(words)


def seen(payload) -> tuple:
    files = [source.src.rpartition("/")[2] for source in payload.sources]
    words = [(one.locale, one.alt) for one in payload.words]
    return payload.version, payload.alt, payload.landing_url, tuple(files), tuple(words)


def a_draft(site: Site, name: str, number: int = 1) -> Creative:
    creative, _made = Creative.objects.get_or_create(site=site, key=name, name=name)
    version = Version.objects.create(
        creative=creative, number=number, alt=f"{name} {number}", width=1200, height=400,
        landing_url=f"https://shop.example/{number}", original_name="a.png",
        original_type="image/png", original_bytes=1, original_sha256="0" * 64,
    )  # fmt: skip
    Copy.objects.create(version=version, locale="zh-Hans", alt=f"{name} 一 {number}")
    Rendition.objects.create(
        version=version, file=f"{name}-{number}.avif", mime_type="image/avif",
        width=1200, height=400, bytes=1,
    )  # fmt: skip
    return creative


def begin() -> Memory:
    """A test that runs on a placement with a default, all of it approved, and one draft."""
    memory = Memory(a_site(locales=["en", "zh-Hans"]), NOW)
    place = a_placement(memory.site, fallback=an_approved(memory, "default"))
    experiment = an_experiment(memory.site, "spring", placement=place, variants=0)
    for position, key in enumerate("ab"):
        creative = an_approved(memory, f"spring-{key}", versions=3)
        experiment.variants.create(key=key, name=key, position=position, creative=creative)
    lifecycle.start(experiment, actor=None, now=NOW)
    a_draft(memory.site, "extra")
    return memory


def an_approved(memory: Memory, name: str, *, versions: int = 1) -> Creative:
    """All its versions approved, the last of them by the moves; visitors see that one."""
    for number in range(1, versions + 1):
        Version.objects.filter(creative__key=name).update(status=Version.Status.APPROVED)
        creative = a_draft(memory.site, name, number)
    memory_of(creative, "submit", memory)
    memory_of(creative, "approve", memory)
    memory.approved |= {version.pk: content(version) for version in creative.versions.all()}
    creative.refresh_from_db()
    return creative


def memory_of(creative: Creative, move: str, memory: Memory, back: int = 0) -> None:
    """Make a move of review and remember what it means."""
    version = creative.versions.all()[back]
    fields = {"reason": "Because"} if move in {"reject", "withdraw"} else {}
    getattr(review, move)(version, actor=None, now=memory.now, **fields)
    if move in {"approve", "show_again"}:
        memory.approved.setdefault(version.pk, content(Version.objects.get(pk=version.pk)))
        memory.shown[creative.pk] = version.pk
    if move == "withdraw":
        del memory.approved[version.pk]
        if memory.shown[creative.pk] == version.pk:
            memory.shown[creative.pk] = None


def step(memory: Memory, what: str, which: int, back: int, minutes: int) -> None:
    """One thing that somebody does, or the clock."""
    rows = list(Creative.objects.filter(site=memory.site).order_by("pk"))
    creative = rows[which % len(rows)]
    version = back % creative.versions.count()
    if what in MOVES:
        memory_of(creative, what, memory, version)
    elif what in BY_PEOPLE:
        BY_PEOPLE[what](memory, creative, version, minutes)
    elif what == "wait":
        memory.now += minutes * MINUTE
    elif what == "tick":
        review.expire_due(now=memory.now)


def _version(memory, creative, _back, minutes) -> None:
    words = {"alt": f"again {minutes}", "landing_url": f"https://shop.example/{minutes}"}
    library.add_version(creative, **words, upload=None, actor=None, now=memory.now)


def _reword(_memory, creative, back, minutes) -> None:
    version = creative.versions.all()[back]
    Copy.objects.filter(version=version).update(alt=f"别的 {minutes}")


def _tamper(_memory, creative, back, minutes) -> None:
    version = creative.versions.all()[back]
    Version.objects.filter(pk=version.pk).update(alt=f"never approved {minutes}")


def _expire(memory, creative, back, minutes) -> None:
    end = memory.now + minutes * MINUTE if back or minutes > 30 else None
    expiring.set_expiry(creative, expires_at=end, actor=None, now=memory.now)
    memory.ends[creative.pk] = end


def _fallback(memory, creative, _back, _minutes) -> None:
    place = memory.site.placements.get()
    place.fallback = creative
    placements.change(place, actor=None, now=memory.now)


BY_PEOPLE = {
    "create": lambda m, _c, _b, _n: a_draft(m.site, f"made-{m.site.creatives.count()}"),
    "version": _version,
    "reword": _reword,
    "tamper": _tamper,
    "expire": _expire,
    "archive": lambda m, c, _b, _n: library.archive(c, actor=None, now=m.now),
    "restore": lambda m, c, _b, _n: library.restore(c, actor=None, now=m.now),
    "fallback": _fallback,
}


def check(memory: Memory) -> publishing.wire.Snapshot:
    """The snapshot holds what memory says, and nothing else."""
    snapshot = publishing.compile_snapshot(now=memory.now)
    fallback = memory.site.placements.get().fallback
    compare(memory, fallback, snapshot.placements[0].fallback)
    entry, variants = snapshot.experiments[0], list(Experiment.objects.get().variants.all())
    wanted = [memory.may_be_seen(variant.creative) for variant in variants]
    stands = not all(wanted)
    assert entry.status == ("paused" if stands else "running")
    for variant, shown in zip(variants, entry.variants, strict=True):
        compare(memory, variant.creative, shown.creative, hidden=stands)
    return snapshot


def compare(memory: Memory, creative: Creative, payload, *, hidden: bool = False) -> None:
    wanted = 0 if hidden else memory.may_be_seen(creative)
    got = payload.version_id if payload else 0
    assert got == wanted
    if not got:
        assert payload is None or not (payload.sources or payload.html or payload.words)
        return
    assert Version.objects.get(pk=got).status == Version.Status.APPROVED
    assert seen(payload) == memory.approved[got]


def check_own_clock(snapshot: publishing.wire.Snapshot, later: dt.datetime) -> None:
    """The data plane alone, with this snapshot, shows nothing whose time is over."""
    current = expiry.current(snapshot, now=later.timestamp())
    payloads = [place.fallback for place in current.placements]
    payloads += [variant.creative for entry in current.experiments for variant in entry.variants]
    ends = [p.until for p in payloads if p and p.version_id and p.until is not None]
    assert all(end > later.timestamp() for end in ends)


def live(history) -> None:
    """Live a history, and look after every step; nothing of it stays."""
    with transaction.atomic():
        memory = begin()
        snapshot = check(memory)
        for what, which, back, minutes in history:
            with suppress(LabError, IntegrityError), transaction.atomic():
                step(memory, what, which, back, minutes)
            check_own_clock(snapshot, memory.now)
            snapshot = check(memory)
        transaction.set_rollback(True)


@HARD
@given(HISTORIES)
def test_history__any__visitors_see_what_was_approved_or_nothing(history):
    live(history)


@pytest.mark.nightly
@MANY
@given(HISTORIES)
def test_history__many_more__visitors_see_what_was_approved_or_nothing(history):
    live(history)


APPROVED_NEW = [("version", 0, 0, 5), ("submit", 0, 0, 1), ("approve", 0, 0, 1)]
KNOWN = {
    "new version of what is live": [("version", 1, 0, 5)],
    "withdrawn variant": [("withdraw", 1, 0, 1)],
    "approved, then back": [*APPROVED_NEW, ("show_again", 0, 1, 1)],
    "expired, then later": [("expire", 0, 0, 40), ("wait", 0, 0, 41), ("tick", 0, 0, 1),
                            ("expire", 0, 0, 60)],
    "expired variant without a tick": [("expire", 1, 0, 40), ("wait", 0, 0, 40)],
    "tampered with": [("tamper", 0, 0, 7)],
    "rejected": [("version", 0, 0, 5), ("submit", 0, 0, 1), ("reject", 0, 0, 1)],
    "draft as default": [("fallback", 3, 0, 1)],
}  # fmt: skip


@pytest.mark.parametrize("history", KNOWN.values(), ids=KNOWN)
def test_history__known_traps__hold(history):
    live(history)


def fails() -> bool:
    """Whether a known trap or, where none is one, some random history finds the hole."""
    try:
        for history in KNOWN.values():
            live(history)
        BROKEN(given(HISTORIES)(live))()
    except (AssertionError, ExceptionGroup):
        return True
    return False


def _newest(path: str, now: dt.datetime, *, words: bool) -> "Prefetch[str]":
    """What a careless compiler would show: the newest version, approved or not."""
    newest = Version.objects.order_by("creative_id", "-number").distinct("creative_id")
    rows = newest.select_related("creative__site").prefetch_related("renditions", "copies")
    return Prefetch(f"{path}__versions", rows.extra(select={"siblings": "'{}'"}), to_attr="shown")


def test_mutation__newest_versions_shown__is_found(monkeypatch):
    monkeypatch.setattr(compiling, "shown", _newest)
    assert fails()


def test_mutation__expired_ones_shown__is_found(monkeypatch):
    never, shown = dt.datetime(2000, 1, 1, tzinfo=dt.UTC), compiling.shown
    monkeypatch.setattr(compiling, "shown", lambda path, _now, **how: shown(path, never, **how))
    assert fails()


def test_mutation__expiry_by_the_data_planes_clock_away__is_found(monkeypatch):
    monkeypatch.setattr(expiry, "current", lambda snapshot, now: snapshot)
    assert fails()


def test_mutation__approved_content_can_be_changed__is_found():
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE creatives_version DISABLE TRIGGER creatives_version_guard")
    assert fails()


def test_mutation__withdrawn_one_stays_live__is_refused_by_the_guard(monkeypatch):
    monkeypatch.setattr(review, "_show", lambda _creative, _version: None)
    creative = a_creative(a_site(), approved=False)
    Creative.objects.filter(pk=creative.pk).update(live=None)
    version = review.submit(creative.versions.get(), actor=None, now=NOW)
    version = review.approve(version, actor=None, now=NOW)
    Creative.objects.filter(pk=creative.pk).update(live=version)
    with pytest.raises(IntegrityError):
        review.withdraw(version, reason="Old price", actor=None, now=NOW)
