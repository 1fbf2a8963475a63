"""What the adapters of recommender libraries share: ids, routing, popularity, forgetting."""
from __future__ import annotations

import warnings
from typing import Any, Callable, List, NamedTuple, Optional, Sequence, Tuple, Union

import numpy as np
from numpy.typing import NDArray

from recveil import _arrays, abi
from recveil.engine import Engine, UserId
from recveil.erase import ErasureMap
from recveil.errors import ArgumentError, StateError
from recveil.forget import Acked, Journal, Table, Written
from recveil.serving import Path, Reason

Users = Union[None, Sequence[UserId], Callable[[int], UserId]]
"""Whose row it is: None: the row number; a sequence with the id of each row; a function of the row."""


class Forgotten(NamedTuple):
    """What forget() did: store the table, read it back, and give it to acknowledge()."""

    written: Written
    table: Table
    erasure: Optional[ErasureMap]


class Rows:
    """The numbers of users by row, computed once."""

    def __init__(self, engine: Engine, users: Users) -> None:
        self._engine, self._users = engine, users
        self.names: Optional[List[str]] = None
        self._numbers: Optional[List[int]] = None
        if users is not None and not callable(users):
            self._numbers = [int(n) for n in engine.users(users)]
            self.names = [str(user) for user in users]

    def number(self, given: Any) -> int:
        """The number of the user of a row.

        Raises:
            ArgumentError: below 0 (implicit would take its last user) or past the end
        """
        row = int(given)
        if row < 0:
            raise ArgumentError(f"userid: {row} is below 0")
        if self._numbers is not None:
            if row >= len(self._numbers):
                raise ArgumentError(f"userid: {row}, but there are {len(self._numbers)} users")
            return self._numbers[row]
        return self._engine.user(self._users(row)) if callable(self._users) else row

    def numbers(self, rows: Any) -> NDArray[np.uint64]:
        """(n,) uint64: the numbers of the users of these rows."""
        listed = np.asarray(rows)
        if self._users is None:
            return _arrays.vector(listed, np.uint64, "userid")
        return np.array([self.number(row) for row in listed], np.uint64)

    def ids(self, n: int) -> List[str]:
        """The ids of the first n rows as texts, for the journal."""
        if self.names is not None:
            return self.names[:n]
        return [str(self._users(row) if callable(self._users) else row) for row in range(n)]


