"""Faiss: put erased rows into an index so that the index forgets them too.

Overwriting stored vectors is not enough. The edges of an HNSW graph and the cell of an inverted file were
chosen for the earlier vectors, and they tell the attribute almost as well as these did, while recall hardly
moves. replace_rows() does what each kind of index needs, and says what it did, for the receipt.

    erasure.apply(rows, classes)
    done = replace_rows(index, asked, rows[asked])
    index = done.index
    journal.complete(request, method=..., **done.facts("user_index"))
"""
from __future__ import annotations

from typing import Any, Dict, NamedTuple, Optional

import faiss
import numpy as np
from numpy.typing import NDArray

from recveil import _arrays, abi
from recveil.errors import ArgumentError, UnsupportedError


class Replaced(NamedTuple):
    """What replace_rows() did."""

    index: Any  # the index to serve from now on: the same one, or a new one where it was rebuilt
    state: str  # "rebuilt", "reassigned" or "rows_only", as receipts say it
    how: str  # in words

    def facts(self, table: str) -> Dict[str, Dict[str, Any]]:
        """The arguments of Journal.complete() for an index over this table."""
        done = abi.RECVEIL_STALE_ANN_INDEX if self.state != "rows_only" else 0
        return {"index": {table: self.state}, "rebuilt": {table: done}}


def _plain(index: Any) -> Any:
    return faiss.downcast_index(index)


def replace_rows(index: Any, ids: Any, rows: NDArray[np.float32], *, retrain: bool = False,
                 all_rows: Optional[NDArray[np.float32]] = None) -> Replaced:
    """Replace rows of an index by erased ones, and build anew what the earlier rows decided.

    Args:
        index: IndexFlat, IndexIVF* (also with product or scalar quantizers), IndexHNSW*, IndexPQ,
            IndexScalarQuantizer; any of them in an IndexIDMap
        ids: (n,) integers: the numbers that search() gives
        rows: (n, d) float32: the erased rows, normalized as those of the index are
        retrain: train centroids and quantizers anew too, and say "rebuilt". Wanted where a cell
            has few people: at 256 cells for 6,000 rows assignment alone still told a little
        all_rows: (ntotal, d) float32, erased, in the order of the index. Needed by retrain, and
            by a graph over compressed rows
    Returns:
        the index to use from now on. A graph is a new object: readers of the old one go on
    Raises:
        UnsupportedError: a kind that is not known; build it anew from the erased rows
        ArgumentError: an id that is not in the index, or wrong shapes
    """
    outer = _plain(index)
    numbers = _arrays.vector(ids, np.int64, "ids")
    new = np.require(rows, np.float32, ["C", "A"])
    if new.shape != (len(numbers), outer.d):
        raise ArgumentError(f"rows: shape {new.shape}, must be {(len(numbers), outer.d)}")
    if len(np.unique(numbers)) != len(numbers):
        raise ArgumentError("ids: there is a duplicate")
    mapped = isinstance(outer, (faiss.IndexIDMap, faiss.IndexIDMap2))
    inner = _plain(outer.index) if mapped else outer
    if isinstance(inner, faiss.IndexIVF):
        return _inverted(index, inner, outer if mapped else None, numbers, new, retrain, all_rows)
    places = _places(outer, numbers) if mapped else numbers
    if len(places) and (places.min() < 0 or places.max() >= inner.ntotal):
        raise ArgumentError(f"ids: {int(places.max())} is not in an index of {inner.ntotal} rows")
    if retrain or isinstance(inner, faiss.IndexHNSW):
        return _rebuilt(index, inner, outer if mapped else None, places, new, all_rows)
    if isinstance(inner, faiss.IndexFlat):
        stored = faiss.rev_swig_ptr(inner.get_xb(), inner.ntotal * inner.d)
        stored.reshape(inner.ntotal, inner.d)[places] = new
        return Replaced(index, "rebuilt", "rows rewritten in place; a flat index has nothing else")
    if isinstance(inner, (faiss.IndexPQ, faiss.IndexScalarQuantizer)):
        codes = inner.sa_encode(new)
        stored = faiss.rev_swig_ptr(inner.codes.data(), inner.ntotal * inner.code_size)
        stored.reshape(inner.ntotal, inner.code_size)[places] = codes
        return Replaced(index, "reassigned", "codes rewritten in place, by the same quantizer")
    raise UnsupportedError(f"{type(inner).__name__}: not known; build it anew from the erased rows")


def _places(outer: Any, numbers: NDArray[np.int64]) -> NDArray[np.int64]:
    """Where the rows with these ids are in the index inside an IDMap."""
    known = faiss.vector_to_array(outer.id_map)
    order = np.argsort(known, kind="stable")
    at = np.searchsorted(known[order], numbers)
    at[at == len(known)] = 0
    places = order[at]
    wrong = np.flatnonzero(known[places] != numbers)
    if len(wrong):
        raise ArgumentError(f"ids: {int(numbers[wrong[0]])} is not in the index")
    return places.astype(np.int64)


def _inverted(index: Any, inner: Any, outer: Any, numbers: NDArray[np.int64],
              rows: NDArray[np.float32], retrain: bool,
              all_rows: Optional[NDArray[np.float32]]) -> Replaced:
    if retrain:
        if all_rows is None or len(all_rows) != inner.ntotal:
            raise ArgumentError("all_rows: retrain needs all rows of the index")
        fresh = faiss.clone_index(index)
        target = _plain(fresh)
        listed = None if outer is None else faiss.vector_to_array(outer.id_map)
        fresh.reset()
        _plain(target.index if outer is not None else target).is_trained = False
        _plain(target.index if outer is not None else target).quantizer.reset()
        data = np.ascontiguousarray(all_rows, np.float32)
        fresh.train(data)
        fresh.add(data) if listed is None else fresh.add_with_ids(data, listed)
        return Replaced(fresh, "rebuilt", "centroids trained anew, all rows added again")
    stored = numbers
    if outer is not None:
        stored = _places(outer, numbers)
    removed = inner.remove_ids(stored)
    if removed != len(stored):
        raise ArgumentError(f"ids: {len(stored) - removed} are not in the index; those that are were "
                            "removed: add their erased rows")
    inner.add_with_ids(rows, stored)
    return Replaced(index, "reassigned", "rows removed and added again: new cells, same centroids")


def _rebuilt(index: Any, inner: Any, outer: Any, places: NDArray[np.int64],
             rows: NDArray[np.float32], all_rows: Optional[NDArray[np.float32]]) -> Replaced:
    if all_rows is not None:
        data = np.ascontiguousarray(all_rows, np.float32)
        if data.shape != (inner.ntotal, inner.d):
            raise ArgumentError(f"all_rows: shape {data.shape}, must be {(inner.ntotal, inner.d)}")
    elif isinstance(inner, faiss.IndexHNSWFlat):
        data = inner.reconstruct_n(0, inner.ntotal)
        data[places] = rows
    else:
        raise ArgumentError("all_rows: this index holds compressed rows; it is built anew from all")
    listed = None if outer is None else faiss.vector_to_array(outer.id_map).copy()
    fresh = faiss.clone_index(index)
    fresh.reset()
    if not isinstance(inner, (faiss.IndexHNSWFlat, faiss.IndexFlat)):
        fresh.train(data)
    fresh.add(data) if listed is None else fresh.add_with_ids(data, listed)
    what = "the graph" if isinstance(inner, faiss.IndexHNSW) else "quantizer and codes"
    return Replaced(fresh, "rebuilt", f"{what} built anew; the index is a new object")
