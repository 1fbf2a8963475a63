"""Tables of ids: pandas, Polars, PyArrow and whatever else has __arrow_c_stream__, mappings of
columns, and NumPy arrays. What speaks Arrow is read by the library, without PyArrow."""
from __future__ import annotations

import csv
import ctypes as c
from typing import Any, Dict, List, Optional, Sequence, Tuple

import numpy as np
from numpy.typing import NDArray

from recveil import abi
from recveil._lib import LIB, Handle
from recveil.errors import ArgumentError, DataError

Columns = Dict[str, NDArray[Any]]


def _arrow(table: Any) -> Columns:
    """The columns of anything with __arrow_c_stream__: integers and reals as they are, texts as
    NumPy arrays of str."""
    capsule = table.__arrow_c_stream__()
    pointer = c.pythonapi.PyCapsule_GetPointer
    pointer.restype, pointer.argtypes = c.c_void_p, [c.py_object, c.c_char_p]
    handle = Handle(LIB.recveil_columns_close)
    LIB.recveil_columns_from_arrow(pointer(capsule, b"arrow_array_stream"), handle.out)
    n = c.c_size_t()
    LIB.recveil_columns_count(handle.pointer, c.byref(n))
    out: Columns = {}
    for i in range(n.value):
        view = abi.recveil_column()
        LIB.recveil_columns_get(handle.pointer, i, view)
        if view.kind != abi.RECVEIL_COLUMN_OTHER:
            out[view.name.decode()] = _column(view)
    return out


def _view(address: Optional[int], kind: Any, n: int) -> NDArray[Any]:
    if not n:
        return np.empty(0, kind)
    out: NDArray[Any] = np.ctypeslib.as_array((kind * n).from_address(address or 0)).copy()
    return out


def _column(view: abi.recveil_column) -> NDArray[Any]:
    n = view.n_rows
    if view.kind == abi.RECVEIL_COLUMN_INTEGERS:
        return _view(view.integers, c.c_int64, n)
    if view.kind == abi.RECVEIL_COLUMN_REALS:
        return _view(view.reals, c.c_double, n)
    offsets = _view(view.offsets, c.c_size_t, view.n_distinct + 1)
    text = c.string_at(view.bytes, int(offsets[-1])) if view.n_distinct else b""
    names = np.array([text[a:b].decode("utf-8", "replace")
                      for a, b in zip(offsets[:-1], offsets[1:])], object)
    return names[_view(view.codes, c.c_uint32, n)] if n else np.empty(0, object)


def columns(table: Any, name: str) -> Columns:
    """The columns of a table of any kind, in their order."""
    if isinstance(table, dict):
        return {str(key): np.asarray(value) for key, value in table.items()}
    if isinstance(table, np.ndarray) and table.dtype.names:
        return {key: table[key] for key in table.dtype.names}
    if isinstance(table, np.ndarray):
        two = table.reshape(len(table), -1)
        return {str(i): two[:, i] for i in range(two.shape[1])}
    pandas = hasattr(table, "columns") and hasattr(table, "iloc")
    if hasattr(table, "__arrow_c_stream__") and not pandas:
        return _arrow(table)
    if pandas:
        out = {}
        for key in table.columns:
            if table[key].isna().any():
                row = int(np.flatnonzero(table[key].isna().to_numpy())[0])
                raise DataError(f"{name}: column {key}, row {row}: is missing")
            out[str(key)] = table[key].to_numpy()
        return out
    if hasattr(table, "tolist") or isinstance(table, (list, tuple, set, frozenset)):
        return {"0": np.array(list(table))}
    raise ArgumentError(f"{name}: {type(table).__name__} is not a table: give pandas, Polars, Arrow, "
                        "a mapping of columns or a NumPy array")


def _named(found: Columns, wanted: Sequence[str], name: str) -> List[NDArray[Any]]:
    by_name = {key.lower(): value for key, value in found.items()}
    if all(key in by_name for key in wanted):
        return [by_name[key] for key in wanted]
    if len(found) < len(wanted):
        raise ArgumentError(f"{name}: has columns {', '.join(found)}; needs {', '.join(wanted)}")
    if any(key in by_name for key in wanted):
        missing = [key for key in wanted if key not in by_name]
        raise ArgumentError(f"{name}: has columns {', '.join(found)}, but no {missing[0]}")
    return list(found.values())[:len(wanted)]


class Codes:
    """Item ids as numbers, the same in all tables of a call."""

    def __init__(self) -> None:
        self._number: Dict[Any, int] = {}

    @property
    def n_items(self) -> int:
        """How many items were seen."""
        return len(self._number)

    def of(self, ids: NDArray[Any]) -> NDArray[np.int64]:
        """(n,) numbers of ids, integers or texts; 7 and "7" are one item."""
        distinct, where = np.unique(ids.astype(str), return_inverse=True)
        numbers = [self._number.setdefault(one, len(self._number)) for one in distinct.tolist()]
        return np.array(numbers, np.int64)[where.ravel()] if len(numbers) else np.empty(0, np.int64)


