"""Spark on local[2]: statistics and maps have the bits of one process, however rows are divided."""
import json
import tempfile
import unittest
import warnings
from pathlib import Path

import numpy as np
import pyarrow as pa
import recveil
from pyspark.errors.exceptions.base import PySparkException
from pyspark.sql import functions as F
from recveil import ErasureMap, ErasureStatistics, PrivateStatistics, spark
from recveil.hosts import spark as mllib
from spark_session import session

N, D, ITEMS = 3000, 12, 60
SPARK = session()
RANDOM = np.random.default_rng(7)
ROWS = RANDOM.normal(size=(N, D)).astype(np.float32)
CLASSES = RANDOM.integers(-1, 2, N).astype(np.int32)
ROWS[CLASSES == 1, 0] += 1
HISTORIES = [np.unique(RANDOM.zipf(1.6, RANDOM.integers(2, 12)) % ITEMS) for _ in range(N)]
RATINGS = [RANDOM.integers(1, 6, len(history)).astype(np.float32) for history in HISTORIES]
TABLE = SPARK.createDataFrame(pa.table({
    "user": np.arange(N), "features": pa.array(list(ROWS), pa.list_(pa.float32())),
    "gender": pa.array([None if k < 0 else int(k) for k in CLASSES], pa.int32()),
    "items": pa.array([h.tolist() for h in HISTORIES], pa.list_(pa.int32())),
    "ratings": pa.array([r.tolist() for r in RATINGS], pa.list_(pa.float32()))})).cache()
TABLE.count()


def divided(seed):
    """The table in 1 to 9 partitions, in an order of the seed."""
    return TABLE.orderBy(F.rand(seed)).repartition(1 + seed % 9)


def csr(lists):
    return np.concatenate([[0], np.cumsum([len(one) for one in lists])]), np.concatenate(lists)


def collected(df):
    return df.toArrow().sort_by("user")


def rows_of(table, column="features"):
    return np.array(table.column(column).to_pylist(), np.float32)


class Quiet(unittest.TestCase):
    def run(self, result=None):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ResourceWarning)  # of PySpark's own sockets
            return super().run(result)


class Bits(Quiet):
    def test_statistics_of_twenty_partitionings(self):
        whole = ErasureStatistics(D, 2).add(ROWS, CLASSES).to_bytes()
        counts = np.bincount(np.concatenate(HISTORIES), minlength=ITEMS)
        for seed in range(20):
            part = divided(seed)
            sums = spark.erasure_statistics(part, "features", "gender", d=D, n_classes=2)
            self.assertEqual(sums.to_bytes(), whole, seed)
            if seed % 5 == 0:
                np.testing.assert_array_equal(spark.popularity(part, "items", ITEMS), counts)

    def test_private_statistics_of_twenty_partitionings(self):
        catalogue = np.array([7, 3, 50, 41, 0, 22, 13], np.uint32)
        counts = PrivateStatistics(ITEMS).add(csr(HISTORIES)).to_bytes()
        gram = PrivateStatistics(ITEMS, catalogue).add(csr(HISTORIES)).to_bytes()
        for seed in range(20):
            part = divided(seed)
            found = spark.private_statistics(part, "user", "items", n_items=ITEMS, catalogue=catalogue)
            self.assertEqual(found.to_bytes(), gram, seed)
            if seed % 5 == 0:
                found = spark.private_statistics(part, "user", "items", n_items=ITEMS)
                self.assertEqual(found.to_bytes(), counts)
        # Somebody with several rows, or with an item twice, is one person.
        pairs = TABLE.select("user", F.explode("items").alias("item"))
        found = spark.private_statistics(pairs.union(pairs).repartition(5), "user", "item", n_items=ITEMS)
        self.assertEqual(found.to_bytes(), counts)

    def test_statistics_are_made_by_as_many_tasks_as_the_table_has(self):
        part = TABLE.repartition(6)
        SPARK.sparkContext.setJobGroup("statistics", "")
        spark.erasure_statistics(part, "features", "gender", d=D, n_classes=2)
        tracker = SPARK.sparkContext.statusTracker()
        stages = [stage for job in tracker.getJobIdsForGroup("statistics") for stage in tracker.getJobInfo(job).stageIds]
        self.assertEqual([tracker.getStageInfo(stage).numTasks for stage in sorted(stages)][-2:], [6, 1])

    def test_more_partitions_than_are_added_at_once(self):
        empty = TABLE.limit(300).repartition(130)
        sums = spark.erasure_statistics(empty, "features", "gender", d=D, n_classes=2)
        self.assertEqual(sums.n_rows, empty.where("gender is not null").count())

    def test_maps_of_twenty_partitionings(self):
        key = bytes(range(32))
        shared = ROWS.copy()
        shared[:600] = 0
        maps = {method: ErasureMap.fit(ROWS, CLASSES, ["gender"], method=method)
                for method in ("leace", "score_transport", "gaussian_transport")}
        maps["cells"] = ErasureMap.fit(shared, CLASSES, ["gender"], method="optimal_transport", cells=True)
        self.assertTrue(maps["cells"].needs_users)
        expected = {}
        for name, erasure in maps.items():
            expected[name] = ROWS.copy()
            cells = {"users": np.arange(N).astype(np.uint64), "key": key} if name == "cells" else {}
            erasure.apply(expected[name], CLASSES if erasure.needs_classes else None, **cells)
        for seed in range(20):
            name = list(maps)[seed % len(maps)]
            out = collected(spark.erase(divided(seed), maps[name], "features", d=D, classes="gender",
                                        user="user", key=key))
            np.testing.assert_array_equal(rows_of(out).view(np.uint32), expected[name].view(np.uint32))
            self.assertEqual(out.column(spark.ERROR).null_count, N)

    def test_a_sample_is_the_same_in_any_partition(self):
        one, other = (spark.sample(divided(seed), "user", "features", ["gender"], d=D, n=500) for seed in (0, 5))
        np.testing.assert_array_equal(one.rows, other.rows)
        np.testing.assert_array_equal(one.classes, other.classes)
        self.assertEqual(one.rows.shape, (500, D))
        self.assertFalse(ErasureMap.fit(*one, ["gender"]).left_alone)


