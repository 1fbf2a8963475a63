"""The loops around an engine: recommend and batches, screening, erasing, models in a folder."""
import tempfile
import unittest

import numpy as np
import recveil
import scene

KNOWN = scene.histories()


class Serve(unittest.TestCase):
    def test_batch_single_and_the_three_steps_are_equal(self):
        engine = scene.engine(folds=3)
        engine.publish_folds([scene.model(KNOWN, seed=s) for s in (1, 2, 3)])
        engine.publish_popularity(np.bincount(KNOWN.indices, minlength=120))
        pages = engine.recommend_batch(np.arange(400), KNOWN, 10)
        for user in range(0, 400, 7):
            one = engine.recommend(user, KNOWN[user].indices, 10)
            self.assertEqual(pages.items[user].tolist(), one.items.tolist())
            self.assertEqual(pages.scores[user].tobytes(), one.scores.tobytes())
            engine.route_fast(user, KNOWN[user].nnz)
            items, scores = engine.fold_rank(KNOWN[user].indices.view(np.uint32), 10)
            self.assertEqual(items.tolist(), one.items.tolist())
            self.assertEqual(scores.tobytes(), one.scores.tobytes())
            self.assertEqual(engine.decided(), one.decision)

    def test_the_score_is_that_of_a_dense_solution(self):
        engine, rows = scene.engine(folds=2), scene.factors(seed=2)
        engine.publish_folds([scene.model(KNOWN)] * 2)
        for user in range(20):
            mine = KNOWN[user].indices
            y = rows.astype(np.float64)
            gram = y.T @ y + (10 - 1) * y[mine].T @ y[mine] + np.eye(8)
            x = np.linalg.solve(gram, 10 * y[mine].sum(axis=0))
            found = engine.recommend(user, mine, 10)
            np.testing.assert_allclose(found.scores, (y @ x)[found.items], rtol=1e-4, atol=1e-5)

    def test_pages_continue(self):
        engine = scene.engine("popularity_randomization")
        engine.publish_popularity(np.arange(1, 121))
        engine.publish_users("members", [1])
        first = engine.recommend("someone", [], 5)
        second = engine.recommend("someone", [], 5, offset=5, page=first.decision.page)
        whole = engine.recommend("someone", [], 10)
        self.assertEqual(whole.items.tolist(), first.items.tolist() + second.items.tolist())
        self.assertEqual(engine.recommend(1, [3], 5).decision.path, recveil.Path.HOST)

    def test_texts_are_users_and_sets_hold(self):
        engine = scene.engine("popularity_randomization")
        engine.publish_popularity(np.arange(1, 121))
        engine.publish_users("members", ["ann", "bob"])
        self.assertEqual(engine.route("ann").reason, recveil.Reason.MEMBER)
        engine.publish_users("erased", ["ann"], "add")
        self.assertEqual(engine.route("ann").reason, recveil.Reason.ERASED)
        self.assertEqual(engine.info().n_members, 2)
        self.assertIn("recveil_serving_requests_total", engine.metrics())


class Screen(unittest.TestCase):
    def test_fakes_are_quarantined_and_people_are_not(self):
        engine = recveil.Engine({"keys": {"ephemeral": True}, "screening": {"mode": "enforce"}})
        draw = np.random.default_rng(1)
        people = scene.histories(1500, 300, tastes=6, seed=3)
        window = recveil.Window(engine, 300).add(people[:1000], np.arange(1000))
        with self.assertRaises(recveil.StateError):
            recveil.screen(engine, people[:2], [0, 1])
        window.train()
        from scipy.sparse import csr_matrix, vstack
        rows = [np.union1d([7], draw.choice(300, 14, replace=False)) for _ in range(40)]
        fakes = csr_matrix((np.ones(sum(map(len, rows)), np.float32),
                            (np.repeat(np.arange(40), [len(r) for r in rows]), np.concatenate(rows))),
                           shape=(40, 300))
        batch = vstack([people[1000:], fakes]).tocsr()
        found = recveil.screen(engine, batch, np.arange(5000, 5540))
        self.assertGreaterEqual((~found.accepted[500:]).sum(), 38)
        people_held = (found.verdicts[:500] == recveil.Verdict.QUARANTINE).sum()
        self.assertLessEqual(people_held, 10, found.evidence[:2000])
        self.assertTrue(found.enforced and found.evidence)
        self.assertTrue(recveil.reasons_text(found.reasons[520]))
        flagged = np.flatnonzero(found.verdicts == recveil.Verdict.QUARANTINE) + 5000
        self.assertFalse(engine.accepted(flagged).any())
        recveil.review(engine, flagged[:1], "overturned")
        self.assertTrue(engine.accepted(flagged[:1])[0])

    def test_windows_merge(self):
        engine = scene.engine()
        parts = [recveil.Window(engine, 120, seed=5) for _ in range(3)]
        parts[0].add(KNOWN, np.arange(400))
        parts[1].add(KNOWN[:200], np.arange(200))
        parts[2].add(KNOWN[200:], np.arange(200, 400))
        self.assertEqual(parts[2].merge(parts[1]).to_bytes(), parts[0].to_bytes())


