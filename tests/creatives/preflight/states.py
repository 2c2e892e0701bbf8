"""Banners that break one rule each: how, and how it is mended."""

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from creatives.facts import Facts
from creatives.models import Copy, Creative, Placement, Product, Rendition, Version
from creatives.preflight import Severity
from experiments.models import Experiment, Variant
from tests import factories
from tests.factories import NOW

LOOK = "8c488c0f29dc8e6a"
FAR = "1e07677fb1d03bff"
DAY = dt.timedelta(days=1)
COMPOSED = Facts(contrast={"headline": 9.0}, overflow={})


@dataclass(frozen=True, slots=True)
class Stage:
    """A draft banner that is meant to be variant B of an experiment of seven days."""

    experiment: Experiment
    version: Version

    @property
    def placement(self) -> Placement:
        return self.experiment.placement

    @property
    def creative(self) -> Creative:
        return self.version.creative

    def change(self, **fields) -> None:
        """Columns of the version."""
        for name, value in fields.items():
            setattr(self.version, name, value)
        self.version.save()

    def know(self, **facts) -> None:
        self.change(facts=Facts(**facts).kept())

    def own(self, **fields) -> None:
        """Columns of the creative."""
        Creative.objects.filter(pk=self.creative.pk).update(**fields)
        self.creative.refresh_from_db()

    def place(self, **fields) -> None:
        Placement.objects.filter(pk=self.placement.pk).update(**fields)
        self.placement.refresh_from_db()

    def plan(self, **fields) -> None:
        Experiment.objects.filter(pk=self.experiment.pk).update(**fields)

    def compose(self, slots=None, facts=COMPOSED, **fields) -> None:
        self.change(kind="html", slots=slots or {}, facts=facts.kept(), html="<p>Spring</p>",
                    **fields)  # fmt: skip

    def heavy(self, size: int) -> None:
        self.version.renditions.filter(purpose="served").update(bytes=size)

    def without_stills(self) -> None:
        self.change(frames=5, duration_ms=900)
        self.version.renditions.filter(purpose="thumbnail").delete()

    def still(self) -> None:
        Rendition.objects.create(
            version=self.version, purpose="poster", file="0" * 64 + ".jpg", mime_type="image/jpeg",
            width=1200, height=400, bytes=9000,
        )  # fmt: skip

    def twin(self, look: str) -> None:
        """The other variant looks like that."""
        kept = Facts(look=look).kept()
        Version.objects.filter(creative__variants__key="a").update(facts=kept)

    def priced(self, text: str, *, slot: str = "price") -> None:
        product = Product.objects.create(
            site=self.experiment.site, sku="boot", title="Boot", price=25100, old_price=35900,
            currency="CNY", url=factories.SPRING, updated_at=NOW,
        )  # fmt: skip
        self.compose({slot: text}, product=product)

    def show(self) -> None:
        """Before visitors, whatever the checks say: as it may have been before they existed."""
        Version.objects.filter(pk=self.version.pk).update(status=Version.Status.APPROVED)
        Creative.objects.filter(pk=self.creative.pk).update(live=self.version)


Change = Callable[[Stage], object]


@dataclass(frozen=True, slots=True)
class State:
    """One way to break one rule."""

    rule: str
    severity: Severity
    broken: Change
    mended: Change
    name: str = ""


def a_stage() -> Stage:
    site = factories.a_site()
    experiment = factories.an_experiment(site, planned_days=7)
    creative = factories.a_creative(site, "Spring", color="navy", approved=False)
    Variant.objects.filter(experiment=experiment, key="b").update(creative=creative)
    return Stage(Experiment.objects.get(pk=experiment.pk), creative.versions.get())


