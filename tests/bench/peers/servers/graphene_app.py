"""graphene as it is usually written: types, SQLAlchemy's asynchronous ORM with relations, the standard executor.

The statement that finds is the same as everybody's; what it found is loaded as objects, and json writes the answer.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import graphene
from sqlalchemy import BigInteger, ForeignKey, func, or_, select
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, joinedload, mapped_column, relationship, selectinload
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from tests.bench.peers.servers.near import (
    BITS,
    DAYS,
    asked_of_filter,
    cells_around,
    kilometres,
    minutes,
    on_sphere,
    square_of,
)


class Row(DeclarativeBase):
    """What all tables have in common."""

    __table_args__ = {"schema": "peers"}


class FellowshipRow(Row):
    """A fellowship."""

    __tablename__ = "fellowships"
    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str]
    name: Mapped[str]


class FormatRow(Row):
    """A format; `bit` is its place in a meeting's masks."""

    __tablename__ = "formats"
    code: Mapped[str] = mapped_column(primary_key=True)
    bit: Mapped[int]
    name: Mapped[str]
    category: Mapped[str]


class MeetingFormatRow(Row):
    """That a meeting has a format."""

    __tablename__ = "meeting_formats"
    meeting_number: Mapped[int] = mapped_column(ForeignKey("peers.meetings.number"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    format_code: Mapped[str] = mapped_column(ForeignKey("peers.formats.code"))


class VenueRow(Row):
    """A place."""

    __tablename__ = "venues"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str | None]
    street: Mapped[str | None]
    city: Mapped[str | None]
    region: Mapped[str | None]
    postal_code: Mapped[str | None]
    country: Mapped[str | None]
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]
    approximate: Mapped[bool]


class MeetingRow(Row):
    """A meeting."""

    __tablename__ = "meetings"
    number: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[str]
    name: Mapped[str]
    status: Mapped[str]
    shown: Mapped[bool]
    venue_type: Mapped[str | None]
    weekday: Mapped[str | None]
    start_time: Mapped[str | None]
    end_time: Mapped[str | None]
    duration: Mapped[str | None]
    time_zone: Mapped[str | None]
    recurrence: Mapped[str | None]
    notes: Mapped[str | None]
    updated_at: Mapped[str]
    languages: Mapped[str]
    group_name: Mapped[str | None]
    group_code: Mapped[str | None]
    online_url: Mapped[str | None]
    online_phone: Mapped[str | None]
    next_start: Mapped[str | None]
    next_end: Mapped[str | None]
    fine: Mapped[int]
    coarse: Mapped[int]
    day: Mapped[int]
    starts: Mapped[int]
    bits0: Mapped[int] = mapped_column(BigInteger)
    bits1: Mapped[int] = mapped_column(BigInteger)
    x: Mapped[float]
    y: Mapped[float]
    z: Mapped[float]
    fellowship_id: Mapped[int] = mapped_column(ForeignKey("peers.fellowships.id"))
    venue_id: Mapped[int] = mapped_column(ForeignKey("peers.venues.id"))
    fellowship: Mapped[FellowshipRow] = relationship()
    venue: Mapped[VenueRow] = relationship()
    formats: Mapped[list[FormatRow]] = relationship(
        secondary="peers.meeting_formats", order_by=MeetingFormatRow.position, viewonly=True
    )


class Weekday(graphene.Enum):
    """The days."""

    MONDAY = "MONDAY"
    TUESDAY = "TUESDAY"
    WEDNESDAY = "WEDNESDAY"
    THURSDAY = "THURSDAY"
    FRIDAY = "FRIDAY"
    SATURDAY = "SATURDAY"
    SUNDAY = "SUNDAY"


class MeetingOrder(graphene.Enum):
    """How lists are sorted."""

    DISTANCE = "DISTANCE"


class VenueType(graphene.Enum):
    """How one can attend."""

    IN_PERSON = "IN_PERSON"
    VIRTUAL = "VIRTUAL"
    HYBRID = "HYBRID"


class MeetingStatus(graphene.Enum):
    """How it stands."""

    ACTIVE = "ACTIVE"
    UNCONFIRMED = "UNCONFIRMED"


class LocalTime(graphene.String):
    """A time of day as HH:MM."""


