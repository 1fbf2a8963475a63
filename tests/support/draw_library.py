"""Compares the library's own route, serve and user_from_bytes, through ctypes and a key file, with
draw_reference.py.

usage: draw_library.py LIBRARY
"""
import ctypes as c
import hashlib
import os
import pathlib
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "adapters/python/src"))
from recveil import abi  # noqa: E402
from draw_reference import MASK32, fold_of, serve_key, slate, user_from_bytes  # noqa: E402


class Engine:
    """An engine of the library, with a key file and a pool of the size asked for."""

    def __init__(self, path, key_file, length, ratio, pool):
        self.lib = abi.load(path)
        yaml = (f"serving: {{list_length: {length}, ratio: {ratio}}}\n"
                f"keys: {{file: '{key_file}'}}\n").encode()
        self.engine = c.c_void_p()
        self.lib.recveil_engine_open(yaml, len(yaml), None, c.byref(self.engine))
        counts = (c.c_uint64 * (pool + 5))(*range(pool + 5, 0, -1))
        self.lib.recveil_publish_popularity(
            self.engine, abi.recveil_popularity(counts=counts, n_items=len(counts)))

    def close(self):
        self.lib.recveil_engine_close(self.engine)

    def user_from_bytes(self, data):
        user = c.c_uint64()
        self.lib.recveil_user_from_bytes(self.engine, data, len(data), c.byref(user))
        return user.value

    def fold(self, person):
        fold = c.c_uint16()
        self.lib.recveil_fold_of(self.engine, person, c.byref(fold))
        return fold.value

    def slate(self, user, epoch, seen, offset, k):
        decision = abi.recveil_decision()
        request = abi.recveil_request(user=user, membership=abi.RECVEIL_MEMBERSHIP_NONMEMBER,
                                      epoch=epoch)
        self.lib.recveil_route(self.engine, request, decision)
        assert decision.path == abi.RECVEIL_PATH_POOL and decision.epoch == epoch
        positions = (c.c_uint32 * k)()
        page = abi.recveil_page(offset=offset, k=k, n_seen=len(seen),
                                seen=(c.c_uint32 * len(seen))(*seen))
        out = abi.recveil_slate(positions=positions)
        self.lib.recveil_serve(self.engine, decision, page, out)
        return positions[:out.n_filled]


def check_library(path, master):
    checked = 0
    with tempfile.TemporaryDirectory() as folder:
        key_file = os.path.join(folder, "key")
        with os.fdopen(os.open(key_file, os.O_WRONLY | os.O_CREAT, 0o600), "wb") as file:
            file.write(master)
        # ratio as written, pool size: ceil(length / ratio)
        for length, ratio, pool in ((1, "1", 1), (7, "0.3", 24), (10, "0.1", 100),
                                    (100, "0.1", 1000), (1000, "0.06103515625", 16384)):
            engine = Engine(path, key_file, length, ratio, pool)
            for n in list(range(1, 20)) + [63, 64, 65, 255, 256, 257]:
                data = bytes((7 * i + n) % 256 for i in range(n))
                assert engine.user_from_bytes(data) == user_from_bytes(master, data), n
            for person in list(range(20)) + [MASK32, 2**64 - 1]:
                assert engine.fold(person) == fold_of(master, person, 5), person
            for epoch in (1, 2, 20412, MASK32):
                key = serve_key(master, epoch)
                for number in range(30):
                    user = user_from_bytes(master, b"%d" % number) if number > 4 else number
                    seen = [(number * i * i + i) % pool for i in range(number % 4 * pool // 4)]
                    offset = number % 3 * length // 2
                    args = (seen, offset, length // 2 + 2)
                    wanted = slate(key, user, pool, length, *args)
                    got = engine.slate(user, epoch, *args)
                    assert got == wanted, (length, ratio, epoch, user, got, wanted)
                    checked += 1
            engine.close()
    return checked


if __name__ == "__main__":
    print(check_library(os.path.realpath(sys.argv[1]), hashlib.blake2b(digest_size=32).digest()),
          "slates agree")
