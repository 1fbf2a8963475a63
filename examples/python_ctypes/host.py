#!/usr/bin/env python3
"""A Python host that scores itself: route first, rank only if asked to, then serve.

usage: host.py /path/to/librecveil.so.0
"""
import ctypes as c
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "adapters/python/src"))
from recveil import abi  # noqa: E402

PATHS = {abi.RECVEIL_PATH_REFUSE: "refuse", abi.RECVEIL_PATH_HOST: "host",
         abi.RECVEIL_PATH_POOL: "pool"}


class Engine:
    def __init__(self, library, yaml):
        self.lib = abi.load(library)
        self.handle = c.c_void_p()
        text = yaml.encode()
        self.lib.recveil_engine_open(text, len(text), None, c.byref(self.handle))

    def publish(self, counts, members):
        popularity = abi.recveil_popularity(counts=(c.c_uint64 * len(counts))(*counts),
                                            n_items=len(counts))
        self.lib.recveil_publish_popularity(self.handle, popularity)
        self.lib.recveil_publish_users(self.handle, abi.RECVEIL_USERS_MEMBERS,
                                       abi.RECVEIL_SET_REPLACE,
                                       (c.c_uint64 * len(members))(*members), len(members))

    def serve(self, user, k, host_list=()):
        """The path, and the positions to show: of the host's list or of the pool."""
        decision = abi.recveil_decision()
        self.lib.recveil_route(self.handle, abi.recveil_request(user=user), decision)
        ranked = list(host_list) if decision.path == abi.RECVEIL_PATH_HOST else []
        positions = (c.c_uint32 * k)()
        slate = abi.recveil_slate(positions=positions)
        self.lib.recveil_serve(self.handle, decision, abi.recveil_page(n_host=len(ranked), k=k),
                               slate)
        return PATHS[decision.path], list(positions[:slate.n_filled])

    def metrics(self):
        buffer, text, n = c.c_void_p(), c.c_void_p(), c.c_size_t()
        self.lib.recveil_buffer_open(c.byref(buffer))
        write = abi.recveil_write_fn(("recveil_buffer_write", self.lib))
        self.lib.recveil_metrics_write(self.handle, write, buffer)
        self.lib.recveil_buffer_bytes(buffer, c.byref(text), c.byref(n))
        scraped = c.string_at(text.value, n.value).decode()
        self.lib.recveil_buffer_close(buffer)
        return scraped

    def close(self):
        self.lib.recveil_engine_close(self.handle)
        self.handle = None


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    engine = Engine(sys.argv[1],
                    "keys: {ephemeral: true}\nserving: {list_length: 10, ratio: 0.1}\n")
    engine.publish(counts=[1000 // (i + 1) + 1 for i in range(200)], members=[1, 2, 3])
    for user in (2, 77):
        path, positions = engine.serve(user, k=5, host_list=range(100))
        print(f"user {user}: {path}, positions {positions}")
    served = [line for line in engine.metrics().splitlines()
              if line.startswith("recveil_serving_items_total")]
    print("\n".join(served))
    engine.close()


if __name__ == "__main__":
    main()
