"""Guard over the real implicit: bare bits, cross-fit, updates, forgetting."""
import copy
import os
import unittest

import numpy as np
import recveil
import scene
from implicit.cpu.als import AlternatingLeastSquares
from implicit.cpu.bpr import BayesianPersonalizedRanking
from implicit.cpu.lmf import LogisticMatrixFactorization
from implicit.nearest_neighbours import BM25Recommender, CosineRecommender
from recveil.hosts.implicit import Guard
from scipy.sparse import csr_matrix

KNOWN = scene.histories(300, 90)


def als(**options):
    return AlternatingLeastSquares(**{"factors": 8, "alpha": 5.0, "regularization": 2.0,
                                      "iterations": 4, "num_threads": 1, "random_state": 3, **options})


MAKERS = {
    "als": als, "cosine": lambda: CosineRecommender(K=20, num_threads=1),
    "bm25": lambda: BM25Recommender(K=20, num_threads=1),
    "bpr": lambda: BayesianPersonalizedRanking(factors=8, iterations=20, num_threads=1,
                                               random_state=3),
    "lmf": lambda: LogisticMatrixFactorization(factors=8, iterations=10, num_threads=1,
                                               random_state=3)}


def writable(model):
    """A copy of a published model that implicit can solve with."""
    model = copy.copy(model)
    model.item_factors = model.item_factors.copy()
    model.user_factors = np.zeros((300, 8), np.float32)
    return model


def bits(found):
    return [np.asarray(part).tobytes() for part in found]


class Bare(unittest.TestCase):
    """On path HOST, Guard is the model."""

    def setUp(self):
        self.engine = scene.engine("popularity_randomization")

    def test_members_get_the_bits_of_the_bare_model(self):
        for name, make in MAKERS.items():
            bare, guard = make(), Guard(make(), self.engine)
            bare.fit(KNOWN, show_progress=False)
            guard.fit(KNOWN, show_progress=False)
            for user in range(100):
                for options in ({}, {"filter_already_liked_items": False}, {"filter_items": [1, 2]},
                                {"items": [3, 4, 5, 6]}):
                    self.assertEqual(bits(guard.recommend(user, KNOWN[user], 7, **options)),
                                     bits(bare.recommend(user, KNOWN[user], 7, **options)), name)
            users = np.arange(100)
            self.assertEqual(bits(guard.recommend(users, KNOWN[users], 7)),
                             bits(bare.recommend(users, KNOWN[users], 7)), name)

    def test_it_would_notice_another_model(self):
        bare, guard = als(), Guard(als(random_state=4), self.engine)
        bare.fit(KNOWN, show_progress=False)
        guard.fit(KNOWN, show_progress=False)
        self.assertNotEqual(bits(guard.recommend(0, KNOWN[0], 7)), bits(bare.recommend(0, KNOWN[0], 7)))

    def test_others_get_the_pool_and_counters_are_exact(self):
        guard = Guard(als(), self.engine)
        guard.fit(scene.emptied(KNOWN, 7), show_progress=False)
        ids, scores = guard.recommend(7, KNOWN[7], 5)
        self.assertEqual(len(ids), 5)
        self.assertFalse(np.isin(ids, KNOWN[7].indices).any())
        self.assertFalse(scores.any())
        among, _ = guard.recommend(7, KNOWN[7], 5, items=np.arange(30))
        self.assertTrue((among < 30).all())
        for _ in range(3):
            guard.recommend(1, KNOWN[1], 5)
        many, _ = guard.recommend(np.array([1, 7]), KNOWN[[1, 7]], 20)
        shown = len(ids) + len(among) + int((many[1] >= 0).sum())
        many = many[:, :5]
        self.assertEqual(many[1].tolist(), ids.tolist())
        text = self.engine.metrics()
        for line in ('requests_total{population="member",outcome="passthrough"} 4',
                     'requests_total{population="nonmember",outcome="randomized"} 3',
                     'items_total{origin="host"} 35', f'items_total{{origin="pool"}} {shown}'):
            self.assertIn(f"recveil_serving_{line}\n", text)

    def test_what_is_counted_before_the_model_ran_is_what_it_gives(self):
        m, shown, n = KNOWN.shape[1], 0, 0
        everything = csr_matrix(np.ones((1, m), np.float32))
        for _name, make in MAKERS.items():
            guard = Guard(make(), self.engine)
            guard.fit(KNOWN, show_progress=False)
            for user, row, k, more in (
                    (1, KNOWN[1], 7, {}), (1, everything, 7, {}), (1, KNOWN[1], m, {}),
                    (1, KNOWN[1], m + 5, {}), (1, KNOWN[1], 9, {"items": np.arange(6)}),
                    (1, KNOWN[1], 7, {"filter_items": np.arange(m - 3)})):
                shown += len(guard.recommend(user, row, k, **more)[0])
                n += 1
        text = self.engine.metrics()
        self.assertIn(f'recveil_serving_items_total{{origin="host"}} {shown}\n', text)
        self.assertIn(f'{{population="member",outcome="passthrough"}} {n}\n', text)

    def test_a_negative_user_is_an_error_and_not_the_last_user(self):
        guard = Guard(als(), self.engine)
        guard.fit(KNOWN, show_progress=False)
        for wrong in (-1, np.int32(-1), [-1]):
            with self.assertRaises(ValueError):
                guard.recommend(wrong, KNOWN[[0]])
        self.assertEqual(len(guard.model.recommend(-1, KNOWN[0])[0]), 10)  # implicit does