BLOCKING, WARNING = Severity.BLOCKING, Severity.WARNING
STATES = (
    State("fit", BLOCKING, lambda s: s.change(width=600, height=200),
          lambda s: s.change(width=1200, height=400)),
    State("fit", BLOCKING, lambda s: s.place(phone_width=750, phone_height=900),
          lambda s: s.place(phone_width=None, phone_height=None), "phone"),
    State("weight", BLOCKING, lambda s: s.heavy(700_000), lambda s: s.heavy(200_000)),
    State("weight", WARNING, lambda s: s.heavy(400_000),
          lambda s: s.place(max_kilobytes=500), "own limit"),
    State("alt", BLOCKING, lambda s: s.change(alt=" "), lambda s: s.change(decorative=True)),
    State("text_length", BLOCKING,
          lambda s: (s.place(max_headline=10), s.compose({"headline": "Everything for spring"})),
          lambda s: s.compose({"headline": "For spring"})),
    State("overflow", BLOCKING, lambda s: s.compose(facts=Facts(overflow={"1200x400": ["body"]})),
          lambda s: s.compose()),
    State("overflow", WARNING, lambda s: s.compose(facts=Facts()), lambda s: s.compose(),
          "not drawn"),
    State("landing_allowed", BLOCKING, lambda s: s.change(landing_url="https://else.example/"),
          lambda s: s.change(landing_url="https://www.shop.example/")),
    State("landing_alive", BLOCKING,
          lambda s: factories.a_landing(s.experiment.site, "https://shop.example/x", status=404)
          and s.change(landing_url="https://shop.example/x"),
          lambda s: factories.a_landing(s.experiment.site, "https://shop.example/x")),
    State("landing_alive", BLOCKING,
          lambda s: factories.a_landing(s.experiment.site, "https://shop.example/x",
                                        final_url="https://parked.example/")
          and s.change(landing_url="https://shop.example/x"),
          lambda s: s.change(landing_url=factories.SPRING), "sent elsewhere"),
    State("contrast", BLOCKING,
          lambda s: s.compose(facts=Facts(contrast={"body": 3.2}, overflow={})),
          lambda s: s.compose()),
    State("contrast", WARNING,
          lambda s: s.compose(facts=Facts(contrast={"headline": 3.2}, overflow={})),
          lambda s: s.compose(), "large letters"),
    State("legible", WARNING, lambda s: s.know(look=LOOK, fine=0.6),
          lambda s: s.know(look=LOOK, fine=0.2)),
    State("lookalike", WARNING, lambda s: (s.twin(LOOK), s.know(look=LOOK[:-1] + "8")),
          lambda s: s.know(look=FAR)),
    State("motion_allowed", BLOCKING, lambda s: (s.place(animated=False), s.change(frames=5)),
          lambda s: s.place(animated=True)),
    State("motion_length", WARNING, lambda s: s.change(frames=5, facts=Facts(loops=0).kept()),
          lambda s: s.change(facts=Facts(loops=3).kept())),
    State("motion_length", WARNING, lambda s: s.change(frames=5, duration_ms=31_000),
          lambda s: s.change(duration_ms=29_000), "30 seconds"),
    State("reduced_motion", BLOCKING, Stage.without_stills, Stage.still),
    State("expiry", WARNING, lambda s: s.change(alt="Boots at half price until 30 November"),
          lambda s: s.own(expires_at=NOW + 8 * DAY)),
    State("expiry", BLOCKING,
          lambda s: (s.own(expires_at=NOW + 20 * DAY), s.change(alt="靴子半价，11月30日截止")),
          lambda s: s.own(expires_at=NOW + 8 * DAY), "too long"),
    State("expiry", BLOCKING, lambda s: s.change(alt="Ended? No: until 20 November"),
          lambda s: s.change(alt="Boots"), "over"),
    State("schedule", BLOCKING, lambda s: s.own(expires_at=NOW + 2 * DAY),
          lambda s: s.plan(planned_days=2)),
    State("price", BLOCKING, lambda s: s.priced("¥279"), lambda s: s.compose({"price": "¥251"})),
    State("price", BLOCKING, lambda s: s.priced("Now 279 元", slot="headline"),
          lambda s: s.compose({"headline": "Now 251 元 instead of 359 元"}), "in a text"),
    State("licence", WARNING, lambda s: s.own(licence="Stock photo, until 1 November 2026"),
          lambda s: s.own(licence="Own photograph")),
)  # fmt: skip


def names(states: Iterable[State]) -> list[str]:
    return [" ".join(filter(None, (state.rule, state.name))) for state in states]


def a_copy(version: Version, locale: str = "zh-Hans", **fields) -> Copy:
    return Copy.objects.create(version=version, locale=locale, **fields)
