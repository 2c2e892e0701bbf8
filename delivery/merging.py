"""Fewer, larger groups for the way from the spool into the log: each costs a transaction.

While the database is away groups are small, because somebody waits for each. Five minutes leave
thousands of them, and every one is a BEGIN, a COPY and a COMMIT when the database is back and busy.
"""

from collections.abc import Iterable, Iterator, Sequence
from hashlib import blake2b

from delivery.record import Group

LARGEST = 500
"""Events after which no more are added: what is new waits while one is written."""


def merged(groups: Iterable[Group]) -> Iterator[Group]:
    """The same events in the same order; assignments for themselves.

    Only groups that the database has never seen are merged: it may know the others by their names.
    What comes out follows from what goes in alone, so that a second try gives the same names.
    """
    kept: dict[bool, list[Group]] = {False: [], True: []}
    for group in groups:
        if group.tried:
            yield from _emptied(kept.values())
            yield group
            continue
        part = kept[group.apart]
        part.append(group)
        if sum(one.size for one in part) >= LARGEST:
            yield from _emptied([part])
    yield from _emptied(kept.values())


def _emptied(parts: Iterable[list[Group]]) -> Iterator[Group]:
    for part in parts:
        if part:
            yield _one(part)
            part.clear()


def _one(part: Sequence[Group]) -> Group:
    if len(part) == 1:
        return part[0]
    return Group(
        records=[record for group in part for record in group.records],
        refusals=[refusal for group in part for refusal in group.refusals],
        name=blake2b(b"".join(group.name for group in part), digest_size=16).digest(),
        again=True,
        tried=False,
    )
