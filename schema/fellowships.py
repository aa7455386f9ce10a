"""Fellowships: the bodies that hold meetings, and finding one by what people call it."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

import graphene

from meetings.listing import fold
from meetings.model import Audience as AudienceValue
from meetings.vocabulary import Fellowship as KnownFellowship
from meetings.vocabulary import Vocabulary
from schema.enums import Audience
from schema.nodes import FELLOWSHIP_PREFIX, Node, node_id
from schema.paging import many
from schema.scalars import URL


class Fellowship(graphene.ObjectType):
    """A body of people who hold meetings, e.g. Narcotics Anonymous."""

    class Meta:
        interfaces = (Node,)
        possible_types = (KnownFellowship,)

    id = node_id(resolver=lambda root, info: FELLOWSHIP_PREFIX + root.code)
    code = graphene.String(required=True, description="Its code, as filters take it, e.g. `NA` or `AL_ANON`.")
    name = graphene.String(required=True, description="Its name in English, e.g. `Narcotics Anonymous`.")
    url = URL(description="Its own site for the public; null: it has none, or none that we know.")
    approaches = many(
        graphene.String, description="Codes of how it works, as `approaches` takes them, e.g. `TWELVE_STEP`."
    )
    concerns = many(graphene.String, description="Codes of what it is about, as `concerns` takes them, e.g. `OPIOIDS`.")
    for_whom = graphene.Field(
        Audience,
        required=True,
        description="For whom it exists: those who have the problem, or their families and friends.",
    )
    description = graphene.String(
        required=True, description="What it is, in a sentence or two of English for somebody who has never heard of it."
    )


def known_fellowship(vocabulary: Vocabulary, code: str) -> KnownFellowship:
    """The fellowship of that code; one that is no longer in the vocabulary still has its code."""
    return vocabulary.fellowships.get(code) or KnownFellowship(
        code=code, name=code, url=None, approaches=(), concerns=(), for_whom=AudienceValue.SELF, description=""
    )


def find_fellowships(vocabulary: Vocabulary, text: str | None) -> list[KnownFellowship]:
    """All fellowships, or those that the text may mean, best first: by code, name and what people call them."""
    known = vocabulary.fellowships.values()
    wanted = fold(text or "").replace("_", " ").replace("-", " ")
    if not wanted:
        return list(known)
    ranks = {fellowship.code: _rank(wanted, _words(fellowship)) for fellowship in known}
    found = [fellowship for fellowship in known if ranks[fellowship.code] is not None]
    return sorted(found, key=lambda fellowship: ranks[fellowship.code] or 0) or _alike(wanted, known)


def _words(fellowship: KnownFellowship) -> list[str]:
    named = (fellowship.code.replace("_", " "), fellowship.name, *fellowship.aliases)
    return [fold(word).replace("-", " ") for word in named]


def _rank(wanted: str, words: Iterable[str]) -> int | None:
    ranks = ((wanted == word, word.startswith(wanted), f" {wanted}" in word, wanted in word) for word in words)
    return min((rank.index(True) for rank in ranks if any(rank)), default=None)


def _alike(wanted: str, known: Iterable[KnownFellowship]) -> list[KnownFellowship]:
    owners = {word: fellowship for fellowship in known for word in _words(fellowship)}
    close = difflib.get_close_matches(wanted, owners, n=5, cutoff=0.7)
    return list({owners[word].code: owners[word] for word in close}.values())
