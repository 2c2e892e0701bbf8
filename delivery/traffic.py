"""Traffic that is kept but not counted: declared robots, and pages loaded before anybody looks."""

from functools import lru_cache
from typing import Final

from crawlerdetect import CrawlerDetect

from delivery.wire import Request

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


def mark(request: Request, *, robots_count: bool = False) -> str:
    """The name of the filter that sets a browser's request aside, or nothing.

    `robots_count` is for test and demo sites, whose visitors are scripts.
    """
    purpose = request.headers.get(b"sec-purpose") or request.headers.get(b"purpose")
    if purpose and b"prefetch" in purpose.lower():
        return PREFETCH
    agent = request.header(b"user-agent")[:LONGEST_AGENT]
    return BOT if agent and not robots_count and is_robot(agent) else ""
