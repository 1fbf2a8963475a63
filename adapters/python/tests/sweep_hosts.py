"""What hosts keep of an attribute on MovieLens-1M: gender, after erasing through the adapters.

Each number has its control: what is left where the adapter is not used. AUC on either side of a half
counts. Audits: worst of all (attacker, protocol) pairs. Seeds are fixed here.
"""
import unittest

import datasets
import faiss
import numpy as np
import recveil
import scene
from implicit.cpu.als import AlternatingLeastSquares
from recveil.hosts.faiss import replace_rows
from test_faiss import auc, telling


def als(known, d):
    model = AlternatingLeastSquares(factors=d, alpha=10.0, regularization=10.0, iterations=10,
                                    num_threads=1, random_state=1)
    model.fit(known, show_progress=False)
    return model


def requests(rows):
    return [recveil.Request([f"u{row}"], attributes=["gender"], labels="host") for row in rows]


def worst(report):
    return max((telling(line.auc), line.attacker) for line in report.table())


class Attributes(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        datasets.need_data()
        cls.known, cls.ratings, cls.gender = datasets.ml1m()
        cls.names = [f"u{row}" for row in range(6040)]

    def journal(self):
        opened = scene.folder_engine()
        engine, _folder = opened.__enter__()
        self.addCleanup(opened.__exit__, None, None, None)
        return engine, recveil.Journal(engine)

    def said(self, name, report):
        value, attacker = worst(report)
        before = max(telling(line.before) for line in report.table() if line.before)
        print(f"{name}: before {before:.3f}, after {value:.3f} ({attacker}), {report.verdict}",
              flush=True)
        return value, before

    def test_implicit_all_people(self):
        """The host's default, and optimal_transport, which holds against somebody who sees the row alone.

        The default fails it: trees with distances to neighbours read .57 of what both ends of a score
        share, which is left for half of the price in ranking."""
        from recveil.hosts.implicit import Guard
        for options in ({}, {"method": "optimal_transport"}):
            engine, journal = self.journal()
            guard = Guard(als(self.known, 64), engine, users=self.names, journal=journal)
            raw = guard.user_factors.copy()
            journal.submit(*requests(range(6040)))
            done = guard.forget(version=1, classes=self.gender, attributes=["gender"], **options)
            self.assertEqual(done.written.n_mapped, 6040)
            report = recveil.audit_attributes(raw, self.gender, ["gender"], seeds=1,
                                              after=guard.user_factors.copy())
            value, before = self.said(f"implicit ALS d 64, all erased, {options or 'default'}", report)
            self.assertGreater(before, 0.75)
            with self.subTest(options=options):
                self.assertLessEqual(value, 0.56)

    def test_faiss(self):
        rows = als(self.known, 32).user_factors
        rows = np.ascontiguousarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), np.float32)
        raw = als(self.known, 32).user_factors.copy()
        asked = np.sort(np.random.default_rng(5).permutation(6040)[:600])
        told = np.full(6040, -1)
        told[asked] = self.gender[asked]
        erased = raw.copy()
        recveil.ErasureMap.fit(raw, self.gender, ["gender"]).apply(erased, told)
        erased = np.ascontiguousarray(erased / np.linalg.norm(erased, axis=1, keepdims=True),
                                      np.float32)
        others = told < 0
        faiss.omp_set_num_threads(1)

        def tell(neighbours):
            shares = [self.gender[[v for v in row if v >= 0 and others[v]]] for row in neighbours]
            middle = self.gender[others].mean()
            return telling(auc(np.array([s.mean() if len(s) else middle for s in shares]),
                               self.gender[asked]))

        def edges(index):
            graph = faiss.downcast_index(index).hnsw
            to, start = (faiss.vector_to_array(graph.neighbors), faiss.vector_to_array(graph.offsets))
            return [to[start[u]:start[u] + 32] for u in asked]

        def cells(index):
            lists, found = faiss.downcast_index(index).invlists, {}
            for cell in range(lists.nlist):
                size = lists.list_size(cell)
                if size:
                    ids = faiss.rev_swig_ptr(lists.get_ids(cell), size).copy()
                    found.update(dict.fromkeys(ids.tolist(), ids))
            return [found[u] for u in asked.tolist()]
        graph = faiss.IndexHNSWFlat(32, 16)
        graph.add(rows)
        control, after = tell(edges(graph)), tell(edges(replace_rows(graph, asked, erased[asked]).index))
        print(f"HNSW: old graph {control:.3f}, rebuilt {after:.3f}", flush=True)
        inverted = faiss.index_factory(32, "IVF64,Flat")
        inverted.train(rows)
        inverted.add(rows)
        old = tell(cells(inverted))
        done = replace_rows(inverted, asked, erased[asked])
        new = tell(cells(inverted))
        print(f"IVF 64: old cells {old:.3f}, {done.state} {new:.3f}", flush=True)
        self.assertGreaterEqual(min(control, old), 0.65)
        self.assertLessEqual(max(after, new), 0.60)

    def test_lightfm(self):
        try:
            from lightfm import LightFM
        except ImportError as error:
            raise unittest.SkipTest("lightfm is not installed") from error
        from recveil.hosts.lightfm import Guard
        engine, journal = self.journal()
        guard = Guard(LightFM(no_components=32, loss="warp", random_state=1), engine,
                      users=self.names, journal=journal)
        guard._model.fit(self.known, epochs=5)
        asked = np.sort(np.random.default_rng(5).permutation(6040)[:600])
        mask = np.isin(np.arange(6040), asked)
        sums = guard.user_embedding_gradients.copy()
        raw = guard.user_embeddings.copy()
        journal.submit(*requests(asked))
        guard.forget(version=1, classes=self.gender, attributes=["gender"])
        kept = {"row alone, its AdaGrad sums kept": sums, "after forget()":
                np.ascontiguousarray(guard.user_embedding_gradients)}
        values = {}
        for name, table in kept.items():
            noise = np.random.default_rng(9).normal(0, 1e-6, table.shape).astype(np.float32)
            report = recveil.audit_attributes(sums, self.gender, ["gender"], after=table + noise,
                                              requesters=mask, seeds=1)
            values[name] = self.said(f"LightFM AdaGrad sums, {name}", report)[0]
        rows = recveil.audit_attributes(raw, self.gender, ["gender"], seeds=1,
                                        after=guard.user_embeddings.copy(), requesters=mask)
        self.said("LightFM rows, 600 erased", rows)
        self.assertGreaterEqual(values["row alone, its AdaGrad sums kept"], 0.70)
        self.assertLessEqual(values["after forget()"], 0.60)

    def test_cornac(self):
        try:
            import cornac
        except ImportError as error:
            raise unittest.SkipTest("cornac is not installed") from error
        from recveil.hosts.cornac import Guard
        rows = np.repeat(np.arange(6040), np.diff(self.ratings.indptr))
        for name, values, tells in (("ratings", self.ratings.data, True),
                                    ("constant ones", np.ones(len(rows), np.float32), False)):
            engine, journal = self.journal()
            data = cornac.data.Dataset.from_uir(
                list(zip([f"u{u}" for u in rows], self.ratings.indices.tolist(), values.tolist())),
                seed=1)
            model = cornac.models.MF(k=32, max_iter=25, learning_rate=0.01, seed=1)
            model.fit(data)
            guard = Guard(model, engine, journal=journal)
            classes = self.gender[[int(user[1:]) for user in data.user_ids]]
            raw = np.ascontiguousarray(model.u_factors, np.float32).copy()
            journal.submit(*requests(range(6040)))
            done = guard.forget(version=1, classes=classes, attributes=["gender"])
            report = recveil.audit_attributes(raw, classes, ["gender"], seeds=1,
                                              after=np.ascontiguousarray(model.u_factors, np.float32))
            value, before = self.said(f"Cornac MF, {name}, all erased "
                                      f"(left alone: {done.erasure.left_alone})", report)
            self.assertLessEqual(value, 0.57, name)
            self.assertEqual(before > 0.6, tells)


