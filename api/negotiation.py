"""What a client would take, and which it likes best: the headers Accept and Accept-Encoding."""

from __future__ import annotations


def accepted(header: str) -> list[tuple[str, float]]:
    """The values of such a header with their qualities, as RFC 9110 section 12.4 says; what cannot be read counts 0."""
    found = []
    for item in header.lower().split(","):
        value, *parameters = (part.strip() for part in item.split(";"))
        quality = next((part[2:] for part in parameters if part.startswith("q=")), "1")
        found.append((value, float(quality) if quality.replace(".", "", 1).isdecimal() else 0.0))
    return found
