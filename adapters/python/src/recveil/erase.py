"""Attribute erasure: maps that remove a sensitive attribute from user embeddings."""
from __future__ import annotations

import ctypes as c
from typing import Any, Dict, List, NamedTuple, Optional, Sequence

import numpy as np
from numpy.typing import NDArray

from recveil import _arrays, abi
from recveil._lib import LIB, Handle, LongCall, Progress, text_of
from recveil.engine import Engine, chosen
from recveil.errors import ArgumentError

METHODS: Dict[str, int] = {}
"""Names of methods, as the configuration and the command write them, and their numbers."""
while LIB.recveil_erase_method_name(len(METHODS) + 1):
    METHODS[LIB.recveil_erase_method_name(len(METHODS) + 1).decode()] = len(METHODS) + 1


class Applied(NamedTuple):
    """What apply() did."""

    n_mapped: int
    n_unknown: int  # left unchanged: no known class, and the map needs one
    stale: List[str]  # what the host must compute anew: "norms", "gram", "ann_index", ...


def stale_names(bits: int) -> List[str]:
    """The names of RECVEIL_STALE_* bits."""
    return [LIB.recveil_stale_name(1 << b).decode() for b in range(32) if bits >> b & 1]


class ErasureStatistics:
    """Statistics of the rows of one attribute, from which a map is fitted without the rows.

    Sums of integers: the same rows give the same bytes, however they are divided and in whatever
    order they are added and merged. A value counts in units of 2^-32, and must be below 1,024.

    Args:
        d: columns of the embedding;  n_classes: at least 2
    """

    def __init__(self, d: int, n_classes: int) -> None:
        size = c.c_size_t()
        LIB.recveil_erase_stats_size(d, n_classes, c.byref(size))
        self._memory = np.zeros(size.value // 8, np.uint64)
        LIB.recveil_erase_stats_init(self._memory, size.value, d, n_classes)

    @classmethod
    def open(cls, data: bytes) -> "ErasureStatistics":
        """Statistics from to_bytes(). Raises DataError if they are damaged."""
        out = cls.__new__(cls)
        out._memory = np.frombuffer(data[:len(data) // 8 * 8], np.uint64).copy()
        LIB.recveil_erase_stats_check(out._memory, len(data), None)
        return out

    def to_bytes(self) -> bytes:
        """The statistics as bytes; they hold sums alone."""
        return self._memory.tobytes()

    @property
    def n_rows(self) -> int:
        """Rows of a known class that were added."""
        out = abi.recveil_erase_stats_info()
        LIB.recveil_erase_stats_check(self._memory, self._memory.nbytes, out)
        return int(out.n_rows)

    def add(self, rows: NDArray[Any], classes: Any, *, frozen_columns: int = 0) -> "ErasureStatistics":
        """Add rows, some thousands at once.

        Args:
            rows: (n, d + frozen_columns) float32 or float64
            classes: (n,) integers from 0; negative: not known, the row is skipped
        Raises:
            ArgumentError: a number that is not finite, or 1,024 or more in magnitude; nothing was added
        """
        view = _arrays.matrix(rows, "rows", writes=False, frozen_columns=frozen_columns)
        told = _arrays.classes_of(classes, len(rows))
        LIB.recveil_erase_stats_add(self._memory, self._memory.nbytes, view, told)
        return self

    def merge(self, other: "ErasureStatistics") -> "ErasureStatistics":
        """Add statistics of the same shape."""
        LIB.recveil_erase_stats_merge(self._memory, self._memory.nbytes, other._memory,
                                      other._memory.nbytes)
        return self


class ErasureMap:
    """A fitted map. It never changes. Make it with fit(), or open() the bytes of another one."""

    def __init__(self, handle: Handle) -> None:
        self._handle = handle

    @classmethod
    def fit(cls, rows: NDArray[Any], classes: Any, names: Sequence[str], *,
            method: str = "score_transport", seed: int = 1, frozen_columns: int = 0,
            n_classes: Optional[Sequence[int]] = None, cells: bool = False, sweeps: int = 0,
            progress: Optional[Progress] = None) -> "ErasureMap":
        """Fit a map from the rows of one model version; the rows are not changed.

        Args:
            rows: (n, columns) float32 or float64: every row as the trainer wrote it
            classes: (n,) or (n, n_attributes) integers from 0; negative: not known
            names: of the attributes, such as ["gender"]
            method: one of METHODS
            frozen_columns: last columns that are no embedding (implicit: BPR 1, LMF 2)
            n_classes: of each attribute; None: the greatest class and one
            cells: for rows that several users share; of score_transport and optimal_transport
            sweeps: at most 200: axes of optimal_transport, 0: 5; scores of score_transport,
                0: at most 8, until one tells little
        Raises:
            DataError: fewer than two classes have rows;  ArgumentError: a number that is not finite,
            or a column that is constant and not frozen
        """
        told = _arrays.classes_of(classes, len(rows))
        if told.shape[1] != len(names):
            raise ArgumentError(f"names: {len(names)}, classes has {told.shape[1]} columns")
        most = [max(2, int(m) + 1) for m in told.max(axis=0, initial=1)]
        counted = np.array(most if n_classes is None else n_classes, np.uint32)
        handle, call = Handle(LIB.recveil_erase_map_close), LongCall(progress)
        texts = _arrays.names_of(names)
        options = abi.recveil_erase_options(
            method=chosen(method, METHODS, "method"), n_attributes=len(names), n_classes=counted,
            names=texts, seed=seed, flags=abi.RECVEIL_ERASE_CELLS * cells, n_sweeps=sweeps,
            progress=call.struct)
        view = _arrays.matrix(rows, "rows", writes=False, frozen_columns=frozen_columns)
        call.run(LIB.recveil_erase_fit, options, view, told, handle.out)
        return cls(handle)

    @classmethod
    def fit_statistics(cls, statistics: Sequence[ErasureStatistics], names: Sequence[str], *,
                       method: str = "leace", seed: int = 1,
                       progress: Optional[Progress] = None) -> "ErasureMap":
        """Fit a map from statistics, of each attribute: "leace", or "gaussian_transport" of one.

        Raises:
            DataError: fewer than two classes have rows, or more than 1 % of the rows are shared
            UnsupportedError: a method that needs the rows themselves
        """
        if len(statistics) != len(names):
            raise ArgumentError(f"names: {len(names)}, statistics: {len(statistics)}")
        handle, call, texts = Handle(LIB.recveil_erase_map_close), LongCall(progress), _arrays.names_of(names)
        options = abi.recveil_erase_options(
            method=chosen(method, METHODS, "method"), n_attributes=len(names), names=texts, seed=seed,
            progress=call.struct)
        blocks = (c.c_void_p * len(names))(*[of._memory.ctypes.data for of in statistics])
        sizes = (c.c_size_t * len(names))(*[of._memory.nbytes for of in statistics])
        call.run(LIB.recveil_erase_fit_stats, options, c.cast(blocks, c.c_void_p),
                 c.cast(sizes, c.c_void_p), handle.out)
        return cls(handle)

    @classmethod
    def open(cls, snapshot: bytes) -> "ErasureMap":
        """Open the bytes of another map. Raises DataError if they are damaged."""
        handle = Handle(LIB.recveil_erase_map_close)
        LIB.recveil_erase_map_open(snapshot, len(snapshot), handle.out)
        return cls(handle)

    def to_bytes(self) -> bytes:
        """The map as bytes; they contain no row and no user."""
        return text_of(LIB.recveil_erase_map_write, self._handle.pointer)

    def _info(self) -> abi.recveil_erase_map_info:
        out = abi.recveil_erase_map_info()
        LIB.recveil_erase_map_get_info(self._handle.pointer, out)
        return out

    @property
    def method(self) -> str:
        """The name of the method."""
        number = self._info().method
        return next(name for name, m in METHODS.items() if m == number)

    @property
    def needs_classes(self) -> bool:
        """Whether apply() needs the classes of the rows."""
        return bool(self._info().flags & abi.RECVEIL_ERASE_NEEDS_CLASSES)

    @property
    def left_alone(self) -> bool:
        """Whether the classes of an attribute did not surely differ, so that nothing changes."""
        return bool(self._info().flags & abi.RECVEIL_ERASE_LEFT_ALONE)

    @property
    def id(self) -> bytes:
        """32 bytes: BLAKE2b-256 of to_bytes()."""
        return bytes(self._info().id)

    @property
    def needs_users(self) -> bool:
        """Whether apply() needs users and the key: a map with cells."""
        return bool(self._info().flags & abi.RECVEIL_ERASE_NEEDS_USERS)

    def apply(self, rows: NDArray[Any], classes: Any = None, *, frozen_columns: int = 0,
              users: Optional[NDArray[np.uint64]] = None, key: Optional[bytes] = None,
              progress: Optional[Progress] = None) -> Applied:
        """Erase rows in place, each exactly once: a row that is mapped twice reveals its class.

        Args:
            rows: (n, columns) float32 or float64, writable, rows in C order. Never converted
            classes: (n,) or (n, n_attributes); negative rows keep every bit. None if the map needs
                none
            users: (n,) uint64 of engine.users(), and key: the 32 bytes of the key file; for a map
                with cells alone
        Raises:
            ArgumentError, ArrayTypeError: before any row changed
            Cancelled, KeyboardInterrupt: some rows are complete, all others unchanged
        """
        view = _arrays.matrix(rows, "rows", writes=True, frozen_columns=frozen_columns)
        told = None if classes is None else _arrays.classes_of(classes, len(rows))
        out, call = abi.recveil_erase_result(), LongCall(progress)
        if users is None:
            call.run(LIB.recveil_erase_apply, self._handle.pointer, view, told, out, call.struct)
        else:
            if key is None or len(key) != 32:
                raise ArgumentError("key: must be the 32 bytes of the key file")
            numbers = _arrays.vector(users, np.uint64, "users", len(rows))
            secret = np.frombuffer(key, np.uint8)
            call.run(LIB.recveil_erase_apply_users, self._handle.pointer, view, told, numbers, secret,
                     out, call.struct)
        return Applied(out.n_mapped, out.n_unknown, stale_names(out.stale))


def publish_erasures(engine: Engine, maps: Sequence[ErasureMap], users: Any, classes: Any = None, *,
                     model_version: int) -> None:
    """Publish the users with a standing erasure and the maps of one model version.

    Args:
        maps: one for each of serving.folds, fitted on rows folded in on its model
        users: n numbers or texts;  classes: (n, n_attributes), None if the maps need none
    """
    numbers = engine.users(users)
    told = None if classes is None else _arrays.classes_of(classes, len(numbers))
    handles = np.array([m._handle.pointer.value for m in maps], np.uint64)
    LIB.recveil_publish_erasures(engine._live().pointer, abi.recveil_erasures(
        model_version=model_version, n_maps=len(maps), maps=handles, n_users=len(numbers),
        users=numbers, classes=told, n_attributes=0 if told is None else told.shape[1]))
