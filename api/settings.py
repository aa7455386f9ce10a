"""Settings: environment variables `HOMEGROUP_*`, each with a default and a line of help, in one table.

Every limit on what the outside may use of us is here, so that an operator can find and change it.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PREFIX = "HOMEGROUP_"


@dataclass(frozen=True, slots=True)
class Setting:
    """One variable: its name without the prefix, how its text is read, its default as text, and what it is for."""

    name: str
    read: Callable[[str], Any]
    default: str
    help: str


class BadSetting(ValueError):
    """A variable whose text cannot be read; the message names the variable and what would do."""


def _yes(text: str) -> bool:
    if text.lower() in {"1", "true", "yes", "on"}:
        return True
    if text.lower() in {"", "0", "false", "no", "off"}:
        return False
    raise ValueError("say 1 or 0")


def _count(text: str) -> int:
    if (number := int(text)) < 0:
        raise ValueError("not below 0")
    return number


def _some(text: str) -> int:
    if (number := int(text)) < 1:
        raise ValueError("at least 1")
    return number


def _half_a_day(text: str) -> int:
    if not 1 <= (number := int(text)) <= 12:
        raise ValueError("1 to 12")
    return number


def _port(text: str) -> int:
    if not 0 < (number := int(text)) < 65536:
        raise ValueError("1 to 65535")
    return number


def _level(text: str) -> str:
    if text.upper() not in {"DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"}:
        raise ValueError("say DEBUG, INFO, WARNING, ERROR or CRITICAL")
    return text.upper()


def _base_url(text: str) -> str:
    if text and not text.startswith(("http://", "https://")):
        raise ValueError("say https://HOST, without a path's last slash")
    return text.rstrip("/")


SETTINGS: tuple[Setting, ...] = (
    Setting("DATA_DIR", Path, "var", "Folder for the embedded database and the read index."),
    Setting("DATABASE_URL", str, "", "`sqlite:///FILE` or `postgresql://…`; empty: a SQLite file in DATA_DIR."),
    Setting("HOST", str, "127.0.0.1", "Address to listen on."),
    Setting("PORT", _port, "8000", "Port to listen on."),
    Setting(
        "BASE_URL", _base_url, "", "What links begin with, e.g. https://meetings.example.org; empty: http://HOST:PORT."
    ),
    Setting("WORKERS", _count, "1", "Processes that answer requests; 0: one a processor."),
    Setting("LOG_LEVEL", _level, "INFO", "DEBUG, INFO, WARNING, ERROR or CRITICAL."),
    Setting("TRUSTED_PROXIES", str, "", "Addresses whose X-Forwarded-For is believed, joined by commas."),
    Setting("PRIVATE_SOURCES", _yes, "0", "Allow sources at private addresses: for intranets and tests."),
    Setting("PLAIN_HTTP", _yes, "0", "Allow sources by http: whoever is on the way can read the list, and change it."),
    Setting("IMPORT_MINUTES", _count, "10", "How often `serve` imports what is due; 0: never."),
    Setting("DATABASE_POOL", _some, "10", "Database connections kept by each process; as many again when needed."),
    Setting("DATABASE_BUSY_SECONDS", _count, "30", "How long a write waits for another one to end."),
    Setting(
        "DATABASE_STATEMENT_SECONDS",
        _count,
        "20",
        "After which PostgreSQL ends a statement of a process that answers requests, or its waiting; 0: never.",
    ),
    Setting("GRAPHQL_THREADS", _some, "8", "GraphQL operations at work at once in each process; others wait."),
    Setting("GRAPHQL_COSTLY_THREADS", _some, "2", "Of these, such as resolve more than 20,000 fields."),
    Setting("GRAPHQL_SECONDS", _some, "2", "Longest time that one query may take; then its reading is stopped."),
    Setting("GRAPHQL_COMPILED", _yes, "1", "Operations are compiled; 0: graphql-core executes them, to compare."),
    Setting(
        "FRAGMENT_BYTES",
        _count,
        "67108864",
        "Memory of each process for ready pieces of GraphQL answers; 0: none are kept.",
    ),
    Setting("GRAPHQL_READERS", _some, "1", "New documents parsed and validated at once in each process; others wait."),
    Setting(
        "GRAPHQL_BODY_BYTES", _count, "65536", "Largest GraphQL request; variables with 100 ids take some kilobytes."
    ),
    Setting("CONTENT_BYTES", _count, "10485760", "Largest list that a volunteer may send; the largest known is 6 MB."),
    Setting("VOLUNTEER_THREADS", _count, "2", "Volunteers' operations at work at once in each process; others wait."),
    Setting(
        "VOLUNTEER_SECONDS", _count, "180", "Longest time that previewing, applying or undoing one import may take."
    ),
    Setting(
        "SECOND_PERSON_MEETINGS",
        _count,
        "20",
        "A volunteer who takes away more meetings at once needs a second one; 0: never.",
    ),
    Setting("MEETING_FILE_ROWS", _count, "50000", "Most meetings in one /meetings.csv or /meetings.json."),
    Setting("MEETING_FILE_PAGE", _count, "500", "Meetings of such a file that are read and written at a time."),
    Setting("MEETING_FILE_THREADS", _count, "2", "Pages of such files at work at once in each process; others wait."),
    Setting("SNAPSHOT_SECONDS", _count, "1800", "How old /snapshot.jsonl may be; its cursor tells what changed since."),
    Setting("GRAPHQL_DOCUMENT_BYTES", _some, "16384", "Longest document; a query for everything there is takes 6,000."),
    Setting("GRAPHQL_ROOT_FIELDS", _some, "20", "Most questions or changes in one document."),
    Setting("GRAPHQL_INTROSPECTION", _yes, "1", "The schema tells of itself, and mistakes are answered with guesses."),
    Setting("GRAPHQL_TOKENS", _some, "1000", "Longest document in tokens; validation takes time in their square."),
    Setting("GRAPHQL_COST", _some, "200000", "Most fields one operation may resolve: about a second's work."),
    Setting("GRAPHQL_PROMPT_ROWS", _count, "60000", "Meetings that a search may look through without a thread."),
    Setting("GRAPHQL_DOCUMENTS", _some, "500", "Validated documents kept in memory, about 25 kB each."),
    Setting("GRAPHQL_NEW_DOCUMENTS", _some, "50", "Beside them, such as were asked for only once."),
    Setting(
        "GRAPHQL_TRUSTED_DOCUMENTS", str, "", "A JSON file of documents: then no others are answered; empty: any are."
    ),
    Setting(
        "RATE_COST",
        _count,
        "3000000",
        "Fields that one network may ask for in a minute: some thousand ordinary questions; 0: no limit.",
    ),
    Setting("RATE_COST_VOLUNTEER", _count, "10000000", "The same for one volunteer's token; 0: no limit."),
    Setting("RATE_CLIENTS", _some, "200000", "Networks and tokens whose spending is remembered at once, of each kind."),
    Setting("RATE_REPORTS", _count, "20", "Reports of meetings that one network may make in an hour; 0: no limit."),
    Setting("REDIS_URL", str, "", "`redis://HOST`: hosts count there together; empty: each process by itself."),
    Setting("SCHEDULE_ENTRIES", _some, "200", "Meetings in one schedule; a feed of them is rendered in a moment."),
    Setting("SCHEDULE_SEARCHES", _some, "10", "Saved searches in one schedule; each is asked whenever its feed is."),
    Setting(
        "SCHEDULE_UNUSED_MONTHS",
        _count,
        "24",
        "A schedule whose key and feed nobody has used for so many months is deleted; 0: never.",
    ),
    Setting(
        "FEED_MEETINGS",
        _some,
        "500",
        "Meetings in one feed, those of its searches too; calendar services take no more.",
    ),
    Setting(
        "FEED_KEPT_MEETINGS", _some, "20000", "Meetings whose calendar events are kept rendered, about 1.3 kB each."
    ),
    Setting("FEED_KNOWN", _some, "50000", "Feeds of which is remembered what they were, about 4 kB each."),
    Setting(
        "FEED_REFRESH_HOURS",
        _half_a_day,
        "6",
        "Hours after which a feed asks to be read again, 1 to 12; Outlook and Nextcloud heed it.",
    ),
    Setting(
        "FEED_OFF_DAYS", _some, "30", "How long a feed that was turned off shows an empty calendar before it is gone."
    ),
    Setting(
        "ABSENT_PERCENT", _count, "10", "An import that leaves more of a source absent, and ABSENT_MEETINGS, is held."
    ),
    Setting("ABSENT_MEETINGS", _count, "20", "With ABSENT_PERCENT: how many may be absent without a person's look."),
    Setting(
        "ABSENT_MOST_PERCENT",
        _count,
        "50",
        "An import that leaves more of a source absent is held however few they are.",
    ),
    Setting(
        "WITHDRAW_AFTER_IMPORTS", _some, "3", "Good imports that must have missed a meeting before it is withdrawn."
    ),
    Setting("WITHDRAW_AFTER_DAYS", _count, "7", "Days a meeting must have been missing before it is withdrawn."),
    Setting("FETCH_BYTES", _count, "20971520", "Largest list that is fetched; the largest known is 6 MB."),
    Setting("FETCH_SECONDS", _count, "60", "Longest time that fetching one list may take."),
    Setting(
        "IMPORT_MEMORY_BYTES",
        _count,
        "1073741824",
        "Memory of the process that imports; a list for which it is too little fails alone; 0: no limit.",
    ),
    Setting(
        "KNOWN_RECORDS",
        _count,
        "20000",
        "Records of a list that are known again and not read again while they stay the same; of longer lists none are.",
    ),
    Setting("FINDINGS_PER_CODE", _count, "100", "Findings kept of one kind in one import; all are counted."),
    Setting("INDEX_POLL_MILLISECONDS", _count, "50", "How often changes are looked for, and how fresh searches are."),
    Setting(
        "PLACES_PEOPLE", _count, "0", "Fewest people of a town that `places` knows; 0: all 254,000, in 48 MB of files."
    ),
    Setting("INDEX_WAIT_SECONDS", _count, "120", "How long `serve` waits for the first read index."),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The settings of one process; `SETTINGS` tells what each is for."""

    data_dir: Path
    database_url: str
    host: str
    port: int
    base_url: str
    workers: int
    log_level: str
    trusted_proxies: str
    private_sources: bool
    plain_http: bool
    import_minutes: int
    database_pool: int
    database_busy_seconds: int
    database_statement_seconds: int
    graphql_threads: int
    graphql_costly_threads: int
    fragment_bytes: int
    graphql_seconds: int
    graphql_compiled: bool
    graphql_readers: int
    graphql_body_bytes: int
    meeting_file_rows: int
    meeting_file_page: int
    meeting_file_threads: int
    snapshot_seconds: int
    content_bytes: int
    volunteer_threads: int
    volunteer_seconds: int
    second_person_meetings: int
    graphql_document_bytes: int
    graphql_root_fields: int
    graphql_introspection: bool
    graphql_tokens: int
    graphql_cost: int
    graphql_prompt_rows: int
    graphql_documents: int
    graphql_new_documents: int
    graphql_trusted_documents: str
    rate_cost: int
    rate_cost_volunteer: int
    rate_clients: int
    rate_reports: int
    redis_url: str
    schedule_entries: int
    schedule_searches: int
    schedule_unused_months: int
    feed_meetings: int
    feed_kept_meetings: int
    feed_known: int
    feed_refresh_hours: int
    feed_off_days: int
    absent_percent: int
    absent_meetings: int
    absent_most_percent: int
    withdraw_after_imports: int
    withdraw_after_days: int
    fetch_bytes: int
    fetch_seconds: int
    import_memory_bytes: int
    known_records: int
    findings_per_code: int
    index_poll_milliseconds: int
    index_wait_seconds: int
    places_people: int

    @property
    def index_dir(self) -> Path:
        """Where generations of the read index are kept."""
        return self.data_dir / "index"

    @property
    def snapshot_dir(self) -> Path:
        """Where the whole list is kept as a file."""
        return self.data_dir / "snapshots"

    @property
    def places_dir(self) -> Path:
        """Where the table of places is kept."""
        return self.data_dir / "places"

    @property
    def bodies_dir(self) -> Path:
        """Where the last good answer of each source is kept."""
        return self.data_dir / "bodies"


def current_settings() -> Settings:
    """The settings of this process."""
    return settings_from_environ(os.environ)


def settings_from_environ(environ: Mapping[str, str]) -> Settings:
    """Read the variables; BadSetting names the first that cannot be read."""
    values: dict[str, Any] = {}
    for setting in SETTINGS:
        text = environ.get(PREFIX + setting.name, setting.default)
        try:
            values[setting.name.lower()] = setting.read(text)
        except ValueError as error:
            raise BadSetting(f"{PREFIX}{setting.name}={text!r}: {error}. {setting.help}") from error
    values["database_url"] = values["database_url"] or f"sqlite:///{values['data_dir'] / 'homegroup.db'}"
    values["base_url"] = values["base_url"] or f"http://{values['host']}:{values['port']}"
    return Settings(**values)
