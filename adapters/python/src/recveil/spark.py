"""PySpark: the loops over tables that no machine holds, with the bits of one machine.

    from recveil import ErasureMap, spark
    sums = spark.erasure_statistics(users, "features", "gender", d=64, n_classes=2)
    erasure = ErasureMap.fit_statistics([sums], ["gender"], method="leace")
    spark.save(spark.erase(users, erasure, "features", d=64), "s3://bucket/users.erased")

Vectors are columns of arrays of float or double (pyspark.ml.functions.vector_to_array makes one of a
Spark ML vector). Statistics are one row of bytes for each partition, added up by the library; maps go
row by row. Rows that cannot be mapped have no vector in the output, and `recveil_error` says why.
Workers need the same version of this package. docs/spark.md has the walk-through.
"""
from __future__ import annotations

import json
import uuid
from typing import Any, List, Mapping, NamedTuple, Optional, Sequence, Tuple, Union

import numpy as np
from numpy.typing import NDArray
from pyspark import cloudpickle
from pyspark.sql import DataFrame, functions as F
from pyspark.sql import types as T

import recveil
from recveil import _spark_ship
from recveil.engine import Engine
from recveil.erase import ErasureMap, ErasureStatistics
from recveil.errors import ArgumentError, StateError
from recveil.forget import Acked, Journal, Table, Written
from recveil.private import PrivateStatistics
from recveil.report import Report
from recveil.screening import Window

cloudpickle.register_pickle_by_value(_spark_ship)

Config = Union[str, Mapping[str, Any]]
"""The configuration of an engine, or the path of one, as workers open it: with keys.file, and with
state_dir for what was published. A worker opens one engine for all tasks."""

ERROR, FOLD = "recveil_error", "recveil_fold"
_GROUP, _GROUP_BYTES = 64, 1 << 28  # most blocks of statistics that one task adds up, and most bytes of them
_STATISTICS = T.StructType([T.StructField("statistics", T.BinaryType()),
                            T.StructField("left_out", T.LongType())])


def _task(name: str, *given: Any) -> Any:
    return _spark_ship.task(name, recveil.__version__, *given)


def _config(config: Config) -> str:
    return config if isinstance(config, str) else json.dumps(config)


def _check(df: DataFrame, **columns: Tuple[Optional[str], str]) -> None:
    """Refuse a schema before any work: columns = parameter=(column, "vector", "list", "id" or "class")."""
    fields = {field.name: field.dataType for field in df.schema.fields}
    whole = (T.ByteType, T.ShortType, T.IntegerType, T.LongType)
    for parameter, (name, kind) in columns.items():
        if name is None:
            continue
        if name not in fields:
            raise ArgumentError(f"{parameter}: there is no column {name!r}; the table has "
                                f"{', '.join(fields)}")
        found = fields[name]
        element = found.elementType if isinstance(found, T.ArrayType) else None
        fits = {"vector": isinstance(element, (T.FloatType, T.DoubleType)),
                "list": isinstance(element, whole), "weights": isinstance(element, (T.FloatType, T.DoubleType)),
                "id": isinstance(found, (*whole, T.StringType)),
                "class": isinstance(found, whole), "item": isinstance(found, whole) or isinstance(element, whole)}
        if not fits[kind]:
            wanted = {"vector": "an array of float or double (vector_to_array makes one of an ML vector)",
                      "list": "an array of integers", "weights": "an array of float or double",
                      "id": "integers or text", "class": "integers",
                      "item": "integers, or an array of them"}[kind]
            raise ArgumentError(f"{parameter}: column {name!r} is {found.simpleString()}, must be {wanted}")


