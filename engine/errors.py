"""Everything that any room refuses or cannot do, as one tree.

    LabError
    ├── AccessError            who is asking
    │   ├── Unauthenticated        no key, no session, or a wrong one
    │   └── NotAllowed             known, but not permitted (role, origin, scope)
    ├── InputError             what was sent
    │   ├── InvalidInput           a field does not fit
    │   ├── NotJson                the body is not JSON
    │   ├── TooLarge               body, file or list over its limit
    │   ├── NotAcceptable          no offered content type was asked for
    │   ├── UnsupportedMedia       a content type or file type that is not accepted
    │   └── WrongMethod            the address exists, the verb does not
    ├── StateError             what it meets here
    │   ├── NotFound               unknown, or another site's
    │   ├── Conflict               somebody else was first
    │   ├── Outdated               it is not any more what the request says it read
    │   └── IllegalMove            the life cycle has no such step
    ├── LoadError              not now
    │   ├── RateLimited            too many requests
    │   └── Unavailable            a part that is needed is away
    └── StatisticsError        a number that does not exist
        ├── NotEnoughData          too few units or events so far
        └── Undefined              this data cannot define it (no variance, empty denominator)

An error names its problem type (`slug`); only `banner_lab/problems.py` and the doors of the data
plane turn that into HTTP. `title` is the English source text of the type, to be translated there.
`detail` and `hint` may be lazy translations: they are kept as given and read with `str`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

__all__ = [
    "AccessError",
    "Conflict",
    "IllegalMove",
    "InputError",
    "InvalidInput",
    "LabError",
    "LoadError",
    "NotAcceptable",
    "NotAllowed",
    "NotEnoughData",
    "NotFound",
    "NotJson",
    "Outdated",
    "RateLimited",
    "Shortage",
    "StateError",
    "StatisticsError",
    "TooLarge",
    "Unauthenticated",
    "Unavailable",
    "Undefined",
    "UnsupportedMedia",
    "WrongMethod",
]


class LabError(Exception):
    """What every room raises and every door can render.

    Args:
        detail: One sentence about this case, for a person. Read with `str`.
        field: Where in the request it lies, e.g. `events[2].occurred_at`.
        hint: What to do about it, if that is known. Read with `str`.

    Example:
        >>> error = NotFound("There is no experiment 'spring'.", field="experiment")
        >>> error.slug, str(error), error.field
        ('not-found', "There is no experiment 'spring'.", 'experiment')
    """

    slug: ClassVar[str] = "problem"
    title: ClassVar[str] = "Something went wrong"

    def __init__(
        self, detail: object, *, field: str | None = None, hint: object | None = None
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.field = field
        self.hint = hint

    def __str__(self) -> str:
        return str(self.detail)


class AccessError(LabError):
    """The question is who is asking."""


class Unauthenticated(AccessError):
    """No credentials came, or they are not ours."""

    slug = "unauthenticated"
    title = "Sign in or send a key"


class NotAllowed(AccessError):
    """The caller is known and may not do this."""

    slug = "not-allowed"
    title = "Not allowed"


class InputError(LabError):
    """The question is what was sent."""


class InvalidInput(InputError):
    """A value does not fit; `field` says which."""

    slug = "invalid-input"
    title = "A value does not fit"


class NotJson(InputError):
    """The body cannot be read as JSON."""

    slug = "not-json"
    title = "Not JSON"


class TooLarge(InputError):
    """A body, file or list is over its limit; `detail` names the limit."""

    slug = "too-large"
    title = "Too large"


class NotAcceptable(InputError):
    """None of the content types that an address offers was asked for."""

    slug = "not-acceptable"
    title = "Nothing acceptable is offered"


class UnsupportedMedia(InputError):
    """A content type or file type that is not accepted."""

    slug = "unsupported-media-type"
    title = "This type is not accepted"


class WrongMethod(InputError):
    """The address exists, but not with this verb."""

    slug = "method-not-allowed"
    title = "This address does not take that method"


class StateError(LabError):
    """The question is what the request meets here."""


class NotFound(StateError):
    """Unknown, or of another site: the two cannot be told apart from outside."""

    slug = "not-found"
    title = "Not found"


class Conflict(StateError):
    """Somebody else was first; reading again and repeating may help."""

    slug = "conflict"
    title = "Somebody else was first"


class Outdated(StateError):
    """The request names the state it read (`If-Match`), and there is another one by now."""

    slug = "outdated"
    title = "It has changed since it was read"


class IllegalMove(StateError):
    """The life cycle has no such step from where the object is."""

    slug = "illegal-move"
    title = "This step is not possible now"


class LoadError(LabError):
    """Not now: the same request may succeed later.

    Args:
        detail: One sentence about this case.
        field: Where in the request it lies, if anywhere.
        hint: What to do about it.
        retry_after: Seconds until a repetition makes sense, if known.
    """

    def __init__(
        self,
        detail: object,
        *,
        field: str | None = None,
        hint: object | None = None,
        retry_after: int | None = None,
    ) -> None:
        super().__init__(detail, field=field, hint=hint)
        self.retry_after = retry_after


class RateLimited(LoadError):
    """Too many requests from this caller."""

    slug = "rate-limited"
    title = "Too many requests"


class Unavailable(LoadError):
    """A part that is needed is away."""

    slug = "unavailable"
    title = "Not available right now"


class StatisticsError(LabError):
    """A number that does not exist; never replaced by a harmless-looking one."""


@dataclass(frozen=True, slots=True)
class Shortage:
    """What is missing, for a sentence in the reader's language.

    Attributes:
        arm: `control`, `treatment`, or the position of the arm as text.
        what: Name of a total (`clicks`), `units`, or `not_<total>` for units without it.
        have: How many there are.
        need: How many there must be.
    """

    arm: str
    what: str
    have: int
    need: int


class NotEnoughData(StatisticsError):
    """Too few units or events so far; more data will mend it.

    Args:
        detail: One sentence about this case.
        field: Where it lies, if anywhere.
        hint: What to do about it.
        missing: What exactly is missing, where that is known.
    """

    slug = "not-enough-data"
    title = "Not enough data yet"

    def __init__(
        self,
        detail: object,
        *,
        field: str | None = None,
        hint: object | None = None,
        missing: Iterable[Shortage] = (),
    ) -> None:
        super().__init__(detail, field=field, hint=hint)
        self.missing = tuple(missing)


class Undefined(StatisticsError):
    """The quantity does not exist for this data, e.g. nothing varies at all."""

    slug = "undefined"
    title = "This number does not exist for this data"
