"""Links as lists hold them: only absolute http(s) ones that lead somewhere outside are kept."""

from __future__ import annotations

import ipaddress
import re
from functools import lru_cache
from urllib.parse import parse_qs, unquote, urlsplit

from importers.text import LINK_LENGTH

#: Hosts of conference providers, and what people call them. A host counts with all names below it.
_PROVIDERS = {
    "bluejeans.com": "BlueJeans",
    "discord.gg": "Discord",
    "discord.com": "Discord",
    "freeconference.com": "Free Conference",
    "freeconferencecall.com": "FreeConferenceCall",
    "goto.com": "GoTo",
    "gotomeet.me": "GoTo",
    "gotomeeting.com": "GoTo",
    "horizon.meta.com": "Virtual Reality",
    "maps.secondlife.com": "Virtual Reality",
    "slurl.com": "Virtual Reality",
    "vrchat.com": "Virtual Reality",
    "meet.google.com": "Google Meet",
    "meet.jit.si": "Jitsi",
    "meetings.dialpad.com": "Dialpad",
    "signal.group": "Signal",
    "skype.com": "Skype",
    "teams.live.com": "Microsoft Teams",
    "teams.microsoft.com": "Microsoft Teams",
    "webex.com": "Webex",
    "zoho.com": "Zoho",
    "zoom.us": "Zoom",
}
#: Links and hosts that are remembered: a group's meetings lead to one room.
_REMEMBERED = 4096
_NOT_IN_LINKS = re.compile(r'[\s<>"\\^`{|}]')
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:(?!\d)", re.IGNORECASE)
_HOST = re.compile(r"(?=.{4,253}$)(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9])?\.)+(?:[a-z]{2,63}|xn--[a-z0-9-]{2,59})")
#: A mail program's detour, which names the mail's receiver and holds the link itself.
_DETOUR = ".safelinks.protection.outlook.com"
#: Addresses that are a person's telephone; an invitation to a group is none.
PERSONAL_ADDRESS = r"(?:(?:api\.|web\.)?whatsapp\.com/send|wa\.me/\+?\d|(?:t|telegram)\.me/\+?\d{7}|signal\.me/#p)"
_OF_A_PERSON = re.compile(
    rf"^\s*(?:mailto|tel|sms|callto|facetime|whatsapp|viber|skype):|(?<![\w-]){PERSONAL_ADDRESS}"
    r"|[?&;#](?:contact_?)?(?:e-?mail|mail|phone|tel|mobile|whatsapp)(?:_?address|_?number)?=[^&]"
    r"|[\w.+'-]@[\w-]+(?:\.[\w-]+)*\.[a-z]{2}|/cdn-cgi/l/email-protection",
    re.IGNORECASE,
)


@lru_cache(maxsize=_REMEMBERED)
def read_link(text: str) -> str | None:
    """The link, its host in lower case and ASCII letters; None: no absolute http(s) link to an outside host, or one
    that leads to a person.

    A known provider's link without `https://` is given it.
    """
    text = _without_detour(text.strip())
    if not text or len(text) > LINK_LENGTH or _NOT_IN_LINKS.search(text) or is_of_a_person(text):
        return None
    if not _SCHEME.match(text):
        text = f"https://{text}"
        if conference_provider(text) is None:
            return None
    try:
        parts = urlsplit(text)
        host, port = _outside(parts.hostname or ""), parts.port
    except ValueError:
        return None
    if parts.scheme.lower() not in {"http", "https"} or host is None or "@" in parts.netloc:
        return None
    netloc = host if port is None else f"{host}:{port}"
    return parts._replace(scheme=parts.scheme.lower(), netloc=netloc).geturl()


def is_of_a_person(text: str) -> bool:
    """Whether this link leads to a person or names one: by telephone number or e-mail address."""
    if _OF_A_PERSON.search(text) is not None:
        return True
    return "%" in text and _OF_A_PERSON.search(unquote(unquote(text))) is not None


def _without_detour(link: str) -> str:
    try:
        parts = urlsplit(link)
        within = (parts.hostname or "").endswith(_DETOUR)
        return parse_qs(parts.query).get("url", [link])[0] if within else link
    except ValueError:
        return link


@lru_cache(maxsize=_REMEMBERED)
def _outside(host: str) -> str | None:
    """The host in ASCII letters; None: none that is outside. ValueError."""
    host = host.rstrip(".")
    if not host.isascii():
        # In ASCII a host that imitates another by foreign letters cannot be mistaken for it.
        host = host.encode("idna").decode("ascii")
    try:
        return host if ipaddress.ip_address(host).is_global else None
    except ValueError:
        return host if _HOST.fullmatch(host) and not host.endswith((".local", ".internal", ".localhost")) else None


def conference_provider(link: str) -> str | None:
    """Whose conference this leads to; None: nobody's we know. `evilzoom.us` is not Zoom."""
    try:
        host = (urlsplit(link).hostname or "").rstrip(".")
    except ValueError:
        return None
    return _provider(host)


@lru_cache(maxsize=_REMEMBERED)
def _provider(host: str) -> str | None:
    return next((name for domain, name in _PROVIDERS.items() if host == domain or host.endswith(f".{domain}")), None)
