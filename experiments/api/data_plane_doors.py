"""The data plane's addresses, each with its place in the API document."""

from django.http import HttpRequest, HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.views import APIView

from experiments.api import data_plane_schema as schema
from experiments.api import protocols_schema as protocols
from experiments.api.data_plane import answer


class Door(APIView):
    """An address of the data plane: whatever comes, `delivery.doors` answers it."""

    authentication_classes = ()
    permission_classes = ()

    def dispatch(self, request: HttpRequest, *_args: object, **_parts: object) -> HttpResponse:
        """Answer without the framework's own negotiation, so that both doors agree."""
        return answer(request)


class Assign(Door):
    """Decide one experiment."""

    @extend_schema(**schema.ASSIGN)
    def get(self) -> None:
        """Which variant a user sees in an experiment."""


class Decide(Door):
    """Decide all placements of a page."""

    @extend_schema(**schema.DECIDE)
    def post(self) -> None:
        """A creative for every placement of a page."""


class Events(Door):
    """Collect events."""

    @extend_schema(**schema.EVENTS)
    def post(self) -> None:
        """Report what happened; answered when it is durable."""


class Click(Door):
    """Click-through."""

    @extend_schema(**schema.CLICK)
    def get(self) -> None:
        """To the landing page of the creative, counting one click."""


class Pixel(Door):
    """Impression without a script."""

    @extend_schema(**schema.PIXEL)
    def get(self) -> None:
        """One transparent pixel, counting one impression."""


class Flag(Door):
    """Evaluate one flag by OFREP."""

    @extend_schema(**protocols.FLAG)
    def post(self) -> None:
        """One experiment as OpenFeature's remote evaluation protocol has it."""


class Flags(Door):
    """Evaluate all flags by OFREP."""

    @extend_schema(**protocols.FLAGS)
    def post(self) -> None:
        """All running experiments as OpenFeature's remote evaluation protocol has them."""


class Features(Door):
    """Rules for GrowthBook's SDKs."""

    @extend_schema(**protocols.FEATURES)
    def get(self) -> None:
        """The tests that shops may decide by themselves, as GrowthBook's SDKs read them."""


class Picture(Door):
    """The picture of a mailing, for one recipient."""

    @extend_schema(**schema.PICTURE)
    def get(self) -> None:
        """To the picture that this recipient gets, counting one impression."""


class Tag(Door):
    """What a storefront embeds."""

    schema = None  # not part of the API document
