"""What one thread reuses from request to request.

A host's model is as large as the caches: whatever an adapter touches between two of its calls comes from
memory. So the structs of a request lie next to each other in one block, and are read and written through
two memory views, which costs a quarter of what the fields of ctypes cost there.
"""
from __future__ import annotations

import ctypes as c
import threading
from typing import Any, Dict, Tuple

import numpy as np

from recveil import abi

FEW = 1024  # places that a list has at most, with some to spare
_LAYOUT: Tuple[Tuple[str, Any], ...] = (("request", abi.recveil_request), ("decision", abi.recveil_decision),
           ("page", abi.recveil_page), ("slate", abi.recveil_slate), ("known", abi.recveil_history),
           ("size", c.c_size_t))
_STARTS: Dict[str, int] = {}
_END = 0
for _name, _kind in _LAYOUT:
    _STARTS[_name] = _END
    _END += -(-c.sizeof(_kind) // 8) * 8


def _word(struct: str, field: str, width: int) -> int:
    """Where a field is, in words of this width."""
    kind = getattr(dict(_LAYOUT)[struct], field)
    if kind.size != width:
        raise ImportError(f"{struct}.{field} has {kind.size} bytes")
    at: int = (_STARTS[struct] + kind.offset) // width
    return at


# Indices into Hot.longs (64 bits) and Hot.ints (32 bits).
USER, PERSON = _word("request", "user", 8), _word("request", "person", 8)
N_HISTORY, PATH = _word("request", "n_history", 4), _word("decision", "path", 4)
N_HOST, K, FILLED = _word("page", "n_host", 4), _word("page", "k", 4), _word("slate", "n_filled", 4)
ITEMS, WEIGHTS = _word("known", "items", 8), _word("known", "weights", 8)
N_ITEMS = _word("known", "n_items", 8)
EXCLUDE, N_EXCLUDE = _word("known", "exclude", 8), _word("known", "n_exclude", 8)
SIZE = _STARTS["size"] // 8


class Hot(threading.local):
    """What one thread reuses from request to request."""

    def __init__(self) -> None:
        memory = np.zeros(_END // 8 + 8, np.uint64)  # aligned to lines of the cache by what is cut off
        memory = memory[-(memory.ctypes.data // 8) % 8:][:_END // 8]
        at = {name: memory.ctypes.data + start for name, start in _STARTS.items()}
        structs: Any = {}
        for name, kind in _LAYOUT[:4]:
            structs[name] = kind()
            c.memmove(at[name], c.byref(structs[name]), c.sizeof(kind))
        self.places = np.empty(FEW, np.uint32)
        view = memory.data.cast("B")
        self.longs, self.ints = view.cast("Q"), view.cast("I")
        self.longs[_word("slate", "positions", 8)] = self.places.ctypes.data
        self.decision = abi.recveil_decision.from_buffer(view, _STARTS["decision"])
        self.request_at, self.decision_at = at["request"], at["decision"]
        self.page_at, self.slate_at = at["page"], at["slate"]
        self.known_at, self.size_at = at["known"], at["size"]
        # One look at the thread's storage instead of several.
        self.route = self.longs, self.ints, self.request_at, self.decision_at
        self.serve = self.ints, self.decision_at, self.page_at, self.slate_at
        self.items, self.scores = np.empty(FEW, np.uint32), np.empty(FEW, np.float32)
        self.items_at, self.scores_at = self.items.ctypes.data, self.scores.ctypes.data
        self.space_at = 0
        self.space = np.empty(0, np.uint64)

    def scratch(self, n_bytes: int) -> None:
        """Have at least so much scratch."""
        if self.space.nbytes < n_bytes:
            self.space = np.empty(n_bytes // 8 + 64, np.uint64)
        self.space_at = self.space.ctypes.data
