"""The volunteers' desk: one page and its files, served by us; all it shows and does, it asks of /graphql.

The page holds nothing of anybody: no cookie, no token. The token is entered there, stays in the tab, and goes with each
question. Its texts are made into elements by script, never into markup, and its policy forbids everything else.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.pages import files_in, filled, page_answer
from importers.registry import IMPORTERS
from meetings.zones import country_zones

if TYPE_CHECKING:
    from api.house import House

_FOLDER = Path(__file__).with_name("desk")
#: What a person calls the formats; one that is not here is shown by its name.
_KINDS = {
    "spreadsheet": "A spreadsheet: CSV, Google Sheet or XLSX, as the 12 Step Meeting List plug-in has it",
    "bmlt": "A BMLT root server",
    "meeting_guide": "A Meeting Guide feed (JSON), as the 12 Step Meeting List plug-in publishes it",
    "naws": "A NAWS export (CSV or XLSX)",
    "icalendar": "A calendar (.ics)",
    "mapped": "Any other table or JSON, by a mapping",
    "native": "Homegroup’s own format (JSON lines)",
}


async def page(request: Request) -> Response:
    """GET /desk."""
    house: House = request.state.house
    text = filled(
        (_FOLDER / "desk.html").read_text("utf-8"),
        importers=((name, _KINDS.get(name, name)) for name in sorted(IMPORTERS, key=_order)),
        fellowships=sorted(
            ((code, known.name) for code, known in house.vocabulary.fellowships.items()), key=lambda pair: pair[1]
        ),
        zones=((name, "") for name in sorted({zone for zones in country_zones().values() for zone in zones})),
        countries=((code, code) for code in sorted(country_zones())),
    )
    return page_answer(request, text)


def _order(name: str) -> tuple[int, str]:
    known = list(_KINDS)
    return (known.index(name) if name in known else len(known), name)


ROUTES = [
    Route("/desk", page, name="desk"),
    Route("/desk/{name}", files_in(_FOLDER), name="desk file"),
]
