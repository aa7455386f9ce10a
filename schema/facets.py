"""Facets: how many of what matches there are of each value, for choices beside a list."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

import graphene

from meetings import search
from meetings.vocabulary import Vocabulary
from schema.context import Context, Info
from schema.paging import many
from search.facets import Counts, Facets, find_facets

_ENGLISH = "en"


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelledCount:
    """What `Facet` shows."""

    value: str
    label: str
    count: int


class Facet(graphene.ObjectType):
    """A value that can be chosen, and how many meetings a filter by just this value would find."""

    value = graphene.String(required=True, description="As the filter takes it, e.g. `WHEELCHAIR_ACCESS`, `MONDAY`.")
    label = graphene.String(
        required=True, description="In English words, e.g. `Wheelchair access`; of a language its tag, e.g. `pt-BR`."
    )
    count = graphene.Int(
        required=True, description="How many match; of a language with its regions, `pt` with `pt-BR`."
    )


Label: TypeAlias = Callable[[Vocabulary, str], str]


def _list(read: Callable[[Facets], Counts], label: Label, description: str) -> graphene.Field:
    def resolve(root: Facets, info: Info) -> list[LabelledCount]:
        return list(_labelled(info.context, read(root), label))

    return many(Facet, description, resolver=resolve)


def _labelled(context: Context, counts: Counts, label: Label) -> Iterator[LabelledCount]:
    for value, count in counts:
        yield LabelledCount(value=value, label=label(context.vocabulary, value), count=count)


def _word(_: Vocabulary, value: str) -> str:
    return value.replace("_", " ").capitalize()


def _fellowship(vocabulary: Vocabulary, code: str) -> str:
    known = vocabulary.fellowships.get(code)
    return known.name if known else code


def _format(vocabulary: Vocabulary, code: str) -> str:
    known = vocabulary.formats.get(code)
    return known.labels[_ENGLISH] if known else code


def _language(_: Vocabulary, tag: str) -> str:
    """The tag as it is usually written: `zh-Hant`, `pt-BR`."""
    first, *rest = tag.split("-")
    cases: dict[int, Callable[[str], str]] = {2: str.upper, 4: str.title}
    return "-".join([first, *(cases.get(len(part), str)(part) for part in rest)])


class MeetingFacets(graphene.ObjectType):
    """Counts over the whole match, all pages and both sections, each list as if its own filter were not set.

    Days, parts of the day and venue types are all listed, in their own order; of the others those that are found, the
    most frequent first.
    """

    weekdays = _list(
        lambda facets: facets.weekdays, _word, "By day, as `filter.time.days` takes it; as if that were not set."
    )
    times_of_day = _list(
        lambda facets: facets.times_of_day,
        _word,
        "By part of the day, as if `filter.time.timesOfDay` were not set; hours, if asked for, hold.",
    )
    fellowships = _list(lambda facets: facets.fellowships, _fellowship, "As if `filter.fellowships` were not set.")
    formats = _list(
        lambda facets: facets.formats, _format, "As if `filter.formats` were not set; a meeting has several."
    )
    venue_types = _list(lambda facets: facets.venue_types, _word, "As if `filter.venueTypes` were not set.")
    languages = _list(
        lambda facets: facets.languages, _language, "As if `filter.languages` were not set; a meeting may have several."
    )


def facets_of(context: Context, query: search.MeetingQuery) -> Facets:
    """The facets of what a query finds, on whichever page."""
    return find_facets(context.search_index(), query)
