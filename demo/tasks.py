"""Long work of the demo."""

from typing import Any

from demo import simulation
from workspace import jobs
from workspace.models import Job

SIMULATE = "simulate_shoppers"


@jobs.register(SIMULATE)
def simulate_shoppers(job: Job, progress: jobs.Progress) -> dict[str, Any]:
    """Send simulated shoppers; the result is the outcome with its experiment's key."""
    order = simulation.Order(
        lift=float(job.parameters["lift"]),
        visitors=int(job.parameters["visitors"]),
        seed=int(job.parameters["seed"]),
    )
    outcome = simulation.run(order, actor=job.created_by, clock=lambda: progress.now, tell=progress)
    return outcome.as_json()
