"""Recveil from Python: `recveil.abi` is the C interface, generated from the headers."""
