"""Private training: statistics of people, releases that a ledger pays for, and the model to serve.

    counts = recveil.PrivateStatistics(n_items).add(histories)
    catalogue = recveil.private_catalogue(engine, 1, counts)
    gram = recveil.PrivateStatistics(n_items, catalogue).add(histories)
    recveil.PrivateModel.train(engine, 1, counts, gram).publish(engine, model_version=1)

docs/private.md says what is promised and what it costs.
"""
from __future__ import annotations

import ctypes as c
from typing import Any, NamedTuple, Optional

import numpy as np
from numpy.typing import NDArray

from recveil import _arrays, abi
from recveil._lib import LIB, Handle, LongCall, Progress, text_of
from recveil.engine import Engine, chosen

_KINDS = {"factors": abi.RECVEIL_FOLD_FACTORS, "item_item": abi.RECVEIL_FOLD_ITEM_ITEM}


class PrivateStatistics:
    """Sums over people, in exact integers: the same people give the same bytes, however they are
    divided and in whatever order they are added and merged. Keep them as you keep histories.

    Args:
        n_items: items are numbers below it
        catalogue: different items, as private_catalogue() chose them: which of them are held
            together. None: how many people hold each item
    """

    def __init__(self, n_items: int, catalogue: Any = None) -> None:
        shape = abi.recveil_private_shape(n_items=n_items)
        if catalogue is not None:
            items = _arrays.vector(catalogue, np.uint32, "catalogue")
            shape.n_catalogue, shape.catalogue = len(items), items
        size = c.c_size_t()
        LIB.recveil_private_stats_size(shape, c.byref(size))
        self._n_bytes = size.value
        self._memory = np.zeros(-(-size.value // 8), np.uint64)
        LIB.recveil_private_stats_init(shape, self._memory, self._n_bytes)

    @classmethod
    def open(cls, data: bytes) -> "PrivateStatistics":
        """Statistics from to_bytes(). Raises DataError if they are damaged."""
        out = cls.__new__(cls)
        out._n_bytes, out._memory = len(data), np.zeros(-(-len(data) // 8), np.uint64)
        out._memory.view(np.uint8)[:len(data)] = np.frombuffer(data, np.uint8)
        LIB.recveil_private_stats_check(out._memory, out._n_bytes, None)
        return out

    def to_bytes(self) -> bytes:
        """The statistics as plain data."""
        return self._memory.tobytes()[:self._n_bytes]

    @property
    def n_people(self) -> int:
        """People who were added, over all merged statistics; also those who hold nothing."""
        out = abi.recveil_private_stats_info()
        LIB.recveil_private_stats_check(self._memory, self._n_bytes, out)
        return int(out.n_people)

    def add(self, histories: _arrays.Histories) -> "PrivateStatistics":
        """Add people, each of them once and with everything they hold; see recveil.Histories.

        Raises:
            ArgumentError: names the person and what is wrong; nothing was added
        """
        known = _arrays.histories(histories)
        LIB.recveil_private_stats_add(self._memory, self._n_bytes, known.offsets, known.items, len(known))
        return self

    def merge(self, other: "PrivateStatistics") -> "PrivateStatistics":
        """Add statistics of other people and of the same shape."""
        LIB.recveil_private_stats_merge(self._memory, self._n_bytes, other._memory, other._n_bytes)
        return self


class Budget(NamedTuple):
    """What the configuration allows, and what the ledger says of it."""

    mu: float  # of all releases together
    mu_release: float  # of the next one
    mu_spent: float
    delta: float
    n_people: int
    n_releases: int  # in the ledger; the next one has the number n_releases + 1
    n_left: int


def private_budget(engine: Engine) -> Budget:
    """Read the ledger. Raises ConfigError (no ledger), DataError, StateError (locked)."""
    out = abi.recveil_private_budget()
    LIB.recveil_private_get_budget(engine._live().pointer, out)
    return Budget(*[getattr(out, field) for field in Budget._fields])


def private_catalogue(engine: Engine, release: int, counts: PrivateStatistics, *,
                      progress: Optional[Progress] = None) -> NDArray[np.uint32]:
    """Book a release in the ledger and choose its catalogue, best first. The same release and
    statistics cost nothing more and give the same items.

    Args:
        release: 1, or one more than the last
        counts: of everybody, without a catalogue
    Raises:
        StateError: over budget;  DataError: of fewer people than private.people
    """
    n, call = c.c_size_t(), LongCall(progress)
    given = (engine._live().pointer, release, counts._memory, counts._n_bytes, call.struct)
    try:
        LIB.recveil_private_catalogue(*given, None, 0, c.byref(n))
    except BufferError:
        pass
    items = np.zeros(n.value, np.uint32)
    call.run(LIB.recveil_private_catalogue, *given, items, len(items), c.byref(n))
    return items[:n.value]


class PrivateModel:
    """A model that may be public: the promise holds for its bytes."""

    def __init__(self, handle: Handle) -> None:
        self._handle = handle

    @classmethod
    def train(cls, engine: Engine, release: int, counts: PrivateStatistics, gram: PrivateStatistics, *,
              kind: str = "factors", d: int = 0, progress: Optional[Progress] = None) -> "PrivateModel":
        """Draw the noise of a booked release and make a model of it; repeating it gives the same model.

        Args:
            counts: as private_catalogue() had them;  gram: of the same people over its catalogue
            kind: "factors" or "item_item";  d: of factors; 0: 64
        Raises:
            ArgumentError: not booked, or for other statistics;  Cancelled, KeyboardInterrupt
        """
        handle, call = Handle(LIB.recveil_private_model_close), LongCall(progress)
        training = abi.recveil_private_training(
            release=release, kind=chosen(kind, _KINDS, "kind"), d=d, progress=call.struct)
        call.run(LIB.recveil_private_train, engine._live().pointer, training, counts._memory,
                 counts._n_bytes, gram._memory, gram._n_bytes, handle.out)
        return cls(handle)

    @classmethod
    def open(cls, data: bytes) -> "PrivateModel":
        """The model from to_bytes(), or from a file of `recveil private train`. Raises DataError."""
        handle = Handle(LIB.recveil_private_model_close)
        LIB.recveil_private_model_read(data, len(data), handle.out)
        return cls(handle)

    def to_bytes(self) -> bytes:
        """The model as bytes."""
        return text_of(LIB.recveil_private_model_write, self._handle.pointer)

    def _info(self) -> abi.recveil_private_model_info:
        out = abi.recveil_private_model_info()
        LIB.recveil_private_model_get_info(self._handle.pointer, out)
        return out

    @property
    def catalogue(self) -> NDArray[np.uint32]:
        """The items that it can recommend, best first."""
        info = self._info()
        data: bytes = c.string_at(int(info.catalogue or 0), 4 * int(info.n_catalogue))
        items: NDArray[np.uint32] = np.array(memoryview(data).cast("I"), np.uint32)
        return items

    @property
    def mu(self) -> float:
        """Of this release alone."""
        return float(self._info().mu)

    @property
    def n_above_noise(self) -> int:
        """Eigenvalues that rise above what noise alone reaches; with fewer than 3 it is not published."""
        return int(self._info().n_above_noise)

    def publish(self, engine: Engine, model_version: int) -> None:
        """Serve it, where serving.mode is private.

        Raises:
            StateError: another mode, or the model is noise
        """
        LIB.recveil_publish_private(engine._live().pointer, self._handle.pointer, model_version)
