"""The back office of experiments."""

from experiments.admin import experiments, plans

__all__ = ["experiments", "plans"]
