"""Fan-out work through joblib: processes here, Ray's workers where ``RAY_ADDRESS`` is set."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, TypeVar

from workbench.errors import MissingExtra

if TYPE_CHECKING:
    from workbench.settings import Settings

__all__ = ["parallel"]

Item = TypeVar("Item")
Result = TypeVar("Result")


def parallel(
    function: Callable[[Item], Result],
    items: Iterable[Item],
    settings: Settings,
    *,
    workers: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> list[Result]:
    """Apply a picklable function to every item and return the results in their order.

    Parameters
    ----------
    function : callable
        Takes one item.
    items : iterable
        What to work on.
    settings : Settings
        ``ray_address`` decides where.
    workers : int, optional
        Processes at most; by default one a core.
    progress : callable, optional
        ``progress(done, total)`` after each item.

    Raises
    ------
    MissingExtra
        ``RAY_ADDRESS`` is set and Ray is not installed.
    """
    import joblib

    todo = list(items)
    backend = _ray(settings.ray_address) if settings.ray_address else "loky"
    with joblib.parallel_config(backend=backend, n_jobs=workers or -1):
        results: list[Result] = []
        for result in joblib.Parallel(return_as="generator")(joblib.delayed(function)(item) for item in todo):
            results.append(result)
            if progress is not None:
                progress(len(results), len(todo))
    return results


def _ray(address: str) -> str:
    try:
        import ray
        from ray.util.joblib import register_ray
    except ImportError:
        raise MissingExtra(
            "RAY_ADDRESS is set and Ray is not installed, so work cannot go to the cluster.",
            "Run `pip install ray`, or unset RAY_ADDRESS to work on this machine.",
        ) from None
    if not ray.is_initialized():
        ray.init(address=address)
    register_ray()
    return "ray"