class Screening(unittest.TestCase):
    def test_fakes_in_front_of_implicit(self):
        """A window of 5,000 people, a batch of 1,040 people and 52 fakes with one target."""
        datasets.need_data()
        from scipy.sparse import csr_matrix, vstack
        known, ratings, _ = datasets.ml1m()
        draw = np.random.default_rng(11)
        order = draw.permutation(6040)
        lengths = draw.integers(30, 120, 52)
        target = int(np.argsort(np.bincount(known.indices, minlength=known.shape[1]))[200])
        filler = [np.union1d([target], draw.choice(known.shape[1], n, replace=False)) for n in lengths]
        people = np.repeat(np.arange(52), [len(f) for f in filler])
        items = np.concatenate(filler)
        for name, table, scale in (("implicit", known, None), ("ratings", ratings, (1.0, 5.0))):
            values = np.ones(len(items), np.float32)
            if scale:
                values = np.where(items == target, 5, draw.integers(1, 6, len(items))).astype(np.float32)
            fakes = csr_matrix((values, (people, items)), shape=(52, known.shape[1]))
            engine = recveil.Engine({"keys": {"ephemeral": True}, "screening": {"mode": "enforce"}})
            window = recveil.Window(engine, known.shape[1], scale=scale)
            window.add(table[order[:5000]], order[:5000])
            window.train()
            batch = vstack([table[order[5000:]], fakes]).tocsr()
            users = np.concatenate([order[5000:], np.arange(10**6, 10**6 + 52)])
            found = recveil.screen(engine, batch, users, rated=scale is not None)
            held = found.verdicts == recveil.Verdict.QUARANTINE
            print(f"{name}: {held[1040:].sum()} of 52 fakes, {held[:1040].sum()} of 1,040 people",
                  flush=True)
            self.assertGreaterEqual(held[1040:].sum(), 50)
            self.assertLessEqual(held[:1040].sum(), 10)
            self.assertFalse(engine.accepted(users[1040:])[held[1040:]].any())


if __name__ == "__main__":
    unittest.main()
