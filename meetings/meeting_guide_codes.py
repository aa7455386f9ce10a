"""Our formats and languages as the codes of Meeting Guide types, which every fellowship has its own of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from meetings.vocabulary import Vocabulary

#: The one code that has small letters.
_SMALL = frozenset({"12x12"})


@dataclass(frozen=True, slots=True, kw_only=True)
class TypeCodes:
    """Meeting Guide's codes for what a vocabulary knows; tables are made once a fellowship."""

    vocabulary: Vocabulary
    _formats: dict[str, Mapping[str, str]] = field(default_factory=dict)
    _languages: dict[str, Mapping[str, str]] = field(default_factory=dict)

    def types(self, fellowship: str, formats: tuple[str, ...], languages: tuple[str, ...]) -> list[str]:
        """The codes of these formats and languages as that fellowship writes them; what has none is left out."""
        if fellowship not in self._formats:
            self._formats[fellowship] = dict(_format_codes(self.vocabulary, fellowship))
            self._languages[fellowship] = dict(_language_codes(self.vocabulary, fellowship))
        codes, tongues = self._formats[fellowship], self._languages[fellowship]
        found = [codes.get(code) for code in formats]
        found += [tongues.get(tag) or tongues.get(tag.partition("-")[0]) for tag in languages]
        return list(dict.fromkeys(code for code in found if code))


def _format_codes(vocabulary: Vocabulary, fellowship: str) -> Iterator[tuple[str, str]]:
    """Canonical code and Meeting Guide's; of several the last one counts, so the fellowship's own come last."""
    own = [(canonical, code) for (whose, code), canonical in vocabulary.overrides.items() if whose == fellowship]
    usual = [(canonical, code) for code, canonical in vocabulary.meeting_guide.items()]
    for canonical, code in (*reversed(usual), *reversed(own)):
        if canonical is not None and vocabulary.meeting_guide_format(fellowship, code) == canonical:
            yield canonical, _written(code)


def _language_codes(vocabulary: Vocabulary, fellowship: str) -> Iterator[tuple[str, str]]:
    own = [code for whose, code in vocabulary.language_overrides if whose == fellowship]
    for code in (*reversed(list(vocabulary.languages)), *reversed(own)):
        tags = vocabulary.meeting_guide_languages(fellowship, code)
        if len(tags) == 1:
            yield tags[0], _written(code)


def _written(code: str) -> str:
    return code if code in _SMALL else code.upper()