class Rows(Quiet):
    def test_a_bad_row_fails_alone(self):
        erasure = ErasureMap.fit(ROWS, CLASSES, ["gender"], method="leace")
        good = [1.0] * D
        table = SPARK.createDataFrame(
            [(1, good), (2, None), (3, good[1:]), (4, good[1:] + [float("nan")]), (5, good[1:] + [None]), (6, good)],
            "user long, features array<float>")
        out = collected(spark.erase(table, erasure, "features", d=D)).to_pylist()
        why = [row[spark.ERROR] for row in out]
        self.assertEqual([reason is None for reason in why], [True, False, False, False, False, True])
        self.assertIn("null", why[1])
        self.assertIn(f"{D - 1} numbers, not {D}", why[2])
        self.assertIn("not finite", why[3])
        self.assertEqual([row["features"] is None for row in out], [reason is not None for reason in why])
        self.assertEqual(out[0]["features"], out[5]["features"])

    def test_a_schema_that_does_not_fit_is_refused_before_any_work(self):
        erasure = ErasureMap.fit(ROWS, CLASSES, ["gender"], method="gaussian_transport")
        for call, words in (
                (lambda: spark.erase(TABLE, erasure, "feature", d=D), "no column 'feature'"),
                (lambda: spark.erase(TABLE, erasure, "user", d=D), "vector_to_array"),
                (lambda: spark.erase(TABLE, erasure, "features", d=D), "needs them"),
                (lambda: spark.erase(TABLE, erasure, "features", d=D, classes="features"), "integers"),
                (lambda: spark.popularity(TABLE, "features", 3), "integers"),
                (lambda: spark.recommend(TABLE, {}, "user", "features", 3), "array of integers")):
            with self.assertRaisesRegex(recveil.ArgumentError, words):
                call()
        twice = spark.erase(TABLE, erasure, "features", d=D, classes="gender")
        with self.assertRaisesRegex(recveil.ArgumentError, "reveals"):
            spark.erase(twice, erasure, "features", d=D, classes="gender")

    def test_what_is_stored_is_whole_and_overwrites_nothing(self):
        with tempfile.TemporaryDirectory() as folder:
            path = f"{folder}/rows"
            first = spark.save(TABLE.select("user"), path)
            self.assertIsNone(first.kept)
            self.assertTrue(first.files)
            with self.assertRaises(recveil.ArgumentError):
                spark.save(TABLE.select("user"), path)
            broken = TABLE.select(F.raise_error(F.lit("on purpose")).alias("x"))
            with self.assertRaises(PySparkException):
                spark.save(broken, path, replace=True)
            self.assertEqual([p.name for p in Path(folder).iterdir()], ["rows"])
            second = spark.save(TABLE.select("user").limit(5), path, replace=True)
            self.assertEqual(SPARK.read.parquet(path).count(), 5)
            self.assertEqual(SPARK.read.parquet(second.kept).count(), N)
            self.assertIn(second.kept, second.not_touched[0])


