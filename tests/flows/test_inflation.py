"""Somebody tries to make a banner win: all of it is stored, nothing of it counts, both are shown."""

import datetime as dt
import json
from dataclasses import dataclass, replace
from hashlib import sha256

import pytest
from django.db import connection

from delivery import sink
from delivery.doors import Current, DataPlane
from delivery.limits import CROWD
from delivery.moment import Tools
from delivery.snapshot import KeyEntry, SiteEntry
from delivery.token import Stamp
from delivery.wire import Request, Write
from events import filtering, rollup, store
from events.models import Event, UnitTotal
from experiments.reports import refresh, sections
from experiments.reports.payload import decode
from tests.delivery.snapshots import a_live
from tests.delivery.test_intake import TOOLS
from tests.doors import BROWSER
from tests.experiments.reports.states import an_arm
from tests.experiments.reports.test_refresh import put
from tests.factories import NOW, an_experiment

pytestmark = pytest.mark.django_db
MANY = 10_000
AT_ONCE = 250
HEADLESS = BROWSER.replace("Firefox/140.0", "HeadlessChrome/140.0.0.0")
NAMES = {"pk": "publishable"}


@dataclass(slots=True)
class Shop:
    """A running test with a winner, and a door to report to; the control is what is inflated."""

    experiment: object
    plane: DataPlane
    decided: int = 0

    def token(self, unit: int, *, ago_ms: int) -> str:
        experiment = self.experiment
        control = experiment.variants.order_by("position")[0].pk if not self.decided else self._arm
        self._arm, self.decided = control, self.decided + 1
        raise NotImplementedError
