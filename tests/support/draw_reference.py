"""The keyed draw of Recveil in plain Python: the slow twin of defense/serve/keys.h and draw.h.

draw_library.py compares it with the library; unit_defense checks the same vectors in C++.

usage: draw_reference.py VECTORS.json            check the committed vectors
       draw_reference.py VECTORS.json --write    write them again
"""
import hashlib
import json
import struct
import sys

MASK32, MASK64 = 2**32 - 1, 2**64 - 1


def kdf(master, number, context, size):
    """libsodium's crypto_kdf_derive_from_key."""
    return hashlib.blake2b(b"", digest_size=size, key=master, salt=struct.pack("<QQ", number, 0),
                           person=context.ljust(16, b"\0")).digest()


def id_key(master):
    return kdf(master, 1, b"rveil_id", 16)


def serve_key(master, epoch):
    return kdf(master, epoch, b"rveilsrv", 32)


def fold_key(master):
    return kdf(master, 1, b"rveilfld", 16)


def fold_of(master, person, folds):
    return siphash24(fold_key(master), struct.pack("<Q", person)) % folds


def state_key(master):
    return kdf(master, 1, b"rveilsta", 32)


def siphash24(key, data):
    """Aumasson and Bernstein, INDOCRYPT 2012."""
    k0, k1 = struct.unpack("<QQ", key)
    v = [k0 ^ 0x736f6d6570736575, k1 ^ 0x646f72616e646f6d,
         k0 ^ 0x6c7967656e657261, k1 ^ 0x7465646279746573]

    def rotl(x, n):
        return (x << n | x >> (64 - n)) & MASK64

    def rounds(n):
        for _ in range(n):
            v[0] = (v[0] + v[1]) & MASK64
            v[1] = rotl(v[1], 13) ^ v[0]
            v[0] = rotl(v[0], 32)
            v[2] = (v[2] + v[3]) & MASK64
            v[3] = rotl(v[3], 16) ^ v[2]
            v[0] = (v[0] + v[3]) & MASK64
            v[3] = rotl(v[3], 21) ^ v[0]
            v[2] = (v[2] + v[1]) & MASK64
            v[1] = rotl(v[1], 17) ^ v[2]
            v[2] = rotl(v[2], 32)

    whole = len(data) // 8 * 8
    last = data[whole:].ljust(7, b"\0") + bytes([len(data) % 256])
    for (word,) in struct.iter_unpack("<Q", data[:whole] + last):
        v[3] ^= word
        rounds(2)
        v[0] ^= word
    v[2] ^= 0xff
    rounds(4)
    return v[0] ^ v[1] ^ v[2] ^ v[3]


def user_from_bytes(master, data):
    return siphash24(id_key(master), data)


def chacha20_block(key, nonce, counter):
    """RFC 8439, section 2.3, with the original 64-bit counter and 64-bit nonce."""
    start = list(struct.unpack("<4I", b"expand 32-byte k") + struct.unpack("<8I", key) +
                 struct.unpack("<4I", struct.pack("<QQ", counter, nonce)))
    x = start[:]

    def mix(a, b, d, n):
        x[a] = (x[a] + x[b]) & MASK32
        x[d] ^= x[a]
        x[d] = (x[d] << n | x[d] >> (32 - n)) & MASK32

    for _ in range(10):
        for shift in (0, 1):
            for i in range(4):
                a, b, d = i, 4 + (i + shift) % 4, 12 + (i + 3 * shift) % 4
                e = 8 + (i + 2 * shift) % 4
                mix(a, b, d, 16)
                mix(e, d, b, 12)
                mix(a, b, d, 8)
                mix(e, d, b, 7)
    return [(p + q) & MASK32 for p, q in zip(x, start)]


def words(key, user):
    counter = 0
    while True:
        yield from chacha20_block(key, user, counter)
        counter += 1


