"""How much one client may ask: a bucket a network, and one a volunteer's token, filled anew every minute.

Networks are known by an HMAC of their address with a key that lives in memory only and is thrown away every day, so
that nobody can be found in what is counted. It is counted in this process or, for several hosts, by `limits` in Redis.
"""

from __future__ import annotations

import hashlib
import logging
import math
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from socket import AF_INET, AF_INET6, inet_pton
from typing import Any

from limits import RateLimitItem, RateLimitItemPerSecond
from limits.aio.storage import RedisStorage
from limits.aio.strategies import FixedWindowRateLimiter as SharedLimiter
from redis.asyncio import Redis
from redis.exceptions import RedisError
from starlette.requests import Request

from api.buckets import Buckets
from api.clock import clock
from api.settings import Settings
from meetings.errors import TooOften
from meetings.tokens import Token
from schema.costs import Spent
from schema.operations import Operation

log = logging.getLogger(__name__)
_DAY, _HOUR, _MINUTE = 86_400, 3600, 60
#: What a document costs that cannot be answered: reading one takes as long as so many fields.
UNREADABLE_COST = 500
_REPORTS = "reports"
#: Before an IPv4 address that is written as an IPv6 one.
_MAPPED = bytes(10) + b"\xff\xff"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Who asks for how much: `address` of the connection, or of the client where a trusted proxy tells it."""

    address: str
    viewer: Token | None
    cost: int
    reports: bool = False


@dataclass(slots=True, kw_only=True)
class Rates:
    """The buckets of one process, None where there is no limit; `shared` where Redis counts for all hosts."""

    network: Buckets | None
    token: Buckets | None
    reports: Buckets | None
    shared: SharedRates | None = None
    _key: bytes = b""
    _day: int = -1

    def spend(self, asked: Asked, now: datetime) -> Spent:
        """Take what is asked for from its bucket; TooOften where there is not so much: then it is empty."""
        network = self._mark(asked.address, now)
        if asked.reports and self.reports is not None:
            _take(self.reports, network, 1, now, reports=True)
        buckets, who = (self.network, network) if asked.viewer is None else (self.token, asked.viewer.id)
        if buckets is None:
            return _unlimited(asked, now)
        taken = _take(buckets, who, asked.cost, now, refuses=not _is_own_machine(asked))
        return Spent(
            used=asked.cost,
            limit=buckets.amount,
            remaining=max(0, buckets.amount - taken),
            reset=lambda: _instant(buckets.full_again(who, now.timestamp())),
        )

    async def spend_shared(self, asked: Asked, now: datetime) -> Spent:
        """The same from the bucket that all hosts share; while Redis is away, from this process' own."""
        if self.shared is None:
            return self.spend(asked, now)
        try:
            return await self.shared.spend(self, asked, now)
        except (RedisError, OSError) as error:
            log.warning("redis cannot be asked error=%s", type(error).__name__)
            return self.spend(asked, now)

    def _mark(self, address: str, now: datetime) -> str:
        today = day_of(now)
        if today != self._day:
            self._key, self._day = secrets.token_bytes(32), today
        return mark_of(self._key, address)


@dataclass(slots=True, kw_only=True)
class SharedRates:
    """The buckets in Redis, by the day's key that the hosts share there for as long as the day lasts."""

    storage: RedisStorage
    redis: Redis
    _key: bytes = b""
    _day: int = -1

    async def spend(self, rates: Rates, asked: Asked, now: datetime) -> Spent:
        """See `Rates.spend`; RedisError, OSError."""
        limiter = SharedLimiter(self.storage)
        network = mark_of(await self._todays_key(now), asked.address)
        if asked.reports and rates.reports is not None:
            item = _item(rates.reports)
            if not await limiter.hit(item, _REPORTS, network):
                stats = await limiter.get_window_stats(item, _REPORTS, network)
                raise _too_often(stats.reset_time, now, reports=True)
        buckets = rates.network if asked.viewer is None else rates.token
        who = network if asked.viewer is None else asked.viewer.id
        if buckets is None:
            return _unlimited(asked, now)
        item = _item(buckets)
        taken = await limiter.hit(item, who, cost=asked.cost)
        stats = await limiter.get_window_stats(item, who)
        if not taken and not _is_own_machine(asked):
            raise _too_often(stats.reset_time, now)
        return Spent(
            used=asked.cost,
            limit=buckets.amount,
            remaining=max(0, stats.remaining),
            reset=lambda: _instant(stats.reset_time),
        )

    async def close(self) -> None:
        """Give the connections back."""
        await self.redis.aclose(close_connection_pool=True)

    async def _todays_key(self, now: datetime) -> bytes:
        today = day_of(now)
        if today != self._day:
            name = f"homegroup:day:{today}"
            await self.redis.set(name, secrets.token_hex(32), nx=True, ex=_DAY)
            found = await self.redis.get(name)
            if not isinstance(found, bytes):
                raise RedisError("the day's key is gone")
            self._key, self._day = bytes.fromhex(found.decode("ascii")), today
        return self._key