def _csr(row: NDArray[Any], item: NDArray[Any], n: int) -> Tuple[NDArray[Any], NDArray[Any]]:
    """Offsets and items by row, in the order given."""
    order = np.argsort(row, kind="stable")
    counts = np.bincount(row, minlength=n)
    return np.concatenate([[0], np.cumsum(counts)]), item[order]


def rows_of(table: Any, codes: Codes, name: str) -> Tuple[NDArray[Any], NDArray[Any]]:
    """Histories of everybody in the table, in any order of people; no item twice."""
    user, item = _named(columns(table, name), ("user", "item"), name)
    people, row = np.unique(user.astype(str), return_inverse=True)
    return _once(row.ravel(), codes.of(item), len(people))


def _once(row: NDArray[Any], item: NDArray[Any], n: int) -> Tuple[NDArray[Any], NDArray[Any]]:
    pairs = np.unique(np.stack([row, item]), axis=1) if len(row) else np.empty((2, 0), np.int64)
    return _csr(pairs[0], pairs[1], n)


def _places(table: Any, codes: Codes) -> Tuple[NDArray[Any], NDArray[Any]]:
    """User and item of lists, in the order of the places."""
    found = columns(table, "lists")
    if "rank" in {key.lower() for key in found} or len(found) == 3:
        user, rank, item = _named(found, ("user", "rank", "item"), "lists")
        try:
            place = rank.astype(np.int64)
        except (TypeError, ValueError) as error:
            raise DataError(f"lists: column rank: {error}") from None
        order = np.argsort(place, kind="stable")
        user, item, place = user[order], item[order], place[order]
        return user[place > 0].astype(str), codes.of(item[place > 0])
    user, item = _named(found, ("user", "item"), "lists")
    return user.astype(str), codes.of(item)


def write_lists(path: str, table: Any, name: str) -> None:
    """Lists as a file of user, rank, item."""
    found = columns(table, name)
    if "rank" in {key.lower() for key in found} or len(found) == 3:
        _write(path, _named(found, ("user", "rank", "item"), name))
        return
    user, item = _named(found, ("user", "item"), name)
    order = np.argsort(user.astype(str), kind="stable")
    people, first = np.unique(user.astype(str)[order], return_index=True)
    rank = np.empty(len(user), np.int64)
    rank[order] = np.arange(len(user)) - np.repeat(first, np.diff(np.append(first, len(user)))) + 1
    _write(path, [user, rank, item])


def write_flags(path: str, table: Any, names: Tuple[str, str], name: str) -> None:
    """A file of an id and 0 or 1."""
    user, flag = _named(columns(table, name), names, name)
    _write(path, [user, flag.astype(np.int64) if flag.dtype.kind in "biuf" else flag])


def write_ids(path: str, table: Any, name: str) -> None:
    """A file of one id a line."""
    _write(path, [next(iter(columns(table, name).values()))])


def _write(path: str, rows: Sequence[NDArray[Any]]) -> None:
    with open(path, "w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(zip(*(column.tolist() for column in rows)))


def population(histories: Any, lists: Any, members: Any, codes: Codes) -> Tuple[Any, Any, Any]:
    """Histories, lists and members by number, one row for each person who has all three.

    Raises:
        DataError: somebody has a list or a membership but no history, or the reverse
    """
    user, item = _named(columns(histories, "histories"), ("user", "item"), "histories")
    people, row = np.unique(user.astype(str), return_inverse=True)
    known = _once(row.ravel(), codes.of(item), len(people))
    shown_user, shown_item = _places(lists, codes)
    at = _find(people, shown_user, "lists")
    shown = _csr(at, shown_item, len(people))
    flags = _members(members, people)
    without = np.flatnonzero(np.diff(shown[0]) == 0)
    if len(without) == len(people):
        raise DataError("lists: nobody of the histories has a list")
    return known, shown, flags


def _find(people: NDArray[Any], asked: NDArray[Any], name: str) -> NDArray[np.int64]:
    at = np.searchsorted(people, asked)
    at[at == len(people)] = 0
    wrong = np.flatnonzero(people[at] != asked) if len(people) else np.arange(len(asked))
    if len(wrong):
        raise DataError(f"{name}: row {int(wrong[0])}: a user who has no history")
    return at.astype(np.int64)


def _members(members: Any, people: NDArray[Any]) -> NDArray[np.bool_]:
    found = columns(members, "members")
    flags = np.zeros(len(people), np.bool_)
    if len(found) == 1:
        only = next(iter(found.values()))
        flags[_find(people, only.astype(str), "members")] = True
        return flags
    user, member = _named(found, ("user", "member"), "members")
    at = _find(people, user.astype(str), "members")
    seen = np.zeros(len(people), np.bool_)
    seen[at] = True
    if not seen.all():
        raise DataError(f"members: {int((~seen).sum())} users of the histories are missing")
    flags[at] = _truth(member)
    return flags


def _truth(values: NDArray[Any]) -> NDArray[np.bool_]:
    texts = np.char.lower(values.astype(str))
    yes, no = np.isin(texts, ("1", "1.0", "true")), np.isin(texts, ("0", "0.0", "false"))
    wrong = np.flatnonzero(~(yes | no))
    if len(wrong):
        raise DataError(f"members: row {int(wrong[0])}: {str(values[wrong[0]])!r} is neither 1 nor 0")
    return yes
