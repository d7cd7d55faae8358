"""Error mitigation: expectation values nearer to those without noise, from measurements with it."""

from workbench.quantum.mitigation.mitigated import Mitigated, Value
from workbench.quantum.mitigation.plan import Plan, mitigation, plan

__all__ = ["Mitigated", "Plan", "Value", "mitigation", "plan"]