class PointInput(graphene.InputObjectType):
    """Degrees."""

    latitude = graphene.Float(required=True)
    longitude = graphene.Float(required=True)


class PlaceInput(graphene.InputObjectType):
    """A circle."""

    near = PointInput(required=True)
    radiusKm = graphene.Float(required=True)  # noqa: N815 - as the other servers' filters name it


class TimeInput(graphene.InputObjectType):
    """Days and hours."""

    days = graphene.List(graphene.NonNull(Weekday), required=True)
    startsFrom = LocalTime(required=True)  # noqa: N815 - likewise
    startsBefore = LocalTime(required=True)  # noqa: N815 - likewise


class FormatInput(graphene.InputObjectType):
    """Codes."""

    any = graphene.List(graphene.NonNull(graphene.String), required=True)


class MeetingFilter(graphene.InputObjectType):
    """What to find."""

    place = PlaceInput(required=True)
    time = TimeInput(required=True)
    fellowships = graphene.List(graphene.NonNull(graphene.String), required=True)
    formats = FormatInput(required=True)


class Fellowship(graphene.ObjectType):
    """Its code and name."""

    code = graphene.String(required=True)
    name = graphene.String(required=True)


class Format(graphene.ObjectType):
    """Its code and name."""

    code = graphene.String(required=True)
    name = graphene.String(required=True)
    category = graphene.String(required=True)


class Group(graphene.ObjectType):
    """Who holds it."""

    name = graphene.String(required=True)
    code = graphene.String()

    def resolve_name(root: MeetingRow, info: Any) -> str | None:
        """Of the meeting."""
        return root.group_name

    def resolve_code(root: MeetingRow, info: Any) -> str | None:
        """Of the meeting."""
        return root.group_code


class Venue(graphene.ObjectType):
    """Where."""

    name = graphene.String()
    street = graphene.String()
    city = graphene.String()
    region = graphene.String()
    postal_code = graphene.String()
    country = graphene.String()
    latitude = graphene.Float()
    longitude = graphene.Float()
    approximate = graphene.Boolean(required=True)


class OnlineVenue(graphene.ObjectType):
    """By link."""

    url = graphene.String()
    phone = graphene.String()

    def resolve_url(root: MeetingRow, info: Any) -> str | None:
        """Of the meeting."""
        return root.online_url

    def resolve_phone(root: MeetingRow, info: Any) -> str | None:
        """Of the meeting."""
        return root.online_phone


class Meeting(graphene.ObjectType):
    """A meeting."""

    id = graphene.ID(required=True)
    name = graphene.String(required=True)
    status = MeetingStatus(required=True)
    venue_type = VenueType()
    weekday = Weekday()
    start_time = graphene.String()
    end_time = graphene.String()
    duration = graphene.String()
    time_zone = graphene.String()
    recurrence = graphene.String()
    notes = graphene.String()
    updated_at = graphene.String(required=True)
    languages = graphene.List(graphene.NonNull(graphene.String), required=True)
    fellowship = graphene.Field(Fellowship, required=True)
    group = graphene.Field(Group)
    venue = graphene.Field(Venue)
    online = graphene.Field(OnlineVenue)
    formats = graphene.List(graphene.NonNull(Format), required=True)

    def resolve_languages(root: MeetingRow, info: Any) -> list[str]:
        """As a list."""
        return root.languages.split(" ")

    def resolve_group(root: MeetingRow, info: Any) -> MeetingRow | None:
        """The meeting itself, which tells it."""
        return root if root.group_name else None

    def resolve_online(root: MeetingRow, info: Any) -> MeetingRow | None:
        """The meeting itself, which tells it."""
        return root if root.online_url or root.online_phone else None


class Occurrence(graphene.ObjectType):
    """When next."""

    starts_at = graphene.String(required=True)
    ends_at = graphene.String(required=True)

    def resolve_starts_at(root: MeetingRow, info: Any) -> str | None:
        """Of the meeting."""
        return root.next_start

    def resolve_ends_at(root: MeetingRow, info: Any) -> str | None:
        """Of the meeting."""
        return root.next_end


