"""Abuse in child processes: each ends with a typed exception or a stated result, never with a signal, a hang
or garbage. One child runs several cases, each after the other, and says which one it is in."""
import os
import signal
import subprocess
import sys
import threading
import time
import unittest

import numpy as np
import recveil
import scene

PRELUDE = """
import ctypes, gc, os, sys, tempfile, threading, time
import numpy as np, recveil, scene
from recveil import abi
known = scene.histories()
support = np.bincount(known.indices, minlength=120)
def engine(**o): return scene.engine(folds=2, **o)
def published(**o):
    e = engine(**o); e.publish_folds([scene.model(known)] * 2); e.publish_popularity(support); return e
def fold(rows, **o): return recveil.FoldModel.factors(rows, o.pop("support", support), **{
    "observed": 2.0, "unobserved": 1.0, "regularization": 1.0, **o})
def refused(call, *kinds):
    try: call()
    except (kinds or (recveil.RecveilError,)) as e: return type(e).__name__
    raise SystemExit("it was not refused")
rows = scene.factors()
"""

# name: code that ends normally when the abuse was answered as it should be
CASES = {
    "rows that are not finite": "bad = rows.copy(); bad[3, 3] = np.nan\n"
        "refused(lambda: engine().publish_folds([fold(bad)] * 2), ValueError)",
    "infinite bias": "refused(lambda: engine().publish_folds([fold(rows, item_bias=np.full(120, np.inf))] * 2), ValueError)",
    "support of another length": "refused(lambda: fold(rows, support=support[:5]), ValueError)",
    "float64 factors": "refused(lambda: fold(rows.astype(float)), TypeError)",
    "big-endian factors": "refused(lambda: fold(rows.astype('>f4')), TypeError)",
    "backward rows": "refused(lambda: fold(rows[::-1]), ValueError)",
    "one dimension": "refused(lambda: fold(rows.ravel()), TypeError, ValueError)",
    "no factors at all": "refused(lambda: engine().publish_folds([fold(rows[:, :0])] * 2), ValueError)",
    "too many factors": "refused(lambda: engine().publish_folds([fold(np.zeros((120, 600), np.float32))] * 2), ValueError)",
    "negative weights": "refused(lambda: engine().publish_folds([fold(rows, observed=-1.0)] * 2), ValueError)",
    "no regularization": "refused(lambda: engine().publish_folds([fold(rows, regularization=0.0)] * 2), ValueError)",
    "too few models": "refused(lambda: engine().publish_folds([fold(rows)]), ValueError)",
    "no models": "refused(lambda: engine().publish_folds([]), ValueError)",
    "an old version": "e = published(); refused(lambda: e.publish_folds([fold(rows)] * 2, version=1), ValueError)",
    "similarity of another shape": "from scipy.sparse import eye\n"
        "refused(lambda: recveil.FoldModel.item_item(eye(7, format='csr'), support), ValueError)",
    "similarity beyond the items": "from scipy.sparse import csr_matrix\n"
        "s = csr_matrix((120, 120), dtype=np.float32); s.indptr = np.append(np.zeros(120, np.int32), 1).astype(np.int32)\n"
        "s.indices = np.array([500], np.int32); s.data = np.ones(1, np.float32)\n"
        "refused(lambda: engine().publish_folds([recveil.FoldModel.item_item(s, support)] * 2), ValueError)",
    "k of 0": "assert len(published().recommend(1, known[1].indices, 0).items) == 0",
    "k above the items": "assert len(published().recommend(1, known[1].indices, 100000).items) <= 20",
    "k below 0": "refused(lambda: published().recommend(1, [1], -5), ValueError, OverflowError, TypeError)",
    "an empty history": "r = published().recommend(1, [], 5); assert r.decision.path == recveil.Path.POOL",
    "a history beyond the catalogue": "r = published().recommend(1, np.arange(10**5, 2 * 10**5), 5); assert len(r.items) == 5",
    "a history of a million": "r = published().recommend(1, np.zeros(10**6, np.uint32), 5); assert len(r.items) == 5",
    "a history of floats": "refused(lambda: published().recommend(1, [1.5], 5), TypeError)",
    "weights of another length": "refused(lambda: published().recommend(1, [1, 2], 5, weights=[1.0]), ValueError)",
    "weights that are not finite": "refused(lambda: published().recommend(1, [1, 2], 5, weights=[np.nan, 1]), ValueError)",
    "a user of another type": "refused(lambda: published().recommend(object(), [1], 5), TypeError)",
    "offsets that fall": "refused(lambda: published().recommend_batch([1, 2], ([0, 5, 1], [1] * 5), 5), ValueError)",
    "offsets past the end": "refused(lambda: published().recommend_batch([1], ([0, 9], [1]), 5), ValueError)",
    "fewer histories than users": "refused(lambda: published().recommend_batch([1, 2, 3], known[:2], 5), ValueError)",
    "a foreign page token": "r = published().recommend(1, [1], 5, page=recveil.Page(99, 99, 99)); assert len(r.items) >= 0",
    "a decision of another engine": "d = published().route(1, n_history=5)\n"
        "e = engine(); s = e.serve(d._replace(path=recveil.Path.HOST), 5, 5); assert len(s.positions) <= 5",
    "a closed engine": "e = published(); e.close(); refused(lambda: e.recommend(1, [1]), RuntimeError)",
    "closing twice, then garbage": "e = published(); e.close(); e.close(); del e; gc.collect()",
    "models dropped while published": "e = published(); gc.collect()\n"
        "junk = [np.full(960, 9, np.float32) for _ in range(500)]\n"
        "assert e.recommend(1, known[1].indices, 5).scores[0] < 100",
    "a log that throws": "e = recveil.Engine({'keys': {'ephemeral': True}}, log=lambda *a: 1 / 0); e.close()",
    "a configuration of bytes": "refused(lambda: recveil.Engine('\\x00'), ValueError, recveil.RecveilError)",
    "a configuration that is a folder": "d = tempfile.mkdtemp(suffix='.yaml'); refused(lambda: recveil.Engine(d), OSError, ValueError)",
    "erasing one class": "refused(lambda: recveil.ErasureMap.fit(scene.factors(400), np.zeros(400, int), ['a']), ValueError)",
    "erasing other columns": "r = scene.factors(400); c = np.arange(400) % 2; r[c == 1] += 2\n"
        "m = recveil.ErasureMap.fit(r, c, ['a']); refused(lambda: m.apply(np.zeros((4, 3), np.float32), [0] * 4), ValueError)",
    "a constant column": "r = scene.factors(400); r[:, 7] = 1; refused(lambda: recveil.ErasureMap.fit(r, np.arange(400) % 2, ['a']), ValueError)",
    "bytes that are no map": "b = os.urandom(5000); refused(lambda: recveil.ErasureMap.open(b), ValueError)",
    "a method that is none": "refused(lambda: recveil.ErasureMap.fit(rows, np.arange(120) % 2, ['a'], method='magic'), ValueError)",
    "a window of another key": "w = recveil.Window(engine(), 120).add(known, np.arange(400))\n"
        "v = recveil.Window(engine(), 120).add(known[:5], np.arange(5)); refused(lambda: w.merge(v), ValueError)",
    "a window without people": "refused(lambda: recveil.Window(engine(), 120).train(), ValueError)",
    "items beyond the window": "refused(lambda: recveil.Window(engine(), 20).add(known, np.arange(400)), ValueError)",
    "an audit of nobody": "refused(lambda: recveil.audit_population(recveil.Population([], np.zeros((0, 5), int), [])), ValueError)",
    "an audit of empty histories": "h = [[]] * 200; refused(lambda: recveil.audit_population(recveil.Population(h, np.zeros((200, 5), int), np.arange(200) < 100)), ValueError)",
    "an audit that is none": "refused(lambda: recveil.run_audit({'audit': 'horoscope'}), ValueError)",
    "a stream that is no stream": "class T:\n  def __arrow_c_stream__(self, requested_schema=None): return object()\n"
        "refused(lambda: recveil.audit_lists(T(), T(), T()), ValueError, TypeError)",
    "two journals": "with scene.folder_engine() as (e, f):\n"
        "  j = recveil.Journal(e); refused(lambda: recveil.Journal(e), RuntimeError); j.close(); recveil.Journal(e).close()",
    "a request of nobody": "with scene.folder_engine() as (e, f):\n  refused(lambda: recveil.Journal(e).submit(recveil.Request([])), ValueError)",
    "leaving with everything open": "e = published()\n"
        "for _ in range(4): threading.Thread(target=lambda: [e.recommend(1, [1], 5) for _ in iter(int, 1)], daemon=True).start()\n"
        "time.sleep(.2)",
}


