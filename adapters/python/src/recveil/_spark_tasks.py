"""What runs in the workers of Spark: functions of Arrow batches. recveil.spark has the callers."""
from __future__ import annotations

import json
from typing import Any, Dict, Iterator, List, Optional, Tuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

import recveil
from recveil.erase import ErasureMap, ErasureStatistics
from recveil.private import PrivateStatistics
from recveil.screening import Window

VERSION: str = recveil.__version__
ERROR = "recveil_error"
Batches = Iterator[pa.RecordBatch]

_engines: Dict[str, recveil.Engine] = {}
_maps: Dict[bytes, ErasureMap] = {}


def engine_of(config: str, models: Optional[str] = None) -> recveil.Engine:
    """The engine of this worker, opened once for each configuration, with the newest that was published.

    Args:
        config: JSON or the path of a file;  models: of a recveil.ModelFolder
    """
    engine = _engines.get(config)
    if engine is None:
        engine = recveil.Engine(json.loads(config) if config.startswith("{") else config)
        _engines[config] = engine
    elif "state_dir" in config:
        engine.refresh()
    if models is not None:
        recveil.ModelFolder(models).follow(engine)
    return engine


def vectors(column: Any, d: int) -> Tuple[NDArray[Any], NDArray[np.bool_], List[Optional[str]]]:
    """(rows, good, why): a new (n, d) array with the rows that are good, and what is wrong with each
    other one."""
    kind = column.type
    if pa.types.is_fixed_size_list(kind):
        column = column.cast(pa.list_(kind.value_type))
    n, nulls = len(column), np.asarray(column.is_null())
    offsets = np.asarray(column.offsets).astype(np.int64)
    flat = column.values
    values = np.asarray(flat.fill_null(np.nan)) if flat.null_count else np.asarray(flat)
    lengths = np.diff(offsets)
    lengths[nulls] = 0
    good = (lengths == d) & ~nulls
    begins = offsets[:-1]
    if good.all() and n and (np.diff(begins) == d).all():
        rows = np.array(values[begins[0]:begins[0] + n * d].reshape(n, d))
    else:
        rows = np.zeros((n, d), values.dtype)
        at = begins[good][:, None] + np.arange(d)
        rows[good] = values[at]
    finite = np.isfinite(rows).all(axis=1)
    why: List[Optional[str]] = [None] * n
    for i in np.flatnonzero(~(good & finite)).tolist():
        why[i] = ("the vector is null" if nulls[i] else
                  f"the vector has {lengths[i]} numbers, not {d}" if not good[i] else
                  "the vector holds a number that is null or not finite")
    rows[~(good & finite)] = 0
    return rows, good & finite, why


def lists(rows: NDArray[Any], good: NDArray[np.bool_], kind: Any) -> pa.Array:
    """A list column of rows; null where a row is not good."""
    values = pa.array(rows[good].ravel(), kind.value_type)
    offsets = np.concatenate([[0], np.cumsum(np.where(good, rows.shape[1], 0))]).astype(np.int32)
    return pa.ListArray.from_arrays(pa.array(offsets), values, pa.list_(kind.value_type),
                                    mask=pa.array(~good))


def integers(column: Any, missing: int = -1) -> NDArray[np.int32]:
    """(n,) classes; null: not known."""
    return np.asarray(column.fill_null(missing)).astype(np.int32)


def histories(items: Any, ratings: Any = None) -> Any:
    """Offsets, items and, if there are, ratings of list columns; a null list is an empty one."""
    lengths = np.asarray(items.value_lengths().fill_null(0)).astype(np.int64)
    offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.uint64)
    flat = np.asarray(items.flatten())
    if len(flat) and int(flat.min()) < 0:
        raise ValueError(f"items: {int(flat.min())} is below 0")
    if ratings is None:
        return offsets, flat.astype(np.uint32)
    return offsets, flat.astype(np.uint32), np.asarray(ratings.flatten()).astype(np.float32)


def of_users(column: Any) -> Any:
    """Users as the library takes them: integers as numbers, text as text."""
    return np.asarray(column).astype(np.uint64) if pa.types.is_integer(column.type) else column.to_pylist()


def _one(schema: Any, *values: Any) -> pa.RecordBatch:
    return pa.RecordBatch.from_arrays([pa.array([value]) for value in values], names=schema)


# statistics: one row of each partition


