#!/usr/bin/env python3
"""Cross-fit serving from Python, with nothing but ctypes: a shop trains one item-to-item model a fold,
publishes them, and serves a person twice: once with that person in the training data, once without.

usage: host.py /path/to/librecveil.so.0
"""
import collections
import ctypes as c
import math
import random
import sys

FOLDS, ITEMS, PLACES = 5, 80, 10


class Popularity(c.Structure):
    _fields_ = [("struct_size", c.c_uint32), ("flags", c.c_uint32), ("counts", c.c_void_p),
                ("items", c.c_void_p), ("n_items", c.c_size_t)]


class FoldModel(c.Structure):
    _fields_ = [("struct_size", c.c_uint32), ("flags", c.c_uint32), ("kind", c.c_uint32),
                ("d", c.c_uint32), ("n_items", c.c_size_t), ("support", c.POINTER(c.c_uint32)),
                ("item_bias", c.c_void_p), ("item_factors", c.c_void_p),
                ("row_stride", c.c_size_t), ("observed_weight", c.c_double),
                ("unobserved_weight", c.c_double), ("regularization", c.c_double),
                ("regularization_exponent", c.c_double), ("n_catalogue", c.c_size_t),
                ("n_samples", c.c_size_t), ("sample_offsets", c.c_void_p),
                ("sample_items", c.c_void_p), ("sample_weights", c.c_void_p),
                ("sample_rows", c.c_void_p), ("weight_offsets", c.POINTER(c.c_size_t)),
                ("weight_items", c.POINTER(c.c_uint32)), ("weights", c.POINTER(c.c_float))]


class Folds(c.Structure):
    _fields_ = [("struct_size", c.c_uint32), ("flags", c.c_uint32), ("model_version", c.c_uint64),
                ("models", c.POINTER(FoldModel)), ("n_folds", c.c_uint32),
                ("reserved", c.c_uint32), ("ctx", c.c_void_p), ("release", c.c_void_p)]


class History(c.Structure):
    _fields_ = [("items", c.POINTER(c.c_uint32)), ("weights", c.c_void_p), ("n_items", c.c_size_t),
                ("exclude", c.c_void_p), ("n_exclude", c.c_size_t)]


class Request(c.Structure):
    _fields_ = [("struct_size", c.c_uint32), ("flags", c.c_uint32), ("user", c.c_uint64),
                ("person", c.c_uint64), ("membership", c.c_uint32), ("offset", c.c_uint32),
                ("k", c.c_uint32), ("epoch", c.c_uint32), ("pool_version", c.c_uint64),
                ("model_version", c.c_uint64), ("history", History)]


class Decision(c.Structure):
    _fields_ = [("struct_size", c.c_uint32), ("flags", c.c_uint32), ("user", c.c_uint64),
                ("path", c.c_uint32), ("reason", c.c_uint32), ("pool_version", c.c_uint64),
                ("model_version", c.c_uint64), ("epoch", c.c_uint32), ("fold", c.c_uint16),
                ("reserved", c.c_uint16)]


def array(kind, values):
    return (kind * len(values))(*values)


def new(struct, **fields):
    return struct(struct_size=c.sizeof(struct), **fields)


def item_to_item(histories):
    """Cosine of how many people hold both items: w_ji = c_ij / sqrt(c_i c_j). Integers until the
    division, so that the model is a function of these histories and of nothing else."""
    support, both = [0] * ITEMS, collections.Counter()
    for history in histories:
        for j in history:
            support[j] += 1
            both.update((j, i) for i in history if i != j)
    offsets, items, weights = [0], [], []
    for j in range(ITEMS):
        row = [(i, both[j, i]) for i in range(ITEMS) if both[j, i]]
        items += [i for i, _ in row]
        weights += [count / math.sqrt(support[i] * support[j]) for i, count in row]
        offsets.append(len(items))
    return new(FoldModel, kind=2, n_items=ITEMS, support=array(c.c_uint32, support),
               weight_offsets=array(c.c_size_t, offsets), weight_items=array(c.c_uint32, items),
               weights=array(c.c_float, weights))


class Shop:
    def __init__(self, library):
        self.lib = c.CDLL(library)
        self.lib.recveil_last_error.restype = c.c_char_p
        self.lib.recveil_engine_close.argtypes = [c.c_void_p]
        self.lib.recveil_engine_close.restype = None
        yaml = (f"keys: {{ephemeral: true}}\nserving: {{mode: cross_fit, folds: {FOLDS}, "
                f"list_length: {PLACES}, ratio: 0.5, support_floor: 5}}\n").encode()
        self.engine, self.version, self.published = c.c_void_p(), 0, []
        self.check(self.lib.recveil_engine_open(yaml, c.c_size_t(len(yaml)), None,
                                                c.byref(self.engine)))

    def check(self, status):
        if status != 0:
            raise RuntimeError(self.lib.recveil_last_error().decode())

    def folds_of(self, people):
        folds = (c.c_uint16 * len(people))()
        self.check(self.lib.recveil_folds_of(self.engine, array(c.c_uint64, people),
                                             c.c_size_t(len(people)), folds))
        return dict(zip(people, folds))

    def train(self, data):
        """One model a fold, of everybody outside it; all of them together or none."""
        fold_of = self.folds_of(list(data))
        models = array(FoldModel, [
            item_to_item([h for person, h in data.items() if fold_of[person] != fold])
            for fold in range(FOLDS)])
        counts = array(c.c_uint64, [sum(i in h for h in data.values()) for i in range(ITEMS)])
        self.check(self.lib.recveil_publish_popularity(self.engine, c.byref(
            new(Popularity, counts=c.cast(counts, c.c_void_p), n_items=ITEMS))))
        self.version += 1
        self.published.append(models)  # borrowed by the library until the engine is closed
        self.check(self.lib.recveil_publish_folds(self.engine, c.byref(
            new(Folds, n_folds=FOLDS, model_version=self.version, models=models))))

    def recommend(self, person, history):
        """The same for members, others and newcomers: nobody asks who trained the model."""
        known = History(items=array(c.c_uint32, history), n_items=len(history))
        request = new(Request, user=person, k=PLACES, history=known)
        items, scores = (c.c_uint32 * PLACES)(), (c.c_float * PLACES)()
        decision, n_filled = new(Decision), c.c_size_t()
        self.check(self.lib.recveil_recommend(
            self.engine, c.byref(request), c.byref(decision), items, scores, c.byref(n_filled),
            None, c.c_size_t(0)))
        return list(zip(items[:n_filled.value], scores[:n_filled.value]))

    def close(self):
        self.lib.recveil_engine_close(self.engine)


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    draw = random.Random(1)
    taste = {person: draw.randrange(4) for person in range(1, 301)}
    data = {person: sorted(draw.sample([i for i in range(ITEMS) if i % 4 == taste[person]], 8) +
                           draw.sample([i for i in range(ITEMS) if i % 4 != taste[person]], 2))
            for person in taste}
    shop, same = Shop(sys.argv[1]), 0
    people = range(1, 11)
    for person in people:
        shop.train(data)
        member = shop.recommend(person, data[person])
        shop.train({other: h for other, h in data.items() if other != person})
        same += member == shop.recommend(person, data[person])
    print(f"person {person} is shown {[item for item, _ in member]}")
    print(f"the same list, scores and all, with and without the person in the training data: "
          f"{same} of {len(people)}")
    print(f"somebody without a history is shown {len(shop.recommend(999, []))} popular items")
    shop.close()


if __name__ == "__main__":
    main()
