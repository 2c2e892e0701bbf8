"""Traffic that is kept but not counted: declared robots, and pages loaded before anybody looks."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from crawlerdetect import CrawlerDetect

BOT: Final = "bot"
PREFETCH: Final = "prefetch"

LONGEST_AGENT: Final = 256
"""The patterns are quadratic in the length of odd texts: 147 ms at 1,024 characters, 12 at 256."""

_detector = CrawlerDetect()
_detector.is_crawler(user_agent="compiles its patterns")  # now, not while a shopper waits


@lru_cache(maxsize=4096)
def is_robot(agent: str) -> bool:
    """Whether a User-Agent says that it is none of a visitor's."""
    return bool(_detector.is_crawler(user_agent=agent))


def mark(headers: Mapping[bytes, bytes], *, robots_count: bool = False) -> str:
    """The name of the filter that sets a browser's request aside, or nothing.

    `robots_count` is for test and demo sites, whose visitors are scripts.
    """
    if is_prefetch(headers):
        return PREFETCH
    agent = agent_of(headers)
    return BOT if agent and not robots_count and is_robot(agent) else ""


def is_prefetch(headers: Mapping[bytes, bytes]) -> bool:
    """Whether a page is loaded before anybody wants to see it."""
    purpose = headers.get(b"sec-purpose") or headers.get(b"purpose")
    return purpose is not None and b"prefetch" in purpose.lower()


def agent_of(headers: Mapping[bytes, bytes]) -> str:
    """The User-Agent, as far as it is looked at."""
    return headers.get(b"user-agent", b"")[:LONGEST_AGENT].decode("latin-1")
