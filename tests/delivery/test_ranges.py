"""Parts of files: what browsers ask for when they play a film."""

import pytest

from delivery import ranges
from delivery.ranges import Part, Unsatisfiable


@pytest.mark.parametrize(
    ("header", "part"),
    [
        ("bytes=0-1", (0, 1)),
        ("bytes=0-", (0, 99)),
        ("bytes=90-", (90, 99)),
        ("bytes=90-1000", (90, 99)),
        ("bytes=99-99", (99, 99)),
        ("bytes=-1", (99, 99)),
        ("bytes=-1000", (0, 99)),
        (" bytes=5-6 ", (5, 6)),
    ],
)
def test_asked__one_part__its_bytes(header, part):
    assert ranges.asked(header, 100) == Part(*part, 100)


@pytest.mark.parametrize(
    "header",
    [
        "",
        "bytes=",
        "bytes=-",
        "bytes=5-1",
        "bytes=0-1,5-6",
        "bytes=a-b",
        "items=0-1",
        "bytes=--1",
        "bytes=0-1-2",
        "bytes=٣-٤",
        "bytes=" + "9" * 40 + "-",
    ],
)
def test_asked__anything_else__the_whole_file(header):
    assert ranges.asked(header, 100) is None


@pytest.mark.parametrize("header", ["bytes=100-", "bytes=100-200", "bytes=-0"])
def test_asked__behind_the_end__cannot_be_had(header):
    with pytest.raises(Unsatisfiable) as caught:
        ranges.asked(header, 100)
    assert caught.value.content_range == "bytes */100"


def test_asked__empty_file__no_part_of_it():
    with pytest.raises(Unsatisfiable):
        ranges.asked("bytes=0-", 0)


def test_read__part__its_bytes_and_no_others(tmp_path):
    path = tmp_path / "x"
    path.write_bytes(bytes(range(100)))
    assert ranges.read(path, Part(5, 7, 100)) == bytes([5, 6, 7])
    assert len(ranges.read(path, None)) == 100
