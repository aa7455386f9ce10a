"""Work in a thread for a client that waits: ended when it takes too long, or when the client has gone."""

from __future__ import annotations

from asyncio import Task, get_running_loop
from collections.abc import Callable
from typing import TypeVar

from anyio import CancelScope, CapacityLimiter, move_on_after, to_thread
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
    stop, loop = Stop(), get_running_loop()
    ended = CancelScope()
    watching: list[Task[None]] = []

    def watch() -> None:
        watching.append(loop.create_task(_watch(receive, seconds, stop, ended)))

    # Most work is done before that: to look out for its end costs as much as a small query.
    later = loop.call_later(_UNWATCHED, watch)
    try:
        return await to_thread.run_sync(work, stop, limiter=limiter)
    finally:
        later.cancel()
        ended.cancel()
        for watcher in watching:
            # One that is just stopping the work does so to the end: the connection is another's next.
            await watcher


async def _watch(receive: Receive, seconds: float, stop: Stop, ended: CancelScope) -> None:
    reason = f"this took longer than {seconds:g} s; try again in a while, or ask for less"
    with ended:
        with move_on_after(seconds - _UNWATCHED):
            while (await receive())["type"] != "http.disconnect":
                pass
            reason = GONE
        with CancelScope(shield=True):
            await to_thread.run_sync(stop.ask, reason)