class Erase(unittest.TestCase):
    def test_maps_travel_and_standing_erasures_apply(self):
        engine = scene.engine(folds=2)
        engine.publish_folds([scene.model(KNOWN)] * 2, version=3)
        users, classes = np.arange(400), np.arange(400) // 2 % 2
        raw = engine.fold_in(users, KNOWN, 8, erased=False)
        fitted = recveil.ErasureMap.fit(raw, classes, ["taste"], method="leace")
        again = recveil.ErasureMap.open(fitted.to_bytes())
        self.assertEqual((again.id, again.method, again.needs_classes),
                         (fitted.id, "leace", False))
        recveil.publish_erasures(engine, [again, again], [5, 6], model_version=3)
        served = engine.fold_in(users, KNOWN, 8)
        expected = raw.copy()
        again.apply(expected[5:7])
        self.assertEqual(served[5:7].tobytes(), expected[5:7].tobytes())
        self.assertEqual(served[7:].tobytes(), raw[7:].tobytes())
        with self.assertRaises(ValueError):
            recveil.ErasureMap.open(b"not a map")

    def test_rows_that_people_share_are_placed_by_user(self):
        draw = np.random.default_rng(1)
        cells = draw.normal(size=(8, 6)).astype(np.float32)
        classes = draw.integers(0, 2, 2000)
        rows = cells[np.where(draw.random(2000) < 0.8, 4 * classes, 0) + draw.integers(0, 4, 2000)]
        with self.assertRaises(ValueError):
            recveil.ErasureMap.fit(rows, classes, ["a"])
        fitted = recveil.ErasureMap.fit(rows, classes, ["a"], cells=True)
        self.assertTrue(fitted.needs_users)
        with self.assertRaises(ValueError):
            fitted.apply(rows.copy(), classes)
        users, outcomes = np.arange(2000, dtype=np.uint64), []
        for key in (b"k" * 32, b"k" * 32, b"m" * 32):
            mine = rows.copy()
            self.assertEqual(fitted.apply(mine, classes, users=users, key=key).n_mapped, 2000)
            outcomes.append(mine.tobytes())
        self.assertEqual(outcomes[0], outcomes[1])
        self.assertNotEqual(outcomes[0], outcomes[2])
        with self.assertRaises(ValueError):
            fitted.apply(rows.copy(), classes, users=users, key=b"short")

    def test_an_audit_reads_the_attribute_before_and_not_after(self):
        draw = np.random.default_rng(1)
        classes = draw.integers(0, 2, 1200)
        rows = draw.normal(size=(1200, 8)).astype(np.float32)
        rows[:, 0] += 1.5 * classes
        after = rows.copy()
        recveil.ErasureMap.fit(rows, classes, ["a"]).apply(after, classes)
        bare = recveil.audit_attributes(rows, classes, ["a"], seeds=1)
        erased = recveil.audit_attributes(rows, classes, ["a"], after=after, seeds=1)
        self.assertEqual(bare.verdict, "leak")
        self.assertGreater(bare.worst.auc, 0.8)
        self.assertGreater(max(line.before for line in erased.table()), 0.8)
        self.assertIn("before", str(erased))
        self.assertLess(abs(erased.worst.auc - 0.5), 0.5 * abs(bare.worst.auc - 0.5))


class Folder(unittest.TestCase):
    def test_models_come_back_with_the_same_bits(self):
        from scipy.sparse import random
        similarity = random(120, 120, 0.05, "csr", np.float32, random_state=1)
        support = np.bincount(KNOWN.indices, minlength=120)
        kinds = (lambda: recveil.FoldModel.item_item(similarity, support),
                 lambda: recveil.FoldModel.factors(
                     scene.factors(d=9)[:, :8], support, observed=3.0, unobserved=0.1,
                     regularization=2.0, item_bias=np.linspace(0, 1, 120), bias_residual=True))
        for make in kinds:
            with tempfile.TemporaryDirectory() as path:
                folder = recveil.ModelFolder(path)
                one, two = scene.engine(folds=2), None
                one.publish_folds([make(), make()], version=4)
                folder.save([make(), make()], 4)
                self.assertFalse(folder.follow(one))
                two = scene.engine(folds=2)
                self.assertTrue(folder.follow(two))
                self.assertEqual(two.info().model_version, 4)
                for user in range(50):
                    mine, theirs = (e.recommend(user, KNOWN[user].indices, 10) for e in (one, two))
                    self.assertEqual(mine.items.tolist(), theirs.items.tolist())
                    self.assertEqual(mine.scores.tobytes(), theirs.scores.tobytes())
                for version in range(5, 9):
                    folder.save([make(), make()], version)
                self.assertEqual(folder.versions(), [6, 7, 8])
                with self.assertRaises(ValueError):
                    folder.save([make()], 8)
                with self.assertRaises(LookupError):
                    folder.load(4)


if __name__ == "__main__":
    unittest.main()
