"""A source as a person tells it, checked once: its codes are known, and what its importer needs is there."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from importers.mapping_file import read_mapping
from importers.registry import IMPORTERS
from importers.spreadsheet import export_url
from importers.text import NAME_LENGTH, NOTES_LENGTH, clean_text
from meetings.errors import InvalidQuery, UnknownCode
from meetings.source import Source
from meetings.vocabulary import Vocabulary, nearest_codes
from meetings.zones import canonical_zone, country_zones

#: The shape of a tag, RFC 5646 section 2.1: a language of two or three letters, then subtags.
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*")


def checked_source(source: Source, vocabulary: Vocabulary, *, named: Callable[[str], str] = str) -> Source:
    """The source with its codes as we write them; InvalidQuery and UnknownCode name the field, as `named` calls it."""
    if source.importer not in IMPORTERS:
        suggestions = nearest_codes(source.importer, IMPORTERS) or sorted(IMPORTERS)
        raise UnknownCode(named("importer"), source.importer, suggestions)
    _check_mapping(source, named)
    return replace(
        source,
        location=export_url(source.location),
        name=clean_text(source.name, most=NAME_LENGTH).text or source.id,
        attribution=clean_text(source.attribution or "", most=NOTES_LENGTH).text or None,
        fellowship=_fellowship(source.fellowship, vocabulary, named),
        country=_country(source.country, named),
        language=_language(source.language, named),
        time_zone=_time_zone(source.time_zone, named),
    )


def _check_mapping(source: Source, named: Callable[[str], str]) -> None:
    if source.importer != "mapped":
        if source.mapping is not None:
            raise InvalidQuery(named("mapping"), f"only the importer `mapped` reads by one, not `{source.importer}`")
        return
    if not source.mapping:
        raise InvalidQuery(named("mapping"), "`mapped` needs one; `homegroup sources detect LOCATION` proposes it")
    try:
        read_mapping(source.mapping)
    except InvalidQuery as error:
        raise InvalidQuery(named("mapping"), str(error)) from error


def _fellowship(code: str | None, vocabulary: Vocabulary, named: Callable[[str], str]) -> str | None:
    if not code:
        return None
    known = vocabulary.fellowship_code(code)
    if known is None:
        raise UnknownCode(named("fellowship"), code, nearest_codes(code, vocabulary.fellowships))
    return known


def _country(code: str | None, named: Callable[[str], str]) -> str | None:
    if not code:
        return None
    if code.upper() not in country_zones():
        raise InvalidQuery(named("country"), "two letters of ISO 3166-1, e.g. US")
    return code.upper()


def _language(tag: str | None, named: Callable[[str], str]) -> str | None:
    if not tag:
        return None
    if not _LANGUAGE.fullmatch(tag):
        raise InvalidQuery(named("language"), f"a tag as BCP 47 has them, e.g. en or pt-BR, not {tag[:40]!r}")
    return tag


def _time_zone(name: str | None, named: Callable[[str], str]) -> str | None:
    if not name:
        return None
    known = canonical_zone(name)
    if known is None:
        raise InvalidQuery(named("time_zone"), f"no time zone is called {name!r}; say e.g. America/Edmonton")
    return known
