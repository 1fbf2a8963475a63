#!/usr/bin/env python3
"""Attribute erasure from Python, with ctypes and NumPy: a shop with a matrix factorization in the
style of `implicit` removes gender from the rows of the users who asked, drops what it derived from
these rows, trains the next model, and erases again, because training restores the attribute.

A row must be mapped exactly once. Here every version is mapped right after training; a host that may
be restarted in between keeps a journal, which knows what is mapped (examples/python_forget).

usage: host.py /path/to/librecveil.so.0
"""
import ctypes as c
import pathlib
import sys

import numpy as np

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "adapters/python/src"))
from recveil import abi  # noqa: E402


def matrix(rows):
    """A borrowed view: the library changes `rows` in place."""
    assert rows.dtype in (np.float32, np.float64) and rows.flags.c_contiguous
    return abi.recveil_matrix(
        data=rows.ctypes.data, n_rows=rows.shape[0], n_cols=rows.shape[1],
        dtype=abi.RECVEIL_FLOAT32 if rows.dtype == np.float32 else abi.RECVEIL_FLOAT64)


class Eraser:
    """The map of one model version."""

    def __init__(self, library):
        self.lib = abi.load(library)
        self.map = c.c_void_p()

    def fit(self, rows, classes):
        self.close()
        n_classes = (c.c_uint32 * 1)(int(classes.max()) + 1)
        options = abi.recveil_erase_options(n_classes=c.addressof(n_classes))
        self.lib.recveil_erase_fit(options, matrix(rows), classes.ctypes.data, c.byref(self.map))

    def apply(self, rows, classes):
        """Map these rows in place, each exactly once."""
        result = abi.recveil_erase_result()
        self.lib.recveil_erase_apply(self.map, matrix(rows), classes.ctypes.data, result, None)
        return result

    def stale_names(self, stale):
        bits = (1 << bit for bit in range(32) if stale >> bit & 1)
        return ", ".join(self.lib.recveil_stale_name(bit).decode() for bit in bits)

    def close(self):
        self.lib.recveil_erase_map_close(self.map)
        self.map = c.c_void_p()


class Factorization:
    """What of implicit's ALS matters here: user_factors, and what it keeps derived from them."""

    def __init__(self, histories, d, seed):
        draw = np.random.default_rng(seed)
        self.item_factors = draw.normal(0, 0.1, (histories.shape[1], d)).astype(np.float32)
        for _ in range(8):
            self.user_factors = self.solve(histories, self.item_factors)
            self.item_factors = self.solve(histories.T, self.user_factors)
        self.user_factors = self.solve(histories, self.item_factors)
        self._user_norms = self._XtX = None

    @staticmethod
    def solve(histories, other, regularization=5):
        gram = other.T @ other + regularization * np.eye(other.shape[1])
        return np.linalg.solve(gram, other.T @ histories.T).T.astype(np.float32).copy()

    @property
    def user_norms(self):
        if self._user_norms is None:
            self._user_norms = np.linalg.norm(self.user_factors, axis=1)
        return self._user_norms

    def forget_derived(self, stale):
        """Drop what the library calls stale; an index over users and cached lists go here too."""
        if stale & abi.RECVEIL_STALE_NORMS:
            self._user_norms = None
        if stale & abi.RECVEIL_STALE_GRAM:
            self._XtX = None


def read_attribute(rows, gender, people):
    """AUC of a linear attacker who learns on one half of these people and reads the other."""
    x = np.c_[rows, np.ones(len(rows))].astype(np.float64)
    train, test = people[::2], people[1::2]
    weights = np.linalg.solve(x[train].T @ x[train] + np.eye(x.shape[1]),
                              x[train].T @ (2.0 * gender[train] - 1))
    score = x[test] @ weights
    ranks = np.argsort(np.argsort(score)) + 1
    n1 = gender[test].sum()
    return (ranks[gender[test] == 1].sum() - n1 * (n1 + 1) / 2) / (n1 * (len(test) - n1))


def shop_data(n=2400, items=200, seed=3):
    draw = np.random.default_rng(seed)
    gender = draw.integers(0, 2, n).astype(np.int32)
    taste = draw.dirichlet(np.ones(8), n)
    likes = draw.random((8, items)) * 0.16
    likes[:, :items // 3] *= 1 + 0.6 * draw.random(items // 3)  # what gender gives away
    chance = taste @ likes
    chance[gender == 1, :items // 3] *= 1.7
    return (draw.random((n, items)) < chance).astype(np.float32), gender


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    histories, gender = shop_data()
    asked = np.random.default_rng(5).permutation(len(gender))[:1200]
    theirs = np.full(len(gender), abi.RECVEIL_CLASS_UNKNOWN, np.int32)  # classes of those who asked, and only theirs
    theirs[asked] = gender[asked]
    eraser = Eraser(sys.argv[1])
    for version in (1, 2):  # each new model is erased before it serves
        model = Factorization(histories, 16, seed=version)
        before, norms = read_attribute(model.user_factors, gender, asked), model.user_norms.copy()
        eraser.fit(model.user_factors, gender)
        result = eraser.apply(model.user_factors, theirs)
        model.forget_derived(result.stale)
        print(f"model {version}: AUC of gender of those who asked {before:.2f} -> "
              f"{read_attribute(model.user_factors, gender, asked):.2f}; {result.n_mapped} rows "
              f"mapped; stale: {eraser.stale_names(result.stale)}; "
              f"norms computed again: {bool((norms != model.user_norms).any())}")
    eraser.close()


if __name__ == "__main__":
    main()
