"""What one thread reuses from request to request, and fields of it without Python code between."""
from __future__ import annotations

import ctypes as c
import threading

import numpy as np

from recveil import abi

FEW = 1024  # places that a list has at most, with some to spare


class Hot(threading.local):
    """What one thread reuses from request to request."""

    def __init__(self) -> None:
        self.request, self.decision = abi.recveil_request(), abi.recveil_decision()
        self.page, self.slate = abi.recveil_page(), abi.recveil_slate()
        self.places = np.empty(FEW, np.uint32)
        self.slate.positions = self.places
        self.request_at, self.decision_at, self.page_at, self.slate_at = map(
            c.addressof, (self.request, self.decision, self.page, self.slate))
        self.known = abi.recveil_history()
        self.known_at = c.addressof(self.known)
        self.size = c.c_size_t()
        self.size_at = c.addressof(self.size)
        self.space_at = 0
        self.space = np.empty(0, np.uint64)

    def scratch(self, n_bytes: int) -> None:
        """Have at least so much scratch."""
        if self.space.nbytes < n_bytes:
            self.space = np.empty(n_bytes // 8 + 64, np.uint64)
        self.space_at = self.space.ctypes.data


set_user = abi.recveil_request.user.__set__
set_person = abi.recveil_request.person.__set__
set_history = abi.recveil_request.n_history.__set__
get_path = abi.recveil_decision.path.__get__
set_n_host = abi.recveil_page.n_host.__set__
set_k = abi.recveil_page.k.__set__
set_items = abi.recveil_history.items.__set__
set_weights = abi.recveil_history.weights.__set__
set_n_items = abi.recveil_history.n_items.__set__
set_exclude = abi.recveil_history.exclude.__set__
set_n_exclude = abi.recveil_history.n_exclude.__set__
get_filled = abi.recveil_slate.n_filled.__get__
