"""Events waiting on the disk: whole groups, whatever happens to the file."""

import errno
import io
import struct
import subprocess
import sys
from pathlib import Path
from zlib import crc32

import msgspec
import pytest

from delivery import spool as spooling
from delivery.spool import Spool, frame, frames
from tests.delivery.test_sink import a_record

ROOT = Path(__file__).resolve().parent.parent.parent


def groups_of(content: bytes) -> list[list[int]]:
    return [
        [int.from_bytes(r.id, "big") for r in group.records]
        for group in frames(io.BytesIO(content))
    ]


def test_append__several_groups__are_read_back_in_order(tmp_path) -> None:
    spool = Spool(tmp_path / "spool")
    written = [[a_record(1), a_record(2, order_id="漢\x1f", amount=7)], [a_record(3)]]
    for group in written:
        spool.append(group)
    (path,) = spool.waiting()
    taken = spool.take(path)
    assert taken
    assert [group.records for group in taken.groups()] == written
    taken.done()
    assert spool.waiting() == []


def test_frames__cut_at_every_byte__give_whole_groups_and_invent_nothing() -> None:
    parts = [frame([a_record(n), a_record(n + 100)]) for n in range(20)]
    content, borders = b"".join(parts), [0]
    for part in parts:
        borders.append(borders[-1] + len(part))
    everything = groups_of(content)
    for cut in range(len(content) + 1):
        whole = sum(border <= cut for border in borders) - 1
        assert groups_of(content[:cut]) == everything[:whole]


def test_frames__of_a_version_without_device_and_locale__are_read() -> None:
    whole = a_record(1, device="phone", locale="zh")
    old = [msgspec.msgpack.decode(msgspec.msgpack.encode(whole))[:-2]]
    body = msgspec.msgpack.encode(old)
    (group,) = frames(io.BytesIO(struct.pack(">II", len(body), crc32(body)) + body))
    assert group.records == [a_record(1)]


def test_frames__any_byte_flipped__end_before_the_damage() -> None:
    first, second = frame([a_record(1)]), frame([a_record(2)])
    for place in range(len(second)):
        damaged = bytearray(second)
        damaged[place] ^= 0x40
        assert groups_of(first + bytes(damaged)) == [[1]]


def test_done__torn_tail__is_kept_aside_and_said(tmp_path, caplog) -> None:
    path = tmp_path / "1-1.spool"
    path.write_bytes(frame([a_record(1)]) + frame([a_record(2)])[:-3])
    taken = Spool(tmp_path).take(path)
    assert taken
    assert len(list(taken.groups())) == 1
    taken.done()
    assert [p.name for p in tmp_path.iterdir()] == ["1-1.torn"]
    assert "torn bytes" in caplog.text


def test_append__disk_full__promises_nothing_and_goes_on_in_a_new_file(
    tmp_path, monkeypatch
) -> None:
    spool = Spool(tmp_path)
    spool.append([a_record(1)])

    def full(number: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(spooling.os, "fdatasync", full)
        with pytest.raises(OSError, match="No space"):
            spool.append([a_record(2)])
    spool.append([a_record(3)])
    first, second = spool.waiting()
    assert groups_of(first.read_bytes())[0] == [1]
    assert groups_of(second.read_bytes()) == [[3]]


def test_append__disk_stays_full__leaves_neither_torn_groups_nor_empty_files(tmp_path) -> None:
    """The limit of a file's size is met in the middle of a write, as the end of a disk is."""
    code = (
        "import pathlib, resource, sys; from delivery.spool import Spool\n"
        "from tests.faults.boundaries import record\n"
        "spool = Spool(pathlib.Path(sys.argv[1])); spool.append([record(0, 1)])\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (spool.size() + 50, resource.RLIM_INFINITY))\n"
        "for number in range(2, 9):\n"
        "    try: spool.append([record(number, n) for n in range(100)])\n"
        "    except OSError: print('refused', number)\n"
    )
    words = [sys.executable, "-c", code, str(tmp_path)]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.stdout.count("refused") == 7, done.stderr
    (path,) = tmp_path.iterdir()
    content = path.read_bytes()
    assert groups_of(content) == [[1]]
    (group,) = frames(io.BytesIO(content))
    assert content == frame(group.records)


def test_take__file_of_a_living_process__is_left_alone_and_adopted_after_its_death(
    tmp_path,
) -> None:
    code = (
        "import sys, pathlib; from delivery.spool import Spool\n"
        "spool = Spool(pathlib.Path(sys.argv[1])); spool.append([])\n"
        "print('ready', flush=True); sys.stdin.read()"
    )
    other = subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    try:
        assert other.stdout
        assert other.stdout.readline() == b"ready\n"
        spool = Spool(tmp_path)
        (path,) = spool.waiting()
        assert spool.take(path) is None
    finally:
        other.kill()
        other.wait()
    taken = spool.take(path)
    assert taken
    assert [group.records for group in taken.groups()] == [[]]
    taken.release()


def test_waiting__files_of_several_times__come_oldest_first(tmp_path) -> None:
    for name in ("9-1.spool", "10-1.spool", "x.spool", "10-0.torn"):
        (tmp_path / name).touch()
    assert [path.name for path in Spool(tmp_path).waiting()] == [
        "x.spool",
        "9-1.spool",
        "10-1.spool",
    ]
