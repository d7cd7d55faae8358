"""Where Qiskit's native code is loaded."""

from __future__ import annotations

import sys
import threading

__all__ = ["keep_qiskit"]

_LOCK = threading.Lock()


def keep_qiskit() -> None:
    """Import Qiskit in a thread that never ends; to be called before a thread may be the first to do so.

    Qiskit's extension (2.6.2) brings an allocator (mimalloc) whose memory belongs to the thread that
    loads it: when that thread ends, the next circuit that is made anywhere is a segmentation fault.
    """
    if "qiskit" in sys.modules or threading.current_thread() is threading.main_thread():
        return
    with _LOCK:
        if "qiskit" in sys.modules:
            return
        done = threading.Event()
        threading.Thread(target=_load, args=(done,), name="qiskit", daemon=True).start()
        done.wait()


def _load(done: threading.Event) -> None:
    try:
        import qiskit  # noqa: F401
    except ImportError:
        return  # who asked for it is told by an import of its own
    finally:
        done.set()
    threading.Event().wait()
