"""strawberry under FastAPI, with its caches of parsed and validated documents; rows by asyncpg, as good as any."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from enum import Enum
from typing import Any

import strawberry
from fastapi import FastAPI
from strawberry.extensions import ParserCache, ValidationCache
from strawberry.fastapi import GraphQLRouter

from tests.bench.peers.servers.near import Asked, Known, edge_of_row
from tests.bench.peers.servers.postgres import near_rows, open_pool

HELD: dict[str, Any] = {}

LocalTime = strawberry.scalar(name="LocalTime", serialize=str, parse_value=str)


class LocalTimeText(str):
    """A time of day as HH:MM."""

    __slots__ = ()


@strawberry.enum
class Weekday(Enum):
    """The days."""

    MONDAY = "MONDAY"
    TUESDAY = "TUESDAY"
    WEDNESDAY = "WEDNESDAY"
    THURSDAY = "THURSDAY"
    FRIDAY = "FRIDAY"
    SATURDAY = "SATURDAY"
    SUNDAY = "SUNDAY"


@strawberry.enum
class MeetingOrder(Enum):
    """How lists are sorted."""

    DISTANCE = "DISTANCE"


@strawberry.enum
class VenueType(Enum):
    """How one can attend."""

    IN_PERSON = "IN_PERSON"
    VIRTUAL = "VIRTUAL"
    HYBRID = "HYBRID"


@strawberry.enum
class MeetingStatus(Enum):
    """How it stands."""

    ACTIVE = "ACTIVE"
    UNCONFIRMED = "UNCONFIRMED"


@strawberry.input
class PointInput:
    """Degrees."""

    latitude: float
    longitude: float


@strawberry.input
class PlaceInput:
    """A circle."""

    near: PointInput
    radius_km: float


@strawberry.input
class TimeInput:
    """Days and hours."""

    days: list[Weekday]
    starts_from: LocalTimeText
    starts_before: LocalTimeText


@strawberry.input
class FormatInput:
    """Codes."""

    any: list[str]


@strawberry.input
class MeetingFilter:
    """What to find."""

    place: PlaceInput
    time: TimeInput
    fellowships: list[str]
    formats: FormatInput


@strawberry.type
class Fellowship:
    """Its code and name."""

    code: str
    name: str


@strawberry.type
class Format:
    """Its code and name."""

    code: str
    name: str
    category: str


@strawberry.type
class Group:
    """Who holds it."""

    name: str
    code: str | None


@strawberry.type
class Venue:
    """Where."""

    name: str | None
    street: str | None
    city: str | None
    region: str | None
    postal_code: str | None
    country: str | None
    latitude: float | None
    longitude: float | None
    approximate: bool


@strawberry.type
class OnlineVenue:
    """By link."""

    url: str | None
    phone: str | None


@strawberry.type
class Occurrence:
    """When next."""

    starts_at: str
    ends_at: str


@strawberry.type
class Meeting:
    """A meeting."""

    id: strawberry.ID
    name: str
    status: MeetingStatus
    venue_type: VenueType | None
    weekday: Weekday | None
    start_time: str | None
    end_time: str | None
    duration: str | None
    time_zone: str | None
    recurrence: str | None
    notes: str | None
    updated_at: str
    languages: list[str]
    fellowship: Fellowship
    group: Group | None
    venue: Venue | None
    online: OnlineVenue | None
    formats: list[Format]


@strawberry.type
class MeetingEdge:
    """A meeting in a list."""

    distance_km: float | None
    next_occurrence: Occurrence | None
    node: Meeting


@strawberry.type
class MeetingConnection:
    """A list."""

    edges: list[MeetingEdge]


@strawberry.type
class Query:
    """The one question."""

    @strawberry.field
    async def meetings(self, filter: MeetingFilter, order_by: MeetingOrder, first: int) -> MeetingConnection | None:
        """Nearest first."""
        asked = Asked(
            latitude=filter.place.near.latitude,
            longitude=filter.place.near.longitude,
            radius_km=filter.place.radius_km,
            days=[day.value for day in filter.time.days],
            starts_from=filter.time.starts_from,
            starts_before=filter.time.starts_before,
            fellowships=filter.fellowships,
            formats=filter.formats.any,
        )
        known = HELD["known"]
        rows = await near_rows(HELD["pool"], asked, known, first)
        return MeetingConnection(edges=[edge(row, known) for row in rows])


FELLOWSHIPS: dict[str, Fellowship] = {}
FORMATS: dict[str, Format] = {}


def edge(row: Any, known: Known) -> MeetingEdge:
    """A row as strawberry's objects."""
    told = edge_of_row(row, known)
    node, following = told["node"], told["nextOccurrence"]
    venue, group, online = node["venue"], node["group"], node["online"]
    return MeetingEdge(
        distance_km=told["distanceKm"],
        next_occurrence=following and Occurrence(starts_at=following["startsAt"], ends_at=following["endsAt"]),
        node=Meeting(
            id=node["id"],
            name=node["name"],
            status=MeetingStatus[node["status"]],
            venue_type=node["venueType"] and VenueType[node["venueType"]],
            weekday=node["weekday"] and Weekday[node["weekday"]],
            start_time=node["startTime"],
            end_time=node["endTime"],
            duration=node["duration"],
            time_zone=node["timeZone"],
            recurrence=node["recurrence"],
            notes=node["notes"],
            updated_at=node["updatedAt"],
            languages=node["languages"],
            fellowship=FELLOWSHIPS[node["fellowship"]["code"]],
            group=group and Group(**group),
            venue=Venue(
                name=venue["name"],
                street=venue["street"],
                city=venue["city"],
                region=venue["region"],
                postal_code=venue["postalCode"],
                country=venue["country"],
                latitude=venue["latitude"],
                longitude=venue["longitude"],
                approximate=venue["approximate"],
            ),
            online=online and OnlineVenue(**online),
            formats=[FORMATS[known_format["code"]] for known_format in node["formats"]],
        ),
    )


@asynccontextmanager
async def lifespan(_: FastAPI) -> AsyncIterator[None]:
    """Connections for as long as the process lives."""
    HELD["pool"], HELD["known"] = await open_pool()
    FELLOWSHIPS.update({told["code"]: Fellowship(**told) for told in HELD["known"].fellowships.values()})
    FORMATS.update({told["code"]: Format(**told) for held in HELD["known"].format_sets.values() for told in held})
    yield
    await HELD["pool"].close()


schema = strawberry.Schema(
    Query,
    config=strawberry.schema.config.StrawberryConfig(scalar_map={LocalTimeText: LocalTime}),
    extensions=[ParserCache(maxsize=100), ValidationCache(maxsize=100)],
)
app = FastAPI(lifespan=lifespan)
app.include_router(GraphQLRouter(schema, graphql_ide=None), prefix="/graphql")
