"""What the integration tests share: where things are, and running a command."""
import os
import pathlib
import subprocess

COMMAND = os.environ["RECVEIL_COMMAND"]
LIBRARY = os.environ["RECVEIL_LIBRARY"]
BUILD = pathlib.Path(os.environ["RECVEIL_BUILD"])
SOURCE = pathlib.Path(os.environ["RECVEIL_SOURCE"])
CMAKE = os.environ["RECVEIL_CMAKE"]
CXX = os.environ["RECVEIL_CXX"]


def run(*arguments, timeout=300, **options):
    """Runs a program; its standard output and error are kept apart."""
    return subprocess.run([str(a) for a in arguments], capture_output=True, text=True,
                          timeout=timeout, check=False, **options)


def recveil(*arguments, **options):
    return run(COMMAND, *arguments, **options)
