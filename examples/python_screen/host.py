#!/usr/bin/env python3
"""A Python host that screens its new accounts, with nothing but ctypes: a trusted window, a batch
with a campaign of fakes in it, shadow mode, a review, enforce mode, and popularity without them.

usage: host.py /path/to/librecveil.so.0
"""
import ctypes as c
import random
import sys

ITEMS, TARGET = 300, 295
VERDICTS = {1: "accept", 2: "quarantine", 3: "defer"}
NEW, OVERTURNED, CONFIRMED = 1, 2, 1


class Accounts(c.Structure):
    _fields_ = [("struct_size", c.c_uint32), ("flags", c.c_uint32), ("n_accounts", c.c_size_t),
                ("users", c.POINTER(c.c_uint64)), ("persons", c.POINTER(c.c_uint64)),
                ("offsets", c.POINTER(c.c_size_t)),
                ("items", c.POINTER(c.c_uint32)), ("ratings", c.POINTER(c.c_float)),
                ("arrived_at", c.POINTER(c.c_int64)), ("launched_at", c.POINTER(c.c_int64)),
                ("n_launched", c.c_size_t), ("n_past", c.POINTER(c.c_uint32))]


class Shape(c.Structure):
    _fields_ = [("struct_size", c.c_uint32), ("flags", c.c_uint32), ("n_items", c.c_uint32),
                ("sample_accounts", c.c_uint32), ("sample_interactions", c.c_uint64),
                ("rating_min", c.c_float), ("rating_max", c.c_float), ("seed", c.c_uint64)]


class Result(c.Structure):
    _fields_ = [("struct_size", c.c_uint32), ("flags", c.c_uint32),
                ("verdicts", c.POINTER(c.c_uint8)), ("scores", c.POINTER(c.c_float)),
                ("reasons", c.POINTER(c.c_uint32)), ("accepted", c.POINTER(c.c_uint8)),
                ("weights", c.POINTER(c.c_float)), ("write_evidence", c.c_void_p),
                ("evidence_ctx", c.c_void_p),
                ("n_accepted", c.c_uint64), ("n_quarantined", c.c_uint64),
                ("n_deferred", c.c_uint64), ("screen_model_version", c.c_uint64),
                ("enforced", c.c_uint32), ("reserved", c.c_uint32)]


def new(kind, **fields):
    return kind(struct_size=c.sizeof(kind), **fields)


class Crowd:
    """Accounts as arrays: {user: {item: rating}} in order of arrival."""

    def __init__(self, histories):
        self.users = list(histories)
        offsets, items, ratings = [0], [], []
        for history in histories.values():
            items += history.keys()
            ratings += history.values()
            offsets.append(len(items))
        self.arrays = ((c.c_uint64 * len(self.users))(*self.users),
                       (c.c_size_t * len(offsets))(*offsets),
                       (c.c_uint32 * len(items))(*items), (c.c_float * len(ratings))(*ratings),
                       (c.c_int64 * len(self.users))(*range(1, len(self.users) + 1)))
        users, offsets, items, ratings, arrived_at = self.arrays
        self.view = new(Accounts, n_accounts=len(self.users), users=users, offsets=offsets, items=items,
                        ratings=ratings, arrived_at=arrived_at)


