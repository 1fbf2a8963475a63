#!/usr/bin/env python3
"""A Python host that screens its new accounts: a trusted window, a batch
with a campaign of fakes in it, shadow mode, a review, enforce mode, and popularity without them.

usage: host.py /path/to/librecveil.so.0
"""
import ctypes as c
import pathlib
import random
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "adapters/python/src"))
from recveil import abi  # noqa: E402

ITEMS, TARGET = 300, 295
VERDICTS = {abi.RECVEIL_SCREEN_ACCEPT: "accept", abi.RECVEIL_SCREEN_QUARANTINE: "quarantine",
            abi.RECVEIL_SCREEN_DEFER: "defer"}


class Crowd:
    """Accounts as arrays: {user: {item: rating}} in order of arrival."""

    def __init__(self, histories):
        self.users = list(histories)
        offsets, items, ratings = [0], [], []
        for history in histories.values():
            items += history.keys()
            ratings += history.values()
            offsets.append(len(items))
        n = len(self.users)
        self.view = abi.recveil_screen_accounts(
            n_accounts=n, users=(c.c_uint64 * n)(*self.users),
            offsets=(c.c_size_t * len(offsets))(*offsets), items=(c.c_uint32 * len(items))(*items),
            ratings=(c.c_float * len(ratings))(*ratings),
            arrived_at=(c.c_int64 * n)(*range(1, n + 1)))


class Engine:
    def __init__(self, library, yaml):
        self.lib = abi.load(library)
        self.handle = c.c_void_p()
        self.lib.recveil_engine_open(yaml.encode(), len(yaml), None, c.byref(self.handle))

    def reload(self, yaml):
        self.lib.recveil_engine_reload(self.handle, yaml.encode(), len(yaml))

    def train(self, crowd):
        shape = abi.recveil_screen_window_shape(n_items=ITEMS, sample_accounts=5000, rating_min=1,
                                                rating_max=5, seed=1)
        size = c.c_size_t()
        self.lib.recveil_screen_window_size(shape, c.byref(size))
        window = (c.c_double * (size.value // 8 + 1))()  # aligned
        self.lib.recveil_screen_window_init(shape, window, size)
        self.lib.recveil_screen_window_add(self.handle, window, size, crowd.view)
        self.lib.recveil_screen_train(self.handle, window, size, None)

    def screen(self, crowd):
        """[(user, verdict, score, reasons in words, may count now)]"""
        n = len(crowd.users)
        verdicts, scores = (c.c_uint8 * n)(), (c.c_float * n)()
        reasons, accepted = (c.c_uint32 * n)(), (c.c_uint8 * n)()
        result = abi.recveil_screen_result(verdicts=verdicts, scores=scores, reasons=reasons,
                                           accepted=accepted)
        self.lib.recveil_screen(self.handle, crowd.view, abi.RECVEIL_TRIGGER_NEW, None, result)
        return [(user, VERDICTS[verdicts[i]], scores[i],
                 [self.lib.recveil_screen_reason_text(1 << bit).decode()
                  for bit in range(32) if reasons[i] >> bit & 1],
                 bool(accepted[i])) for i, user in enumerate(crowd.users)]

    def review(self, users, verdict):
        self.lib.recveil_screen_review(self.handle, (c.c_uint64 * len(users))(*users), len(users),
                                       verdict)

    def counting(self, users):
        mask = (c.c_uint8 * len(users))()
        self.lib.recveil_screen_accepted(self.handle, (c.c_uint64 * len(users))(*users),
                                         len(users), mask)
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
    engine.review([person_flagged], abi.RECVEIL_REVIEW_OVERTURNED)
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
