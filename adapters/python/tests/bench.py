#!/usr/bin/env python3
"""What the adapter costs: ratios within one run, minimum and median of interleaved rounds.

usage: bench.py      in an environment with recveil and implicit, and RECVEIL_DATA_DIR
"""
import subprocess
import sys
import time

import datasets
import numpy as np
import recveil
from implicit.cpu.als import AlternatingLeastSquares
from recveil.hosts.implicit import Guard


def rounds(calls, users, n):
    """Microseconds of each call: every user is asked for by each of them in turn, n times, and the
    minimum of a user counts. (minimum, median), each as the mean over the users."""
    times = {name: np.empty((n, users)) for name in calls}
    for turn in range(n):
        for user in range(users):
            for name, call in calls.items():
                start = time.perf_counter()
                call(user)
                times[name][turn, user] = time.perf_counter() - start
    return {name: (t.min(0).mean() * 1e6, np.median(t, axis=0).mean() * 1e6)
            for name, t in times.items()}


class Stub:
    """A model that costs nothing: what is left is the adapter."""

    def __init__(self, *shape):
        self.found = np.zeros((*shape, 10), np.int32), np.zeros((*shape, 10), np.float32)

    def recommend(self, *_):
        return self.found


def batches(model, guard, known, name):
    """A batch is long, and two of them differ by more than the adapter costs: so its own part is measured
    too, over a stub, right after the model has filled the caches."""
    users, batch, quiet = np.arange(1000), known[:1000], Guard(model, guard._engine)
    quiet._model = Stub(1000)
    calls = {"bare": model, "guard": guard, "own part": quiet}
    times = {kind: [] for kind in calls}
    for turn in range(16):
        for kind in ("bare", "guard", "own part") if turn % 2 else ("guard", "bare", "own part"):
            start = time.perf_counter()
            calls[kind].recommend(users, batch, 10)
            times[kind].append(time.perf_counter() - start)
    least, middle = ({kind: f(one) for kind, one in times.items()} for f in (min, np.median))
    print(f"{name}: batch of 1,000: ratio of minima {least['guard'] / least['bare']:.3f}, of medians "
          f"{middle['guard'] / middle['bare']:.3f}; own part {1e6 * middle['own part']:.0f} us, "
          f"{middle['own part'] / middle['bare']:.4f} of bare")


def main():
    for name, known in (("ml-1m", datasets.ml1m()[0]), ("lastfm", datasets.lastfm())):
        model = AlternatingLeastSquares(factors=64, alpha=10.0, regularization=10.0, iterations=2,
                                        num_threads=1, random_state=1)
        model.fit(known, show_progress=False)
        engine = recveil.Engine({"keys": {"ephemeral": True}})
        guard = Guard(model, engine)
        guard.publish(known)
        rows = [known[u] for u in range(200)]
        same = 0
        for user in range(min(3000, known.shape[0])):
            row = known[user]
            mine, theirs = guard.recommend(user, row, 10), model.recommend(user, row, 10)
            same += all(a.tobytes() == b.tobytes() for a, b in zip(mine, theirs))
        print(f"{name}: {same} of {min(3000, known.shape[0])} lists and scores bit-equal")
        found = rounds({
            "bare": lambda i: model.recommend(i, rows[i], 10),
            "guard": lambda i: guard.recommend(i, rows[i], 10)}, 200, 25)
        (bare, bare_median), (mine, mine_median) = found["bare"], found["guard"]
        print(f"{name}: bare {bare:.1f} us, guard {mine:.1f} us: ratio of minima {mine / bare:.3f}, of "
              f"medians {mine_median / bare_median:.3f}")
        if name == "ml-1m":
            stub, quiet = Stub(), Guard(model, engine)
            quiet._model = stub
            cost = rounds({"stub": lambda i: stub.recommend(i, rows[i], 10),
                           "guard": lambda i: quiet.recommend(i, rows[i], 10)}, 200, 40)
            print(f"over a stub: {cost['guard'][0] - cost['stub'][0]:.2f} us")
        batches(model, guard, known, name)
        folded = recveil.Engine({"keys": {"ephemeral": True}, "serving": {
            "mode": "cross_fit", "folds": 2, "list_length": 20, "support_floor": 5}})
        cross = Guard(model, folded)
        cross.fit_folds(lambda: AlternatingLeastSquares(
            factors=64, alpha=10.0, regularization=10.0, iterations=1, num_threads=1), known, folds=2)
        three = {}  # one after the other: a service has one of them, and its model in the cache
        for kind, call in (
                ("recalculate", lambda i: model.recommend(i, rows[i], 10, recalculate_user=True)),
                ("bare", lambda i: model.recommend(i, rows[i], 10)),
                ("guard", lambda i: cross.recommend(i, rows[i], 10))):
            three |= rounds({kind: call}, 100, 20)
        cost = three["guard"][0]
        print(f"{name}: cross-fit {cost:.1f} us: {cost / three['recalculate'][0]:.3f} of "
              f"recalculate_user, {cost / three['bare'][0]:.3f} of bare recommend")
    numpy = imports = float("inf")
    for _ in range(15):
        code = ("import time\na = time.perf_counter()\nimport numpy\nb = time.perf_counter()\n"
                "import recveil\nrecveil.Engine\nc = time.perf_counter()\nprint(b - a, c - b)")
        out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        one, two = map(float, out.stdout.split())
        numpy, imports = min(numpy, one), min(imports, two)
    print(f"import: {1e3 * imports:.1f} ms without NumPy's own {1e3 * numpy:.1f} ms")


if __name__ == "__main__":
    main()
