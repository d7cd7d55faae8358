"""Services behind a network, spoken to by their SDKs: clients, one rule of retries, errors in our words."""

from workbench.remote.failures import Place
from workbench.remote.retries import retried
from workbench.remote.service import RemoteService

__all__ = ["Place", "RemoteService", "retried"]