def asked_of(address: str, viewer: Token | None, operation: Operation | None) -> Asked:
    """What an operation costs (None: one that cannot be answered), and who asks."""
    return Asked(
        address=address,
        viewer=viewer,
        cost=UNREADABLE_COST if operation is None else max(1, operation.cost),
        reports=operation is not None and operation.document.shape.reports,
    )


async def spend_fields(rates: Rates, request: Request, fields: int) -> None:
    """Take as much as so many fields from a network's bucket, for work that is no GraphQL; TooOften."""
    await rates.spend_shared(Asked(address=_address(request), viewer=None, cost=fields), clock())


def _address(request: Request) -> str:
    return request.client.host if request.client else ""


def rates_of(settings: Settings) -> Rates:
    """The buckets that these settings ask for."""
    shared = None
    if settings.redis_url:
        # One that does not answer must not hold up who asks.
        redis = Redis.from_url(settings.redis_url, socket_timeout=0.5, socket_connect_timeout=0.5)
        options: dict[str, Any] = {"connection_pool": redis.connection_pool}
        storage = RedisStorage(
            f"async+{settings.redis_url}", implementation="redispy", key_prefix="homegroup", **options
        )
        shared = SharedRates(storage=storage, redis=redis)
    most = settings.rate_clients
    return Rates(
        network=_buckets(settings.rate_cost, _MINUTE, most),
        token=_buckets(settings.rate_cost_volunteer, _MINUTE, most),
        reports=_buckets(settings.rate_reports, _HOUR, most),
        shared=shared,
    )


def _buckets(amount: int, seconds: int, most: int) -> Buckets | None:
    return Buckets(amount=amount, seconds=seconds, most=most) if amount else None


def _item(buckets: Buckets) -> RateLimitItem:
    """The same as `limits` calls it."""
    return RateLimitItemPerSecond(buckets.amount, buckets.seconds)


def _take(
    buckets: Buckets, who: str, amount: int, now: datetime, *, reports: bool = False, refuses: bool = True
) -> int:
    taken = buckets.take(who, amount, now.timestamp())
    if taken > buckets.amount and refuses:
        raise _too_often(buckets.full_again(who, now.timestamp()), now, reports=reports)
    return taken


def day_of(now: datetime) -> int:
    """The number of the day, in UTC."""
    return int(now.timestamp()) // _DAY


def mark_of(key: bytes, address: str) -> str:
    """By what a network is counted: an IPv4 address alone, or the /64 of an IPv6 address, in which one client roams."""
    try:
        # A quarter of the time that `ipaddress` takes, and this is done each time.
        if ":" not in address:
            network = inet_pton(AF_INET, address)
        else:
            network = inet_pton(AF_INET6, address.partition("%")[0])
            network = network[12:] if network.startswith(_MAPPED) else network[:8]
    except OSError:
        network = address.encode("utf-8", "surrogatepass")
    return hashlib.blake2b(network, key=key, digest_size=12).hexdigest()


def _is_own_machine(asked: Asked) -> bool:
    """Whoever stands behind a proxy on this machine that is not trusted cannot be told apart: nobody is refused."""
    return asked.viewer is None and asked.address in {"127.0.0.1", "::1", ""}


def _instant(seconds: float) -> datetime:
    return datetime.fromtimestamp(math.ceil(seconds), UTC)


def _unlimited(asked: Asked, now: datetime) -> Spent:
    return Spent(used=asked.cost, limit=0, remaining=0, reset=lambda: now)


def _too_often(reset_time: float, now: datetime, *, reports: bool = False) -> TooOften:
    seconds = max(1, math.ceil(reset_time - now.timestamp()))
    return TooOften("too many reports from here" if reports else "too much was asked for from here", seconds=seconds)
