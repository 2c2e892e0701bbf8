"""What a door works with beside the request."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
import uuid_utils

from delivery.config import ROOT, Config
from delivery.index import Live
from delivery.key_use import KeyUse
from delivery.limits import UNLIMITED, Limits, Watch
from delivery.meters import Meters
from delivery.pseudonym import Pseudonyms
from delivery.rations import Ration
from delivery.token import Signer


@dataclass(frozen=True, slots=True)
class Tools:
    """What lives as long as the process runs, and what it counts and remembers meanwhile."""

    signer: Signer
    pseudonyms: Pseudonyms
    media_root: Path
    tag_root: Path
    public_url: str
    delivery_url: str = ""
    uuid7: Callable[..., uuid_utils.UUID] = uuid_utils.uuid7
    ration: Ration = field(default_factory=Ration, repr=False)
    meters: Meters = field(default_factory=Meters)
    limits: Limits = UNLIMITED
    key_use: KeyUse = field(default_factory=KeyUse, repr=False)
    watch: Watch = field(default_factory=Watch, repr=False)

    @classmethod
    def of(cls, config: Config) -> "Tools":
        """The tools of a configuration."""
        return cls(
            signer=Signer(config.token_keys),
            pseudonyms=Pseudonyms(config.pseudonym_keys),
            media_root=config.media_root,
            tag_root=ROOT / "static" / "tag",
            public_url=config.public_url,
            limits=Limits(rate=config.browser_rate),
            delivery_url=config.delivery_url,
        )


class Moment(msgspec.Struct, frozen=True, gc=False):
    """What is so while one request is answered.

    `now` is in Unix seconds; `live` is None as long as nothing has been published.
    """

    live: Live | None
    now: float
    tools: Tools

    @property
    def now_ms(self) -> int:
        """The time in whole milliseconds."""
        return int(self.now * 1000)

    def new_decision(self) -> bytes:
        """A UUIDv7: the time of the decision in front, chance behind."""
        name: bytes = self.tools.uuid7(nanoseconds=int(self.now * 1e9)).bytes
        return name
