"""Spark MLlib's ALS on MovieLens-1M through the guard: who was in the training data, and gender after erasing.

Hypothesis of each audit: AUC = .5. ALS with implicitPrefs, rank 64, 10 iterations, alpha 9, lambda .1 times the
number of ratings. Worst attacker, 95 % intervals corrected for all of them; AUC on either side of a half counts.
Controls: what must leak (one model for everybody; the rows before) and what must not (permuted labels).
"""
import shutil
import tempfile
import unittest
from pathlib import Path

import datasets
import membership
import numpy as np
import pyarrow as pa
import recveil
from pyspark.ml.recommendation import ALS, ALSModel
from recveil import spark
from recveil.hosts import spark as mllib
from spark_session import session

N, FOLDS, SPLITS = 20, 5, (1, 2, 3)


def als():
    return ALS(rank=64, maxIter=10, implicitPrefs=True, alpha=9.0, regParam=0.1, userCol="user", itemCol="item",
               ratingCol="n", seed=7, numUserBlocks=2, numItemBlocks=2)


def table(known):
    """(user, item, n) of a sparse matrix."""
    users = np.repeat(np.arange(known.shape[0], dtype=np.int32), np.diff(known.indptr))
    return SPARK.createDataFrame(pa.table({"user": users, "item": known.indices.astype(np.int32),
                                           "n": known.data.astype(np.float32)}))


def lists_of(frame, users):
    """(n, N) items of these users; -1: no item."""
    found = frame.select("user", "recveil_items").toArrow()
    by_user = dict(zip(found.column("user").to_pylist(), found.column("recveil_items").to_pylist()))
    return np.array([(by_user[u] + N * [-1])[:N] for u in users.tolist()])


def setUpModule():
    global SPARK
    datasets.need_data()
    SPARK = session(spark__driver__memory="3g", spark__sql__execution__arrow__maxRecordsPerBatch="2000")


def tearDownModule():
    SPARK.stop()


class Folder(unittest.TestCase):
    def setUp(self):
        self.folder = Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder)
        recveil.generate_key(self.folder / "key")

    def config(self, folds):
        return {"keys": {"file": str(self.folder / "key")}, "serving": {
            "mode": "cross_fit", "folds": folds, "list_length": N, "support_floor": 5}}


class Membership(Folder):
    def measured(self, known, seed):
        """NDCG@10 of members and others, and the report, by how people are served."""
        part = membership.split(known, seed)
        ratings, flags = table(part.data), part.members[part.enough]
        config = self.config(FOLDS)
        engine = recveil.Engine(config)
        models = self.folder / f"models{seed}"
        mllib.fit_folds(als(), ratings, engine, config, folds=FOLDS, folder=models, n_items=known.shape[1])
        everybody = mllib.histories(als(), table(part.history)).cache()
        shown = {"cross-fit": lists_of(spark.recommend(everybody, config, "user", "items", N, weights="weights",
                                                       models=str(models)), part.enough)}
        one = als().fit(ratings)
        support = np.bincount(part.data.indices, minlength=known.shape[1]).astype(np.uint64)
        alone = recveil.Engine(self.config(2))
        published = mllib._fold_model(als(), one, everybody, support, 20)
        alone.publish_folds([published, published])
        pages = alone.recommend_batch(part.enough, part.history[part.enough] * np.float32(10), N, weighted=True)
        shown["one model"] = np.where(np.arange(N) < pages.n_filled[:, None], pages.items.astype(np.int64), -1)
        rows = mllib._matrix(one.userFactors, known.shape[0])[part.enough]
        scores = rows @ mllib._matrix(one.itemFactors, known.shape[1]).T
        for at, user in enumerate(part.enough):
            scores[at, part.history.indices[part.history.indptr[user]:part.history.indptr[user + 1]]] = -np.inf
        bare = datasets.ndcg(np.argsort(-scores, axis=1)[:, :N], part.held_out, part.enough)[flags].mean()
        out = {}
        shuffled = np.random.default_rng(900 + seed).permutation(flags)
        for name, lists, told in (("one model", shown["one model"], flags), ("cross-fit", shown["cross-fit"], flags),
                                  ("one model, permuted labels", shown["one model"], shuffled)):
            utility = datasets.ndcg(lists, part.held_out, part.enough)
            report = recveil.audit_population(recveil.Population(part.history[part.enough], lists, told),
                                              n_items=known.shape[1], seeds=3)
            out[name] = utility[flags].mean(), utility[~flags].mean(), report
            print(f"split {seed}, {name}: {report.verdict}, {report.worst}; NDCG@10 members {out[name][0]:.4f}, "
                  f"others {out[name][1]:.4f}; bare members {bare:.4f}", flush=True)
        return out, bare

    def test_ml_1m(self):
        found = [self.measured(datasets.ml1m()[0], seed) for seed in SPLITS]
        worst = {}
        for name in found[0][0]:
            worst[name] = membership.pool([one[name][2] for one, _bare in found])
            print(f"{name}: worst {worst[name].attacker} AUC {worst[name].auc:.3f}, upper bound of max(AUC, 1 - AUC) "
                  f"{worst[name].upper:.3f}, splits {[one[name][2].verdict for one, _bare in found]}", flush=True)
        self.assertGreaterEqual(worst["one model"].most, 0.57)
        self.assertLessEqual(worst["cross-fit"].upper, 0.54)
        self.assertLessEqual(worst["one model, permuted labels"].upper, 0.54)
        self.assertGreaterEqual(np.mean([one["cross-fit"][0] for one, _bare in found]),
                                np.mean([bare for _one, bare in found]))


class Attribute(Folder):
    def test_gender_after_erasing_all(self):
        known, _ratings, gender = datasets.ml1m()
        model = als().fit(table(known))
        path = str(self.folder / "als")
        model.save(path)
        raw = mllib._matrix(model.userFactors, known.shape[0])
        told = SPARK.createDataFrame(pa.table({"id": np.arange(len(gender), dtype=np.int32), "gender": gender}))
        users = model.userFactors.join(told, "id")
        erasure = recveil.ErasureMap.fit(*spark.sample(users, "id", "features", ["gender"], d=64), ["gender"])
        erased = spark.erase(users, erasure, "features", d=64, classes="gender")
        mllib.store(model, path, erased.select("id", "features", spark.ERROR), replace=True)
        rows = mllib._matrix(ALSModel.load(path).userFactors, known.shape[0])
        shuffled = np.random.default_rng(77).permutation(gender)
        found = {}
        for name, classes, after in (("erased", gender, rows), ("raw", gender, None),
                                     ("raw, permuted labels", shuffled, None)):
            report = recveil.audit_attributes(raw, classes, ["gender"], after=after)
            line = report.worst
            found[name] = membership.folded(line.auc)
            print(f"gender, {name}: {report.verdict}, {line}", flush=True)
        self.assertGreaterEqual(found["raw"], 0.70)
        self.assertLessEqual(found["erased"], 0.57)
        self.assertLessEqual(found["raw, permuted labels"], 0.57)


if __name__ == "__main__":
    unittest.main()
