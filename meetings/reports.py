"""What people report of a meeting, and when that raises a flag. Nothing of who reports is ever kept."""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum

#: A flag is raised by so many distinct networks within two days that say it does not meet: one may err, or mean harm.
FLAG_REPORTERS = 3
#: Letters of a report's detail that are kept.
DETAIL_LENGTH = 1000
#: Open reports of one meeting that are kept; a volunteer has heard enough then, and a flood fills no disk.
REPORTS_PER_MEETING = 100
#: Reporters of one meeting that are told apart in a day; more raise no other flag.
REPORTERS_PER_DAY = 100
KEY_BYTES = 32


class ReportKind(StrEnum):
    """What is wrong."""

    NOT_MEETING = "NOT_MEETING"
    WRONG_TIME = "WRONG_TIME"
    WRONG_PLACE = "WRONG_PLACE"
    WRONG_LINK = "WRONG_LINK"
    DUPLICATE = "DUPLICATE"
    OTHER = "OTHER"


class ReportOutcome(StrEnum):
    """What a volunteer found out."""

    CONFIRMED_MEETING = "CONFIRMED_MEETING"
    NOT_MEETING = "NOT_MEETING"
    FIXED = "FIXED"


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One report; `outcome` None: nobody has looked yet. `detail` is for volunteers only."""

    id: str
    meeting_id: str
    kind: ReportKind
    detail: str | None = None
    at: datetime
    outcome: ReportOutcome | None = None


def reporting_days(now: datetime) -> tuple[date, date]:
    """The days, in UTC, within which reporters are told apart: today and the day before."""
    today = now.astimezone(UTC).date()
    return today, today - timedelta(days=1)


def reporter_mark(key: bytes, network: str, meeting_id: str) -> str:
    """By what two reports of one network on one meeting are told to be that: says nothing without that day's key.

    The meeting is part of it, so that not even with the key can marks of two meetings be laid side by side.
    """
    return hmac.new(key, f"{network} {meeting_id}".encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()


def network_of(address: str) -> str:
    """The network of an IP address, /24 or /48: one household or provider's pool counts once. Else, as it is."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped is not None:
        ip = ip.ipv4_mapped
    return str(ipaddress.ip_network(f"{ip}/{24 if ip.version == 4 else 48}", strict=False))


def raises_flag(reporters: int) -> bool:
    """Whether so many distinct reporters are enough."""
    return reporters >= FLAG_REPORTERS
