"""Formats: what kind of meeting it is, in canonical codes with words in several languages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import graphene

from meetings.vocabulary import Format as KnownFormat
from meetings.vocabulary import Vocabulary
from schema.scalars import Language


def _in_which_language() -> Language:
    return Language(description="A BCP 47 tag, e.g. `es`. Where we have no words in it, or it is left out: English.")


class Format(graphene.ObjectType):
    """What kind of meeting it is, e.g. open to anyone, for women, about the Steps, or with wheelchair access."""

    code = graphene.String(required=True, description="The canonical code, as `FormatInput` takes it, e.g. `OPEN`.")
    name = graphene.String(
        required=True,
        description="A few words as one would print them beside a meeting, e.g. `Wheelchair accessible`.",
        language=_in_which_language(),
        resolver=lambda root, info, language=None: in_language(root.labels, language) or root.code,
    )
    description = graphene.String(
        description="A sentence for somebody who has never been there; null: the name says it all.",
        language=_in_which_language(),
        resolver=lambda root, info, language=None: in_language(root.descriptions, language),
    )
    category = graphene.String(
        required=True, description="What it speaks of: e.g. `access`, `audience`, `accessibility` or `style`."
    )


def in_language(texts: Mapping[str, str], language: str | None) -> str | None:
    """The text of that tag, else of its language, else the English one."""
    wanted = language or "en"
    return texts.get(wanted) or texts.get(wanted.split("-", 1)[0]) or texts.get("en")


def known_formats(vocabulary: Vocabulary, codes: Sequence[str]) -> list[KnownFormat]:
    """The formats of these codes."""
    return [known for code in codes if (known := vocabulary.formats.get(code))]


def list_formats(vocabulary: Vocabulary, fellowship: str | None, category: str | None) -> list[KnownFormat]:
    """All formats of that category which meetings of that fellowship may have.

    A format that only other fellowships have a code for is not among them.
    """
    elsewhere = _only_elsewhere(vocabulary, fellowship) if fellowship else set()
    wanted = category.strip().casefold() if category else None
    return [
        known
        for known in vocabulary.formats.values()
        if known.code not in elsewhere and wanted in {None, known.category.casefold()}
    ]


def _only_elsewhere(vocabulary: Vocabulary, fellowship: str) -> set[str]:
    tables = (vocabulary.meeting_guide, vocabulary.naws, vocabulary.bmlt)
    everywhere = {code for table in tables for code in table.values()}
    special = {(owner, code) for (owner, _), code in vocabulary.overrides.items() if code}
    here = {code for owner, code in special if owner == fellowship}
    return {code for _, code in special} - everywhere - here
