"""Where a request comes from: the address of the client, behind as many proxies as are trusted.

It decides how much is taken from one network (`delivery.limits`) and is never stored or logged.
"""

import ipaddress
from functools import lru_cache
from typing import Final

FORWARDED: Final = b"x-forwarded-for"
_FEW_PROXIES: Final = 64


def address_of(peer: str, forwarded: str, *, proxies: int) -> str:
    """The client's address by what the nearest `proxies` have noted; empty if nobody knows.

    Each proxy adds whom it heard to the end of X-Forwarded-For; what stands before that anybody can
    have written. Without trusted proxies the peer is the client, unless it is a machine of the
    house that says it speaks for another: then everybody would seem to come from there.

    Example:
        >>> address_of("10.0.0.1", "6.6.6.6, 203.0.113.7", proxies=1)
        '203.0.113.7'
        >>> address_of("198.41.0.4", "6.6.6.6", proxies=0), address_of("10.0.0.1", "x", proxies=0)
        ('198.41.0.4', '')
    """
    if proxies:
        noted = forwarded.split(",")
        return noted[-proxies].strip() if forwarded and len(noted) >= proxies else peer
    return "" if forwarded and _inside(peer) else peer


@lru_cache(maxsize=_FEW_PROXIES)
def _inside(address: str) -> bool:
    try:
        return not ipaddress.ip_address(address).is_global
    except ValueError:
        return True
