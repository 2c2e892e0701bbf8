"""Experiments: what is compared, who sees it, and what came out."""

from experiments.decision_requests import DecisionRequest
from experiments.kept import Report, ReportVersion, ShareLink
from experiments.models.experiment import NOT_BEGUN, Experiment, NextStep, Status
from experiments.models.layer import Layer, new_seed
from experiments.models.plans import Holdout, PlanTemplate, SealedPlan, TestUnit
from experiments.models.variant import Variant
from experiments.policy_rows import Parameters, PolicyRule
from experiments.published import LearntSnapshot, LiveRevision, PlaneProcess, Snapshot
from experiments.watched import Watched

__all__ = [
    "NOT_BEGUN",
    "DecisionRequest",
    "Experiment",
    "Holdout",
    "Layer",
    "LearntSnapshot",
    "LiveRevision",
    "NextStep",
    "Parameters",
    "PlanTemplate",
    "PlaneProcess",
    "PolicyRule",
    "Report",
    "ReportVersion",
    "SealedPlan",
    "ShareLink",
    "Snapshot",
    "Status",
    "TestUnit",
    "Variant",
    "Watched",
    "new_seed",
]
