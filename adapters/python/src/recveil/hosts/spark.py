"""Spark MLlib's ALS: models of folds, lists for everybody, and erasing between save and load.

    published = fit_folds(ALS(implicitPrefs=True, ...), ratings, engine, config, folder="/shared/models")
    lists = spark.recommend(histories, config, "user", "items", 10, models="/shared/models")

recommendForUserSubset() drops users whom the model does not know; spark.recommend() serves them. docs/spark.md
has the walk-through. Install the extra: pip install recveil[spark].
"""
from __future__ import annotations

import os
import uuid
from typing import Any, List, NamedTuple, Optional, Union

import numpy as np
from numpy.typing import NDArray
from pyspark.sql import DataFrame, functions as F
from pyspark.sql import types as T

from recveil import spark
from recveil.engine import Engine
from recveil.errors import ArgumentError, UnsupportedError
from recveil.folds import FoldModel
from recveil.models import ModelFolder


class Published(NamedTuple):
    """What fit_folds() published."""

    version: int
    n_items: int
    models: List[Any]  # one ALSModel for each fold


def _columns(als: Any, ratings: DataFrame) -> None:
    """Refuse what cannot be folded in, before any training."""
    if not als.getImplicitPrefs():
        raise UnsupportedError("als: implicitPrefs is False: explicit ALS fits the ratings themselves, and a model "
                               "of folds knows only that something was taken; set implicitPrefs=True")
    if als.getNonnegative():
        raise UnsupportedError("als: nonnegative=True is no ridge regression, so nobody can be folded in")
    for name in (als.getUserCol(), als.getItemCol(), als.getRatingCol()):
        if name not in ratings.columns:
            raise ArgumentError(f"ratings: there is no column {name!r}; the table has {', '.join(ratings.columns)}")


def histories(als: Any, ratings: DataFrame) -> DataFrame:
    """One row a user: the user column, `items` (rising) and `weights` (1 + alpha times the rating)."""
    _columns(als, ratings)
    user, item, rating = als.getUserCol(), als.getItemCol(), als.getRatingCol()
    strength = F.col(rating)
    pairs = (ratings.where(strength > 0).groupBy(user, item).agg(F.sum(strength).alias("strength"))
             .groupBy(user).agg(F.sort_array(F.collect_list(F.struct(
                 F.col(item).cast("int").alias("item"),
                 (1 + als.getAlpha() * F.col("strength")).cast("float").alias("weight")))).alias("pairs")))
    return pairs.select(user, F.col("pairs.item").alias("items"), F.col("pairs.weight").alias("weights"))


def _matrix(factors: DataFrame, n: int) -> NDArray[np.float32]:
    """(n, d) float32 of a table (id, features); rows that are not there are 0."""
    found = factors.select("id", "features").toArrow().combine_chunks()
    ids = np.asarray(found.column("id").combine_chunks())
    flat = np.asarray(found.column("features").combine_chunks().flatten(), np.float32)
    rows = flat.reshape(len(ids), -1)
    out = np.zeros((n, rows.shape[1]), np.float32)
    out[ids] = rows
    return out


