#!/usr/bin/env python3
"""Attribute erasure from Python, with ctypes and NumPy: a shop with a matrix factorization in the
style of `implicit` takes gender out of the rows of those who asked, tells its caches, trains anew,
and does it again, because a row that is derived anew has the attribute back.

usage: host.py /path/to/librecveil.so.0
"""
import ctypes as c
import sys

import numpy as np

GAUSSIAN_TRANSPORT, OPTIMAL_TRANSPORT, LEACE = 5, 6, 7
STALE = {1: "norms", 2: "Gram matrix", 4: "index", 8: "cached lists"}
UNKNOWN = -1


class Matrix(c.Structure):
    _fields_ = [("struct_size", c.c_uint32), ("flags", c.c_uint32), ("data", c.c_void_p),
                ("rows", c.c_size_t), ("cols", c.c_size_t), ("row_stride", c.c_size_t),
                ("frozen_tail_cols", c.c_size_t)]


class Options(c.Structure):
    _fields_ = [("struct_size", c.c_uint32), ("flags", c.c_uint32), ("method", c.c_uint32),
                ("n_attributes", c.c_uint32), ("n_classes", c.POINTER(c.c_uint32)),
                ("names", c.POINTER(c.c_char_p)), ("seed", c.c_uint64),
                ("min_class_rows", c.c_double), ("sweeps", c.c_uint32), ("reserved", c.c_uint32),
                ("progress", c.c_void_p), ("progress_ctx", c.c_void_p)]


class Result(c.Structure):
    _fields_ = [("struct_size", c.c_uint32), ("stale", c.c_uint32), ("mapped", c.c_uint64),
                ("unknown", c.c_uint64), ("already_mapped", c.c_uint64)]


WRITE = c.CFUNCTYPE(c.c_int32, c.c_void_p, c.POINTER(c.c_char), c.c_size_t)


def new(struct, **fields):
    return struct(struct_size=c.sizeof(struct), **fields)


def matrix(rows):
    """A borrowed view: `rows` must stay where it is, and be C-ordered float32."""
    assert rows.dtype == np.float32 and rows.flags.c_contiguous
    return new(Matrix, data=rows.ctypes.data, rows=rows.shape[0], cols=rows.shape[1])


def pointer(array):
    return c.c_void_p(array.ctypes.data)


class Eraser:
    """One map a model version. `outputs` remembers which rows are mapped, so that none is mapped
    twice: keep its bytes and the key beside the model if it must survive a restart."""

    def __init__(self, library, key):
        self.lib, self.key = c.CDLL(library), key
        self.lib.recveil_last_error.restype = c.c_char_p
        for name in ("map_close", "outputs_close"):
            getattr(self.lib, "recveil_erase_" + name).argtypes = [c.c_void_p]
            getattr(self.lib, "recveil_erase_" + name).restype = None
        self.map, self.outputs = c.c_void_p(), c.c_void_p()

    def call(self, name, *arguments):
        if getattr(self.lib, "recveil_erase_" + name)(*arguments) != 0:
            raise RuntimeError(self.lib.recveil_last_error().decode())

    def fit(self, rows, classes, method=OPTIMAL_TRANSPORT):
        self.close()
        pieces = []

        @WRITE
        def write(_, data, n):
            pieces.append(data[:n])
            return 0

        options = new(Options, method=method, n_attributes=1, seed=1,
                      n_classes=(c.c_uint32 * 1)(int(classes.max()) + 1))
        self.call("fit", c.byref(options), c.byref(matrix(rows)), pointer(classes), write, None)
        snapshot = b"".join(pieces)
        self.call("map_open", snapshot, c.c_size_t(len(snapshot)), c.byref(self.map))
        self.call("outputs_open", self.key, c.c_size_t(len(self.key)), None, c.c_size_t(0),
                  c.byref(self.outputs))
        return snapshot

    def apply(self, rows, classes):
        result = new(Result)
        self.call("apply", self.map, c.byref(matrix(rows)), pointer(classes), self.outputs,
                  c.byref(result), None, None)
        return result

    def close(self):
        self.lib.recveil_erase_map_close(self.map)
        self.lib.recveil_erase_outputs_close(self.outputs)
        self.map, self.outputs = c.c_void_p(), c.c_void_p()


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
        """What the library names is thrown away; an index and cached lists would go here too."""
        if stale & 1:
            self._user_norms = None
        if stale & 2:
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
    theirs = np.full(len(gender), UNKNOWN, np.int32)  # classes of those who asked, and only theirs
    theirs[asked] = gender[asked]
    eraser = Eraser(sys.argv[1], key=b"sixteen bytes or more, of the shop's own")
    for version in (1, 2):  # a standing order: each new model is erased before it serves
        model = Factorization(histories, 16, seed=version)
        before, norms = read_attribute(model.user_factors, gender, asked), model.user_norms.copy()
        eraser.fit(model.user_factors, gender)
        result = eraser.apply(model.user_factors, theirs)
        model.forget_derived(result.stale)
        again = eraser.apply(model.user_factors, theirs)  # a replay: nothing happens
        print(f"model {version}: AUC of gender of those who asked {before:.2f} -> "
              f"{read_attribute(model.user_factors, gender, asked):.2f}; {result.mapped} rows "
              f"mapped, again {again.mapped}; stale: "
              f"{', '.join(name for bit, name in STALE.items() if result.stale & bit)}; "
              f"norms made anew: {bool((norms != model.user_norms).any())}")
    eraser.close()


if __name__ == "__main__":
    main()