class Loops(Quiet):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        recveil.generate_key(self.folder / "key")
        self.config = {"keys": {"file": str(self.folder / "key")}, "state_dir": str(self.folder / "state")}
        (self.folder / "state").mkdir()

    def test_windows_and_screening(self):
        engine = recveil.Engine(self.config)
        shape = {"n_items": ITEMS, "scale": (1.0, 5.0)}
        rated = (*csr(HISTORIES), np.concatenate(RATINGS))
        whole = recveil.Window(engine, **shape).add(rated, np.arange(N))
        for seed in (1, 5, 8):
            found = spark.window(divided(seed), engine, self.config, "user", "items", ratings="ratings", **shape)
            self.assertEqual(found.to_bytes(), whole.to_bytes())
        found.train()
        some = TABLE.where("user < 400").withColumn("batch", F.col("user") % 2)
        out = collected(spark.screen(some.repartition(5), self.config, "batch", "user", "items", ratings="ratings"))
        for batch in (0, 1):
            which = np.arange(batch, 400, 2)
            offsets, items = csr([HISTORIES[u] for u in which])
            alone = recveil.screen(engine, (offsets, items, np.concatenate([RATINGS[u] for u in which])),
                                   which, rated=True)
            np.testing.assert_array_equal(
                np.array(out.column("recveil_score").to_pylist(), np.float32)[which], alone.scores)
            names = [recveil.Verdict(v).name.lower() for v in alone.verdicts]
            self.assertEqual(np.array(out.column("recveil_verdict").to_pylist())[which].tolist(), names)

    def test_forgetting_and_its_receipt(self):
        config = self.config | {"forget": {"journal": str(self.folder / "journal")}}
        engine = recveil.Engine(config)
        journal = recveil.Journal(engine)
        requests = [recveil.Request([str(u)], kind="attribute", attributes=["gender"]) for u in (3, 700, 2999)]
        requests.append(recveil.Request(["11"], kind="erase"))
        journal.submit(*requests)
        erasure = ErasureMap.fit(ROWS, CLASSES, ["gender"])
        at = {"name": "userFactors", "version": 4, "user": "user", "vector": "features", "d": D,
              "attributes": ["gender"]}
        done = spark.forget(divided(3), journal, erasure=erasure, **at)
        self.assertEqual(sorted(done.ids), ["11", "2999", "3", "700"])
        self.assertEqual(done.written.n_mapped, 4)
        stored = spark.save(done.table, str(self.folder / "rows"))
        back = SPARK.read.parquet(str(self.folder / "rows"))
        rows, expected = rows_of(collected(back)), ROWS.copy()
        few = expected[[3, 700, 2999]]
        erasure.apply(few)
        expected[[3, 700, 2999]], expected[11] = few, 0
        np.testing.assert_array_equal(rows.view(np.uint32), expected.view(np.uint32))
        acked = spark.acknowledge(back, journal, done, **at)
        self.assertEqual((acked.n_confirmed, acked.n_left), (4, 0))
        again = spark.forget(divided(4), journal, erasure=erasure, **at)  # a job that ran twice
        self.assertEqual(rows_of(collected(again.table)).tobytes(), expected.tobytes())
        acked = spark.acknowledge(back, journal, again, **at)
        self.assertEqual((acked.n_confirmed, acked.n_left), (4, 0))
        journal.evidence([requests[3].id])
        receipt = journal.complete(requests[3].id, not_touched=stored.not_touched)
        self.assertIn("userFactors", json.dumps(receipt))
        self.assertEqual(journal.state(requests[3].id), recveil.State.COMPLETED)

    def test_forgetting_people_with_several_rows_and_rows_of_double(self):
        config = self.config | {"forget": {"journal": str(self.folder / "journal")}}
        engine = recveil.Engine(config)
        journal = recveil.Journal(engine)
        journal.submit(recveil.Request(["5"], kind="attribute", attributes=["gender"]),
                       recveil.Request(["9"], kind="erase"))
        rows = ROWS[:40].astype(np.float64) + 1e-12  # which float does not hold
        users = np.arange(40) // 3  # up to three rows a person
        table = SPARK.createDataFrame(pa.table({
            "user": users, "device": [f"device {i % 3}" for i in range(40)], "features": list(rows)}))
        erasure = ErasureMap.fit(ROWS, CLASSES, ["gender"])
        at = {"name": "devices", "version": 1, "user": "user", "vector": "features", "d": D, "attributes": ["gender"]}
        with self.assertRaisesRegex(recveil.ArgumentError, "name a column `row`"):
            spark.forget(table, journal, erasure=erasure, **at)
        with self.assertRaisesRegex(recveil.ArgumentError, "same value"):
            spark.forget(table.withColumn("same", F.lit(1)), journal, erasure=erasure, row="same", **at)
        expected = rows.copy()
        some = expected[users == 5]
        erasure.apply(some)
        expected[users == 5], expected[users == 9] = some, 0
        path = str(self.folder / "rows")
        for seed in (3, 8):
            done = spark.forget(table.orderBy(F.rand(seed)).repartition(seed), journal, erasure=erasure, row="device", **at)
            found = done.table.toArrow().sort_by([("user", "ascending"), ("device", "ascending")])
            np.testing.assert_array_equal(np.array(found.column("features").to_pylist()).view(np.uint64),
                                          expected.view(np.uint64))
        self.assertEqual((done.ids, done.written.n_mapped), (["5", "9"], 6))
        spark.save(done.table, path)
        back = SPARK.read.parquet(path).repartition(4)
        acked = spark.acknowledge(back, journal, done, row="device", **at)
        self.assertEqual((acked.n_confirmed, acked.n_left), (6, 0))

    def test_lists_of_als_for_everybody(self):
        from pyspark.ml.recommendation import ALS, ALSModel
        config = self.config | {"serving": {"mode": "cross_fit", "folds": 2, "list_length": 20, "support_floor": 1}}
        engine = recveil.Engine(config)
        als = ALS(rank=4, maxIter=2, implicitPrefs=True, userCol="user", itemCol="item", alpha=5.0, regParam=.1, seed=1)
        pairs = TABLE.select("user", F.explode("items").alias("item"), F.lit(1.0).alias("rating"))
        ratings = pairs.where("user < 2500")
        done = mllib.fit_folds(als, ratings, engine, config, folds=2, folder=self.folder / "models", n_items=ITEMS)
        known = mllib.histories(als, pairs)  # also of people whom no model knows
        arrow = known.toArrow().sort_by("user")
        users = np.array(arrow.column("user").to_pylist())
        lists = [np.array(one) for one in arrow.column("items").to_pylist()]
        weights = np.concatenate(arrow.column("weights").to_pylist()).astype(np.float32)
        alone = engine.recommend_batch(users, (*csr(lists), weights), 10, weighted=True)
        for parts in (1, 4):
            out = collected(spark.recommend(known.repartition(parts), config, "user", "items", 10, weights="weights",
                                            models=str(self.folder / "models")))
            for u, (found, scores) in enumerate(zip(out.column("recveil_items").to_pylist(),
                                                    out.column("recveil_scores").to_pylist())):
                self.assertEqual(found, alone.items[u][:alone.n_filled[u]].tolist())
                self.assertEqual(np.float32(scores).tobytes(), alone.scores[u][:alone.n_filled[u]].tobytes())
            self.assertEqual(set(out.column("recveil_path").to_pylist()), {"fold"})
        self.assertTrue(all(alone.n_filled[2500:]))  # recommendForUserSubset would drop them
        folded = collected(spark.fold_in(known, config, "user", "items", d=4, weights="weights",
                                         models=str(self.folder / "models")))
        rows = engine.fold_in(users, (*csr(lists), weights), 4, weighted=True)
        np.testing.assert_array_equal(rows_of(folded, "recveil_row"), rows)

        model = done.models[0]
        factors = model.userFactors
        erasure = ErasureMap.fit(rows, np.arange(len(rows)) % 2, ["x"], method="leace")
        path = str(self.folder / "model")
        model.save(path)
        stored = mllib.store(model, path, spark.erase(factors, erasure, "features", d=4), replace=True)
        loaded = ALSModel.load(path)
        wanted = mllib._matrix(factors, N)
        erasure.apply(wanted)
        found = mllib._matrix(loaded.userFactors, N)
        there = np.isin(np.arange(N), [row.id for row in factors.select("id").collect()])
        np.testing.assert_array_equal(found[there], wanted[there])
        self.assertTrue(stored.files and "before" in stored.kept)
        self.assertEqual(sorted(p.name for p in Path(path).iterdir()), ["itemFactors", "metadata", "userFactors"])
        with self.assertRaises(recveil.UnsupportedError):
            mllib.histories(ALS(userCol="user", itemCol="item"), ratings)

    def test_audits_of_tables(self):
        shown = TABLE.where("user < 300").select("user", F.explode("items").alias("item"))
        # Members are shown what they have, which is a leak; the same tables without Spark say the same.
        lists = shown.selectExpr("user", "case when user % 2 = 0 then item else (item + 7) % 60 end as item").distinct()
        members = TABLE.where("user < 300").selectExpr("user", "user % 2 = 0 as member")
        tables = [one.orderBy(one.columns) for one in (shown, lists, members)]
        found = spark.audit_lists(*tables, seeds=1)
        alone = recveil.audit_lists(*[one.toArrow() for one in tables], seeds=1)
        self.assertEqual(found.worst, alone.worst)
        self.assertEqual(found.data["warnings"], alone.data["warnings"])
        self.assertGreater(found.worst.auc, .9)


if __name__ == "__main__":
    unittest.main()
