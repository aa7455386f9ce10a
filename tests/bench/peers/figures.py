"""What was measured, medians and ratios of it, as Markdown and JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Any

from tests.bench.peers.load import Driven
from tests.bench.peers.questions import MAY_DIFFER
from tests.bench.peers.targets import TARGETS, Target


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One run of one server. Times of latencies in ms; `server_us` and `postgres_us`: processor time an answer."""

    target: str
    rate: float
    p50: float
    p99: float
    server_us: float
    postgres_us: float
    client_share: float
    errors: Mapping[str, int]


def figure_of(name: str, driven: Driven, cpu: tuple[float, float]) -> Figure:
    """Of a run and the seconds of processor time that it took of server and PostgreSQL."""
    answers = max(1, driven.answers)
    return Figure(
        target=name,
        rate=driven.rate,
        p50=driven.percentile(50),
        p99=driven.percentile(99),
        server_us=cpu[0] / answers * 1e6,
        postgres_us=cpu[1] / answers * 1e6,
        client_share=driven.client_share,
        errors=driven.errors,
    )


@dataclass(slots=True, kw_only=True)
class Results:
    """All figures of one run of the benchmark; rounds are interleaved, so the nth of each were neighbours."""

    setting: dict[str, Any] = field(default_factory=dict)
    warm: list[Figure] = field(default_factory=list)
    cold: list[Figure] = field(default_factory=list)
    clients: list[tuple[int, Figure]] = field(default_factory=list)
    strain: list[dict[str, Any]] = field(default_factory=list)
    not_measured: dict[str, str] = field(default_factory=dict)
    tolerated: dict[str, int] = field(default_factory=dict)
    sizes: dict[str, float] = field(default_factory=dict)
    memory: dict[str, float] = field(default_factory=dict)


def ratio(figures: Iterable[Figure], ours: str, theirs: str) -> float | None:
    """The median over rounds of how many times as many answers a second we gave."""
    rounds = {name: [f.rate for f in figures if f.target == name] for name in (ours, theirs)}
    pairs = [mine / other for mine, other in zip(rounds[ours], rounds[theirs], strict=False) if other]
    return median(pairs) if pairs else None


def _median_of(figures: Sequence[Figure], name: str, of: str) -> float:
    return float(median(getattr(f, of) for f in figures if f.target == name))


def as_markdown(results: Results) -> str:
    """The tables."""
    parts = [_setting(results), _table("Warm", results.warm), _goals(results)]
    if results.cold:
        parts += [_table("Cold: the first pass over other places", results.cold)]
    if results.clients:
        parts += [_clients(results)]
    if results.strain:
        parts += [_strain(results)]
    parts += ["Allowed to differ between bodies: " + "; ".join(MAY_DIFFER) + "."]
    told = {name: count for name, count in results.tolerated.items() if count}
    parts += [f"Values that did: {told or 'none'}."]
    if results.not_measured:
        parts += ["Not measured:\n\n" + "\n".join(f"- {name}: {why}" for name, why in results.not_measured.items())]
    return "\n\n".join(parts)


def _setting(results: Results) -> str:
    return "\n".join(f"- {name}: {value}" for name, value in results.setting.items())


def _labels() -> dict[str, Target]:
    return {target.name: target for target in TARGETS}


def _table(title: str, figures: Sequence[Figure]) -> str:
    rows = [
        f"### {title}",
        "",
        "| server | answers/s | p50 ms | p99 ms | server µs | PostgreSQL µs | client busy | errors |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for name, target in _labels().items():
        if any(figure.target == name for figure in figures):
            cells = [_median_of(figures, name, of) for of in ("rate", "p50", "p99", "server_us", "postgres_us")]
            errors: Counter[str] = Counter()
            for figure in figures:
                if figure.target == name:
                    errors.update(figure.errors)
            told = ", ".join(f"{what} {count}" for what, count in errors.items()) or "0"
            busy = _median_of(figures, name, "client_share")
            rows.append(
                f"| {target.label} | {cells[0]:,.0f} | {cells[1]:.1f} | {cells[2]:.1f} | {cells[3]:,.0f} "
                f"| {cells[4]:,.0f} | {busy:.0%} | {told} |"
            )
    return "\n".join(rows)


def goals(results: Results) -> list[dict[str, Any]]:
    """Each goal with what was measured; `met` None where either was not measured."""
    found = []
    for target in TARGETS:
        if target.goal is None:
            continue
        warm = ratio(results.warm, target.goal.ours, target.name)
        found.append(_told(f"{target.label}, warm", target.goal.times, warm))
        if target.goal.cold is not None:
            cold = ratio(results.cold, target.goal.ours, target.name)
            found.append(_told(f"{target.label}, cold", target.goal.cold, cold))
    for ours in ("ours-sqlite", "ours-postgres"):
        found.append(_processor_time(results, ours))
    return found


def _told(what: str, goal: float, measured: float | None) -> dict[str, Any]:
    return {"goal": what, "at_least": goal, "measured": measured, "met": None if measured is None else measured >= goal}


def _processor_time(results: Results, ours: str) -> dict[str, Any]:
    here, floor = ([f.server_us for f in results.warm if f.target == name] for name in (ours, "floor"))
    measured = median(here) / median(floor) if here and floor else None
    return {
        "goal": f"processor time an answer, {_labels()[ours].label}, against the constant body's",
        "at_most": 5.0,
        "measured": measured,
        "met": None if measured is None else measured <= 5.0,
    }


def _goals(results: Results) -> str:
    rows = [
        "### Goals: our answers a second, times theirs",
        "",
        "| against | goal | measured | |",
        "| --- | ---: | ---: | --- |",
    ]
    for told in goals(results):
        wanted = f"≥ {told['at_least']:g} ×" if "at_least" in told else f"≤ {told['at_most']:g} ×"
        measured = "–" if told["measured"] is None else f"{told['measured']:.2f} ×"
        met = {True: "met", False: "**missed**", None: "not measured"}[told["met"]]
        rows.append(f"| {told['goal']} | {wanted} | {measured} | {met} |")
    return "\n".join(rows)


def _clients(results: Results) -> str:
    rows = [
        "### By number of clients",
        "",
        "| server | clients | answers/s | p50 ms | p99 ms |",
        "| --- | ---: | ---: | ---: | ---: |",
    ]
    labels = _labels()
    for count, figure in results.clients:
        rows.append(
            f"| {labels[figure.target].label} | {count} | {figure.rate:,.0f} | {figure.p50:.1f} | {figure.p99:.1f} |"
        )
    return "\n".join(rows)


def _strain(results: Results) -> str:
    rows = ["### Under strain", "", "| what | p50 ms | p99 ms | |", "| --- | ---: | ---: | --- |"]
    for told in results.strain:
        rows.append(f"| {told['what']} | {told['p50']:.1f} | {told['p99']:.1f} | {told['note']} |")
    return "\n".join(rows)
