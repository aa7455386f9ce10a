"""Plans cover as many days as any choice could, and keep their gaps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from meetings.planning import Day, Slot, choose, without_overlaps

#: Minutes of a made-up day: short, so that meetings get in each other's way.
LONG = 10


def slots(first: int, most: int) -> st.SearchStrategy[list[Slot]]:
    """Meetings that start on the day that begins at `first`, in order; some run over midnight, some over two."""
    starts, lengths = st.integers(first, first + LONG - 1), st.integers(1, LONG + 4)
    one = st.tuples(starts, lengths, st.integers(0, 2), st.integers(0, 4))
    return st.lists(one.map(lambda told: Slot(told[0] + told[1], told[2], told[3], told[0])), max_size=most).map(
        lambda found: sorted(set(found))
    )


@st.composite
def days(draw: st.DrawFn) -> list[Day]:
    """A few days; what is fixed on them does not overlap."""
    begins = [LONG * number for number in range(draw(st.integers(1, 3)))]
    fixed = [draw(slots(begin, 1)) for begin in begins]
    kept = set(without_overlaps(slot for slots in fixed for slot in slots))
    return [
        Day(
            begins=begin,
            fixed=[slot for slot in fixed[number] if slot in kept],
            reach=draw(slots(begin, 3)),
            online=draw(slots(begin, 2)),
        )
        for number, begin in enumerate(begins)
    ]


def most_by_trying(days: Sequence[Day], per_day: int, gap: int) -> tuple[int, int]:
    """The most days covered, and meetings then, of all choices there are."""
    fixed = [slot for day in days for slot in day.fixed]
    offered = [(slot, number) for number, day in enumerate(days) for slot in (*day.reach, *day.online)]
    best = (0, 0)
    for count in range(len(offered) + 1):
        for tried in combinations(offered, count):
            held = [len(day.fixed) for day in days]
            for _, number in tried:
                held[number] += 1
            within = all(n <= max(per_day, len(day.fixed)) for n, day in zip(held, days, strict=True))
            if within and apart([slot for slot, _ in tried], fixed, gap):
                best = max(best, (sum(n >= per_day for n in held), sum(held)))
    return best


def apart(added: Sequence[Slot], fixed: Sequence[Slot], gap: int) -> bool:
    """Whether the gap lies between any two but two fixed ones."""
    pairs = [*combinations(added, 2), *((one, other) for one in added for other in fixed)]
    return all(a.ends + gap <= b.starts or b.ends + gap <= a.starts for a, b in pairs)


@given(days(), st.integers(1, 2), st.integers(0, 3), st.booleans())
def test_no_choice_covers_more_days_or_has_more_meetings(
    days: list[Day], per_day: int, gap: int, variety: bool
) -> None:
    held = [len(slots) for slots in choose(days, per_day=per_day, gap=gap, variety=variety)]
    assert (sum(n >= per_day for n in held), sum(held)) == most_by_trying(days, per_day, gap)


@given(days(), st.integers(1, 2), st.integers(0, 3), st.booleans())
def test_the_gap_is_kept_what_is_fixed_stays_and_nothing_comes_from_elsewhere(
    days: list[Day], per_day: int, gap: int, variety: bool
) -> None:
    chosen = choose(days, per_day=per_day, gap=gap, variety=variety)
    for slots, day in zip(chosen, days, strict=True):
        assert set(day.fixed) <= set(slots)
        assert set(slots) <= {*day.fixed, *day.reach, *day.online}
        assert len(slots) <= max(per_day, len(day.fixed))
    fixed = [slot for day in days for slot in day.fixed]
    added = [s for slots, day in zip(chosen, days, strict=True) for s in slots if s not in day.fixed]
    assert apart(added, fixed, gap)
    assert chosen == choose([replace(day) for day in days], per_day=per_day, gap=gap, variety=variety)


def test_what_is_online_fills_in_only_where_nothing_is_in_reach() -> None:
    here, there = Slot(8, 0, 1, 6), Slot(4, 0, 2, 2)
    both = Day(begins=0, reach=[here], online=[there])
    only = Day(begins=LONG, online=[Slot(14, 0, 2, 12)])
    assert choose([both, only], per_day=1, gap=0) == [(here,), (only.online[0],)]


def test_a_meeting_over_midnight_gives_way_where_the_next_day_would_be_lost() -> None:
    late, early = Slot(13, 0, 1, 9), Slot(8, 0, 2, 7)
    tomorrow = Slot(12, 0, 3, 11)
    first = Day(begins=0, reach=[early, late])
    assert choose([first, Day(begins=LONG, reach=[tomorrow])], per_day=1, gap=0) == [(early,), (tomorrow,)]


def test_with_variety_a_meeting_is_not_gone_to_twice_while_there_are_others() -> None:
    def day(begins: int) -> Day:
        return Day(begins=begins, reach=[Slot(begins + 2 + n, 0, n, begins + 1 + n) for n in range(3)])

    chosen = choose([day(0), day(LONG), day(2 * LONG)], per_day=1, gap=0, variety=True)
    assert sorted(slot.meeting for slots in chosen for slot in slots) == [0, 1, 2]
    plain = choose([day(0), day(LONG), day(2 * LONG)], per_day=1, gap=0)
    assert [slot.meeting for slots in plain for slot in slots] == [0, 0, 0]
