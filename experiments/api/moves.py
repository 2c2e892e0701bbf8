"""Moves of an experiment: what each would do, and doing it. The table is that of the pages."""

from typing import Any, ClassVar

from django.db import transaction
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from experiments import consequences, launch
from experiments.action import Action
from experiments.api import finding, move_bodies
from experiments.api.data import ExperimentData, ProblemData
from experiments.api.experiments import told
from experiments.models import Experiment
from experiments.moves import ACTIONS
from workspace.access import Permission
from workspace.api import etags
from workspace.api.form_bodies import Body
from workspace.api.views import SiteView

NOT_MOVES = frozenset({"delete"})
"""What has a method of its own."""
NAMES = {name.replace("_", "-"): name for name in ACTIONS if name not in NOT_MOVES}
"""In the address → in the table."""
STARTING = frozenset({"start", "submit", "schedule", "approve"})


class MoveData(serializers.Serializer[Any]):
    """A move: whether it makes sense now, whether you may, who will see what and be counted."""

    move = serializers.CharField()
    verb = serializers.CharField()
    offered = serializers.BooleanField()
    allowed = serializers.BooleanField()
    sees = serializers.CharField()
    counts = serializers.CharField()
    problems = ProblemData(many=True)


class MovesData(serializers.Serializer[Any]):
    """All moves that make sense now."""

    moves = MoveData(many=True)


class Moves(SiteView):
    """What can be done now."""

    resource = "moves"
    serializer_class = MovesData

    @extend_schema(responses=MovesData)
    def offered(self, request: Request, key: str, **_parts: object) -> Response:  # noqa: ARG002
        """The moves that make sense now, with their consequences."""
        row = finding.one(self.site, key)
        moves = [a for n, a in ACTIONS.items() if n not in NOT_MOVES and a.is_offered(row)]
        return Response({"moves": [MoveData(self._data(row, one)).data for one in moves]})

    def _data(self, row: Experiment, action: Action) -> dict[str, Any]:
        offered = action.is_offered(row)
        # A consequence is worked out from where it stands; of what cannot be done there is none.
        follows = consequences.of(action.name, row) if offered else consequences.Consequence("", "")
        asks = offered and action.name in STARTING
        return {
            "move": action.name.replace("_", "-"),
            "verb": str(action.verb),
            "offered": offered,
            "allowed": self.caller.may(action.permission),
            "sees": str(follows.sees),
            "counts": str(follows.counts),
            "problems": launch.problems(row, now=timezone.now()) if asks else (),
        }


class Move(Moves):
    """One move; `move` is its name in the table."""

    resource = "experiments"
    tagged = True
    move: ClassVar[str] = ""

    @property
    def chosen(self) -> Action:
        return ACTIONS[self.move]

    @property
    def operation(self) -> str:
        suffix = "_consequences" if self.action == "consequences" else ""
        return f"{self.resource}_{self.move}{suffix}"

    @property
    def described(self) -> str:
        what = "Who will see what, and be counted, after: " if self.action == "consequences" else ""
        return f"{what}{self.chosen.verb}."

    def needed(self) -> Permission:
        return self.chosen.permission if self.action == "act" else Permission.VIEW

    def body(self) -> Body | None:
        """What the document says that it is told."""
        return move_bodies.body(self.move) if self.action == "act" else None

    @extend_schema(responses=MoveData)
    def consequences(self, request: Request, key: str, **_parts: object) -> Response:  # noqa: ARG002
        """Who will see what, and who is counted, before it is done."""
        return Response(MoveData(self._data(finding.one(self.site, key), self.chosen)).data)

    @extend_schema(responses=ExperimentData)
    def act(self, request: Request, key: str, **_parts: object) -> Response:
        """Do it; 409 where it is not possible now."""
        values = self.read(move_bodies.body(self.move))
        with transaction.atomic():
            row = finding.held(self.site, key)
            etags.check(request, finding.state_of(row))
            self._do(row, values)
        return told(request, finding.one(self.site, key))

    def _do(self, row: Experiment, values: dict[str, Any]) -> None:
        person, action = self.caller.person, self.chosen
        data = move_bodies.as_typed(action, row, values)
        form = action.form(data, experiment=row, actor=person)
        cleaned = move_bodies.checked(form)
        if cleaned.get("revision") is not None:
            row.revision = cleaned["revision"]
        action.apply(row, cleaned, person, timezone.now())
