"""Hosts made to be taken for others: letters of several alphabets, or a conference provider's name imitated."""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from urllib.parse import urlsplit

#: Domains of conference providers that are imitated: people type a password into what looks like them.
PROVIDERS = (
    "bluejeans.com",
    "freeconference.com",
    "freeconferencecall.com",
    "gotomeeting.com",
    "meet.google.com",
    "meet.jit.si",
    "skype.com",
    "teams.microsoft.com",
    "webex.com",
    "zoom.us",
)
#: They belong to a provider, or to nobody who imitates one.
_GENUINE = frozenset({"zoom.com", "zoomgov.com", "google.com", "microsoft.com", "live.com", "jit.si"})
#: Scripts that are written together in one word: Japanese, Korean, Chinese with phonetic signs.
_TOGETHER = (
    frozenset({"CJK", "HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA"}),
    frozenset({"CJK", "HANGUL"}),
    frozenset({"CJK", "BOPOMOFO"}),
)
#: What one misreads for another, as it is read: rn for m, 0 for o, 1 for l, vv for w.
_READ_AS = (("rn", "m"), ("vv", "w"), ("0", "o"), ("1", "l"), ("3", "e"), ("5", "s"), ("-", ""))
_HOSTS_REMEMBERED = 4096


def is_of_mixed_scripts(link: str) -> bool:
    """Whether a part of the host's name has letters of several alphabets that no language writes together."""
    host = _host(link)
    return "xn--" in host and any(_is_mixed(_shown(label)) for label in host.split("."))


def looks_like_a_provider(link: str) -> bool:
    """Whether the host is no conference provider's and made to look like one: evilzoom.us, zoom.us.example.org."""
    return _imitates(_host(link))


@lru_cache(maxsize=_HOSTS_REMEMBERED)
def _imitates(host: str) -> bool:
    if any(_is_within(host, domain) for domain in (*PROVIDERS, *_GENUINE)):
        return False
    shown = ".".join(_skeleton(_shown(label)) for label in host.split("."))
    return any(
        f".{domain}." in f".{host}." or host.endswith(domain) or _is_misread(shown, domain) for domain in PROVIDERS
    )


def _is_within(host: str, domain: str) -> bool:
    return host == domain or host.endswith(f".{domain}")


def _is_misread(shown: str, domain: str) -> bool:
    """Whether the host, as it is read, is the provider's, or one letter more or fewer in its name."""
    wanted = ".".join(_skeleton(label) for label in domain.split("."))
    name, _, rest = wanted.partition(".")
    if _is_within(shown, wanted):
        return True
    labels = shown.split(".")
    at = len(labels) - wanted.count(".") - 1
    return at >= 0 and ".".join(labels[at + 1 :]) == rest and _is_one_letter_off(labels[at], name)


def _is_one_letter_off(text: str, name: str) -> bool:
    """A letter doubled, left out, or two of them in the other order."""
    if text == name or abs(len(text) - len(name)) > 1:
        return False
    if len(text) == len(name):
        swapped = (name[:n] + name[n + 1] + name[n] + name[n + 2 :] for n in range(len(name) - 1))
        return text in set(swapped)
    longer, shorter = (text, name) if len(text) > len(name) else (name, text)
    return any(longer[:n] + longer[n + 1 :] == shorter for n in range(len(longer)))


def _skeleton(label: str) -> str:
    bare = "".join(c for c in unicodedata.normalize("NFKD", label) if not unicodedata.combining(c)).casefold()
    bare = bare.translate(_LATIN_LIKE)
    for written, read in _READ_AS:
        bare = bare.replace(written, read)
    return bare


#: Letters of other alphabets that look like Latin ones: Cyrillic and Greek.
_LATIN_LIKE = str.maketrans("аеорсухіѕјԁԛԝզοαερνмтв", "aeopcyxisjdqwqoaepvmtb")


@lru_cache(maxsize=_HOSTS_REMEMBERED)
def _is_mixed(label: str) -> bool:
    scripts = {unicodedata.name(letter, "?").split()[0] for letter in label if letter.isalpha()}
    return len(scripts) > 1 and not any(scripts <= {*together, "LATIN"} for together in _TOGETHER)


def _shown(label: str) -> str:
    """A label as a browser shows it."""
    if not label.startswith("xn--"):
        return label
    try:
        return label.encode("ascii").decode("idna")
    except UnicodeError:
        return label


@lru_cache(maxsize=_HOSTS_REMEMBERED)
def _host(link: str) -> str:
    try:
        return (urlsplit(link).hostname or "").rstrip(".").casefold()
    except ValueError:
        return ""