class Abuse(unittest.TestCase):
    def test_every_case_in_a_child_of_its_own(self):
        self.assertGreaterEqual(len(CASES), 40)
        left, failed, running = list(CASES.items()), [], []
        while left or running:
            while left and len(running) < 2:
                name, code = left.pop(0)
                running.append((name, subprocess.Popen(
                    [sys.executable, "-X", "faulthandler", "-c", PRELUDE + code],
                    stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)))
            name, child = running.pop(0)
            try:
                _, err = child.communicate(timeout=60)
            except subprocess.TimeoutExpired:
                child.kill()
                err = child.communicate()[1] + "\nit hung"
            if child.returncode != 0:
                failed.append(f"{name}: status {child.returncode}\n{err[-600:]}")
        self.assertEqual(failed, [], "\n".join(failed))

    def test_a_crash_would_be_seen(self):
        done = subprocess.run([sys.executable, "-c", "import ctypes; ctypes.string_at(0)"],
                              capture_output=True)
        self.assertEqual(done.returncode, -signal.SIGSEGV)


class Forks(unittest.TestCase):
    def test_twenty_forks_under_load(self):
        """Children serve while four threads of the parent do; counters are the exact total."""
        known = scene.histories()
        engine = scene.engine(folds=2)
        engine.publish_folds([scene.model(known)] * 2)
        stop, served, failed = threading.Event(), [0] * 4, []

        def serve(which):
            while not stop.is_set():
                try:
                    engine.recommend(served[which] % 400, known[served[which] % 400].indices, 5)
                    served[which] += 1
                except Exception as error:
                    failed.append(error)
                    return
        threads = [threading.Thread(target=serve, args=(i,)) for i in range(4)]
        for thread in threads:
            thread.start()
        children = []
        for _ in range(20):
            time.sleep(0.01)
            child = os.fork()
            if child == 0:
                status = 1
                try:
                    for user in range(50):
                        engine.recommend(user, np.array([1, 2, 3]), 5)
                    status = 0
                finally:
                    os._exit(status)
            children.append(child)
        statuses = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
        stop.set()
        for thread in threads:
            thread.join(30)
        self.assertEqual((statuses, failed), ([0] * 20, []))
        line = 'recveil_serving_requests_total{population="everybody",outcome="folded"} '
        total = int(engine.metrics().split(line)[1].split("\n")[0])
        self.assertEqual(total, sum(served) + 20 * 50)

    def test_publishing_three_hundred_times_under_readers(self):
        known, engine = scene.histories(), scene.engine(folds=2)
        models = [scene.model(known, seed=s) for s in range(3)]
        engine.publish_folds([models[0]] * 2)
        stop, failed = threading.Event(), []

        def serve():
            while not stop.is_set():
                try:
                    engine.recommend(5, known[5].indices, 5)
                except Exception as error:
                    failed.append(error)
        threads = [threading.Thread(target=serve) for _ in range(3)]
        for thread in threads:
            thread.start()
        for turn in range(300):
            engine.publish_folds([models[turn % 3]] * 2)
        stop.set()
        for thread in threads:
            thread.join(30)
        self.assertEqual(failed, [])
        engine.close()
        self.assertTrue(all(a.flags.writeable for m in models for a in m.named.values()))
        self.assertEqual(recveil._lib._lent, {})


if __name__ == "__main__":
    unittest.main()
