#!/usr/bin/env python3
"""Cross-fit serving from Python: a shop trains one item-to-item model a fold,
publishes them, and serves a person twice: once with that person in the training data, once without.

usage: host.py /path/to/librecveil.so.0
"""
import collections
import ctypes as c
import math
import pathlib
import random
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "adapters/python/src"))
from recveil import abi  # noqa: E402

FOLDS, ITEMS, PLACES = 5, 80, 10


def array(kind, values):
    return (kind * len(values))(*values)


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
    return abi.recveil_fold_model(
        kind=abi.RECVEIL_FOLD_ITEM_ITEM, n_items=ITEMS, support=array(c.c_uint32, support),
        weight_offsets=array(c.c_size_t, offsets), weight_items=array(c.c_uint32, items),
        weights=array(c.c_float, weights))


class Shop:
    def __init__(self, library):
        self.lib = abi.load(library)
        yaml = (f"keys: {{ephemeral: true}}\nserving: {{mode: cross_fit, folds: {FOLDS}, "
                f"list_length: {PLACES}, ratio: 0.5, support_floor: 5}}\n").encode()
        self.engine, self.version, self.published = c.c_void_p(), 0, []
        self.lib.recveil_engine_open(yaml, len(yaml), None, c.byref(self.engine))

    def folds_of(self, people):
        folds = (c.c_uint16 * len(people))()
        self.lib.recveil_folds_of(self.engine, array(c.c_uint64, people), len(people), folds)
        return dict(zip(people, folds))

    def train(self, data):
        """One model a fold, of everybody outside it; all of them together or none."""
        fold_of = self.folds_of(list(data))
        trained = [item_to_item([h for person, h in data.items() if fold_of[person] != fold])
                   for fold in range(FOLDS)]
        counts = array(c.c_uint64, [sum(i in h for h in data.values()) for i in range(ITEMS)])
        self.lib.recveil_publish_popularity(
            self.engine, abi.recveil_popularity(counts=counts, n_items=ITEMS))
        self.version += 1
        models = array(abi.recveil_fold_model, trained)
        self.published.append((models, trained))  # borrowed until the engine is closed
        self.lib.recveil_publish_folds(self.engine, abi.recveil_folds(
            n_folds=FOLDS, model_version=self.version, models=models))

    def recommend(self, person, history):
        """The same for members, others and newcomers: nobody asks who trained the model."""
        known = abi.recveil_history(items=array(c.c_uint32, history), n_items=len(history))
        request = abi.recveil_recommend_request(user=person, k=PLACES, history=known)
        items, scores = (c.c_uint32 * PLACES)(), (c.c_float * PLACES)()
        n_filled = c.c_size_t()
        self.lib.recveil_recommend(self.engine, request, abi.recveil_decision(), items, scores,
                                   c.byref(n_filled), None, 0)
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