def fit_folds(als: Any, ratings: DataFrame, engine: Engine, config: spark.Config, *, folds: int = 5,
              folder: Union[str, "os.PathLike[str]"], samples: int = 20,
              n_items: Optional[int] = None) -> Published:
    """Train one ALS model for each fold, without its users, and publish them together.

    Args:
        als: a pyspark.ml.recommendation.ALS with implicitPrefs=True
        ratings: its user, item and rating columns; ids are integers from 0
        engine: of the driver;  config: the same configuration for the workers, with keys.file
        folds: serving.folds of the configuration
        folder: of a recveil.ModelFolder, which workers and servers see
        samples: how many rows that Spark solved are compared while publishing
    Raises:
        UnsupportedError: explicit or non-negative ALS
        ArgumentError: also if the rows compared differ: weights that are not the trainer's
    """
    _columns(als, ratings)
    user, item = als.getUserCol(), als.getItemCol()
    known = histories(als, ratings).cache()
    try:
        if n_items is None:
            n_items = 1 + int(ratings.agg(F.max(item)).first()[0])
        marked = spark.with_folds(ratings, config, user).cache()
        models, published = [], []
        for fold in range(folds):
            part = marked.where(F.col(spark.FOLD) != fold)
            model = als.fit(part)
            support = spark.popularity(part.select(user, item).distinct(), item, n_items)
            published.append(_fold_model(als, model, known, support, samples))
            models.append(model)
        version = engine.publish_folds(published)
        ModelFolder(folder).save(published, version)
        engine.publish_popularity(spark.popularity(ratings.select(user, item).distinct(), item, n_items))
        marked.unpersist()
    finally:
        known.unpersist()
    return Published(version, n_items, models)


def _fold_model(als: Any, model: Any, known: DataFrame, support: NDArray[np.uint64], samples: int) -> FoldModel:
    user = als.getUserCol()
    items = _matrix(model.itemFactors, len(support))
    alpha = als.getAlpha()
    made = {"observed": 1 + alpha, "unobserved": 1.0, "regularization": als.getRegParam(), "ridge_by_count": True,
            "exponent": 1.0}  # lambda times the number of ratings
    some = (model.userFactors.orderBy(F.xxhash64("id"), "id").limit(10 * samples)
            .join(known, F.col("id") == F.col(user)).orderBy("id").collect())
    # Samples are histories without weights: of users who took everything once.
    plain = [row for row in some if all(abs(w - (1 + alpha)) <= 1e-6 * (1 + alpha) for w in row.weights)]
    if not plain:
        return FoldModel.factors(items, support, **made)
    plain = plain[:samples]
    rows = np.array([row.features for row in plain], np.float32)
    return FoldModel.factors(items, support, samples=([np.array(row["items"], np.int64) for row in plain], rows), **made)


class Stored(NamedTuple):
    """What store() wrote, for receipts."""

    files: List[str]  # Parquet files of userFactors
    kept: Optional[str]  # the model that was at the path before; it still has the old rows

    @property
    def not_touched(self) -> List[str]:
        """What still has the data, for Journal.complete()."""
        return [] if self.kept is None else [f"older model in {self.kept}"]


def store(model: Any, path: str, user_factors: DataFrame, *, replace: bool = False) -> Stored:
    """Save an ALSModel with other user factors; ALSModel.load(path) serves them.

    The model is there whole or not at all: it is written under a name of its own, and the rows that
    Spark wrote with it are deleted before it becomes `path`. What was at `path` stays next to it.

    Args:
        user_factors: id and features, as spark.erase() or spark.forget() gave them
    Raises:
        ArgumentError: path exists, without replace; rows that could not be erased; other columns
    """
    fields = {field.name: field.dataType for field in user_factors.schema.fields}
    element = getattr(fields.get("features"), "elementType", None)
    if not isinstance(fields.get("id"), T.IntegerType) or not isinstance(element, T.FloatType):
        raise ArgumentError("user_factors: must have id int and features array<float>, as ALSModel.userFactors")
    bad = user_factors.where(F.col("features").isNull()).count()
    if bad:
        raise ArgumentError(f"user_factors: {bad} rows have no features: see their {spark.ERROR}")
    files = spark.FileSystem(user_factors.sparkSession, path)
    if files.exists(path) and not replace:
        raise ArgumentError(f"path: {path} exists; replace=True keeps it next to the new one")
    new = f"{path}.new-{uuid.uuid4().hex[:12]}"
    try:
        model.save(new)
        rows = user_factors.select("id", "features")
        written = spark.save(rows, f"{new}/userFactors", replace=True)
        if written.kept is not None:
            files.delete(written.kept)
        kept = files.put(new, path)
    except BaseException:
        files.delete(new)
        raise
    return Stored(written.files, kept)
