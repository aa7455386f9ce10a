"""Which links are kept."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importers.links import conference_provider, read_link


@pytest.mark.parametrize(
    "link",
    [
        "https://zoom.us/j/123?pwd=abc#x",
        "http://lists.example.org:8080/a%20b",
        "https://93.184.215.14/list",
        "https://a-b.example.co.uk",
        "https://maps.example.org/@40.7,-74.0,15z",
        "https://chat.whatsapp.com/AbCd",
        "https://t.me/+AbCdEf",
        "https://example.org/form?usp=mail_form_link",
    ],
)
def test_absolute_web_link_is_kept_as_it_is(link: str) -> None:
    assert read_link(link) == link


@pytest.mark.parametrize(
    "link",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "JaVaScRiPt://zoom.us/%0aalert(1)",
        "ftp://example.org",
        "mailto:a@example.org",
        "//example.org",
        "/meetings/1",
        "http:/wflana.com",
        "https://user:secret@example.org",
        "http://127.0.0.1/locations",
        "http://[::1]/",
        "http://10.0.0.8/",
        "http://localhost/x",
        "http://printer.local/",
        "https://exa mple.org",
        "https://example.org/<script>",
        "http://[",
        "https://example.org:99999/",
        "example.org/meeting",
        "zoom 123 456",
        "https://wa.me/19175550123",
        "https://api.whatsapp.com/send?phone=19175550123",
        "https://t.me/+19175550123",
        "tel:+19175550123",
        "https://example.org/?mail=anna",
        "https://example.org/?a=1&EMAIL=anna",
        "https://example.org/?to=anna%40example.org",
        "https://example.org/anna@example.org",
        "https://example.org/cdn-cgi/l/email-protection#0a1b",
        "https://" + "a" * 3000 + ".org",
        "",
    ],
)
def test_any_other_link_is_refused(link: str) -> None:
    assert read_link(link) is None


def test_known_providers_link_is_given_its_scheme() -> None:
    assert read_link("us02web.zoom.us/j/123") == "https://us02web.zoom.us/j/123"


def test_host_is_written_in_small_ascii_letters_so_that_it_cannot_be_mistaken() -> None:
    assert read_link("HTTPS://WWW.Zооm.us/j/1") == "https://www.xn--zm-fmca.us/j/1"  # noqa: RUF001 - two Cyrillic letters


@pytest.mark.parametrize(
    ("link", "provider"),
    [
        ("https://zoom.us/j/1", "Zoom"),
        ("https://us02web.zoom.us/j/1", "Zoom"),
        ("https://evilzoom.us/j/1", None),
        ("https://zoom.us.example.org/j/1", None),
        ("https://meet.google.com/abc", "Google Meet"),
        ("https://google.com/abc", None),
    ],
)
def test_provider_is_told_by_the_whole_host(link: str, provider: str | None) -> None:
    assert conference_provider(link) == provider


@given(st.text())
def test_reading_a_kept_link_again_changes_nothing(text: str) -> None:
    link = read_link("https://" + text)
    assert link is None or read_link(link) == link


def test_mail_programs_detour_is_left_out_with_the_address_it_names() -> None:
    detour = "https://x.safelinks.protection.outlook.com/?url=https%3A%2F%2Fzoom.us%2Fj%2F1&data=a%40example.org"
    assert read_link(detour) == "https://zoom.us/j/1"
