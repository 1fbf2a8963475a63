"""Arrays that go into the library: what is converted, what is refused, and what is cleaned.

Inputs that are only read are converted where no number can change. Arrays that are changed in place
are never converted, because the caller would not see the change: they raise with what to do.
"""
from __future__ import annotations

from typing import Any, List, Optional, Sequence, Tuple, Union

import numpy as np
from numpy.typing import DTypeLike, NDArray

from recveil import abi
from recveil.errors import ArgumentError, ArrayTypeError

Histories = Any
"""Histories of users: a SciPy sparse matrix (users in rows, items in columns; entries that are not
above 0 are left out), a pair (offsets, items) of integer arrays, these and an array of weights, or a
sequence of one integer array for each user."""


def vector(values: Any, dtype: DTypeLike, name: str, n: Optional[int] = None) -> NDArray[Any]:
    """A contiguous 1-d array of this type. Integers may change their width or sign if every value
    fits; 32- and 64-bit integers are views where they can be. Floats are not made into integers."""
    array = np.asarray(values)
    wanted = np.dtype(dtype)
    if array.ndim != 1:
        raise ArgumentError(f"{name}: has shape {array.shape}, must have one dimension")
    if n is not None and len(array) != n:
        raise ArgumentError(f"{name}: has {len(array)} elements, must have {n}")
    if array.dtype != wanted:
        if array.size == 0:
            array = array.astype(wanted)
        elif wanted.kind in "iu":
            if array.dtype.kind not in "iub":
                raise ArrayTypeError(f"{name}: is {array.dtype}, must hold integers")
            limits = np.iinfo(wanted)
            least, most = int(array.min()), int(array.max())
            if least < limits.min or most > limits.max:
                wrong = least if least < limits.min else most
                raise ArgumentError(f"{name}: {wrong} is not in [{limits.min}, {limits.max}]")
            same = array.dtype.itemsize == wanted.itemsize and array.dtype.isnative
            array = array.view(wanted) if same else array.astype(wanted)
        elif array.dtype.kind in "fiub":
            array = array.astype(wanted)
        else:
            raise ArrayTypeError(f"{name}: is {array.dtype}, must be {wanted}")
    return np.require(array, requirements=["C", "A"])


def classes_of(values: Any, n_rows: int, name: str = "classes") -> NDArray[np.int32]:
    """(n_rows, n_attributes) int32, of one column or several."""
    array = np.asarray(values)
    if array.ndim == 1:
        array = array.reshape(-1, 1)
    if array.ndim != 2 or len(array) != n_rows:
        raise ArgumentError(f"{name}: has shape {np.asarray(values).shape}, must have {n_rows} rows")
    if array.dtype.kind not in "iub":
        raise ArrayTypeError(f"{name}: is {array.dtype}, must hold integers (-1: not known)")
    return np.require(array, np.int32, ["C", "A"])


def matrix(rows: Any, name: str, *, writes: bool, frozen_columns: int = 0,
           kinds: Sequence[str] = ("float32", "float64")) -> abi.recveil_matrix:
    """A recveil_matrix over the memory of a 2-d array, without a copy."""
    if not isinstance(rows, np.ndarray) or rows.ndim != 2:
        raise ArrayTypeError(f"{name}: must be a NumPy array of two dimensions")
    why = " It is changed in place, so it is not converted" if writes else ""
    if rows.dtype.name not in kinds or not rows.dtype.isnative:
        raise ArrayTypeError(f"{name}: is {rows.dtype}, must be {' or '.join(kinds)}.{why}")
    size = rows.dtype.itemsize
    down, along = rows.strides
    fits = rows.flags.aligned and (rows.shape[1] < 2 or along == size)
    fits = fits and (len(rows) < 2 or (down >= size * rows.shape[1] and down % size == 0))
    if not fits:
        raise ArgumentError(f"{name}: strides {rows.strides} of shape {rows.shape}: columns must be "
                            f"adjacent and rows in rising order; numpy.ascontiguousarray() makes "
                            f"such a copy.{why}")
    if writes and not rows.flags.writeable:
        raise ArgumentError(f"{name}: is read-only; an array that was published is read-only until "
                            f"the engine gives it back")
    stride = down // size if len(rows) > 1 else rows.shape[1]
    return abi.recveil_matrix(
        data=rows, n_rows=rows.shape[0], n_cols=rows.shape[1], row_stride=stride,
        frozen_tail_cols=frozen_columns,
        dtype=abi.RECVEIL_FLOAT32 if size == 4 else abi.RECVEIL_FLOAT64)