class CrossFit(unittest.TestCase):
    def test_lists_are_the_same_with_and_without_the_person(self):
        shorter = KNOWN[:-1]
        for name, make in MAKERS.items():
            for user, other in ((5, scene.emptied(KNOWN, 5)), (299, shorter)):
                guard = Guard(make(), scene.engine(folds=3))
                guard.fit_folds(make, KNOWN, folds=3, support_floor=1)
                with_them = guard.recommend(user, KNOWN[user], 10)
                guard.fit_folds(make, other, folds=3, support_floor=1)
                self.assertEqual(bits(guard.recommend(user, KNOWN[user], 10)), bits(with_them), name)

    def test_the_toggle_would_see_one_model_for_all(self):
        changed = 0
        for user in range(5):
            lists = []
            for known in (KNOWN, scene.emptied(KNOWN, user)):
                model = als()
                model.fit(known, show_progress=False)
                lists.append(bits(model.recommend(user, KNOWN[user], 10, recalculate_user=True)))
            changed += lists[0] != lists[1]
        self.assertEqual(changed, 5)

    def test_ranking_is_that_of_the_hosts_model(self):
        """Fold-in and ranking by recveil against implicit's own, on the same model."""
        engine = scene.engine(folds=3)
        guard = Guard(als(), engine)
        guard.fit_folds(als, KNOWN, folds=3, support_floor=1)
        same = 0
        for user in range(100):
            fold = engine.folds_of([user])[0]
            model = guard._folds[fold][0]
            model = writable(model)
            theirs, _ = model.recommend(user, KNOWN[user], 10, recalculate_user=True)
            same += (guard.recommend(user, KNOWN[user], 10)[0] == theirs).all()
        self.assertGreaterEqual(same, 97)  # float32 ties and rounding of implicit's solver

    def test_options_that_the_library_does_not_have(self):
        for name, make in MAKERS.items():
            guard = Guard(make(), scene.engine(folds=3))
            guard.fit_folds(make, KNOWN, folds=3, support_floor=1)
            plain, scores = guard.recommend(4, KNOWN[4], 10)
            slow, slow_scores = guard.recommend(4, KNOWN[4], 10, items=np.arange(90))
            self.assertEqual(slow.tolist(), plain.tolist(), name)
            np.testing.assert_allclose(slow_scores, scores, rtol=2e-4, atol=2e-5)
            liked, _ = guard.recommend(4, KNOWN[4], 20, filter_already_liked_items=False,
                                       items=KNOWN[4].indices)
            self.assertLessEqual(set(liked.tolist()), set(KNOWN[4].indices.tolist()), name)
            self.assertEqual(len(liked), min(20, KNOWN[4].nnz), name)
            hidden, _ = guard.recommend(4, KNOWN[4], 10, filter_items=plain[:2])
            self.assertEqual(hidden[:8].tolist(), plain[2:].tolist(), name)

    def test_batch_and_single_are_equal(self):
        for name, make in MAKERS.items():
            guard = Guard(make(), scene.engine(folds=3))
            guard.fit_folds(make, KNOWN, folds=3, support_floor=1)
            users = np.arange(60)
            ids, scores = guard.recommend(users, KNOWN[users], 10)
            for user in users:
                one, score = guard.recommend(int(user), KNOWN[int(user)], 10)
                self.assertEqual(ids[user][:len(one)].tolist(), one.tolist(), name)
                self.assertEqual(scores[user][:len(one)].tobytes(), score.tobytes(), name)

    def test_wrong_weights_are_found_while_publishing(self):
        class Wrong(AlternatingLeastSquares):
            def recalculate_user(self, userid, user_items):
                return super().recalculate_user(userid, user_items * 1.5)
        Wrong.__name__ = "AlternatingLeastSquares"
        guard = Guard(als(), scene.engine(folds=2))
        with self.assertRaises(recveil.ArgumentError):
            guard.fit_folds(lambda: Wrong(factors=8, alpha=5.0, regularization=2.0, num_threads=1),
                            KNOWN, folds=2, support_floor=1)

    def test_several_weights(self):
        known = KNOWN.copy()
        known.data = np.random.default_rng(1).integers(1, 6, known.nnz).astype(np.float32)
        engine = scene.engine(folds=2)
        guard = Guard(als(), engine)
        guard.fit_folds(als, known, folds=2, support_floor=1)
        model = guard._folds[engine.folds_of([3])[0]][0]
        model = writable(model)
        theirs, scores = model.recommend(3, known[3], 10, recalculate_user=True)
        ids, own = guard.recommend(3, known[3], 10)
        self.assertEqual(ids.tolist(), theirs.tolist())
        np.testing.assert_allclose(own, scores, rtol=1e-3)

    def test_training_in_place_on_published_rows_raises(self):
        guard = Guard(als(), scene.engine(folds=2))
        guard.fit_folds(als, KNOWN, folds=2, support_floor=1)
        with self.assertRaisesRegex(ValueError, "read-only"):
            guard._folds[0][0].item_factors += 1


