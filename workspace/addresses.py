"""Which addresses of the network are the outside world, and which are ours or nobody's."""

import ipaddress

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

# IANA's special-purpose registry, written out: the standard library's opinion changes with its
# version. The last line is a public address by which some clouds speak to their machines.
_CLOSED_4 = tuple(
    map(
        ipaddress.IPv4Network,
        (
            *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16"),
            *("172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24"),
            *("192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16", "192.175.48.0/24"),
            *("198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4"),
            "168.63.129.16/32",
        ),
    )
)
# Of version 6 only global unicast is open: that leaves out loopback, mapped, compatible and
# translated (NAT64) addresses, unique local, link-local, site-local and multicast ones.
_OPEN_6 = ipaddress.IPv6Network("2000::/3")
_CLOSED_6 = tuple(
    map(
        ipaddress.IPv6Network,
        # Protocol assignments with Teredo, documentation, 6to4, documentation, AS112.
        ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20", "2620:4f:8000::/48"),
    )
)


def is_public(text: str) -> bool:
    """Whether an address, as the resolver writes it, belongs to the outside world."""
    try:
        address: Address = ipaddress.ip_address(text)
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv4Address):
        return not any(address in network for network in _CLOSED_4)
    if address.scope_id or address not in _OPEN_6:
        return False
    return not any(address in network for network in _CLOSED_6)
