"""Take everything that a site has in the log and in the totals out of them, for good."""

from django.db import connection, transaction

from events import rollup
from events.models import (
    Aggregate,
    Alias,
    Assigned,
    Cap,
    Conversion,
    Event,
    Import,
    Overlap,
    Reacted,
    Reaction,
    Rejected,
    Settled,
    Tally,
    UnitTotal,
)


@transaction.atomic
def forget_site(site_id: int, *, experiment_ids: list[int]) -> None:
    """Remove events, totals, tallies and imports of one site; other sites' stay as they are.

    Args:
        site_id: The site.
        experiment_ids: Its experiments: aggregates are kept by these alone.

    Raises:
        RollupBusy: A roll-up did not let this one have its turn.
    """
    with connection.cursor() as cursor:
        # A roll-up that has just read these events would bring their sums back.
        rollup.take_turn(cursor)
    blocks = [-one for one in experiment_ids]  # as in `events.statements.named`
    for of_experiments in (Aggregate, Assigned, Cap, Overlap, Reacted):
        of_experiments.objects.filter(experiment_id__in=[*experiment_ids, *blocks]).delete()
    for model in (Event, Conversion, UnitTotal, Reaction, Tally, Alias, Settled, Rejected):
        model.objects.filter(site_id=site_id).delete()
    Import.objects.filter(site=site_id).delete()