class Csr:
    """Histories as the library takes them.

    Attributes:
        offsets: (n + 1,) uint64
        items: (offsets[-1],) uint32, each item at most once in a row
        weights: like items, float32; None if there are none
    """

    def __init__(self, offsets: NDArray[np.uint64], items: NDArray[np.uint32],
                 weights: Optional[NDArray[np.float32]], n_items: Optional[int]) -> None:
        self.offsets, self.items, self.weights, self.n_items = offsets, items, weights, n_items

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def row(self, u: int) -> NDArray[np.uint32]:
        """The items of row u."""
        return self.items[int(self.offsets[u]):int(self.offsets[u + 1])]

    def counts(self) -> NDArray[np.uint32]:
        """How many items each row has."""
        return np.diff(self.offsets.view(np.int64)).astype(np.uint32)

    def longest(self) -> int:
        """The most items of any row."""
        return int(self.counts().max(initial=0))


def positive(indptr: NDArray[Any], indices: NDArray[Any], data: NDArray[Any]
             ) -> Tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
    """A CSR matrix without its entries that are not above 0: implicit's dislikes and stored zeros
    would count as interactions. (Not finite is not above 0 either, and is refused before.)"""
    keep = data > 0
    if keep.all():
        return indptr, indices, data
    before = np.concatenate([[0], np.cumsum(keep)])
    return before[indptr], indices[keep], data[keep]


def histories(values: Histories, name: str = "histories", *, n: Optional[int] = None,
              weighted: bool = False) -> Csr:
    """Clean histories: sorted out duplicates, no zeros, no negative entries, 64-bit offsets."""
    weights: Optional[NDArray[Any]] = None
    n_items: Optional[int] = None
    if hasattr(values, "tocsr"):
        values = values.tocsr()
        if not values.has_canonical_format:
            values = values.copy()
            values.sum_duplicates()
        if values.data.dtype.kind == "f" and not np.isfinite(values.data).all():
            raise ArgumentError(f"{name}: holds a number that is not finite")
        indptr, indices, weights = positive(values.indptr, values.indices, values.data)
        n_items = int(values.shape[1])
    elif isinstance(values, tuple) and len(values) in (2, 3):
        indptr, indices = values[:2]
        if len(values) == 3:
            weights = vector(values[2], np.float32, f"{name}.weights", len(indices))
            indptr, indices, weights = positive(np.asarray(indptr).astype(np.int64), indices, weights)
    else:
        indptr, indices = _of_rows(values, name)
    offsets = vector(indptr, np.uint64, f"{name}.offsets")
    items = vector(indices, np.uint32, f"{name}.items")
    if len(offsets) == 0 or offsets[0] != 0 or offsets[-1] > len(items) or (
            offsets[1:] < offsets[:-1]).any():
        raise ArgumentError(f"{name}: offsets must rise from 0 to at most {len(items)}")
    if n is not None and len(offsets) != n + 1:
        raise ArgumentError(f"{name}: has {len(offsets) - 1} rows, must have {n}")
    out = np.require(weights, np.float32, ["C", "A"]) if weighted and weights is not None else None
    return Csr(offsets, items, out, n_items)


def _of_rows(rows: Sequence[Any], name: str) -> Tuple[NDArray[Any], NDArray[Any]]:
    parts: List[NDArray[Any]] = [
        vector(row, np.uint32, f"{name}[{u}]") for u, row in enumerate(rows)]
    offsets = np.concatenate([[0], np.cumsum([len(part) for part in parts], dtype=np.int64)])
    return offsets, np.concatenate(parts) if parts else np.empty(0, np.uint32)


def packed(ids: Sequence[Union[str, bytes]], name: str) -> Tuple[bytes, NDArray[np.uint64]]:
    """Text ids one after another, and n + 1 offsets."""
    encoded = [one.encode() if isinstance(one, str) else bytes(one) for one in ids]
    sizes = [len(one) for one in encoded]
    if sizes and min(sizes) == 0:
        raise ArgumentError(f"{name}: id {sizes.index(0)} is empty")
    offsets = np.zeros(len(encoded) + 1, np.uint64)
    np.cumsum(sizes, out=offsets[1:])
    return b"".join(encoded), offsets


def names_of(names: Sequence[str]) -> Any:
    """A C array of texts."""
    import ctypes as c
    return (c.c_char_p * len(names))(*[name.encode() for name in names])
