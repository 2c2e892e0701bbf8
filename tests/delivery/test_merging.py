"""What waited on the disk goes into the log in fewer, larger groups."""

import datetime as dt
from collections.abc import Sequence

import pytest
from msgspec.structs import replace

from delivery import merging
from delivery.merging import merged
from delivery.record import ASSIGNED, Group, Refusal
from tests.delivery.test_sink import a_record

AT = dt.datetime(2026, 11, 22, 6, 0, tzinfo=dt.UTC)
REFUSAL = Refusal(1, AT, "click", "token_expired", payload="{}")


def a_group(*numbers: int, tried: bool = False, kind: str = "page_view") -> Group:
    records = [replace(a_record(number), kind=kind) for number in numbers]
    return Group(records, name=bytes(numbers), again=True, tried=tried)


def numbers(groups: Sequence[Group]) -> list[list[int]]:
    return [[int.from_bytes(one.id, "big") for one in group.records] for group in groups]


def test_merged__groups_never_sent__become_one_in_the_same_order() -> None:
    refused = Group([], [REFUSAL], b"r", again=True, tried=False)
    (one,) = merged([a_group(1, 2), refused, a_group(3)])
    assert numbers([one]) == [[1, 2, 3]]
    assert one.refusals == [REFUSAL]
    assert one.again


def test_merged__twice__gives_the_same_names_and_none_of_a_part() -> None:
    parts = [a_group(1), a_group(2)]
    (first,), (again,) = merged(parts), merged(parts)
    assert first.name == again.name
    assert first.name not in {part.name for part in parts}
    assert len(first.name) == 16


def test_merged__group_that_may_be_there__keeps_its_name_and_its_place() -> None:
    sent = a_group(2, tried=True)
    found = list(merged([a_group(1), sent, a_group(3)]))
    assert numbers(found) == [[1], [2], [3]]
    assert found[1] is sent


def test_merged__assignments__stay_apart_from_events() -> None:
    noted = [a_group(number, kind=ASSIGNED) for number in (10, 11)]
    found = list(merged([a_group(1), noted[0], a_group(2), noted[1]]))
    assert numbers(found) == [[1, 2], [10, 11]]


def test_merged__many__end_at_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(merging, "LARGEST", 3)
    found = merged([a_group(1, 2), a_group(3, 4), a_group(5), a_group(6)])
    assert numbers(list(found)) == [[1, 2, 3, 4], [5, 6]]


def test_group__of_an_older_version__counts_as_sent() -> None:
    assert Group([a_record(1)]).tried