def slate(key, user, pool, length, seen, offset, k):
    """Places [offset, offset + k) of a user's list, as positions of the pool."""
    stream, order, hidden, places = words(key, user), list(range(pool)), set(seen), []
    for i in range(pool):
        if len(places) == min(length, offset + k):
            break
        product = next(stream) * (pool - i)
        while product % 2**32 < 2**32 % (pool - i):
            product = next(stream) * (pool - i)
        j = i + product // 2**32
        order[i], order[j] = order[j], order[i]
        if order[i] not in hidden:
            places.append(order[i])
    return places[offset:offset + k]


def check_primitives():
    """Published vectors: RFC 8439 2.3.2 and the appendix of the SipHash paper."""
    block = chacha20_block(bytes(range(32)), 0x4a000000, 0x0900000000000001)
    assert struct.pack("<16I", *block).hex().startswith("10f1e7e4d13b5915500fdd1fa32071c4")
    assert siphash24(bytes(range(16)), bytes(range(15))) == 0xa129ca6149be45e5


def make_vectors():
    master = hashlib.blake2b(b"recveil draw vectors", digest_size=32).digest()
    out = {"master": master.hex(), "id_key": id_key(master).hex(),
           "state_key": state_key(master).hex(), "fold_key": fold_key(master).hex(),
           "serve_keys": [], "ids": [], "users": [], "folds": [], "slates": []}
    for epoch in (0, 1, 2, 20000, MASK32):
        out["serve_keys"].append({"epoch": epoch, "key": serve_key(master, epoch).hex()})
    for text in ("", "a", "ann", "user-1234567", "12345678", "J\u00fcrgen", "x" * 100):
        out["ids"].append({"id": text, "user": user_from_bytes(master, text.encode())})
    for user in (0, 1, 2**32, MASK64):
        out["users"].append({"user": user, "hash": siphash24(id_key(master),
                                                             struct.pack("<Q", user))})
    for person in (0, 1, 2, 1000, 2**32, MASK64):
        for folds in (2, 5, 64):
            out["folds"].append({"person": person, "folds": folds,
                                 "fold": fold_of(master, person, folds)})
    # Pool, length, seen (some, and the multiples of a step up to an end), offset, k.
    shapes = [(1, 1, [], 1, 0, 0, 1), (1, 1, [0], 1, 0, 0, 1), (2, 5, [], 1, 0, 0, 5),
              (20, 10, [], 1, 0, 0, 10), (20, 10, [3, 7, 7, 19, 0], 1, 0, 2, 5),
              (100, 10, [], 1, 95, 0, 10), (1000, 100, [], 1, 0, 0, 10),
              (1000, 100, [], 1, 0, 90, 20), (1000, 100, [], 1, 0, 100, 10),
              (1000, 100, [], 3, 1000, 0, 40), (16384, 1000, [], 1, 0, 990, 20),
              (16384, 1000, [], 1, 16380, 0, 10)]
    for number, (pool, length, seen, step, end, offset, k) in enumerate(shapes):
        for epoch, user in ((1, number), (20000, MASK64 - number)):
            positions = slate(serve_key(master, epoch), user, pool, length,
                              seen + list(range(0, end, step)), offset, k)
            out["slates"].append({"epoch": epoch, "user": user, "pool": pool, "length": length,
                                  "seen": seen, "seen_step": step, "seen_end": end,
                                  "offset": offset, "k": k, "positions": positions})
    return out


def main(vectors_path, option=None):
    check_primitives()
    vectors = make_vectors()
    if option == "--write":
        with open(vectors_path, "w", encoding="ascii") as file:
            lines = [f'"{name}": ' + (json.dumps(value) if not isinstance(value, list) else
                                      "[\n" + ",\n".join("  " + json.dumps(row)
                                                         for row in value) + "\n]")
                     for name, value in vectors.items()]
            file.write("{\n" + ",\n".join(lines) + "\n}\n")
        return
    with open(vectors_path, encoding="ascii") as file:
        assert json.load(file) == vectors, "the committed vectors are others"
    print(len(vectors["slates"]), "slates agree")


if __name__ == "__main__":
    main(*sys.argv[1:])