class MeetingEdge(graphene.ObjectType):
    """A meeting in a list."""

    distance_km = graphene.Float()
    next_occurrence = graphene.Field(Occurrence)
    node = graphene.Field(Meeting, required=True)

    def resolve_distance_km(root: tuple[MeetingRow, float], info: Any) -> float:
        """How far."""
        return kilometres(root[1])

    def resolve_next_occurrence(root: tuple[MeetingRow, float], info: Any) -> MeetingRow | None:
        """The meeting itself, which tells it."""
        return root[0] if root[0].next_start else None

    def resolve_node(root: tuple[MeetingRow, float], info: Any) -> MeetingRow:
        """The meeting."""
        return root[0]


class MeetingConnection(graphene.ObjectType):
    """A list."""

    edges = graphene.List(graphene.NonNull(MeetingEdge), required=True)


class Query(graphene.ObjectType):
    """The one question."""

    meetings = graphene.Field(
        MeetingConnection,
        filter=MeetingFilter(required=True),
        order_by=MeetingOrder(required=True),
        first=graphene.Int(required=True),
    )

    async def resolve_meetings(root: Any, info: Any, filter: Any, order_by: Any, first: int) -> dict[str, Any]:
        """Nearest first."""
        async with info.context["sessions"]() as session:
            found = await session.execute(await near(session, filter, first))
            return {"edges": found.unique().all()}


async def near(session: Any, filter: dict[str, Any], first: int) -> Any:
    """The statement as the ORM writes it."""
    asked = asked_of_filter(
        {**filter, "time": {**filter["time"], "days": [str(d.value) for d in filter["time"]["days"]]}}
    )
    column, cells = cells_around(asked.latitude, asked.longitude, asked.radius_km)
    x, y, z = on_sphere(asked.latitude, asked.longitude)
    square = (
        func.power(MeetingRow.x - x, 2) + func.power(MeetingRow.y - y, 2) + func.power(MeetingRow.z - z, 2)
    ).label("square")
    bits = await session.scalars(select(FormatRow.bit).where(FormatRow.code.in_(asked.formats)))
    mask = sum(1 << bit for bit in bits)
    low, high = mask & ((1 << BITS) - 1), mask >> BITS
    fellowships = select(FellowshipRow.id).where(FellowshipRow.code.in_(asked.fellowships)).scalar_subquery()
    nearest = (
        select(MeetingRow.number, square)
        .where(
            MeetingRow.shown,
            getattr(MeetingRow, column).in_(cells),
            MeetingRow.day.in_([DAYS.index(day) for day in asked.days]),
            MeetingRow.starts >= minutes(asked.starts_from),
            MeetingRow.starts < minutes(asked.starts_before),
            MeetingRow.fellowship_id.in_(fellowships),
            or_(MeetingRow.bits0.op("&")(low) != 0, MeetingRow.bits1.op("&")(high) != 0),
            square <= square_of(asked.radius_km),
        )
        .order_by(square, MeetingRow.number)
        .limit(first)
        .subquery()
    )
    return (
        select(MeetingRow, nearest.c.square)
        .join(nearest, nearest.c.number == MeetingRow.number)
        .options(joinedload(MeetingRow.fellowship), joinedload(MeetingRow.venue), selectinload(MeetingRow.formats))
        .order_by(nearest.c.square, MeetingRow.number)
    )


@asynccontextmanager
async def lifespan(_: Starlette) -> AsyncIterator[dict[str, Any]]:
    """Connections for as long as the process lives."""
    engine = create_async_engine(
        os.environ["DATABASE_URL"].replace("postgresql://", "postgresql+asyncpg://"),
        pool_size=8,
        max_overflow=0,
        connect_args={"server_settings": {"application_name": os.environ.get("PGAPPNAME", "")}},
    )
    yield {"sessions": async_sessionmaker(engine, expire_on_commit=False)}
    await engine.dispose()


schema = graphene.Schema(query=Query)


async def graphql(request: Request) -> JSONResponse:
    """One operation."""
    body = await request.json()
    result = await schema.execute_async(
        body["query"],
        variable_values=body.get("variables"),
        operation_name=body.get("operationName"),
        context_value={"sessions": request.state.sessions},
    )
    return JSONResponse(result.formatted)


app = Starlette(routes=[Route("/graphql", graphql, methods=["POST"])], lifespan=lifespan)
