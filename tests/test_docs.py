"""Documentation that cannot go stale: each page that lists something is held against what it lists."""

import re

import pytest

from api.settings import PREFIX, SETTINGS, BadSetting, Settings, settings_from_environ
from meetings.findings import CATALOGUE
from tests.outside import ROOT

DOCS = ROOT / "docs"


def settings_page() -> str:
    rows = [f"| `{PREFIX}{s.name}` | `{s.default}` | {s.help} |".replace("| `` |", "| |") for s in SETTINGS]
    return "\n".join(
        [
            "# Settings",
            "",
            "Environment variables, read when a process starts.",
            "",
            "| variable | default | what for |",
            "| --- | --- | --- |",
            *rows,
            "",
        ]
    )


def findings_page() -> str:
    rows = [f"| `{code}` | {kind.severity} | {kind.message} |" for code, kind in sorted(CATALOGUE.items())]
    head = [
        "# Findings",
        "",
        "What an import says of a list. An ERROR leaves that record out, a WARNING keeps it with a doubt, INFO is "
        "harmless.",
        "",
        "| code | severity | meaning |",
        "| --- | --- | --- |",
    ]
    return "\n".join([*head, *rows, ""])


@pytest.mark.parametrize(("name", "page"), [("settings.md", settings_page()), ("findings.md", findings_page())])
def test_the_page_says_what_the_code_says(name: str, page: str) -> None:
    written = (DOCS / name).read_text("utf-8")
    assert written == page, f"docs/{name} is stale: `python -m tests.test_docs` writes it anew"


def test_every_setting_has_a_place_in_the_settings_of_a_process() -> None:
    assert {s.name.lower() for s in SETTINGS} == set(Settings.__dataclass_fields__)


def test_every_setting_is_asked_for_somewhere() -> None:
    modules = [path.read_text("utf-8") for path in (ROOT / "api").rglob("*.py") if path.name != "settings.py"]
    asked = {name for text in modules for name in re.findall(r"\.([a-z_]+)\b", text)}
    # The folder is asked for by what lies in it.
    assert set(Settings.__dataclass_fields__) - asked == {"data_dir"}


def test_a_setting_that_cannot_be_read_is_named_with_the_way_to_mend_it() -> None:
    with pytest.raises(BadSetting, match=r"HOMEGROUP_PORT='x'.*Port to listen on"):
        settings_from_environ({"HOMEGROUP_PORT": "x"})


def test_every_page_is_reached_from_the_index() -> None:
    index = (DOCS / "index.md").read_text("utf-8")
    linked = set(re.findall(r"\(([a-z-]+\.md)\)", index))
    assert {page.name for page in DOCS.glob("*.md")} == linked | {"index.md"}


if __name__ == "__main__":
    (DOCS / "settings.md").write_text(settings_page(), "utf-8")
    (DOCS / "findings.md").write_text(findings_page(), "utf-8")
