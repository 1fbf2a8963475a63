"""What several tests need: made histories, engines, files of keys."""
import contextlib
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import recveil
from scipy.sparse import csr_matrix


def histories(n_users=400, n_items=120, tastes=4, seed=1, low=8, high=20):
    """Users of a few tastes: a sparse matrix of ones."""
    draw = np.random.default_rng(seed)
    rows, items = [], []
    for user in range(n_users):
        mine = np.flatnonzero(np.arange(n_items) % tastes == user % tastes)
        n = int(draw.integers(low, high))
        some = draw.choice(mine, min(n, len(mine)), replace=False)
        other = draw.choice(n_items, 3, replace=False)
        known = np.union1d(some, other)
        rows += [user] * len(known)
        items += known.tolist()
    ones = np.ones(len(rows), np.float32)
    return csr_matrix((ones, (rows, items)), shape=(n_users, n_items))


def engine(mode="cross_fit", folds=3, **serving):
    return recveil.Engine({"keys": {"ephemeral": True}, "serving": {
        "mode": mode, "folds": folds, "list_length": 20, "support_floor": 1, "ratio": 0.5,
        **serving}})


@contextlib.contextmanager
def folder_engine(**config):
    """An engine with a key file, a journal and a state folder, and the folder."""
    with tempfile.TemporaryDirectory() as folder:
        recveil.generate_key(f"{folder}/key")
        (Path(folder) / "state").mkdir()
        with recveil.Engine({"keys": {"file": f"{folder}/key"}, "state_dir": f"{folder}/state",
                             "forget": {"journal": f"{folder}/forget.db"}, **config}) as made:
            yield made, folder


def factors(n_items=120, d=8, seed=2):
    return np.random.default_rng(seed).normal(size=(n_items, d)).astype(np.float32)


def model(known=None, d=8, seed=2):
    known = histories() if known is None else known
    support = np.bincount(known.indices, minlength=known.shape[1])
    return recveil.FoldModel.factors(factors(known.shape[1], d, seed), support, observed=10.0,
                                     unobserved=1.0, regularization=1.0)


def child(code, timeout=60):
    """Run code in another Python; the result has returncode, stdout and stderr."""
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True,
                          timeout=timeout)


def emptied(known, user):
    """The same histories, but that user has none."""
    keep = np.repeat(np.arange(known.shape[0]) != user, np.diff(known.indptr))
    rows = np.repeat(np.arange(known.shape[0]), np.diff(known.indptr))[keep]
    return csr_matrix((known.data[keep], (rows, known.indices[keep])), shape=known.shape)
