"""Which addresses events may be sent to: nobody makes us call the machines next door (server-side request forgery)."""

import ipaddress
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

LONGEST = 2_000
"""Characters; longer addresses break in proxies on the way."""

LOOPBACK_NAMES = frozenset({"localhost"})

_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_SIX_TO_FOUR = ipaddress.IPv6Network("2002::/16")

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


@dataclass(frozen=True)
class Reach:
    """How far the house may call: always to public addresses, and further only when an operator says so."""

    loopback: bool = False
    private: bool = False


def problem_of(sink: str, reach: Reach) -> str | None:
    """Why this cannot be an address to send to, or None."""
    try:
        url = urlsplit(sink)
        host, port = url.hostname, url.port
    except ValueError:
        return "not an address"
    if len(sink) > LONGEST or not sink.isascii() or any(c.isspace() or not c.isprintable() for c in sink):
        return "not an address: ASCII without spaces, at most 2000 characters"
    if not host or port == 0 or url.username is not None or url.password is not None or url.fragment:
        return "an address with a host, without user, password or fragment"
    return _problem_of_scheme(url, host, reach) or _problem_of_literal(host, reach)


def may_call(text: str, reach: Reach) -> bool:
    """Whether an IP address may be called, whatever disguise it comes in."""
    address = _unwrapped(ipaddress.ip_address(text.partition("%")[0]))
    if address.is_loopback:
        return reach.loopback
    if address.is_multicast or address.is_unspecified or address.is_reserved or address.is_link_local:
        return False
    return address.is_global or reach.private


def _problem_of_scheme(url: SplitResult, host: str, reach: Reach) -> str | None:
    if url.scheme == "https":
        return None
    if url.scheme == "http" and reach.loopback and _is_loopback(host):
        return None
    return "https only" if not reach.loopback else "https, or http to this machine only"


def _problem_of_literal(host: str, reach: Reach) -> str | None:
    try:
        allowed = may_call(host, reach)
    except ValueError:
        allowed = host not in LOOPBACK_NAMES or reach.loopback
    return None if allowed else "an address of the public internet"


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host in LOOPBACK_NAMES


def _unwrapped(address: Address) -> Address:
    """The IPv4 address inside an IPv6 address that only carries one."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    if address in _SIX_TO_FOUR:
        return ipaddress.IPv4Address((int(address) >> 80) & 0xFFFFFFFF)
    return address
