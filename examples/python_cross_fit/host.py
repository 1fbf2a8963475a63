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


class FoldModel(c.Structure):
    _fields_ = [("struct_size", c.c_uint32), ("flags", c.c_uint32), ("kind", c.c_uint32),
                ("d", c.c_uint32), ("n_items", c.c_size_t), ("support", c.POINTER(c.c_uint32)),
                ("item_factors", c.c_void_p), ("row_stride", c.c_size_t),
                ("observed_weight", c.c_double), ("unobserved_weight", c.c_double),
                ("regularization", c.c_double), ("regularization_exponent", c.c_double),
                ("catalogue", c.c_size_t), ("n_samples", c.c_size_t),
                ("sample_offsets", c.c_void_p), ("sample_items", c.c_void_p),
                ("sample_rows", c.c_void_p), ("weight_offsets", c.POINTER(c.c_size_t)),
                ("weight_items", c.POINTER(c.c_uint32)), ("weights", c.POINTER(c.c_float))]


class Folds(c.Structure):
    _fields_ = [("struct_size", c.c_uint32), ("flags", c.c_uint32), ("n_folds", c.c_uint32),
                ("reserved", c.c_uint32), ("version", c.c_uint64), ("models", c.POINTER(FoldModel)),
                ("ctx", c.c_void_p), ("release", c.c_void_p)]


class Request(c.Structure):
    _fields_ = [("struct_size", c.c_uint32), ("flags", c.c_uint32), ("user", c.c_uint64),
                ("membership", c.c_uint8), ("reserved", c.c_uint8 * 3),
                ("history_len", c.c_uint32), ("epoch", c.c_uint32), ("reserved2", c.c_uint32),
                ("pool_version", c.c_uint64), ("model_version", c.c_uint64),
                ("person", c.c_uint64)]


class Decision(c.Structure):
    _fields_ = [("struct_size", c.c_uint32), ("flags", c.c_uint32), ("user", c.c_uint64),
                ("path", c.c_uint8), ("reason", c.c_uint8), ("fold", c.c_uint16),
                ("epoch", c.c_uint32), ("model_version", c.c_uint64),
                ("pool_version", c.c_uint64)]


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
                f"list_length: {PLACES}, support_floor: 5}}\n").encode()
        self.engine, self.version, self.published = c.c_void_p(), 0, []
        self.call("engine_open", yaml, c.c_size_t(len(yaml)), None, c.byref(self.engine))

    def call(self, name, *arguments):
        if getattr(self.lib, "recveil_" + name)(*arguments) != 0:
            raise RuntimeError(self.lib.recveil_last_error().decode())

    def fold_of(self, person):
        fold = c.c_uint16()
        self.call("fold_of", self.engine, c.c_uint64(person), c.byref(fold))
        return fold.value

    def train(self, data):
        """One model a fold, of everybody outside it; all of them together or none."""
        models = array(FoldModel, [
            item_to_item([h for person, h in data.items() if self.fold_of(person) != fold])
            for fold in range(FOLDS)])
        self.version += 1
        folds = new(Folds, n_folds=FOLDS, version=self.version, models=models)
        self.published.append(models)  # borrowed by the library until the engine is closed
        self.call("publish_folds", self.engine, c.byref(folds))

    def recommend(self, person, history):
        """The same for members, others and newcomers: nobody asks who trained the model."""
        request = new(Request, user=person, history_len=len(history))
        decision = new(Decision)
        self.call("route", self.engine, c.byref(request), c.byref(decision))
        size, count = c.c_size_t(), c.c_size_t()
        self.call("fold_rank_scratch_size", self.engine, c.c_size_t(len(history)),
                  c.c_size_t(PLACES), c.byref(size))
        items, scores = (c.c_uint32 * PLACES)(), (c.c_float * PLACES)()
        scratch = c.create_string_buffer(size.value)
        self.call("fold_rank", self.engine, c.byref(decision), array(c.c_uint32, history),
                  c.c_size_t(len(history)), c.c_size_t(PLACES), items, scores, c.byref(count), None,
                  scratch, size)
        return list(zip(items[:count.value], scores[:count.value]))

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
    print(f"person {person}, of fold {shop.fold_of(person)}, is shown "
          f"{[item for item, _ in member]}")
    print(f"the same list, scores and all, with and without the person in the training data: "
          f"{same} of {len(people)}")
    shop.close()


if __name__ == "__main__":
    main()
