"""Account screening: a trusted window, a screening model, and verdicts on batches."""
from __future__ import annotations

import ctypes as c
import enum
from typing import Any, List, NamedTuple, Optional, Tuple, Union

import numpy as np
from numpy.typing import NDArray

from recveil import _arrays, abi
from recveil._lib import LIB, LongCall, Progress, Text
from recveil.engine import Engine, chosen
from recveil.errors import ArgumentError

_TRIGGERS = {"new": abi.RECVEIL_TRIGGER_NEW, "update": abi.RECVEIL_TRIGGER_UPDATE,
             "batch": abi.RECVEIL_TRIGGER_BATCH}
_REVIEWS = {"confirmed": abi.RECVEIL_REVIEW_CONFIRMED, "overturned": abi.RECVEIL_REVIEW_OVERTURNED,
            "exempt": abi.RECVEIL_REVIEW_EXEMPT}


class Verdict(enum.IntEnum):
    """What screening says of an account."""

    ACCEPT = abi.RECVEIL_SCREEN_ACCEPT
    QUARANTINE = abi.RECVEIL_SCREEN_QUARANTINE
    DEFER = abi.RECVEIL_SCREEN_DEFER


class Screened(NamedTuple):
    """The verdicts of a batch, one element for each account."""

    verdicts: NDArray[np.uint8]  # of Verdict
    scores: NDArray[np.float32]  # higher is more suspicious
    reasons: NDArray[np.uint32]  # bits; reasons_text() has them in words
    accepted: NDArray[np.bool_]  # may count and be trained on now
    weights: NDArray[np.float32]  # in [0, 1], for trainers that weigh instead of leaving out
    evidence: str  # for the operator: names items by number, accounts by place in the batch
    enforced: bool
    model_version: int


def _accounts(engine: Engine, histories: Any, users: Any, persons: Any, rated: bool,
              arrived_at: Any) -> Tuple[abi.recveil_screen_accounts, Any]:
    numbers = engine.users(users)
    known = _arrays.histories(histories, n=len(numbers), weighted=rated)
    if rated and known.weights is None:
        raise ArgumentError("histories: ratings are the entries of a sparse matrix")
    of = None if persons is None else engine.users(persons)
    arrived = None if arrived_at is None else _arrays.vector(
        arrived_at, np.int64, "arrived_at", len(numbers))
    struct = abi.recveil_screen_accounts(
        n_accounts=len(numbers), users=numbers, persons=of, offsets=known.offsets,
        items=known.items, ratings=known.weights if rated else None, arrived_at=arrived)
    return struct, (numbers, known, of, arrived)


class Window:
    """The trusted window: statistics of items and a sample of accounts that the operator trusts.

    Args:
        engine: whose key hashes users
        n_items: items are numbers below it
        sample_accounts: the most accounts in the sample; 0: 50,000
        scale: the least and the greatest rating; None: implicit feedback
        seed: decides which accounts are sampled
    """

    def __init__(self, engine: Engine, n_items: int, *, sample_accounts: int = 0,
                 scale: Optional[Tuple[float, float]] = None, seed: int = 1) -> None:
        self._engine, self._rated = engine, scale is not None
        low, high = scale or (0.0, 0.0)
        shape = abi.recveil_screen_window_shape(
            n_items=n_items, sample_accounts=sample_accounts, rating_min=low, rating_max=high,
            seed=seed)
        size = c.c_size_t()
        LIB.recveil_screen_window_size(shape, c.byref(size))
        self._n_bytes = size.value
        self._memory = np.zeros(size.value // 16 + 1, np.complex128)  # aligned as malloc() aligns
        LIB.recveil_screen_window_init(shape, self._memory, self._n_bytes)

    def add(self, histories: _arrays.Histories, users: Any, *, persons: Any = None,
            arrived_at: Any = None) -> "Window":
        """Add trusted accounts, each once; with ratings, histories are a sparse matrix of them."""
        accounts, _kept = _accounts(self._engine, histories, users, persons, self._rated, arrived_at)
        LIB.recveil_screen_window_add(self._engine._live().pointer, self._memory, self._n_bytes,
                                      accounts)
        return self

    def merge(self, other: Union["Window", bytes]) -> "Window":
        """Add a window of the same shape and key, or the bytes of one."""
        if isinstance(other, bytes):
            memory = np.zeros(len(other) // 16 + 1, np.complex128)
            memory.view(np.uint8)[:len(other)] = np.frombuffer(other, np.uint8)
            LIB.recveil_screen_window_merge(self._memory, self._n_bytes, memory, len(other))
        else:
            LIB.recveil_screen_window_merge(self._memory, self._n_bytes, other._memory, other._n_bytes)
        return self

    def to_bytes(self) -> bytes:
        """The window as plain data. It holds histories: keep it as you keep them."""
        return self._memory.tobytes()[:self._n_bytes]

    def train(self, *, seed: int = 1, progress: Optional[Progress] = None) -> None:
        """Train a screening model on the window and publish it.

        Raises:
            DataError: too few accounts to calibrate on;  Cancelled, KeyboardInterrupt
        """
        call = LongCall(progress)
        call.run(LIB.recveil_screen_train, self._engine._live().pointer, self._memory,
                 self._n_bytes, abi.recveil_screen_training(seed=seed, progress=call.struct))


def screen(engine: Engine, histories: _arrays.Histories, users: Any, *, rated: bool = False,
           persons: Any = None, arrived_at: Any = None, trigger: str = "new",
           progress: Optional[Progress] = None) -> Screened:
    """Screen a batch of new or changed accounts, each with everything it did so far.

    Args:
        histories: of n accounts; with rated=True a sparse matrix of ratings
        users, persons: n numbers or texts
        arrived_at: (n,) integers: Unix seconds; 0: not known
        trigger: "new", "update" or "batch"
    Raises:
        StateError: no screening model yet;  DataError: ratings outside the window's scale
    """
    accounts, kept = _accounts(engine, histories, users, persons, rated, arrived_at)
    n = len(kept[0])
    verdicts, scores = np.zeros(n, np.uint8), np.zeros(n, np.float32)
    reasons, accepted = np.zeros(n, np.uint32), np.zeros(n, np.uint8)
    weights, text, call = np.ones(n, np.float32), Text(), LongCall(progress)
    result = abi.recveil_screen_result(
        verdicts=verdicts, scores=scores, reasons=reasons, accepted=accepted, weights=weights,
        write_evidence=text.write, evidence_ctx=text.context)
    call.run(LIB.recveil_screen, engine._live().pointer, accounts,
             chosen(trigger, _TRIGGERS, "trigger"), call.struct, result)
    return Screened(verdicts, scores, reasons, accepted.view(np.bool_), weights,
                    text.read().decode("utf-8", "replace"), bool(result.enforced),
                    result.screen_model_version)


def review(engine: Engine, users: Any, verdict: str) -> None:
    """Tell what a person found about accounts: "confirmed", "overturned" or "exempt"."""
    numbers = engine.users(users)
    LIB.recveil_screen_review(engine._live().pointer, numbers, len(numbers),
                              chosen(verdict, _REVIEWS, "verdict"))


def reasons_text(reasons: int) -> List[str]:
    """The bits of a reason in words."""
    bits = [1 << b for b in range(32) if int(reasons) >> b & 1]
    return [LIB.recveil_screen_reason_text(bit).decode() for bit in bits]
