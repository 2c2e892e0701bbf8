"""What a door works with beside the request."""

from collections.abc import Callable
from dataclasses import dataclass
from os import urandom
from pathlib import Path

import msgspec

from delivery.config import ROOT, Config
from delivery.index import Live
from delivery.pseudonym import Pseudonyms
from delivery.token import Signer


@dataclass(frozen=True, slots=True)
class Tools:
    """What does not change while the process runs."""

    signer: Signer
    pseudonyms: Pseudonyms
    media_root: Path
    tag_root: Path
    public_url: str
    random: Callable[[int], bytes] = urandom

    @classmethod
    def of(cls, config: Config) -> "Tools":
        """The tools of a configuration."""
        return cls(
            signer=Signer(config.token_keys),
            pseudonyms=Pseudonyms(config.pseudonym_keys),
            media_root=config.media_root,
            tag_root=ROOT / "static" / "tag",
            public_url=config.public_url,
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
        chance = int.from_bytes(self.tools.random(10), "big")
        high = (self.now_ms << 16) | 0x7000 | (chance >> 68)
        low = 0x8000_0000_0000_0000 | (chance & 0x3FFF_FFFF_FFFF_FFFF)
        return ((high << 64) | low).to_bytes(16, "big")
