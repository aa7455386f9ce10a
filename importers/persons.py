"""Takes persons out of free text: e-mail addresses, telephone numbers, and names after "contact" and the like.

Lists are meant to hold none of these, and do. A number with which one joins a meeting stays: whether a number is one
is told by the words that stand right before it. Whatever is in doubt is taken out.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

import phonenumbers

from importers.links import PERSONAL_ADDRESS, conference_provider

#: Names, towns and codes stand in every record of a list.
_LINES_REMEMBERED = 8192
#: Stands where something was taken out, in any language.
GAP = "…"

#: Letters, digits and signs in other widths and styles than the keyboard's, each as the one it stands for.
_STYLED = {
    code: plain
    for start, end in ((0xFE50, 0xFE6C), (0xFF01, 0xFF5F), (0x1D400, 0x1D800))
    for code in range(start, end)
    if len(plain := unicodedata.normalize("NFKC", chr(code))) == 1
}
_EMAIL = re.compile(
    r"[\w.+'%-]{1,64}(?:@|%40|\s{0,2}[(\[]\s?at\s?[)\]]\s{0,2})[\w-]{1,63}"
    r"(?:(?:\.|\s?[(\[]\s?dot\s?[)\]]\s?)[\w-]{1,63}){1,8}",
    re.IGNORECASE,
)
#: Spoken, or with spaces: only what cannot be a place (`Meet @ St.Mary`, `7pm @ zoom.us/j/1`).
_LOOSE_EMAIL = re.compile(
    r"\b[\w.+'%-]{1,64}(?:\s{1,2}@\s{0,2}|@\s{1,2})(?!www\.)(?:[\w-]{1,63}\.){1,8}(?:[a-z]{2,24}|[A-Z]{2,24})(?![\w/])"
    r"|\b[\w.+'%-]{1,64} (?i:at) (?i:[\w-]{1,63} dot (?:com|org|net|edu|info|us|uk|ca|au|nz|ie|de|fr|es|it)"
    r"|(?:gmail|googlemail|yahoo|hotmail|outlook|icloud|aol|gmx|msn|comcast|proton|protonmail)"
    r"(?:\.| dot )(?:com|net|de|me|co\.uk))\b"
)
#: What an address has in the place of its @, a spoken one after that; nine texts in ten have neither, and are done.
_BRACKETED_AT = re.compile(r"[(\[]\s?at\s?[)\]]", re.IGNORECASE)
_SPOKEN_AT = re.compile(
    r" at (?:[\w-]{1,63} dot |(?:gmail|googlemail|yahoo|hotmail|outlook|icloud|aol|gmx|msn|comcast|proton)[ .])",
    re.IGNORECASE,
)
#: No address or link is without these, no telephone number without ten digits. Most lines have none, and are done.
_MAY_BE_CONTACT = re.compile(r"@|%40|\bat\b|\.|\d(?:\D*\d){9}", re.IGNORECASE)
_PERSONAL_LINK = re.compile(rf"(?:https?://)?(?:www\.)?(?<![\w-]){PERSONAL_ADDRESS}\S*", re.IGNORECASE)

_NUMBER = re.compile(
    r"(?:(?<![\w#/.,+=-])(?:\+|\(|\d)|(?<=[a-zA-Z])\+)[\d\s().-]{5,22}\d(?!\w|[#*]|,,|[\d\s().-]{0,22}\d[#*])"
)
#: How every telephone number ends, and every name after a word that asks for one begins.
_NUMBER_END = re.compile(r"[\d\s().-]{5}\d")
_CAPITAL = re.compile(r"\s(?<=[a-zA-Z:\s]\s)[A-Z][a-zà-ÿ’']")
#: Postcodes with four more digits, dates, amounts, years from and to.
_NO_NUMBER = re.compile(
    r"\d{5}-\d{4}|\d{4}-\d\d-\d\d.*|\d{1,3}\.\d+|\d{3,4}\s*-\s*\d{3,4}"
    r"|\d{1,2}[.-]\s?\d{1,2}[.-]\s?(?:\d\d|(?:19|20)\d\d)(?:\s\d{1,2})?|\d{1,2}\.\s?(?:19|20)\d\d"
)
#: As North Americans write a telephone number and nobody writes a meeting's id.
_TELEPHONE = re.compile(r"\+?1?[-. ]?(?:\(\d{3}\)\s?|\d{3}[-.])\d{3}[-. ]\d{4}")
_LOCAL = re.compile(r"\d{3}[-.]\d{4}")

#: Between a word and its number; the end of a sentence is none of these.
_BETWEEN = r"[\s:=#*_()\[\]\u2010-\u2015-]"
_FILLERS = (
    r"is|are|no\b\.?|numbers?|lines?|phone|telephone|tel|only|audio|bridge|at|by your location|toll[- ]free|us|usa|uk"
    r"|canada|mtg|i[’']?d"
)
#: Right before a number they say that it is no telephone's, or one by which one joins, or an office's.
_LABEL = re.compile(
    r"(?:(?P<code>(?:\b|meeting|zoom)i\.?ds?\b\.?|code|\bpmi|\bpin|\bpassword|\bpwd?)"
    r"|\b(?P<weak>(?:goto)?meeting|mtg|zoom|access|conference|webinar|room)"
    r"|\b(?:dial(?:[- ]?in(?:to)?)?(?: details)?|one[ -]tap(?: mobile)?|(?:tele|free)?conference(?: ?call)?"
    r"|(?:call|phone)[- ]?in"
    r"|(?:join|listen)(?: in)? by (?:tele)?phone|(?:helpline|hotline|office|intergroup|gso)(?: on)?))"
    rf"(?:{_BETWEEN}{{1,4}}(?:{_FILLERS})\b){{0,3}}{_BETWEEN}{{0,4}}$",
    re.IGNORECASE,
)
#: Before such a word they say that the number is that of a person to ask.
_ASKING = re.compile(
    r"\b(?:(?P<surely>questions?|about|regarding|concerning|problems?|issues?|help)|for|get|need|request|re)\b"
    r"[^.!?:;\n]{0,30}$",
    re.IGNORECASE,
)
_AFTER_LINK = re.compile(
    rf"(https?://\S+|\b(?:\w+\.)?zoom\.us/\S+)(?:\s+pwd=\S+)?(?:{_BETWEEN}{{1,4}}(?:{_FILLERS}|or|via|by)\b){{0,3}}"
    rf"{_BETWEEN}{{1,4}}$",
    re.IGNORECASE,
)
#: As conference programs list their numbers: `+1 646 555 0139 US (New York)`.
_LISTED = re.compile(r"\s?(?:US|Canada|United Kingdom)\b")
_TAKEN_AFTER = re.compile(
    r"\b(?:call|text|sms|contact|mobile|cell|whatsapp|message|ask|e-?mail|ring|touch|for|host|chair|leader)\b", re.I
)
#: How far before a number the words may stand that say what the number is: a join link may lie between.
_LABEL_DISTANCE = 300
#: How far before a number in a text on how to join a word may stand that says whose it is.
_WORD_DISTANCE = 80
#: How far before a number a person may have stood who is its owner.
_OWNER_DISTANCE = 40

_NAME = r"[A-Z][a-zà-ÿ’']+(?:\s(?:[A-Z]\b\.?|[A-Z][a-zà-ÿ’']+)){0,2}"
_NAMED = re.compile(
    r"\b((?<!Basic )(?<!Big )(?i:contact|call|text|e-?mail|phone|message|ask for|in touch with|reach out to"
    r"|(?:speak|talk|write) (?:to|with)|contacto|llam[ae]r? a|kontakt|contatto)(?:\s(?:person|is))?\s?:?\s)"
    rf"({_NAME})"
)
_NAME_AT_END = re.compile(rf"\b({_NAME})[^\S\n]?\W?[^\S\n]?$")
_NAME_AFTER_GAP = re.compile(rf"{GAP}\s?\({_NAME}\)")
#: Where one person was taken out, another stands beside: `… or Some Body`.
_NAME_BESIDE_GAP = re.compile(rf"({GAP}\s(?:or|and|&)\s)({_NAME})")
_GAPS = re.compile(rf"{GAP}(?:\s?{GAP})+")
_ORDINARY = """
a access al alcoholics all and area at audio before board book by central chair chairperson church club do district
email for from gso group groups he helpline her him host hotline if in info information intergroup is it leader list me
meeting meetings member members my na narcotics no now number office on only or our out phone please region secretary
service she someone speaker step study tel telephone the their them this to tradition us via we when with you your zoom
monday tuesday wednesday thursday friday saturday sunday
"""
_NO_NAMES = frozenset(_ORDINARY.split())
_OFFICES = "officer coordinator representative rep gsr contact committee team treasurer greeter hotline"
_NO_LAST_NAMES = _NO_NAMES | set(_OFFICES.split())
#: No name of a person is longer.
_NAME_FIELD = 200
_FIRST_NAME = re.compile(r"[^\W\d_a-z][^\W\d_]*(?:-[^\W\d_]+)?[.,]?")
_INITIAL = re.compile(r"[^\W\d_a-z]\.?")
_LAST_NAME = re.compile(r"[^\W\d_a-z][^\W\d_]*[’'-]?[^\W\d_]+[.,]?")


def without_persons(text: str, *, region: str | None = None, joining: bool = False, own: str | None = None) -> str:
    """The text with a gap for each person's trace.

    `region`: the country whose local numbers are known; `joining`: the text tells how to join, so that a bare number
    in it is no person's; `own`: the number by which one joins, which stays.
    """
    plain = _unstyled(text)
    safe = _without_addresses(plain)
    # Each of these patterns is slow on a text without what it cannot do without.
    if _CAPITAL.search(safe):
        safe = _NAMED.sub(_name, safe)
    if _NUMBER_END.search(safe):
        safe = _NUMBER.sub(lambda match: _number(match, region, joining, own), safe)
    if GAP in safe:
        safe = _NAME_BESIDE_GAP.sub(_name, safe)
        safe = _GAPS.sub(GAP, _NAME_AFTER_GAP.sub(GAP, safe))
    return text if safe == plain else safe


def _unstyled(text: str) -> str:
    return text if text.isascii() else text.translate(_STYLED)


def holds_last_name(text: str) -> bool:
    """Whether a field for a contact's name holds a first and a last name: two words that begin with capitals.

    `Jo S.`, `Jo`, `Secretary` and `Hotline Coordinator` are none; whose name it is nobody needs to know.
    """
    words = text[:_NAME_FIELD].split()
    if len(words) < 2 or any(word.strip(".,").casefold() in _NO_LAST_NAMES for word in words):
        return False
    initials = 1 if _INITIAL.fullmatch(words[1]) else 0
    last = words[1 + initials : 2 + initials]
    return bool(_FIRST_NAME.fullmatch(words[0]) and last and _LAST_NAME.fullmatch(last[0]))


@lru_cache(maxsize=_LINES_REMEMBERED)
def without_contacts(line: str) -> str:
    """A name or an address with a gap for each e-mail address and telephone number; other words are let be."""
    if line.isascii() and not _MAY_BE_CONTACT.search(line):
        return line
    plain = _unstyled(line)
    safe = _without_addresses(plain)
    safe = _NUMBER.sub(lambda match: _number(match, None, False, None) if _is_telephone(match[0]) else match[0], safe)
    return line if safe == plain else safe


def _without_addresses(text: str) -> str:
    if "/" in text:
        text = _PERSONAL_LINK.sub(GAP, text)
    written = "@" in text
    if written or "%40" in text or _BRACKETED_AT.search(text):
        text = _EMAIL.sub(GAP, text)
    return _LOOSE_EMAIL.sub(GAP, text) if written or _SPOKEN_AT.search(text) else text


def _name(match: re.Match[str]) -> str:
    first = match[2].split()[0].casefold()
    return match[0] if first in _NO_NAMES else match[1] + GAP


def _number(match: re.Match[str], region: str | None, joining: bool, own: str | None) -> str:
    told = match[0]
    before = match.string[max(0, match.start() - _LABEL_DISTANCE) : match.start()]
    if _is_own(told, own) or not _is_number(told, region):
        return told
    label = _LABEL.search(before)
    if label is not None and label["code"] and not _is_asked(label, told):
        return told
    owned = GAP in before[-_OWNER_DISTANCE:]
    if owned and (label is None or _is_telephone(told)):
        return GAP
    kept = label is not None and not _is_asked(label, told)
    listed = told.startswith("+") and _LISTED.match(match.string, match.end()) is not None
    return told if kept or listed or _follows_join_link(before) or (joining and not _is_owned(before)) else GAP


def _is_asked(label: re.Match[str], told: str) -> bool:
    """Whether the words before this label say that a person is to be asked about what it names."""
    asking = _ASKING.search(label.string[: label.start()]) if label["code"] or label["weak"] else None
    return asking is not None and (asking["surely"] is not None or _is_telephone(told) or told.startswith("+"))


def _follows_join_link(before: str) -> bool:
    match = _AFTER_LINK.search(before)
    if match is None:
        return False
    link = match[1] if "//" in match[1] else f"https://{match[1]}"
    return conference_provider(link) is not None


def _is_owned(before: str) -> bool:
    """Whether a name, or a word for whom to ask, stands before a number."""
    near = before[-_WORD_DISTANCE:]
    name = _NAME_AT_END.search(near)
    return _TAKEN_AFTER.search(near) is not None or (
        name is not None and name[1].split()[0].casefold() not in _NO_NAMES
    )


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
