"""Work in a thread for a client that waits: ended when it takes too long, or when the client has gone."""

from __future__ import annotations

from asyncio import get_running_loop
from collections.abc import Callable
from typing import TypeVar

from anyio import CancelScope, CapacityLimiter, create_task_group, move_on_after, to_thread
from starlette.types import Receive

from store.stopping import Stop

T = TypeVar("T")
#: So many seconds work is left alone.
_UNWATCHED = 0.05
GONE = "nobody waits for the answer any more"


async def for_client(receive: Receive, work: Callable[[Stop], T], *, seconds: float, limiter: CapacityLimiter) -> T:
    """What `work` returns or raises; its body must have been read. The time that it waits for a thread counts too.

    Its thread is not left alone: it ends by itself as soon as what it reads is interrupted, and only then is there room
    for another.
    """
    stop = Stop()
    result: list[T] = []
    failure: Exception | None = None
    async with create_task_group() as group:
        # Most work is done before that: to look out for its end costs as much as a small query.
        watch = get_running_loop().call_later(_UNWATCHED, group.start_soon, _watch, receive, seconds, stop)
        try:
            result.append(await to_thread.run_sync(work, stop, limiter=limiter))
        except Exception as error:
            # Raised when the group has ended: it would wrap it in a group of errors.
            failure = error
        finally:
            watch.cancel()
        group.cancel_scope.cancel()
    if failure is not None:
        raise failure
    return result[0]


async def _watch(receive: Receive, seconds: float, stop: Stop) -> None:
    reason = f"this took longer than {seconds:g} s; try again in a while, or ask for less"
    with move_on_after(seconds - _UNWATCHED):
        while (await receive())["type"] != "http.disconnect":
            pass
        reason = GONE
    with CancelScope(shield=True):
        await to_thread.run_sync(stop.ask, reason)