class Forgetting:
    """Erasing in a table of user rows through the journal: mixed into the adapters.

    An adapter gives `_engine`, `_journal` and `_rows`, and says what it did with the caches.
    """

    _engine: Engine
    _journal: Optional[Journal]
    _rows: Rows

    def _listed(self, row: int, history: Any, n: int, score: Callable[[], NDArray[np.float32]],
                exclude: Any) -> Tuple[NDArray[np.int64], NDArray[np.float32]]:
        return self._listed_number(self._rows.number(row), history, n, score, exclude)

    def _listed_number(self, number: int, history: Any, n: int,
                       score: Callable[[], NDArray[np.float32]], exclude: Any
                       ) -> Tuple[NDArray[np.int64], NDArray[np.float32]]:
        """A page for a user: the library's, or on path HOST the best by the model's scores."""
        found = self._engine.recommend(number, history, n, exclude=exclude)
        if found.decision.path != Path.HOST:
            return found.items.astype(np.int64), found.scores
        scores = score()
        allowed = np.ones(len(scores), np.bool_)
        allowed[np.asarray(history, np.int64)] = False
        if exclude is not None:
            allowed[np.asarray(exclude, np.int64)] = False
        ids, ranked = best(scores, allowed, n)
        shown = self._engine.serve(found.decision, len(ids), n).positions
        return ids[shown].astype(np.int64), ranked[shown]

    def _published(self, known: Any) -> None:
        self._engine.publish_popularity(support_of(known))
        members = np.flatnonzero(np.diff(known.indptr))
        self._engine.publish_users("members", self._rows.numbers(members))

    def _need_journal(self) -> Journal:
        if self._journal is None:
            raise StateError("no journal was given: Guard(model, engine, journal=recveil.Journal(engine))")
        return self._journal

    def _forget(self, name: str, rows: NDArray[Any], version: int, classes: Any,
                attributes: Sequence[str], method: str, frozen_columns: int,
                sweeps: int = 0) -> Forgotten:
        """Plan, fit on rows that no map touched yet, and apply in place."""
        journal = self._need_journal()
        table = Table(name, version, rows, self._rows.ids(len(rows)), attributes, frozen_columns)
        plan = journal.plan(table)
        erasure, told = None, None
        if len(plan.rows) and attributes and (plan.attributes > 0).any():
            if classes is None:
                raise ArgumentError("classes: needed to fit the map")
            known = np.array(_arrays.classes_of(classes, len(rows)))
            told = known[plan.rows]
            known[plan.rows[plan.actions != abi.RECVEIL_ROW_MAP]] = abi.RECVEIL_CLASS_UNKNOWN
            erasure = ErasureMap.fit(rows, known, attributes, method=method,
                                     frozen_columns=frozen_columns, sweeps=sweeps)
        written = journal.apply(table, plan.rows, erasure, told)
        if written.n_wrong_map:
            warnings.warn(f"{written.n_wrong_map} rows were left: their requests allow only maps that "
                          'need no class (labels="leace"); use method="leace" for them', stacklevel=3)
        return Forgotten(written, table, erasure)

    def acknowledge(self, forgotten: Forgotten, rows: NDArray[Any]) -> Optional[Acked]:
        """Read the rows of a forget() back as they were stored. None if nothing was owed."""
        if forgotten.written.attempt == 0:
            return None
        table = forgotten.table
        stored = Table(table.name, table.version, rows, table.ids, table.attributes,
                       table.frozen_columns)
        return self._need_journal().ack(stored, forgotten.written.attempt)

    def _served_personally(self, row: int) -> bool:
        self._engine.route_fast(self._rows.number(row), 1)
        return self._engine.decided().reason not in (Reason.ERASED, Reason.QUARANTINED)

    def _trainable(self, n: int) -> NDArray[np.bool_]:
        """(n,) bool: who may be trained on: not quarantined, and not erased as a whole person."""
        mask = self._engine.accepted(self._rows.numbers(np.arange(n)))
        if self._journal is not None:
            owes = self._journal.owes(self._rows.ids(n))
            mask &= (owes & (abi.RECVEIL_OWES_ERASE | abi.RECVEIL_OWES_OBJECT)) == 0
        return mask


def without(user_items: Any, rows: NDArray[np.bool_]) -> Any:
    """The same sparse matrix with these rows empty."""
    counts = np.diff(user_items.indptr)
    keep = np.repeat(~rows, counts)
    indptr = np.concatenate([[0], np.cumsum(np.where(rows, 0, counts))])
    return type(user_items)((user_items.data[keep], user_items.indices[keep],
                             indptr.astype(user_items.indptr.dtype)), shape=user_items.shape)


def clean(user_items: Any) -> Any:
    """A canonical float32 CSR matrix without entries that are not above 0; a copy where needed."""
    matrix = user_items.tocsr()
    if not matrix.has_canonical_format:
        matrix = matrix.copy()
        matrix.sum_duplicates()
    indptr, indices, data = _arrays.positive(matrix.indptr, matrix.indices, matrix.data)
    return type(matrix)((data.astype(np.float32, copy=False), indices, indptr), shape=matrix.shape)


def support_of(user_items: Any) -> NDArray[np.uint32]:
    """How many users of the matrix hold each item."""
    return np.bincount(user_items.indices, minlength=user_items.shape[1]).astype(np.uint32)


def best(scores: NDArray[np.float32], allowed: NDArray[np.bool_], n: int
         ) -> Tuple[NDArray[np.int32], NDArray[np.float32]]:
    """The n best allowed items, ties by number."""
    ranked = np.flatnonzero(allowed)
    order = np.lexsort((ranked, -scores[ranked]))[:n]
    ids = ranked[order].astype(np.int32)
    return ids, scores[ids]

