"""Countries by the names that lists give them, to ISO 3166-1 alpha-2."""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache
from importlib import resources

#: Spellings that tzdata's iso3166.tab does not have: abbreviations, three letters, the countries' own names.
_ALIASES = {
    "AE": "uae",
    "AR": "arg",
    "AT": "aut|österreich",
    "AU": "aus",
    "BA": "bosnia",
    "BE": "bel|belgique|belgië|belgien",
    "BR": "bra|brasil",
    "CA": "can",
    "CH": "che|schweiz|suisse|svizzera",
    "CL": "chl",
    "CN": "chn|prc|people's republic of china",
    "CO": "col",
    "CR": "cri",
    "CZ": "cze|czechia|česko|česká republika",
    "DE": "deu|ger|deutschland",
    "DK": "dnk|danmark",
    "EE": "est|eesti",
    "ES": "esp|españa",
    "FI": "fin|suomi",
    "FR": "fra",
    "GB": "gbr|uk|united kingdom|great britain|england|scotland|wales|northern ireland|gb-eng|gb-sct|gb-wls|gb-nir",
    "GR": "grc|hellas",
    "HR": "hrv|hrvatska",
    "HU": "hun|magyarország",
    "IE": "irl|éire|eire|republic of ireland|rep of ireland|roi",
    "IL": "isr",
    "IN": "ind|bharat",
    "IR": "irn|islamic republic of iran",
    "IS": "isl|ísland",
    "IT": "ita|italia",
    "JP": "jpn|nippon",
    "KE": "ken",
    "KR": "kor|south korea|korea|republic of korea",
    "LT": "ltu|lietuva",
    "LV": "lva|latvija",
    "MX": "mex|méxico",
    "NL": "nld|nederland|holland|the netherlands",
    "NO": "nor|norge",
    "NZ": "nzl|aotearoa",
    "PE": "per|perú",
    "PH": "phl|the philippines",
    "PL": "pol|polska",
    "PR": "pri",
    "PT": "prt",
    "PY": "pry",
    "RO": "rou|românia",
    "RU": "rus|russian federation|россия",
    "SE": "swe|sverige",
    "SI": "svn|slovenija",
    "SK": "svk|slovensko",
    "TH": "tha",
    "TR": "tur|türkiye|turkiye",
    "TW": "twn",
    "UA": "ukr|україна",
    "US": "usa|us of a|united states of america|the united states|u s|estados unidos",
    "UY": "ury",
    "VN": "vnm|viet nam",
    "ZA": "zaf|rsa",
}
#: Where iso3166.tab's name is one for experts.
_SHORT_NAMES = {
    "AS": "American Samoa",
    "CC": "Cocos Islands",
    "CD": "DR Congo",
    "CG": "Congo",
    "GB": "United Kingdom",
    "KP": "North Korea",
    "KR": "South Korea",
    "MF": "Saint Martin",
    "MM": "Myanmar",
    "SX": "Sint Maarten",
    "SZ": "Eswatini",
    "VG": "British Virgin Islands",
    "VI": "US Virgin Islands",
    "WS": "Samoa",
}
#: Countries as lists write them: one list has one or two.
_REMEMBERED = 1024
_STOPS = re.compile(r"[.,()\[\]'’]+")


@lru_cache(maxsize=_REMEMBERED)
def country_code(text: str) -> str | None:
    """The alpha-2 code of a country by code or name, in any case, with or without full stops; None: unknown."""
    return _names().get(_fold(text))


def country_name(code: str) -> str:
    """What people call the country of an alpha-2 code, in English; the code where it is no country's."""
    return _SHORT_NAMES.get(code) or _table().get(code, code)


def country_names(code: str) -> tuple[str, ...]:
    """All names that lists give the country of an alpha-2 code, the code too."""
    others = _ALIASES.get(code, "")
    return (country_name(code), _table().get(code, code), code, *(others.split("|") if others else ()))


@cache
def _table() -> dict[str, str]:
    table = resources.files("tzdata").joinpath("zoneinfo", "iso3166.tab").read_text("utf-8")
    rows = [line.split("\t") for line in table.splitlines() if line and not line.startswith("#")]
    return {row[0]: row[1] for row in rows}


@cache
def _names() -> dict[str, str]:
    found = {_fold(name): code for code, name in _table().items()} | {code.casefold(): code for code in _table()}
    found |= {_fold(name): code for code, name in _SHORT_NAMES.items()}
    for code, names in _ALIASES.items():
        found.update({_fold(name): code for name in names.split("|")})
    return found


def _fold(text: str) -> str:
    bare = "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
    return " ".join(_STOPS.sub("", bare).split())
