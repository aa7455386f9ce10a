"""What people report of a meeting, and when that raises a flag. Nothing of who reports is ever kept."""

from __future__ import annotations

import hashlib
import ipaddress
import threading
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

#: A flag is raised by so many distinct reporters within so long that say it does not meet: one may err, or mean harm.
FLAG_REPORTERS = 3
FLAG_WITHIN = timedelta(days=30)
#: Letters of a report's detail that are kept.
DETAIL_LENGTH = 1000
#: Open reports of one meeting that are kept; a volunteer has heard enough then, and a flood fills no disk.
REPORTS_PER_MEETING = 100
#: Meetings whose reporters are told apart at a time; the one reported longest ago is forgotten first.
_MEETINGS = 10_000
#: Reporters of one meeting that are told apart; more raise no other flag.
_REPORTERS = 100


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


@dataclass(slots=True, kw_only=True)
class Reporters:
    """Tells reporters of one meeting apart while the process lives: salted hashes in memory, kept nowhere.

    `salt`: random bytes of this process.
    """

    salt: bytes
    _seen: dict[str, dict[bytes, datetime]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def count(self, meeting_id: str, address: str, now: datetime) -> int:
        """How many distinct networks, this one too, have reported that the meeting does not meet of late."""
        digest = hashlib.blake2b(network_of(address).encode(), key=self.salt[:64], digest_size=16).digest()
        with self._lock:
            recent = {who: at for who, at in self._seen.pop(meeting_id, {}).items() if now - at < FLAG_WITHIN}
            if digest in recent or len(recent) < _REPORTERS:
                recent[digest] = now
            self._seen[meeting_id] = recent
            while len(self._seen) > _MEETINGS:
                del self._seen[next(iter(self._seen))]
        return len(recent)


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
