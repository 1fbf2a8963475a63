"""Faiss: rows rewritten, assigned anew or rebuilt; and what the old structure would still tell."""
import unittest

import faiss
import numpy as np
import recveil
from recveil.hosts.faiss import replace_rows

N, D, ASKED = 3000, 16, 400


def auc(scores, labels):
    ranks = np.argsort(np.argsort(scores, kind="stable")) + 1
    ones = labels.sum()
    return (ranks[labels == 1].sum() - ones * (ones + 1) / 2) / (ones * (len(labels) - ones))


def telling(value):
    """An AUC on either side of a half tells."""
    return max(value, 1 - value)


class Scene:
    """Rows of two classes, and the same rows after ASKED people had the class taken out."""

    def __init__(self, seed=1):
        draw = np.random.default_rng(seed)
        self.classes = draw.integers(0, 2, N)
        self.rows = draw.normal(size=(N, D)).astype(np.float32)
        self.rows[:, :3] += 1.2 * self.classes[:, None].astype(np.float32)
        self.asked = np.sort(draw.permutation(N)[:ASKED])
        told = np.full(N, -1)
        told[self.asked] = self.classes[self.asked]
        self.erased = self.rows.copy()
        recveil.ErasureMap.fit(self.rows, self.classes, ["class"]).apply(self.erased, told)
        self.others = told < 0

    def neighbours_tell(self, neighbours):
        """The attacker knows the classes of the other people: the share among the neighbours."""
        shares = [self.classes[[v for v in row if v >= 0 and self.others[v]]] for row in neighbours]
        middle = self.classes[self.others].mean()
        return telling(auc(np.array([s.mean() if len(s) else middle for s in shares]),
                           self.classes[self.asked]))

    def edges(self, index):
        graph = faiss.downcast_index(index).hnsw
        to, start = faiss.vector_to_array(graph.neighbors), faiss.vector_to_array(graph.offsets)
        return [to[start[u]:start[u] + 32] for u in self.asked]

    def cells(self, index):
        lists = faiss.downcast_index(index).invlists
        found = {}
        for cell in range(lists.nlist):
            size = lists.list_size(cell)
            if size:
                ids = faiss.rev_swig_ptr(lists.get_ids(cell), size).copy()
                for person in ids.tolist():
                    found[person] = ids
        return [found[u] for u in self.asked.tolist()]


SCENE = Scene()


def filled(spec, metric=faiss.METRIC_L2, ids=None):
    index = faiss.index_factory(D, spec, metric)
    index.train(SCENE.rows)
    index.add(SCENE.rows) if ids is None else index.add_with_ids(SCENE.rows, ids)
    return index