class Update(unittest.TestCase):
    def test_quarantined_people_are_not_trained_on(self):
        engine = scene.engine("popularity_randomization")
        engine.publish_users("quarantined", [3, 4])
        guard, bare = Guard(als(), engine), als()
        guard.fit(KNOWN, show_progress=False)
        bare.fit(scene.emptied(scene.emptied(KNOWN, 3), 4), show_progress=False)
        self.assertEqual(guard.model.item_factors.tobytes(), bare.item_factors.tobytes())
        self.assertEqual(guard.partial_fit_users([3, 5], KNOWN[[3, 5]]).tolist(), [False, True])


class Forget(unittest.TestCase):
    def setUp(self):
        scene_folder = scene.folder_engine()
        self.engine, self.folder = scene_folder.__enter__()
        self.addCleanup(scene_folder.__exit__, None, None, None)
        self.journal = recveil.Journal(self.engine)
        self.names = [f"person {u}" for u in range(300)]
        self.classes = np.arange(300) // 2 % 2  # two of the four tastes
        self.guard = Guard(als(), self.engine, users=self.names, journal=self.journal)
        self.guard.fit(KNOWN, show_progress=False)

    def test_rows_are_erased_stored_read_back_and_completed(self):
        guard = self.guard
        guard.model.user_norms
        before = guard.user_factors.copy()
        asked = [recveil.Request([self.names[u]], attributes=["gender"],
                                 labels="host") for u in range(60)]
        self.assertEqual(set(self.journal.submit(*asked)), {"accepted"})
        done = guard.forget(version=1, classes=self.classes, attributes=["gender"])
        self.assertEqual(done.written.n_mapped, 60)
        self.assertIsNone(guard.model._user_norms)
        self.assertEqual(guard.user_factors[60:].tobytes(), before[60:].tobytes())
        path = os.path.join(self.folder, "model.npz")
        self.assertEqual(guard.save(path, done).n_confirmed, 60)
        self.assertEqual(self.journal.state(asked[0].id), recveil.State.VERIFYING)
        report = recveil.audit_attributes(
            before, self.classes, ["gender"], after=guard.user_factors.copy(), model_version=1,
            requesters=np.arange(300) < 60, admit_leak=True)
        self.assertEqual(self.journal.evidence(audit=report.evidence), 60)
        receipt = self.journal.complete(asked[0].id, method=done.erasure.method,
                                        not_touched=["backups"])
        self.assertEqual(receipt["receipt"]["not_touched"], ["backups"])
        key, _version = self.journal.public_key()
        text = self.journal.receipt(asked[0].id)
        self.assertTrue(recveil.verify_receipt(text, key))
        self.assertFalse(recveil.verify_receipt(text.replace(b"backups", b"nothing"), key))

    def test_an_old_file_put_back_is_mapped_to_the_same_bits(self):
        path = os.path.join(self.folder, "raw.npz")
        self.guard.save(path)
        self.journal.submit(*[recveil.Request([self.names[u]], attributes=["gender"],
                                              labels="host") for u in range(60)])
        self.guard.forget(version=1, classes=self.classes, attributes=["gender"])
        restored = Guard.load(AlternatingLeastSquares, path, self.engine, users=self.names,
                              journal=self.journal)
        again = restored.forget(version=1, classes=self.classes, attributes=["gender"])
        self.assertEqual(again.written.n_mapped, 60)
        self.assertEqual(restored.user_factors.tobytes(), self.guard.user_factors.tobytes())

    def test_an_erased_person_is_served_the_pool_and_named_to_nobody(self):
        near = int(self.guard.similar_users(1, 5)[0][1])
        self.journal.submit(recveil.Request([self.names[near]], "erase"))
        done = self.guard.forget(version=1)
        self.assertEqual(done.written.n_mapped, 1)
        self.assertFalse(self.guard.user_factors[near].any())
        ids, _ = self.guard.similar_users(1, 5)
        self.assertNotIn(near, ids.tolist())
        self.assertEqual(len(ids), 5)
        with self.assertRaises(ValueError):
            self.guard.similar_users(near)
        self.assertFalse(self.guard.recommend(near, KNOWN[near], 5)[1].any())
        self.assertFalse(self.guard.partial_fit_users([near], KNOWN[[near]])[0])
        self.guard.fit(KNOWN, show_progress=False)
        self.assertFalse(self.guard.user_factors[near].any())

    def test_pinned_columns_keep_their_bits(self):
        for name, frozen in (("bpr", 1), ("lmf", 2)):
            guard = Guard(MAKERS[name](), self.engine, users=self.names, journal=self.journal)
            guard.fit(KNOWN, show_progress=False)
            tail = guard.user_factors[:, -frozen:].copy()
            self.journal.submit(*[recveil.Request([self.names[u]], attributes=["gender"],
                                                  labels="host") for u in range(60)])
            done = guard.forget(version=7 + frozen, classes=self.classes, attributes=["gender"])
            self.assertEqual(done.written.n_mapped, 60)
            self.assertEqual(guard.user_factors[:, -frozen:].tobytes(), tail.tobytes())

    def test_other_models(self):
        with self.assertRaises(NotImplementedError):
            Guard(object(), self.engine)
        item = Guard(CosineRecommender(), self.engine, users=self.names, journal=self.journal)
        item.fit(KNOWN, show_progress=False)
        with self.assertRaises(NotImplementedError):
            item.forget(version=2)


if __name__ == "__main__":
    unittest.main()
