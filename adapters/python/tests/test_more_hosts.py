"""LightFM and Cornac: serving, forgetting with biases and optimizer state, Cornac's own application."""
import os
import tempfile
import unittest

import cornac
import numpy as np
import recveil
import scene
from lightfm import LightFM
from recveil.hosts import cornac as cornac_host
from recveil.hosts import lightfm as lightfm_host

KNOWN = scene.histories(300, 90)
CLASSES = np.arange(300) // 2 % 2
NAMES = [f"u{user}" for user in range(300)]


def warp(seed=3):
    return LightFM(no_components=8, loss="warp", random_state=seed)


class Scene(unittest.TestCase):
    def setUp(self):
        opened = scene.folder_engine(serving={"ratio": 0.5, "list_length": 20})
        self.engine, self.folder = opened.__enter__()
        self.addCleanup(opened.__exit__, None, None, None)
        self.journal = recveil.Journal(self.engine)

    def submit(self, users):
        self.journal.submit(*[recveil.Request([NAMES[u]], attributes=["taste"], labels="host")
                              for u in users])


class LightFm(Scene):
    def guard(self):
        guard = lightfm_host.Guard(warp(), self.engine, users=NAMES, journal=self.journal)
        return guard.fit(KNOWN, epochs=5)

    def test_members_get_their_own_list_and_others_the_pool(self):
        guard = self.guard()
        bare = warp().fit(KNOWN, epochs=5)
        for user in range(20):
            scores = bare.predict(user, np.arange(90))
            scores[KNOWN[user].indices] = -np.inf
            ids, found = guard.recommend(user, KNOWN[user].indices, 5)
            self.assertEqual(ids.tolist(), np.lexsort((np.arange(90), -scores))[:5].tolist())
            np.testing.assert_array_equal(found, scores[ids])
        self.engine.publish_users("members", [NAMES[1]], "remove")
        self.assertFalse(guard.recommend(1, KNOWN[1].indices, 5)[1].any())

    def test_what_training_kept_for_a_row_goes_with_it(self):
        guard = self.guard()
        names = ("user_embedding_gradients", "user_embedding_momentum", "user_bias_gradients",
                 "user_bias_momentum", "user_biases")
        before = {name: getattr(guard, name).copy() for name in names}
        self.submit(range(50))
        done = guard.forget(version=1, classes=CLASSES, attributes=["taste"])
        self.assertEqual(done.written.n_mapped, 50)
        self.assertIn("optimizer", done.written.stale)
        self.assertTrue((guard.user_embedding_gradients[:50] == 1).all())
        self.assertFalse((before["user_embedding_gradients"][:50] == 1).all())
        self.assertEqual(len(np.unique(guard.user_biases[:50])), 1)
        for name in names:
            self.assertEqual(getattr(guard, name)[50:].tobytes(), before[name][50:].tobytes())
        self.assertEqual(guard.acknowledge(done, guard.user_embeddings.copy()).n_confirmed, 50)

    def test_cross_fit_does_not_see_the_person(self):
        engine, found = scene.engine(folds=2), []
        folds = engine.folds_of(np.arange(300))
        one, two = int(np.argmax(folds == 0)), int(np.argmax(folds == 1))
        for known in (KNOWN, scene.emptied(KNOWN, one), scene.emptied(KNOWN, two)):
            guard = lightfm_host.Guard(warp(), engine)
            guard.fit_folds(warp, known, folds=2, epochs=3)
            pages = [guard.recommend(user, KNOWN[user].indices, 10) for user in (one, two)]
            found.append([[part.tolist() for part in page] for page in pages])
        self.assertEqual(found[0][0], found[1][0])
        self.assertEqual(found[0][1], found[2][1])
        self.assertNotEqual(found[0][0], found[2][0])  # data of the other fold do count
        self.assertNotEqual(found[0][1], found[1][1])

    def test_user_features_are_refused(self):
        guard = lightfm_host.Guard(warp(), self.engine, users=NAMES[:7], journal=self.journal)
        guard._model.fit(KNOWN, epochs=1)
        with self.assertRaises(NotImplementedError):
            guard.forget(version=1)


def dataset():
    rows = np.repeat(np.arange(300), np.diff(KNOWN.indptr))
    return cornac.data.Dataset.from_uir([(NAMES[u], f"i{i}", 1.0)
                                         for u, i in zip(rows, KNOWN.indices)], seed=1)


