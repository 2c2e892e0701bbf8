"""What the stack cannot do, each with a sentence that says how to mend it."""

from engine.errors import LabError

__all__ = ["AlreadyRunning", "CannotStart", "StackError"]


class StackError(LabError):
    """The stack cannot do what was asked; `detail` says why, `hint` what helps."""

    slug = "stack"
    title = "The stack cannot do this"


class CannotStart(StackError):
    """A server cannot be started on this machine or with this data."""


class AlreadyRunning(StackError):
    """Another supervisor owns this state folder."""
