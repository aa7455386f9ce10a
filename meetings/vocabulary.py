"""The fellowships, formats and concerns of the field, and what sources' codes mean in them.

A code means different things in different fellowships, so it is read by (fellowship, code) first, then by the
source format's own default; a code nobody knows stays as it is and is never guessed. The tables are data: `seed/`
holds them, `store` keeps them, and every reader is given a `Vocabulary`.
"""

from __future__ import annotations

import difflib
import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from meetings.listing import fold
from meetings.model import Audience, MedicationStance


@dataclass(frozen=True, slots=True, kw_only=True)
class Fellowship:
    """A body that holds meetings. `concerns` and `approaches` are codes of closed lists; `aliases` what people type."""

    code: str
    name: str
    url: str | None
    approaches: tuple[str, ...]
    concerns: tuple[str, ...]
    for_whom: Audience
    description: str
    aliases: tuple[str, ...] = ()
    usual_minutes: int = 60
    medication: MedicationStance = MedicationStance.UNSTATED


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """What kind of meeting; labels and descriptions by language tag, English always there."""

    code: str
    category: str
    labels: Mapping[str, str]
    descriptions: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """Everything known by code. Make it with `vocabulary_from_documents`.

    The code tables are keyed by folded codes: `overrides` by (fellowship, code); a None in it says that the code has
    a meaning of its own there which no canonical format fits. `digest` is a hash of all of it.
    """

    fellowships: Mapping[str, Fellowship]
    formats: Mapping[str, Format]
    concerns: Mapping[str, frozenset[str]]
    approaches: frozenset[str]
    overrides: Mapping[tuple[str, str], str | None]
    meeting_guide: Mapping[str, str]
    naws: Mapping[str, str]
    bmlt: Mapping[tuple[str, str], str]
    languages: Mapping[str, tuple[str, ...]]
    language_overrides: Mapping[tuple[str, str], tuple[str, ...]]
    bmlt_languages: Mapping[str, tuple[str, ...]]
    sign_languages: Mapping[str, tuple[str, ...]]
    digest: str = ""

    def __hash__(self) -> int:
        return hash(self.digest)

    def meeting_guide_format(self, fellowship: str, code: str) -> str | None:
        """The canonical code of a Meeting Guide type as that fellowship uses it; None: unknown to us, or a language."""
        key = (fellowship, code.strip().casefold())
        if key in self.overrides or key in self.language_overrides:
            return self.overrides.get(key)
        return self.meeting_guide.get(key[1])

    def meeting_guide_languages(self, fellowship: str, code: str) -> tuple[str, ...]:
        """The language tags of a Meeting Guide type; empty: it is no language. A sign language is a format as well."""
        key = (fellowship, code.strip().casefold())
        if key[1] in self.sign_languages:
            return self.sign_languages[key[1]]
        if key in self.overrides:
            return ()
        return self.language_overrides.get(key) or self.languages.get(key[1], ())

    def bmlt_format(self, fellowship: str, world_id: str, key: str, name: str) -> str | None:
        """The canonical code of a BMLT format: by world id, else by a stock key whose English name agrees."""
        override = (fellowship, world_id.strip().casefold())
        if override in self.overrides:
            return self.overrides[override]
        known = self.naws.get(override[1])
        stock = self.bmlt.get((key.strip().casefold(), fold(name)))
        # LANG is the world id of every language and of bilingual meetings: only the key tells which.
        return stock or known if known == "LANGUAGE" else known or stock

    def fellowship_code(self, text: str) -> str | None:
        """A fellowship by code, in any case and with hyphens, or by alias or name where that is one fellowship's."""
        code = text.strip().upper().replace("-", "_").replace(" ", "_")
        if known := self.fellowships.get(code):
            # Its own: one text for all meetings of a long list.
            return known.code
        wanted = fold(text)
        named = {f.code for f in self.fellowships.values() if wanted in {fold(a) for a in (f.name, *f.aliases)}}
        return named.pop() if len(named) == 1 else None

    def fellowships_for_concerns(self, concerns: Iterable[str]) -> frozenset[str]:
        """The fellowships for these concerns; a broad one counts for what it covers: OPIOIDS finds NA."""
        wanted = {c for concern in concerns for c in (concern, *self.concerns.get(concern, ()))}
        return frozenset(f.code for f in self.fellowships.values() if wanted & set(f.concerns))


def nearest_codes(value: str, known: Iterable[str], *, most: int = 3) -> tuple[str, ...]:
    """The known codes that look most like what was written."""
    return tuple(difflib.get_close_matches(value.upper().replace("-", "_"), sorted(known), n=most, cutoff=0.1))


def vocabulary_from_documents(formats: Mapping[str, Any], fellowships: Mapping[str, Any]) -> Vocabulary:
    """Read `seed/formats.json` and `seed/fellowships.json`, whose shapes seed/README.md describes."""
    rows = formats["formats"]
    return Vocabulary(
        fellowships={row["code"]: _fellowship(row) for row in fellowships["fellowships"]},
        formats={row["code"]: _format(row) for row in rows if not row.get("field")},
        concerns={row["code"]: frozenset(row.get("covered_by", ())) for row in fellowships["concerns"]},
        approaches=frozenset(row["code"] for row in fellowships["approaches"]),
        overrides=_overrides(formats),
        meeting_guide={code.casefold(): row["code"] for row in rows for code in row.get("meeting_guide", ())},
        naws={code.casefold(): row["code"] for row in rows for code in row.get("naws", ())},
        bmlt={
            (stock["key"].casefold(), fold(stock["name"])): row["code"] for row in rows for stock in row.get("bmlt", ())
        },
        languages=_tags(formats["languages"]),
        language_overrides={
            (fellowship, code.casefold()): _tag_tuple(tag)
            for fellowship, codes in formats["language_overrides"].items()
            for code, tag in codes.items()
        },
        bmlt_languages=_tags(formats["bmlt_languages"]),
        sign_languages=_tags(formats.get("sign_languages", {})),
        digest=hashlib.sha256(json.dumps([formats, fellowships], sort_keys=True).encode("ascii")).hexdigest(),
    )


def _fellowship(row: Mapping[str, Any]) -> Fellowship:
    return Fellowship(
        code=row["code"],
        name=row["name"],
        url=row.get("url"),
        approaches=tuple(row["approaches"]),
        concerns=tuple(row["concerns"]),
        for_whom=Audience(row["for_whom"]),
        description=row["description"],
        aliases=tuple(row.get("aliases", ())),
        usual_minutes=row.get("usual_minutes", 60),
        medication=MedicationStance(row.get("medication", "UNSTATED")),
    )


def _format(row: Mapping[str, Any]) -> Format:
    return Format(
        code=row["code"],
        category=row["category"],
        labels=row["labels"],
        descriptions=row.get("descriptions", {}),
    )


def _overrides(formats: Mapping[str, Any]) -> dict[tuple[str, str], str | None]:
    found: dict[tuple[str, str], str | None] = {
        (row["fellowship"], row["code"].casefold()): None for row in formats["not_default"]
    }
    for row in formats["formats"]:
        for override in row.get("overrides", ()):
            found[override["fellowship"], override["code"].casefold()] = row["code"]
    return found


def _tags(codes: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    return {code.casefold(): _tag_tuple(tag) for code, tag in codes.items()}


def _tag_tuple(tag: str | list[str]) -> tuple[str, ...]:
    return (tag,) if isinstance(tag, str) else tuple(tag)