def count_items(batches: Batches, item: str, n_items: int) -> Batches:
    """Popularity: how many rows name each item."""
    counts = np.zeros(n_items, np.uint64)
    for batch in batches:
        column = batch.column(item)
        values = np.asarray((column if not pa.types.is_list(column.type) else column.flatten()).drop_null())
        if len(values) and not 0 <= int(values.min()) <= int(values.max()) < n_items:
            wrong = int(values.min()) if values.min() < 0 else int(values.max())
            raise ValueError(f"{item}: {wrong} is not in [0, {n_items})")
        counts += np.bincount(values, minlength=n_items).astype(np.uint64)
    yield _one(["statistics", "left_out"], counts.tobytes(), 0)


def add_counts(batches: Batches) -> Batches:
    """The sum of the counts of a group of partitions."""
    total: Any = 0
    for batch in batches:
        for counts in batch.column("statistics").to_pylist():
            total = total + np.frombuffer(counts, np.uint64)
    if not isinstance(total, int):
        yield _one(["statistics", "left_out"], total.tobytes(), 0)


def moments(batches: Batches, vector: str, classes: str, d: int, n_classes: int, frozen: int) -> Batches:
    """Statistics of an erasure."""
    out, bad = ErasureStatistics(d - frozen, n_classes), 0
    for batch in batches:
        rows, good, _why = vectors(batch.column(vector), d)
        told = integers(batch.column(classes))
        bad += int((~good).sum())
        told[~good] = -1
        out.add(rows, told, frozen_columns=frozen)
    yield _one(["statistics", "left_out"], out.to_bytes(), bad)


def add_moments(batches: Batches) -> Batches:
    """The sum of the statistics of a group of partitions."""
    total: Optional[ErasureStatistics] = None
    bad = 0
    for batch in batches:
        bad += sum(batch.column("left_out").to_pylist())
        for data in batch.column("statistics").to_pylist():
            one = ErasureStatistics.open(data)
            total = one if total is None else total.merge(one)
    if total is not None:
        yield _one(["statistics", "left_out"], total.to_bytes(), bad)


def private(batches: Batches, items: str, n_items: int, catalogue: Optional[List[int]]) -> Batches:
    """Statistics of a private release, of one person a row."""
    out = PrivateStatistics(n_items, catalogue)
    for batch in batches:
        if batch.num_rows:
            out.add(histories(batch.column(items)))
    yield _one(["statistics", "left_out"], out.to_bytes(), 0)


def add_private(batches: Batches) -> Batches:
    """The sum of the private statistics of a group of partitions."""
    total: Optional[PrivateStatistics] = None
    for batch in batches:
        for data in batch.column("statistics").to_pylist():
            one = PrivateStatistics.open(data)
            total = one if total is None else total.merge(one)
    if total is not None:
        yield _one(["statistics", "left_out"], total.to_bytes(), 0)


def window(batches: Batches, config: str, user: str, items: str, ratings: Optional[str],
           shape: Dict[str, Any]) -> Batches:
    """A trusted window."""
    out = Window(engine_of(config), **shape)
    for batch in batches:
        if batch.num_rows:
            known = histories(batch.column(items), None if ratings is None else batch.column(ratings))
            out.add(known, of_users(batch.column(user)))
    yield _one(["statistics", "left_out"], out.to_bytes(), 0)


def add_windows(batches: Batches, config: str, shape: Dict[str, Any]) -> Batches:
    """The sum of the windows of a group of partitions."""
    total = Window(engine_of(config), **shape)
    for batch in batches:
        for data in batch.column("statistics").to_pylist():
            total.merge(data)
    yield _one(["statistics", "left_out"], total.to_bytes(), 0)


# maps: a row for each row


def _with(batch: pa.RecordBatch, changed: Dict[str, Any]) -> pa.RecordBatch:
    names = [*batch.schema.names, *(name for name in changed if name not in batch.schema.names)]
    return pa.RecordBatch.from_arrays(
        [changed[name] if name in changed else batch.column(name) for name in names], names=names)


def erase(batches: Batches, snapshot: bytes, vector: str, classes: List[str], d: int, frozen: int,
          user: Optional[str], key: Optional[bytes], config: Optional[str]) -> Batches:
    """Rows through an erasure's map; a row that is not good has no vector and says why."""
    erasure = _maps.setdefault(snapshot, ErasureMap.open(snapshot))
    for batch in batches:
        column = batch.column(vector)
        rows, good, why = vectors(column, d)
        told = None
        if classes:
            told = np.stack([integers(batch.column(name)) for name in classes], axis=1)
        numbers = None
        if user is not None:
            ids = of_users(batch.column(user))
            numbers = engine_of(config or "").users(ids) if isinstance(ids, list) else ids
        if len(rows):
            erasure.apply(rows, told, frozen_columns=frozen, users=numbers, key=key)
        yield _with(batch, {vector: lists(rows, good, column.type), ERROR: pa.array(why, pa.string())})