class Engine:
    def __init__(self, library, yaml):
        self.lib = c.CDLL(library)
        self.lib.recveil_last_error.restype = c.c_char_p
        self.lib.recveil_screen_reason_text.restype = c.c_char_p
        self.lib.recveil_engine_close.argtypes = [c.c_void_p]
        self.lib.recveil_engine_close.restype = None
        self.handle = c.c_void_p()
        text = yaml.encode()
        self.check(self.lib.recveil_engine_open(text, c.c_size_t(len(text)), None,
                                                c.byref(self.handle)))

    def check(self, status):
        if status != 0:
            raise RuntimeError(self.lib.recveil_last_error().decode())

    def reload(self, yaml):
        text = yaml.encode()
        self.check(self.lib.recveil_engine_reload(self.handle, text, c.c_size_t(len(text))))

    def train(self, crowd):
        shape, size = new(Shape, n_items=ITEMS, sample_accounts=5000, rating_min=1, rating_max=5,
                          seed=1), c.c_size_t()
        self.check(self.lib.recveil_screen_window_size(c.byref(shape), c.byref(size)))
        window = (c.c_double * (size.value // 8 + 1))()  # aligned
        self.check(self.lib.recveil_screen_window_init(c.byref(shape), window, size))
        self.check(self.lib.recveil_screen_window_add(self.handle, window, size, c.byref(crowd.view)))
        self.check(self.lib.recveil_screen_train(self.handle, window, size, None))

    def screen(self, crowd):
        """[(user, verdict, score, reasons in words, may count now)]"""
        n = len(crowd.users)
        result = new(Result, verdicts=(c.c_uint8 * n)(), scores=(c.c_float * n)(),
                     reasons=(c.c_uint32 * n)(), accepted=(c.c_uint8 * n)())
        self.check(self.lib.recveil_screen(self.handle, c.byref(crowd.view), c.c_uint32(NEW), None,
                                           c.byref(result)))
        return [(user, VERDICTS[result.verdicts[i]], result.scores[i],
                 [self.lib.recveil_screen_reason_text(c.c_uint32(1 << bit)).decode()
                  for bit in range(32) if result.reasons[i] >> bit & 1],
                 bool(result.accepted[i])) for i, user in enumerate(crowd.users)]

    def review(self, users, verdict):
        self.check(self.lib.recveil_screen_review(self.handle, (c.c_uint64 * len(users))(*users),
                                                  c.c_size_t(len(users)), c.c_uint32(verdict)))

    def counting(self, users):
        mask = (c.c_uint8 * len(users))()
        self.check(self.lib.recveil_screen_accepted(
            self.handle, (c.c_uint64 * len(users))(*users), c.c_size_t(len(users)), mask))
        return [user for user, counts in zip(users, mask) if counts]

    def close(self):
        self.lib.recveil_engine_close(self.handle)
        self.handle = None


def person(draw):
    taste, history = draw.randrange(6), {}
    for _ in range(draw.randrange(12, 42)):
        item = min(draw.randrange(ITEMS), draw.randrange(ITEMS))
        if draw.random() < 0.75:
            item = (item // 6 * 6 + taste) % ITEMS
        history[item] = 1 + (item % 3 + draw.randrange(4)) % 5
    return history


def fake(draw):
    return {**{draw.randrange(ITEMS): draw.randint(3, 5) for _ in range(40)}, TARGET: 5}


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    draw, keys = random.Random(4), "keys: {ephemeral: true}\nscreening: {mode: %s}\n"
    engine = Engine(sys.argv[1], keys % "shadow")
    engine.train(Crowd({user: person(draw) for user in range(1, 801)}))
    batch = {user: person(draw) for user in range(1001, 1151)}
    batch.update({user: fake(draw) for user in range(2001, 2021)})

    found = engine.screen(Crowd(batch))
    flagged = [row for row in found if row[1] == "quarantine"]
    fakes = [row for row in flagged if row[0] > 2000]
    print(f"shadow: {len(fakes)} of 20 fakes and {len(flagged) - len(fakes)} of 150 people flagged, "
          f"{len(batch) - len(engine.counting(list(batch)))} quarantined")
    print("why: " + "; ".join(fakes[0][3]))

    person_flagged = fakes[-1][0]  # let us say that somebody looked, and it was a person
    engine.review([person_flagged], OVERTURNED)
    engine.reload(keys % "enforce")
    engine.screen(Crowd(batch))
    counting = engine.counting(list(batch))
    print(f"enforce: {len(batch) - len(counting)} quarantined, "
          f"the overturned one {'counts' if person_flagged in counting else 'does not count'}")
    raters = sum(TARGET in batch[user] for user in counting)
    print(f"popularity of the pushed item: {sum(TARGET in h for h in batch.values())} with them, "
          f"{raters} without")
    engine.close()


if __name__ == "__main__":
    main()
