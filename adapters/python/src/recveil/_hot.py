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
        self.size = c.c_size_t()
        self.space = np.empty(0, np.uint64)


set_user = abi.recveil_request.user.__set__
set_person = abi.recveil_request.person.__set__
set_history = abi.recveil_request.n_history.__set__
get_path = abi.recveil_decision.path.__get__
set_n_host = abi.recveil_page.n_host.__set__
set_k = abi.recveil_page.k.__set__
get_filled = abi.recveil_slate.n_filled.__get__