class Cornac(Scene):
    def guard(self, kind=cornac.models.BPR, **options):
        model = kind(k=8, max_iter=20, seed=1, **options)
        model.fit(dataset())
        guard = cornac_host.Guard(model, self.engine, journal=self.journal)
        guard.publish()
        return guard

    def test_members_get_cornacs_list_and_strangers_no_error(self):
        guard = self.guard()
        for user in NAMES[:20]:
            bare = guard._model.recommend(user, k=5, remove_seen=True,
                                          train_set=guard._model.train_set)
            self.assertEqual(guard.recommend(user, 5, True), bare)
        with self.assertRaises(ValueError):
            guard._model.recommend("nobody", k=5)
        shown = guard.recommend("nobody", 5, True)
        self.assertEqual(len(shown), 5)
        self.assertTrue(all(item.startswith("i") for item in shown))

    def test_rows_and_biases_are_erased(self):
        guard = self.guard(cornac.models.MF)
        ids = list(guard._model.train_set.user_ids)
        classes = np.array([CLASSES[NAMES.index(user)] for user in ids])
        factors, biases = guard._model.u_factors.copy(), guard._model.u_biases.copy()
        self.submit(range(50))
        asked = np.isin(ids, NAMES[:50])
        done = guard.forget(version=1, classes=classes, attributes=["taste"])
        if done.erasure.left_alone:  # MF of constant ones: nothing tells the classes apart
            self.assertEqual(guard._model.u_factors.tobytes(), factors.tobytes())
        else:
            self.assertEqual(done.written.n_mapped, 50)
        self.assertEqual(guard._model.u_factors[~asked].tobytes(), factors[~asked].tobytes())
        self.assertEqual(guard._model.u_biases[~asked].tobytes(), biases[~asked].tobytes())

    def test_nothing_is_created_where_there_is_no_signal(self):
        """Classes that are drawn say nothing about rows: the map leaves every bit where it is. It mistakes chance
        for a signal in 1 of 100; of 12 draws more than 2 are mistaken with a probability of 2e-4."""
        guard, wrong = self.guard(cornac.models.MF), 0
        self.submit(range(300))
        factors, biases = guard._model.u_factors.copy(), guard._model.u_biases.copy()
        for seed in range(12):
            drawn = np.random.default_rng(50 + seed).permutation(CLASSES)
            if not recveil.ErasureMap.fit(factors, drawn, ["taste"]).left_alone:
                wrong += 1
                continue
            guard.forget(version=1 + seed, classes=drawn, attributes=["taste"])
            self.assertEqual(guard._model.u_factors.tobytes(), factors.tobytes())
            self.assertEqual(guard._model.u_biases.tobytes(), biases.tobytes())
        self.assertLessEqual(wrong, 2)

    def test_the_serving_application_answers_strangers(self):
        guard = self.guard()
        with tempfile.TemporaryDirectory() as folder:
            os.environ["MODEL_PATH"] = guard._model.save(folder)
            os.environ["MODEL_CLASS"] = "cornac.models.BPR"
            from cornac.serving.app import app
            client = app.test_client()
            app.config["PROPAGATE_EXCEPTIONS"] = False
            self.assertEqual(client.get("/recommend?uid=nobody&k=5").status_code, 500)  # as it is
            cornac_host.protect(app, guard)
            answer = client.get("/recommend?uid=nobody&k=5")
            self.assertEqual(answer.status_code, 200)
            self.assertEqual(len(answer.json["recommendations"]), 5)
            self.assertEqual(answer.json["query"], {"uid": "nobody", "k": 5, "remove_seen": False})
            member = client.get(f"/recommend?uid={NAMES[3]}&k=5").json["recommendations"]
            self.assertEqual(member, guard._model.recommend(NAMES[3], k=5))
            self.assertEqual(client.get("/recommend?k=5").status_code, 400)
            self.assertEqual(client.get("/recommend?uid=a&k=x").status_code, 400)

    def test_other_models_are_refused(self):
        with self.assertRaises(NotImplementedError):
            cornac_host.Guard(cornac.models.MostPop(), self.engine)


if __name__ == "__main__":
    unittest.main()
