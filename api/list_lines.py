"""The list in our own format, line by line, of one state of the database and in little memory."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

import orjson

from meetings.native_document import HEAD, body_line, meeting_line, source_line
from meetings.source import Source
from store.database import Reader
from store.export import listed_meetings, source_bodies


def list_lines(
    read: Reader,
    sources: Sequence[Source],
    *,
    now: datetime,
    public: bool = False,
    head: Mapping[str, object] = HEAD,
) -> Iterator[bytes]:
    """The lines of one file, without their ends; `head` is the first, `public` as `meetings.native_document` has it."""
    yield orjson.dumps(head)
    for source in sources:
        yield orjson.dumps(source_line(source, public=public))
        bodies = source_bodies(read, source.id)
        keys = {body.id: body.source_key for body in bodies}
        yield from (orjson.dumps(body_line(body, keys)) for body in bodies)
        for meeting, other, shown_as in listed_meetings(read, source.id):
            line = meeting_line(meeting, keys, now=now, other_ids=other, public=public)
            yield orjson.dumps(line if shown_as is None else {**line, "shown_as": shown_as})