def _reduced(blocks: DataFrame, add: Any, n_bytes: int) -> Tuple[Optional[bytes], int]:
    """One block of about n_bytes from all, added up by workers until few are left, and the rows left out.

    Blocks are shuffled to those who add them up: coalesce() would let as few tasks make them.
    """
    group = max(2, min(_GROUP, _GROUP_BYTES // max(1, n_bytes)))
    parts = blocks.rdd.getNumPartitions()
    while parts > 1:
        parts = -(-parts // group)
        blocks = blocks.repartition(parts).mapInArrow(add, _STATISTICS)
    # As Arrow: collect() of a driver that runs out of memory returns no row and no error.
    last = blocks.toArrow()
    if last.num_rows == 0:
        return None, 0
    return last.column("statistics")[0].as_py(), int(last.column("left_out")[0].as_py())


# statistics


def erasure_statistics(df: DataFrame, vector: str, classes: str, *, d: int, n_classes: int,
                       frozen_columns: int = 0) -> ErasureStatistics:
    """The statistics of an attribute, of all rows with a good vector and a class.

    Args:
        vector: a column of arrays of d numbers;  classes: a column of integers; null: not known
        d: numbers in a vector, with the frozen ones
    """
    _check(df, vector=(vector, "vector"), classes=(classes, "class"))
    blocks = df.select(vector, classes).mapInArrow(
        _task("moments", vector, classes, d, n_classes, frozen_columns), _STATISTICS)
    none = ErasureStatistics(d - frozen_columns, n_classes)
    data, _left_out = _reduced(blocks, _task("add_moments"), len(none.to_bytes()))
    return none if data is None else ErasureStatistics.open(data)


def popularity(df: DataFrame, item: str, n_items: int) -> NDArray[np.uint64]:
    """(n_items,) uint64: how many rows name each item, for Engine.publish_popularity().

    Args:
        item: a column of integers below n_items, or of arrays of them; null counts for nothing
    """
    _check(df, item=(item, "item"))
    blocks = df.select(item).mapInArrow(_task("count_items", item, n_items), _STATISTICS)
    data, _left_out = _reduced(blocks, _task("add_counts"), 8 * n_items)
    return np.zeros(n_items, np.uint64) if data is None else np.frombuffer(data, np.uint64).copy()


def window(df: DataFrame, engine: Engine, config: Config, user: str, items: str, *, n_items: int,
           ratings: Optional[str] = None, sample_accounts: int = 0,
           scale: Optional[Tuple[float, float]] = None, seed: int = 1) -> Window:
    """A trusted window of accounts, one a row, to train a screening model on.

    Args:
        engine: of the driver, with the key of config
        user, items, ratings: columns of ids, of arrays of items and, with a scale, of arrays of ratings
    """
    _check(df, user=(user, "id"), items=(items, "list"), ratings=(ratings, "weights"))
    if (ratings is None) != (scale is None):
        raise ArgumentError("ratings: go with a scale, and a scale with ratings")
    shape = {"n_items": n_items, "sample_accounts": sample_accounts, "scale": scale, "seed": seed}
    names = [name for name in (user, items, ratings) if name is not None]
    blocks = df.select(*names).mapInArrow(
        _task("window", _config(config), user, items, ratings, shape), _STATISTICS)
    out = Window(engine, n_items, sample_accounts=sample_accounts, scale=scale, seed=seed)
    data, _left_out = _reduced(blocks, _task("add_windows", _config(config), shape), len(out.to_bytes()))
    return out if data is None else out.merge(data)


def private_statistics(df: DataFrame, user: str, items: str, *, n_items: int,
                       catalogue: Any = None) -> PrivateStatistics:
    """The statistics of a private release, of everybody: how many people hold each item, or, with a
    catalogue, which items of it are held together.

    Rows of the same user are one person, and an item counts once: the promise is about a person. Rows
    without a user are left out.

    Args:
        items: a column of integers below n_items, or of arrays of them; null: a person who holds nothing
        catalogue: item numbers, as private.catalogue() chose them
    """
    _check(df, user=(user, "id"), items=(items, "item"))
    column = F.col(items)
    if not isinstance(df.schema[items].dataType, T.ArrayType):
        column = F.array(column)
    people = (df.where(F.col(user).isNotNull()).groupBy(user)
              .agg(F.array_distinct(F.array_compact(F.flatten(F.collect_list(column)))).alias("items")))
    none = PrivateStatistics(n_items, catalogue)
    chosen = None if catalogue is None else [int(item) for item in catalogue]
    blocks = people.select("items").mapInArrow(_task("private", "items", n_items, chosen), _STATISTICS)
    data, _left_out = _reduced(blocks, _task("add_private"), len(none.to_bytes()))
    return none if data is None else PrivateStatistics.open(data)


class Sample(NamedTuple):
    """Rows of a sample, for a map that needs the rows themselves."""

    rows: NDArray[np.float32]  # (n, d)
    classes: NDArray[np.int32]  # (n, n_attributes); -1: not known


def sample(df: DataFrame, user: str, vector: str, classes: Sequence[str], *, d: int, n: int = 100_000,
           seed: int = 1) -> Sample:
    """The good rows of the n users with the smallest seeded hash: the same in any partition.

    ErasureMap.fit(*sample, names) then fits score_transport, whose map is a function of the row alone.
    """
    from recveil import _spark_tasks
    _check(df, user=(user, "id"), vector=(vector, "vector"),
           **{f"classes[{i}]": (name, "class") for i, name in enumerate(classes)})
    found = (df.select(vector, *classes, F.xxhash64(F.col(user).cast("string"), F.lit(seed)).alias("recveil_hash"),
                       F.col(user).cast("string").alias("recveil_user"))
             .orderBy("recveil_hash", "recveil_user").limit(n).toArrow().combine_chunks())
    if not found.num_rows:
        return Sample(np.empty((0, d), np.float32), np.empty((0, len(classes)), np.int32))
    batch = found.to_batches()[0]
    rows, good, _why = _spark_tasks.vectors(batch.column(vector), d)
    told = np.stack([_spark_tasks.integers(batch.column(name)) for name in classes], axis=1)
    return Sample(rows[good].astype(np.float32), told[good])


# maps


def erase(df: DataFrame, erasure: ErasureMap, vector: str, *, d: int,
          classes: Union[None, str, Sequence[str]] = None, frozen_columns: int = 0,
          user: Optional[str] = None, key: Optional[bytes] = None,
          config: Optional[Config] = None) -> DataFrame:
    """Erase every row once: the same columns, and recveil_error.

    Args:
        classes: columns of integers, for a map that needs them; a row of unknown class stays as it is
        user, key, config: for a map with cells: ids, the 32 bytes of the key file and, for ids that
            are text, the engine's configuration
    """
    named = [classes] if isinstance(classes, str) else list(classes or ())
    _check(df, vector=(vector, "vector"), user=(user, "id"),
           **{f"classes[{i}]": (name, "class") for i, name in enumerate(named)})
    if erasure.needs_classes and not named:
        raise ArgumentError(f"classes: a map of {erasure.method} needs them")
    if erasure.needs_users and (user is None or key is None):
        raise ArgumentError("user: a map with cells needs users and the key")
    if ERROR in df.columns:
        raise ArgumentError(f"df: has a column {ERROR!r}: its rows went through erase() already, and a row "
                            "that is mapped twice reveals its class")
    schema = T.StructType([*df.schema.fields, T.StructField(ERROR, T.StringType())])
    return df.mapInArrow(_task("erase", erasure.to_bytes(), vector, named if erasure.needs_classes else [],
                               d, frozen_columns, user if erasure.needs_users else None, key,
                               None if config is None else _config(config)), schema)


def recommend(df: DataFrame, config: Config, user: str, items: str, k: int, *,
              weights: Optional[str] = None, models: Optional[str] = None) -> DataFrame:
    """A list for every user: recveil_items, recveil_scores and recveil_path ("fold", "pool", ...).

    Args:
        items: a column of arrays: what each user took so far;  weights: of the same lengths
        models: the path of a recveil.ModelFolder that all workers see, for cross-fit serving
    """
    _check(df, user=(user, "id"), items=(items, "list"), weights=(weights, "weights"))
    schema = T.StructType([
        *df.schema.fields, T.StructField("recveil_items", T.ArrayType(T.IntegerType())),
        T.StructField("recveil_scores", T.ArrayType(T.FloatType())),
        T.StructField("recveil_path", T.StringType())])
    return df.mapInArrow(_task("recommend", _config(config), models, user, items, weights, k), schema)


def fold_in(df: DataFrame, config: Config, user: str, items: str, *, d: int, models: str,
            weights: Optional[str] = None, erased: bool = True) -> DataFrame:
    """recveil_row: the row of each user on the model that never saw their fold."""
    _check(df, user=(user, "id"), items=(items, "list"), weights=(weights, "weights"))
    schema = T.StructType([*df.schema.fields, T.StructField("recveil_row", T.ArrayType(T.FloatType()))])
    return df.mapInArrow(_task("fold_in", _config(config), models, user, items, weights, d, erased), schema)


def with_folds(df: DataFrame, config: Config, user: str) -> DataFrame:
    """recveil_fold: the fold of each user, for training without it."""
    _check(df, user=(user, "id"))
    schema = T.StructType([*df.schema.fields, T.StructField(FOLD, T.IntegerType())])
    return df.mapInArrow(_task("folds", _config(config), user), schema)


def screen(df: DataFrame, config: Config, batch: str, user: str, items: str, *,
           ratings: Optional[str] = None, trigger: str = "new") -> DataFrame:
    """Screen accounts: those with the same value of `batch` are judged together, whatever their partition.

    Adds recveil_verdict ("accept", "quarantine", "defer"), recveil_score, recveil_accepted and
    recveil_weight. The screening model is what was published to the state_dir of config.
    """
    _check(df, user=(user, "id"), items=(items, "list"), ratings=(ratings, "weights"))
    schema = T.StructType([
        *df.schema.fields, T.StructField("recveil_verdict", T.StringType()),
        T.StructField("recveil_score", T.FloatType()), T.StructField("recveil_accepted", T.BooleanType()),
        T.StructField("recveil_weight", T.FloatType())])
    return df.groupBy(batch).applyInArrow(
        _task("screen", _config(config), user, items, ratings, trigger), schema)


def audit_lists(histories: DataFrame, lists: DataFrame, members: DataFrame, **options: Any) -> Report:
    """recveil.audit_lists() of tables in Spark; they must fit into the driver: take a sample of people."""
    return recveil.audit_lists(histories.toArrow(), lists.toArrow(), members.toArrow(), **options)


# forget


class Forgotten(NamedTuple):
    """What forget() did: save() the table, then acknowledge() what was stored."""

    table: DataFrame
    written: Written
    ids: List[str]  # whose rows owed something


def forget(df: DataFrame, journal: Journal, name: str, version: int, user: str, vector: str, *, d: int,
           attributes: Sequence[str] = (), erasure: Optional[ErasureMap] = None,
           classes: Optional[Mapping[str, Sequence[int]]] = None, frozen_columns: int = 0,
           row: Optional[str] = None) -> Forgotten:
    """Plan and apply what the journal says is owed. The driver reads all ids, one partition after
    another, and only the rows of people who owe something.

    Args:
        name, version: of the table, as recveil.Table has them
        user: a column of ids, as requests name them
        classes: of the attributes, by id, for a map that needs classes
        row: where a person has several rows: a column of integers or text that tells them apart
    """
    _check(df, user=(user, "id"), vector=(vector, "vector"), row=(row, "id"))
    if row == user:
        raise ArgumentError(f"row: column {row!r} is that of the user")
    owed = _owed(df, journal, user)
    table, keys = _rows_of(df, owed, name, version, user, vector, d, attributes, frozen_columns, row)
    told = None
    if classes is not None:
        unknown = [-1] * max(1, len(attributes))
        told = np.array([list(classes.get(one, unknown)) for one in table.ids], np.int32).reshape(len(keys), -1)
    written = journal.apply(table, None, erasure, told)
    out = df.mapInArrow(_task("replace", vector, user, row, keys, table.rows.tobytes(), str(table.rows.dtype), d),
                        df.schema)
    return Forgotten(out if keys else df, written, sorted(set(table.ids)))


def acknowledge(df: DataFrame, journal: Journal, forgotten: Forgotten, name: str, version: int, user: str,
                vector: str, *, d: int, attributes: Sequence[str] = (), frozen_columns: int = 0,
                row: Optional[str] = None) -> Acked:
    """Read the rows of an attempt back, from the table as it was stored and will be served."""
    _check(df, user=(user, "id"), vector=(vector, "vector"), row=(row, "id"))
    table, _keys = _rows_of(df, forgotten.ids, name, version, user, vector, d, attributes, frozen_columns, row)
    return journal.ack(table, forgotten.written.attempt)


def _owed(df: DataFrame, journal: Journal, user: str) -> List[str]:
    import pyarrow as pa
    packed = df.select(user).mapInArrow(_task("pack_ids", user),
                                        T.StructType([T.StructField("ids", T.BinaryType())]))
    found: List[str] = []
    for row in packed.toLocalIterator(prefetchPartitions=True):
        with pa.ipc.open_stream(bytes(row.ids)) as stream:
            ids = [str(one) for one in stream.read_all().column(0).to_pylist() if one is not None]
        found += [one for one, owes in zip(ids, journal.owes(ids)) if owes]
    return sorted(set(found))


def _rows_of(df: DataFrame, ids: Sequence[str], name: str, version: int, user: str, vector: str, d: int,
             attributes: Sequence[str], frozen: int, row: Optional[str]) -> Tuple[Table, List[Any]]:
    """The rows of these people by rising id and, for those who have several, by `row`; and what tells
    each row from all others."""
    from recveil import _spark_tasks
    wanted = df.sparkSession.createDataFrame([(one,) for one in ids], "recveil_id string")
    named = F.col(user).cast("string") == F.col("recveil_id")
    order = ["recveil_id", *([] if row is None else [row])]
    found = (df.select(user, vector, *([] if row is None else [row])).join(F.broadcast(wanted), named)
             .orderBy(*order).toArrow().combine_chunks())
    if not found.num_rows:
        kind = np.float32 if df.schema[vector].dataType.elementType == T.FloatType() else np.float64
        return Table(name, version, np.empty((0, d), kind), [], attributes, frozen), []
    batch = found.to_batches()[0]
    rows, good, why = _spark_tasks.vectors(batch.column(vector), d)
    if not good.all():
        wrong = int(np.flatnonzero(~good)[0])
        raise StateError(f"{wrong + 1} of the rows that owe something: {why[wrong]}")
    keys = _spark_tasks.keys(batch, user, row)
    if len(set(keys)) < len(keys):
        raise ArgumentError(f"user: a person has two rows in column {user!r}; name a column `row` that tells them apart"
                            if row is None else
                            f"row: a person has two rows with the same value of column {row!r}")
    return Table(name, version, rows, batch.column("recveil_id").to_pylist(), attributes, frozen), keys


# storing


class Saved(NamedTuple):
    """What save() wrote, for receipts: Journal.complete(not_touched=...)."""

    files: List[str]
    kept: Optional[str]  # where the files lie that were there before; they still have the old rows

    @property
    def not_touched(self) -> List[str]:
        """What still has the data."""
        return [] if self.kept is None else [f"older files in {self.kept}"]


class FileSystem:
    """Whatever a path of Spark names, by Hadoop's own interface."""

    def __init__(self, session: Any, path: str) -> None:
        self._path = session._jvm.org.apache.hadoop.fs.Path
        self._files = self._path(path).getFileSystem(session._jsc.hadoopConfiguration())

    def exists(self, path: str) -> bool:
        """Whether something is there."""
        return bool(self._files.exists(self._path(path)))

    def delete(self, path: str) -> None:
        """Delete it with all that is in it."""
        self._files.delete(self._path(path), True)

    def names(self, path: str) -> List[str]:
        """The names in a folder."""
        return sorted(status.getPath().getName() for status in self._files.listStatus(self._path(path)))

    def put(self, new: str, path: str) -> Optional[str]:
        """Give `new` the name `path`. Returns the name of what was there, if anything."""
        kept = None
        if self.exists(path):
            kept = f"{path}.before-{uuid.uuid4().hex[:12]}"
            if not self._files.rename(self._path(path), self._path(kept)):
                raise OSError(f"{path}: cannot be moved to {kept}")
        if not self._files.rename(self._path(new), self._path(path)):
            if kept is not None:
                self._files.rename(self._path(kept), self._path(path))
            raise OSError(f"{path}: the new files cannot be moved there")
        return kept


def save(df: DataFrame, path: str, *, replace: bool = False) -> Saved:
    """Write Parquet whole or not at all: under a name of its own, which becomes `path` when all is there.

    Args:
        replace: what is at path moves next to it, and kept says where; else a path that exists is an error
    """
    files = FileSystem(df.sparkSession, path)
    if files.exists(path) and not replace:
        raise ArgumentError(f"path: {path} exists; replace=True keeps it next to the new one")
    new = f"{path}.new-{uuid.uuid4().hex[:12]}"
    try:
        df.write.parquet(new)
        kept = files.put(new, path)
    except BaseException:
        files.delete(new)
        raise
    return Saved([name for name in files.names(path) if name.endswith(".parquet")], kept)


__all__ = ["Config", "FileSystem", "Forgotten", "Sample", "Saved", "acknowledge", "audit_lists", "erase",
           "erasure_statistics", "fold_in", "forget", "popularity", "private_statistics", "recommend", "sample", "save", "screen",
           "window", "with_folds"]
