"""The keys, names and receipts of the journal in plain Python and Debian's cryptography package: the
slow twin of journal/keys.h and journal/receipt.h.

usage: journal_reference.py VECTORS.json                  check the committed vectors
       journal_reference.py --receipt FILE PUBLIC_KEY_HEX check a receipt, and that each changed
                                                          byte is found
"""
import hashlib
import json
import struct
import sys

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat


def kdf(master, number, context, size=32):
    """libsodium's crypto_kdf_derive_from_key."""
    return hashlib.blake2b(b"", digest_size=size, key=master, salt=struct.pack("<QQ", number, 0),
                           person=context.ljust(16, b"\0")).digest()


def keyed(key, data, size=16):
    return hashlib.blake2b(data, digest_size=size, key=key).digest()


def verify(text, public):
    """True if text is the receipt, byte for byte, that the owner of the key issued."""
    head, tail = b'{"receipt":', b'"}'
    middle = len(b',"signature":"') + 128 + len(tail)
    body, rest = text[len(head):-middle], text[-middle:]
    if not text.startswith(head) or not rest.startswith(b',"signature":"') or \
            not text.endswith(tail):
        return False
    digits = rest[len(b',"signature":"'):-len(tail)]
    if any(c not in b"0123456789abcdef" for c in digits):
        return False
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(bytes.fromhex(digits.decode()), body)
    except InvalidSignature:
        return False
    return True


def check_receipt(text, public):
    assert verify(text, public), "the receipt does not verify"
    whole = json.loads(text)
    again = json.dumps(whole, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert again.encode() == text, "the receipt is not canonical"
    assert whole["receipt"]["key"]["public"] == public.hex()
    for i in range(len(text)):
        changed = text[:i] + bytes([text[i] ^ 1]) + text[i + 1:]
        assert not verify(changed, public), f"byte {i} may be changed"
    assert not verify(text + b"\n", public)


def check_vectors(v):
    raw = {name: bytes.fromhex(value) for name, value in v.items()
           if name not in ("id", "table", "row", "receipt")}
    master = raw["master"]
    assert kdf(master, 1, b"rveilsub") == raw["subject_key"]
    for number, name in enumerate(("wrap", "token_key", "chain", "rows", "digest_key"), 1):
        assert kdf(master, number, b"rveiljnl") == raw[name], name
    subject = keyed(raw["subject_key"], v["id"].encode())
    assert subject == raw["subject"]
    assert keyed(raw["token_key"], subject) == raw["token"]
    table = v["table"].encode()
    assert keyed(raw["digest_key"], subject + struct.pack("<Q", len(table)) + table +
                 v["row"].encode()) == raw["digest"]
    for version in (1, 2):
        assert kdf(master, version, b"rveilrcp") == raw[f"receipt_seed_{version}"]
    private = Ed25519PrivateKey.from_private_bytes(raw["receipt_seed_1"])
    public = private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    assert public == raw["receipt_public_1"]
    check_receipt(v["receipt"].encode(), public)


def main():
    if len(sys.argv) == 4 and sys.argv[1] == "--receipt":
        with open(sys.argv[2], "rb") as file:
            check_receipt(file.read(), bytes.fromhex(sys.argv[3]))
    elif len(sys.argv) == 2:
        with open(sys.argv[1], encoding="utf-8") as file:
            check_vectors(json.load(file))
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main()
