"""The demo's past: sixty days of stories, lived in order through the public doors.

Experiments are made and ended by the use-cases that people use, at the times at which they would
have been; shoppers ask the data plane now and are reported with the times at which they would have
come, as a shop's server may with its secret key. Nothing is written around these doors.

A second run skips what is there. A run after a killed worker goes on where that one was: see
`demo.parcels`.
"""

import datetime as dt
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from django.conf import settings
from django.core.exceptions import ObjectDoesNotExist
from django.utils.translation import gettext as _

from creatives.models import Creative, Placement
from demo import credentials, endings, loop_stories, programs
from demo.models import DemoSite, Parcel
from demo.parcels import Counter, NotShown, pack
from demo.shoppers import Door
from demo.stories import DAY, DAYS, Story
from demo.storybook import STORIES
from demo.turn import turn
from engine.errors import IllegalMove, InvalidInput, NotFound
from events import rollup
from experiments import lifecycle, publishing
from experiments.models import Experiment, Status
from experiments.reports import refresh

DECIDED_AFTER = DAY  # somebody has looked at the result
LIVE = (Status.RUNNING, Status.PAUSED)

Clock = Callable[[], dt.datetime]
Tell = Callable[[int, int, str], None]


@dataclass(slots=True)
class Past:
    """One run: what was sent, what was left alone and why, and how long each part took."""

    site_id: int
    anchor: dt.datetime
    counter: Counter
    programs: Counter
    tell: Tell
    clock: Clock
    shoppers: int = 0
    left: dict[str, str] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    _shown: set[str] = field(default_factory=set)

    def live(self) -> None:
        """All days in order, then the reports."""
        for day in range(1, DAYS + 1):
            self._say(day)
            with self._timed("experiments"):
                self._move(day)
            for story in self._stories():
                if 0 <= story.day_of(day) < story.lasts:
                    self._bring(story, story.day_of(day))
                    self._say(day)
        self._go_on()
        self.tell(DAYS, DAYS, _("Working out the reports"))
        with self._timed("reports"):
            refresh.refresh_many(self._own(), now=self.clock())

    def _go_on(self) -> None:
        """The two stories that go on: a hero for each visitor, and a promotion that learns."""
        self.tell(DAYS - 1, DAYS, _("Demo data: shoppers whose banner is chosen"))
        with self._timed("loop"):
            going_on = loop_stories.GOING_ON
            made = [(self._began(key, build), bring) for key, build, bring in going_on]
            publishing.publish_if_changed(now=self.clock())
            for one, bring in made:
                if one is not None:
                    self.shoppers += bring(one, self.counter.door, now=self.anchor)
            for story in self._stories():
                if story.programs:
                    self._bring_programs(story)

    def _began(self, key: str, build: loop_stories.Build) -> Experiment | None:
        try:
            with turn(self.site_id, anchor=self.anchor) as demo:
                shown = {row.key: row for row in Creative.objects.filter(site=demo.site)}
                places = {row.key: row for row in Placement.objects.filter(site=demo.site)}
                return build(demo.site, shown, places, None, self.anchor)
        except (IllegalMove, InvalidInput, KeyError) as problem:
            self.left[key] = str(problem)
            return None

    def _say(self, day: int) -> None:
        words = _("Demo data: day %(day)d of %(days)d") % {"day": day, "days": DAYS}
        self.tell(day - 1, DAYS, words)

    def _stories(self) -> Iterator[Story]:
        return (story for story in STORIES if story.key not in self.left)

    def _own(self) -> list[Experiment]:
        keys = [story.key for story in STORIES] + [key for key, *_rest in loop_stories.GOING_ON]
        return list(Experiment.objects.filter(site=self.site_id, key__in=keys))

    def _move(self, day: int) -> None:
        """End what has ended and begin what begins on this day, as people did."""
        ends = [s for s in self._stories() if s.end and s.day_of(day) == s.lasts]
        begins = [s for s in self._stories() if s.first_day == day]
        for story in ends:
            self._end(story)
        for story in begins:
            self._begin(story)
        if ends or begins:
            publishing.publish_if_changed(now=self.clock())

    def _begin(self, story: Story) -> None:
        begun = story.begins_at(self.anchor)
        known = self._find(story)
        if known is not None:
            if known.started_at not in {None, begun}:
                self.left[story.key] = _("Somebody’s own experiment has this key.")
            return
        try:
            with turn(self.site_id, anchor=self.anchor) as demo:
                story.build(story, demo.site, begun)
        except (IllegalMove, InvalidInput, ObjectDoesNotExist) as problem:
            # A person's work stands there (a test on that placement): it goes first.
            self.left[story.key] = str(problem)

    def _end(self, story: Story) -> None:
        experiment, end = self._find(story), story.end
        if experiment is None or end is None:
            return
        ended = story.begins_at(self.anchor) + story.lasts * DAY
        if experiment.status in LIVE:
            with turn(self.site_id, anchor=self.anchor):
                lifecycle.stop(experiment, actor=None, now=ended)
        open_end = experiment.status == Status.STOPPED and not experiment.takeaways
        if not open_end or not (end.reason or end.takeaways):
            return
        # Who decides has the report in view, and the decision keeps what it said.
        rollup.run(now=self.clock())
        refresh.refresh(experiment, now=ended, rolled=True)
        with turn(self.site_id, anchor=self.anchor):
            endings.conclude(experiment, end, now=ended + DECIDED_AFTER)

    def _find(self, story: Story) -> Experiment | None:
        return Experiment.objects.filter(site=self.site_id, key=story.key).first()

    def _bring(self, story: Story, day: int) -> None:
        """The shoppers of one day of a story, unless they have come."""
        parcel = Parcel.objects.filter(site=self.site_id, story=story.key, day=day).first()
        if parcel is None:
            parcel = self._pack(story, day)
        if parcel is not None and parcel.sent_at is None:
            self._send(parcel, self.counter)

    def _bring_programs(self, story: Story) -> None:
        """The programs of a story, as a parcel after its last day, unless they have come."""
        known = Parcel.objects.filter(site=self.site_id, story=story.key, day=story.lasts).first()
        if known is None:
            events = programs.pack(story, self.anchor, self.programs)
            with turn(self.site_id, anchor=self.anchor):
                known = Parcel.objects.create(
                    site_id=self.site_id,
                    story=story.key,
                    day=story.lasts,
                    shoppers=0,
                    events=events,
                )
        if known.sent_at is None:
            self._send(known, self.programs)

    def _pack(self, story: Story, day: int) -> Parcel | None:
        experiment = self._find(story)
        if experiment is None or experiment.status != Status.RUNNING:
            return None  # somebody has ended it meanwhile; its days stay empty
        with self._timed("shoppers"):
            if story.key not in self._shown:
                self.counter.wait_until_shown(story)
                self._shown.add(story.key)
            try:
                shoppers, events = pack(story, day, self.anchor, self.counter)
            except NotShown as problem:
                self.left[story.key] = str(problem)
                return None
        with turn(self.site_id, anchor=self.anchor):
            return Parcel.objects.create(
                site_id=self.site_id, story=story.key, day=day, shoppers=shoppers, events=events
            )

    def _send(self, parcel: Parcel, counter: Counter) -> None:
        with self._timed("events"), turn(self.site_id, anchor=self.anchor):
            counter.send(parcel.events or [])
            parcel.events, parcel.sent_at = None, self.clock()
            parcel.save(update_fields=["events", "sent_at"])
        self.shoppers += parcel.shoppers

    @contextmanager
    def _timed(self, part: str) -> Iterator[None]:
        began = time.monotonic()
        try:
            yield
        finally:
            self.seconds[part] = self.seconds.get(part, 0.0) + time.monotonic() - began


def bring_in(demo: DemoSite, *, tell: Tell, clock: Clock) -> Past:
    """Live the past of a demo site, or what is missing of it.

    Raises:
        NotFound: The demo site has not been seeded.
        Unavailable: The data plane does not answer.
        LeaseLost: The demo was reset meanwhile.
    """
    known = credentials.read()
    if known is None:
        raise NotFound(
            _("There is no demo site yet."), hint=_("Run manage.py seed_demo, or ./lab up.")
        )
    shop = Door(settings.DELIVERY_URL, known.keys.secret)
    browsers = Door(settings.DELIVERY_URL, known.keys.publishable, programs.PURPOSE)
    with Counter(shop) as counter, Counter(browsers) as others:
        past = Past(demo.site_id, demo.anchor, counter, others, tell, clock)
        past.live()
    return past


def is_whole(demo: DemoSite) -> bool:
    """Whether every day of every story has been sent."""
    wanted = sum(story.lasts for story in STORIES)
    return Parcel.objects.filter(site=demo.site_id).exclude(sent_at=None).count() >= wanted