class Faiss(unittest.TestCase):
    def setUp(self):
        faiss.omp_set_num_threads(1)

    def found(self, index, n=1):
        return index.search(SCENE.erased[SCENE.asked], n)[1]

    def test_flat_rows_are_rewritten_in_place(self):
        index = filled("Flat")
        done = replace_rows(index, SCENE.asked, SCENE.erased[SCENE.asked])
        self.assertIs(done.index, index)
        self.assertEqual(done.state, "rebuilt")
        self.assertEqual(index.reconstruct_n(0, N).tobytes(), SCENE.erased.tobytes())
        self.assertNotIn(SCENE.rows[SCENE.asked[0]].tobytes(), faiss.serialize_index(index).tobytes())

    def test_a_graph_is_rebuilt_because_its_edges_tell(self):
        index = filled("HNSW16")
        storage = faiss.downcast_index(index.storage)
        stored = faiss.rev_swig_ptr(storage.get_xb(), N * D).reshape(N, D)
        done = replace_rows(index, SCENE.asked, SCENE.erased[SCENE.asked])
        stored[SCENE.asked] = SCENE.erased[SCENE.asked]  # what a host does on its own
        control = SCENE.neighbours_tell(SCENE.edges(index))
        after = SCENE.neighbours_tell(SCENE.edges(done.index))
        self.assertGreater(control, 0.65)  # the vectors are gone, the edges are not
        self.assertLess(after, 0.60)
        self.assertEqual((done.state, done.index.ntotal), ("rebuilt", N))
        self.assertGreater((self.found(done.index)[:, 0] == SCENE.asked).mean(), 0.9)

    def test_an_inverted_file_is_assigned_anew_because_its_cells_tell(self):
        index, control = filled("IVF32,Flat"), None
        control = SCENE.neighbours_tell(SCENE.cells(index))
        done = replace_rows(index, SCENE.asked, SCENE.erased[SCENE.asked])
        self.assertEqual(done.state, "reassigned")
        self.assertGreater(control, 0.65)
        self.assertLess(SCENE.neighbours_tell(SCENE.cells(index)), 0.60)
        index.nprobe = 32
        self.assertTrue((self.found(index)[:, 0] == SCENE.asked).all())

    def test_centroids_can_be_trained_anew(self):
        index = filled("IVF32,Flat")
        before = faiss.downcast_index(index.quantizer).reconstruct_n(0, 32)
        done = replace_rows(index, SCENE.asked, SCENE.erased[SCENE.asked], retrain=True,
                            all_rows=SCENE.erased)
        self.assertEqual((done.state, done.index.ntotal), ("rebuilt", N))
        after = faiss.downcast_index(done.index.quantizer).reconstruct_n(0, 32)
        self.assertNotEqual(before.tobytes(), after.tobytes())

    def test_quantised_rows(self):
        for spec in ("SQ8", "PQ8x4", "IVF16,PQ8x4", "IVF16,SQ8"):
            index = filled(spec)
            fresh = faiss.clone_index(index)
            fresh.reset()
            fresh.add(SCENE.erased)
            done = replace_rows(index, SCENE.asked, SCENE.erased[SCENE.asked])
            self.assertEqual(done.state, "reassigned", spec)
            for one in (index, fresh):
                if hasattr(faiss.downcast_index(one), "nprobe"):
                    faiss.downcast_index(one).nprobe = 16
            mine, theirs = self.found(index, 5), self.found(fresh, 5)
            self.assertGreater((mine == theirs).mean(), 0.99, spec)

    def test_ids_of_an_idmap(self):
        ids = np.arange(N)[::-1] * 3 + 7
        for spec, state in (("IDMap,Flat", "rebuilt"), ("IDMap2,Flat", "rebuilt"),
                            ("IDMap,HNSW16", "rebuilt"), ("IDMap,SQ8", "reassigned")):
            index = filled(spec, ids=ids.astype(np.int64))
            done = replace_rows(index, ids[SCENE.asked], SCENE.erased[SCENE.asked])
            self.assertEqual(done.state, state)
            found = self.found(done.index)[:, 0]
            self.assertGreater((found == ids[SCENE.asked]).mean(), 0.9, spec)
            with self.assertRaises(ValueError):
                replace_rows(index, [1], SCENE.erased[:1])

    def test_what_is_refused(self):
        index = filled("Flat")
        for ids, rows in (([N], SCENE.erased[:1]), ([-1], SCENE.erased[:1]), ([1, 1], SCENE.erased[:2]),
                          ([1], SCENE.erased[:1, :3])):
            with self.assertRaises(ValueError):
                replace_rows(index, ids, rows)
        self.assertEqual(index.reconstruct_n(0, N).tobytes(), SCENE.rows.tobytes())
        with self.assertRaises(NotImplementedError):
            replace_rows(filled("LSH"), [1], SCENE.erased[:1])

    def test_the_receipt_says_what_was_done(self):
        done = replace_rows(filled("HNSW16"), SCENE.asked, SCENE.erased[SCENE.asked])
        facts = done.facts("people")
        self.assertEqual(facts["index"], {"people": "rebuilt"})
        self.assertEqual(facts["rebuilt"], {"people": recveil.abi.RECVEIL_STALE_ANN_INDEX})


if __name__ == "__main__":
    unittest.main()
