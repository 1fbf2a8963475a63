"""Fold-in as a NumPy host writes it: gather, Gram, solve, in float32 on OpenBLAS. Reads lines with a
number of users to fold in, and answers each with the seconds that took; fold_bench starts it.

usage: fold_peer.py N_ITEMS D N_HISTORY
"""
import os
import sys
import time

os.environ["OPENBLAS_NUM_THREADS"] = "1"
import numpy as np  # noqa: E402

try:
    from scipy.linalg.lapack import sposv
except ImportError:
    sposv = None

n_items, d, n_history = (int(argument) for argument in sys.argv[1:])
random = np.random.default_rng(1)
items = (0.1 * random.standard_normal((n_items, d))).astype(np.float32)
histories = [random.choice(n_items, n_history, replace=False) for _ in range(64)]
w1, w0 = np.float32(1), np.float32(0.2)
gram = w0 * (items.T @ items)
ridge = np.float32(0.005 * (n_history + 0.2 * (n_items - n_history))) * np.eye(d, dtype=np.float32)


def with_solve(history):
    rows = items[history]
    return np.linalg.solve(gram + (w1 - w0) * (rows.T @ rows) + ridge, w1 * rows.sum(axis=0))


def with_posv(history):
    rows = items[history]
    return sposv(gram + (w1 - w0) * (rows.T @ rows) + ridge, w1 * rows.sum(axis=0))[1]


def seconds(fold_in, n):
    start = time.perf_counter()
    for i in range(n):
        fold_in(histories[i % len(histories)])
    return time.perf_counter() - start


ways = [with_solve] + ([with_posv] if sposv else [])
for way in ways:
    seconds(way, 64)
fold_in = min(ways, key=lambda way: min(seconds(way, 64) for _ in range(5)))
print(fold_in.__name__, flush=True)
for line in sys.stdin:
    print(seconds(fold_in, int(line)), flush=True)