def keys(batch: Any, user: str, row: Optional[str]) -> List[Any]:
    """What tells each row from all others: the user, or the user and the column `row`."""
    users = batch.column(user).to_pylist()
    return users if row is None else list(zip(users, batch.column(row).to_pylist()))


def replace(batches: Batches, vector: str, user: str, row: Optional[str], named: List[Any], rows: bytes,
            kind: str, d: int) -> Batches:
    """Rows that are named, as the driver wrote them; all others as they are."""
    written = np.frombuffer(rows, kind).reshape(-1, d)
    place = {one: i for i, one in enumerate(named)}
    for batch in batches:
        column = batch.column(vector)
        at = [place.get(one, -1) for one in keys(batch, user, row)]
        if max(at, default=-1) < 0:
            yield batch
            continue
        values = column.to_pylist()
        for i, found in enumerate(at):
            if found >= 0:
                values[i] = written[found]
        yield _with(batch, {vector: pa.array(values, column.type)})


def recommend(batches: Batches, config: str, models: Optional[str], user: str, items: str,
              weights: Optional[str], k: int) -> Batches:
    """Lists of users: items, scores and the path that was taken."""
    for batch in batches:
        engine = engine_of(config, models)
        n = batch.num_rows
        if not n:
            continue
        known = histories(batch.column(items), None if weights is None else batch.column(weights))
        pages = engine.recommend_batch(of_users(batch.column(user)), known, k,
                                       weighted=weights is not None)
        used = np.arange(k) < pages.n_filled[:, None]
        offsets = pa.array(np.concatenate([[0], np.cumsum(pages.n_filled)]).astype(np.int32))
        names = np.array(["", *(path.name.lower() for path in recveil.Path)])
        yield _with(batch, {
            "recveil_items": pa.ListArray.from_arrays(
                offsets, pa.array(pages.items[used].astype(np.int32))),
            "recveil_scores": pa.ListArray.from_arrays(offsets, pa.array(pages.scores[used])),
            "recveil_path": pa.array(names[pages.paths].tolist())})


def fold_in(batches: Batches, config: str, models: Optional[str], user: str, items: str,
            weights: Optional[str], d: int, erased: bool) -> Batches:
    """Rows of users, on the model that never saw their fold."""
    for batch in batches:
        engine = engine_of(config, models)
        if not batch.num_rows:
            continue
        known = histories(batch.column(items), None if weights is None else batch.column(weights))
        rows = engine.fold_in(of_users(batch.column(user)), known, d, erased=erased,
                              weighted=weights is not None)
        yield _with(batch, {"recveil_row": lists(rows, np.ones(len(rows), np.bool_),
                                                 pa.list_(pa.float32()))})


def folds(batches: Batches, config: str, user: str) -> Batches:
    """The fold of each user."""
    for batch in batches:
        of = engine_of(config).folds_of(of_users(batch.column(user)))
        yield _with(batch, {"recveil_fold": pa.array(of.astype(np.int32))})


def screen(table: pa.Table, config: str, user: str, items: str, ratings: Optional[str],
           trigger: str) -> pa.Table:
    """The verdicts of one batch of accounts."""
    engine = engine_of(config)
    batch = table.combine_chunks().to_batches()[0]
    known = histories(batch.column(items), None if ratings is None else batch.column(ratings))
    found = recveil.screen(engine, known, of_users(batch.column(user)),
                           rated=ratings is not None, trigger=trigger)
    names = np.array(["", *(one.name.lower() for one in recveil.Verdict)])
    out = _with(batch, {
        "recveil_verdict": pa.array(names[found.verdicts].tolist()),
        "recveil_score": pa.array(found.scores), "recveil_accepted": pa.array(found.accepted),
        "recveil_weight": pa.array(found.weights)})
    return pa.Table.from_batches([out])


def pack_ids(batches: Batches, user: str) -> Batches:
    """Ids in few rows, for the driver to read one partition after another."""
    for batch in batches:
        ids = pa.RecordBatch.from_arrays([batch.column(user)], names=[user])
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, ids.schema) as stream:
            stream.write_batch(ids)
        yield _one(["ids"], sink.getvalue().to_pybytes())
