"""Takes persons out of free text: e-mail addresses, telephone numbers, and names after "contact" and the like.

Lists are meant to hold none of these, and do. A number with which one joins a meeting stays: whether a number is one
is told by the words that stand before it. Whatever is in doubt is taken out.
"""

from __future__ import annotations

import re

import phonenumbers

#: Stands where something was taken out, in any language.
GAP = "…"

_EMAIL = re.compile(
    r"[\w.+'%-]{1,64}(?:@|\s?[(\[]at[)\]]\s?)[\w-]{1,63}(?:(?:\.|\s?[(\[]dot[)\]]\s?)[\w-]{1,63}){1,8}", re.IGNORECASE
)
_AT = re.compile(r"[(\[]at[)\]]", re.IGNORECASE)

_NUMBER = re.compile(r"(?<![\w#/.,+=-])(?:\+|\(|\d)[\d\s().-]{5,22}\d(?!\w|[#*]|,,)")
_NO_NUMBER = re.compile(r"\d{5}-\d{4}|\d{4}-\d\d-\d\d.*|\d{1,3}\.\d+|\d{3,4}\s*-\s*\d{3,4}")
#: As North Americans write a telephone number and nobody writes a meeting's id.
_TELEPHONE = re.compile(r"\+?1?[-. ]?(?:\(\d{3}\)\s?|\d{3}[-.])\d{3}[-. ]\d{4}")
_LOCAL = re.compile(r"\d{3}[-.]\d{4}")

#: Right before a number they say that it is no telephone's.
_CODE_BEFORE = re.compile(
    r"(?:\bids?|code|\bpmi|\bpin|(?<!for )\bpassword|\bpwd?|#)(?: (?:is|no|number))?\W{0,4}$", re.I
)
_KEPT_AFTER = (
    r"meeting|zoom|access|dial|one[ -]tap|conference|(?:call|phone)[- ]?in|webinar|room|helpline|hotline|office"
    r"|intergroup|gso"
)
_TAKEN_AFTER = r"call|text|sms|contact|mobile|cell|whatsapp|message|ask|e-?mail|ring|touch|for"
_WORDS = re.compile(rf"\b(?:(?P<kept>{_KEPT_AFTER})|(?P<taken>{_TAKEN_AFTER}))\b", re.IGNORECASE)
#: How far before a number a word may stand that says what the number is: a join link may lie between.
_WORD_DISTANCE = 80
#: How far before a number a person may have stood who is its owner.
_OWNER_DISTANCE = 40

_NAME = r"[A-Z][a-zà-ÿ’']+(?:\s(?:[A-Z]\b\.?|[A-Z][a-zà-ÿ’']+)){0,2}"
_NAMED = re.compile(
    r"\b((?<!Basic )(?<!Big )(?i:contact|call|text|e-?mail|phone|message|ask for|in touch with|reach out to"
    r"|(?:speak|talk|write) (?:to|with)|contacto|llam[ae]r? a|kontakt|contatto)(?:\s(?:person|is))?\s?:?\s)"
    rf"({_NAME})"
)
_NAME_AFTER_GAP = re.compile(rf"{GAP}\s?\({_NAME}\)")
_GAPS = re.compile(rf"{GAP}(?:\s?{GAP})+")
_ORDINARY = """
a al alcoholics all and area at before board book by central chair chairperson church club do district email for from
gso group groups he helpline her him host hotline if in info information intergroup is it leader list me meeting
meetings member members my na narcotics no now number office on only or our out phone please region secretary service
she someone speaker step study the their them this to tradition us via we when with you your zoom monday tuesday
wednesday thursday friday saturday sunday
"""
_NO_NAMES = frozenset(_ORDINARY.split())


def without_persons(text: str, *, region: str | None = None, joining: bool = False, own: str | None = None) -> str:
    """The text with a gap for each person's trace.

    `region`: the country whose local numbers are known; `joining`: the text tells how to join, so that a bare number
    in it is no person's; `own`: the number by which one joins, which stays.
    """
    text = _NAMED.sub(_name, _without_addresses(text))
    text = _NUMBER.sub(lambda match: _number(match, region, joining, own), text)
    return _GAPS.sub(GAP, _NAME_AFTER_GAP.sub(GAP, text))


def without_contacts(line: str) -> str:
    """A name or an address with a gap for each e-mail address and telephone number; other words are let be."""
    line = _without_addresses(line)
    return _NUMBER.sub(lambda match: _number(match, None, False, None) if _is_telephone(match[0]) else match[0], line)


def _without_addresses(text: str) -> str:
    return _EMAIL.sub(GAP, text) if "@" in text or _AT.search(text) else text


def _name(match: re.Match[str]) -> str:
    first = match[2].split()[0].casefold()
    return match[0] if first in _NO_NAMES else match[1] + GAP


def _number(match: re.Match[str], region: str | None, joining: bool, own: str | None) -> str:
    told = match[0]
    before = match.string[max(0, match.start() - _WORD_DISTANCE) : match.start()]
    if _CODE_BEFORE.search(before) or _is_own(told, own) or not _is_number(told, region):
        return told
    words = list(_WORDS.finditer(before))
    if GAP in before[-_OWNER_DISTANCE:] and (not words or before.rfind(GAP) > words[-1].start() or _is_telephone(told)):
        return GAP
    kept = words[-1].lastgroup == "kept" if words else joining
    return told if kept else GAP


def _is_own(told: str, own: str | None) -> bool:
    digits = re.sub(r"\D", "", told)
    # The first ten digits are the number itself; a code may follow.
    return own is not None and len(digits) >= 9 and digits[-9:] in re.sub(r"\D", "", own.partition(",")[0])


def _is_telephone(told: str) -> bool:
    return _TELEPHONE.fullmatch(told) is not None


def _is_number(told: str, region: str | None) -> bool:
    if _is_telephone(told) or (_LOCAL.fullmatch(told) and region in {"US", "CA"}):
        return True
    if _NO_NUMBER.fullmatch(told):
        return False
    try:
        number = phonenumbers.parse(told, region or "US")
    except phonenumbers.NumberParseException:
        return False
    return phonenumbers.is_possible_number(number)
