"""A person's own schedule: one page and its files, served by us; all it shows and does, it asks of /graphql.

The page holds nothing of anybody. The key of a schedule stands behind the # of its address, which no browser sends, and
goes in the body of each question; what opens it is in no path, no query, no log.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.pages import files_in, filled, page_answer
from meetings.zones import country_zones

if TYPE_CHECKING:
    from api.house import House

_FOLDER = Path(__file__).with_name("schedule")


async def page(request: Request) -> Response:
    """GET /schedule."""
    house: House = request.state.house
    settings = house.settings
    text = filled(
        _markup(),
        fellowships=sorted(
            ((code, known.name) for code, known in house.vocabulary.fellowships.items()), key=lambda pair: pair[1]
        ),
        zones=((name, _spoken(name)) for name in _zone_names()),
    )
    text = text.replace("{{days}}", _counted(settings.feed_off_days, "day"))
    text = text.replace("{{unused}}", _unused(settings.schedule_unused_months))
    # A QR code is asked for by POST, so that no address of ours holds a feed's, and shown from the page's own memory.
    return page_answer(request, text, images="'self' blob:")


def _markup() -> str:
    """The page's own, in which two forms ask alike for where and how one meets."""
    text, where = ((_FOLDER / name).read_text("utf-8").rstrip() for name in ("schedule.html", "where.html"))
    for form in ("f", "d"):
        text = text.replace(f"{{{{where {form}}}}}", where.replace("{{form}}", form))
    return text


def _unused(months: int) -> str:
    return f" One that nobody uses for {_counted(months, 'month')} is deleted by itself." if months else ""


def _counted(number: int, one: str) -> str:
    return f"{number} {one}" if number == 1 else f"{number} {one}s"


def _zone_names() -> list[str]:
    return ["Etc/UTC", *sorted({zone for zones in country_zones().values() for zone in zones})]


def _spoken(zone: str) -> str:
    """A zone as people read it: America / New York."""
    return "UTC" if zone == "Etc/UTC" else zone.replace("/", " / ").replace("_", " ")


ROUTES = [
    Route("/schedule", page, name="schedule"),
    Route("/schedule/{name}", files_in(_FOLDER), name="schedule file"),
]
