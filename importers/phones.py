"""Telephone numbers to join by, as one dials them: `+12125551212,,123456789#`."""

from __future__ import annotations

import re

import phonenumbers

#: A number with conference code, password and pauses.
DIAL_LENGTH = 120
_NOISE = re.compile(r"[\s().\u2010-\u2015-]+")
_DIAL = re.compile(r"(\+?\d{5,20})((?:[,;*#][\d,;*#]*)?)", re.ASCII)


def read_phone(text: str, region: str | None) -> str | None:
    """The number to dial, in international form where `region` or the number tells the country; None: none in here.

    Pauses, codes and `#` after the number stay; what a telephone cannot dial ends it. Numbers that cost extra are
    refused.
    """
    match = _DIAL.match(_NOISE.sub("", text.removeprefix("tel:")))
    if match is None:
        return _first_in(text, region)
    # Somebody who knows that international numbers have a plus may still forget the country.
    number = _number(match[1], region) or (_number(match[1].removeprefix("+"), region) if region else None)
    if number is None:
        return None
    return (number + match[2].replace(";", ",").rstrip(","))[:DIAL_LENGTH]


def costs_extra(text: str, region: str | None) -> bool:
    """Whether the first number in here is one that whoever dials it pays more for, to somebody."""
    found = phonenumbers.PhoneNumberMatcher(text[:500], region, leniency=phonenumbers.Leniency.POSSIBLE)
    first = next((match.number for match in found), None)
    return first is not None and phonenumbers.number_type(first) == phonenumbers.PhoneNumberType.PREMIUM_RATE


def _number(told: str, region: str | None) -> str | None:
    if region is None and not told.startswith("+"):
        return told if 7 <= len(told) <= 15 else None
    try:
        number = phonenumbers.parse(told, region)
    except phonenumbers.NumberParseException:
        return None
    return _dialled(number)


def _first_in(text: str, region: str | None) -> str | None:
    found = phonenumbers.PhoneNumberMatcher(text[:500], region, leniency=phonenumbers.Leniency.POSSIBLE)
    return next((dial for match in found if (dial := _dialled(match.number))), None)


def _dialled(number: phonenumbers.PhoneNumber) -> str | None:
    if not phonenumbers.is_possible_number(number):
        return None
    if phonenumbers.number_type(number) == phonenumbers.PhoneNumberType.PREMIUM_RATE:
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
