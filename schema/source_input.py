"""A source as a volunteer tells it: checked, and kept."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

import graphene
from graphene.utils.str_converters import to_camel_case

from meetings.errors import InvalidQuery, NotFound, UnknownCode
from meetings.source import SOURCE_ID
from meetings.source import Source as KnownSource
from meetings.tokens import Action
from schema.context import Context
from schema.paging import many
from schema.problems import Problem, ProblemCode, Trouble
from schema.scalars import URL, Language, TimeZone
from schema.sources import Source
from schema.viewers import check_may
from store.database import Reader
from store.sources import get_source, put_source, set_paused

#: Letters of each text; a mapping has a limit of its own.
_MOST = {"name": 200, "attribution": 500, "location": 2000, "url": 2000}
_MOST_HOURS = 24 * 366


class SourceInput(graphene.InputObjectType):
    """A list. Of one that is known, what is left out stays as it is, and null takes it away."""

    id = graphene.String(
        required=True, description="Its lasting id: lower-case letters, digits, `.`, `_` and `-`, e.g. `na-lantern`."
    )
    name = graphene.String(required=True, description="What people see, e.g. `Lantern Area`; at most 200 characters.")
    importer = graphene.String(
        required=True, description="How it is read, e.g. `bmlt`, `meeting_guide` or `spreadsheet`."
    )
    location = graphene.String(
        description="The http or https address that is fetched; left out: the list is sent by `previewImport`."
    )
    url = URL(description="Where people can read the list themselves.")
    fellowship = graphene.String(
        description="For records that name none, as a code, e.g. `NA`; left out: every record names one."
    )
    language = Language(description="Spoken where a record tells none, e.g. `en`.")
    time_zone = TimeZone(description="For records that tell none and have no point, e.g. `America/New_York`.")
    country = graphene.String(description="For records that name none: two letters of ISO 3166-1, e.g. `US`.")
    attribution = graphene.String(description="Whom to name where its meetings are shown; at most 500 characters.")
    mapping = graphene.String(
        description="For the importer `mapped`: a TOML text that says which column feeds which field."
    )
    refresh_hours = graphene.Int(
        default_value=12, description="How often it is read, in hours, 1 to 8784; a list sent by hand is not."
    )


class SourcePayload(graphene.ObjectType):
    """The source that was added or changed."""

    source = graphene.Field(Source, description="The source as it is now; null where there are problems.")
    problems = many(Problem, "Why it was not kept; empty: it was.")


def register_source(context: Context, *, input: dict[str, Any]) -> dict[str, Any]:
    """Add a source, or change the one of that id; UnknownCode, NotAllowed."""
    check_may(context, Action.REGISTER_SOURCE, input["id"])
    problems = list(_troubles(input))
    if problems:
        return {"source": None, "problems": problems}
    with context.write() as write:
        known = _known(write, input["id"])
        try:
            source = context.work.checked(_told(input, known, context.now))
        except UnknownCode as error:
            raise UnknownCode(_at(error.argument), error.value, error.suggestions) from error
        except InvalidQuery as error:
            return {"source": None, "problems": [_trouble(ProblemCode.BAD_VALUE, error.argument, error.reason)]}
        put_source(write, source)
        if known is not None and known.paused:
            # An undoing has paused it, and only a person who applies an import ends that.
            set_paused(write, source.id, paused=True)
    context.renew()
    return {"source": get_source(context.read, source.id), "problems": []}


def _told(input: dict[str, Any], known: KnownSource | None, now: datetime) -> KnownSource:
    given: dict[str, Any] = {name: value.strip() if isinstance(value, str) else value for name, value in input.items()}
    if "location" in given:
        given["location"] = given["location"] or ""
    if given["importer"] != "mapped":
        given.setdefault("mapping", None)
    return replace(known or KnownSource(id=input["id"], name="", importer="", location="", added_at=now), **given)


def _known(read: Reader, id: str) -> KnownSource | None:
    try:
        return get_source(read, id)
    except NotFound:
        return None


def _troubles(given: dict[str, Any]) -> Iterator[Trouble]:
    if not SOURCE_ID.fullmatch(given["id"]):
        reason = "lower-case letters, digits, '.', '_' and '-', at most 64, e.g. na-lantern"
        yield _trouble(ProblemCode.BAD_VALUE, "id", reason)
    if not given["name"].strip():
        yield _trouble(ProblemCode.BAD_VALUE, "name", "say what people shall see, e.g. Lantern Area")
    for name, most in _MOST.items():
        if len(given.get(name) or "") > most:
            yield _trouble(ProblemCode.TOO_LONG, name, f"at most {most} characters, not {len(given[name])}")
    location = (given.get("location") or "").strip()
    if location and not location.startswith(("http://", "https://")):
        # A path would let whoever asks read our files.
        yield _trouble(ProblemCode.BAD_VALUE, "location", "an http or https address; send a file with previewImport")
    hours = given.get("refresh_hours")
    if hours is None or not 1 <= hours <= _MOST_HOURS:
        yield _trouble(ProblemCode.OUT_OF_RANGE, "refresh_hours", f"1 to {_MOST_HOURS} hours, not {hours}")


def _at(field: str) -> str:
    return f"input.{to_camel_case(field)}"


def _trouble(code: ProblemCode, field: str, message: str) -> Trouble:
    return Trouble(code=code, message=message, field=("input", to_camel_case(field)))
