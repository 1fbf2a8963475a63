#!/usr/bin/env python3
"""Builds the wheel, installs it into an empty virtual environment, and runs the package's tests there.

usage: run.py FOLDER setup LIBRARY_FOLDER [REQUIREMENTS]   makes FOLDER/venv and FOLDER/wheel, of what
                                                        PyPI has and of a build
       run.py FOLDER TEST...                            runs these tests (modules of this folder) there

The tests run in an empty folder with an empty environment but for RECVEIL_DATA_DIR, so that nothing
of the source tree or the machine is found by chance.
"""
import os
import subprocess
import sys
import tempfile
from pathlib import Path

TESTS = Path(__file__).resolve().parent


def run(*command, **options):
    subprocess.run(list(map(str, command)), check=True, **options)


def setup(folder, libraries, requirements="requirements.txt"):
    python = folder / "venv" / "bin" / "python"
    stamp = folder / "requirements"
    wanted = (TESTS / requirements).read_text()
    if not stamp.exists() or stamp.read_text() != wanted:
        run(sys.executable, "-m", "venv", "--clear", folder / "venv")
        run(python, "-m", "pip", "install", "-q", "--disable-pip-version-check", "--no-compile",
            "-r", TESTS / requirements)
        stamp.write_text(wanted)
    for old in (folder / "wheel").glob("*.whl"):
        old.unlink()
    run(python, TESTS.parent / "tools" / "build_wheel.py", folder / "wheel", libraries)
    wheel = next((folder / "wheel").glob("*.whl"))
    run(python, "-m", "pip", "install", "-q", "--disable-pip-version-check", "--force-reinstall",
        "--no-deps", wheel)


def tests(folder, names):
    kept = {key: os.environ[key] for key in ("RECVEIL_DATA_DIR",) if os.environ.get(key)}
    kept |= {"PYTHONPATH": str(TESTS), "PATH": f"{folder / 'venv' / 'bin'}:/usr/bin:/bin",
             "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1",
             "RECVEIL_TESTED_WHEEL": str(next((folder / "wheel").glob("*.whl"))),
             "PYTHONDONTWRITEBYTECODE": "1"}
    with tempfile.TemporaryDirectory() as empty:
        done = subprocess.run([folder / "venv" / "bin" / "python", "-m", "unittest", "-v", *names],
                              cwd=empty, env=kept)
    sys.exit(done.returncode)


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    if sys.argv[2] == "setup":
        Path(sys.argv[1]).mkdir(parents=True, exist_ok=True)
        setup(Path(sys.argv[1]).resolve(), *sys.argv[3:])
    else:
        tests(Path(sys.argv[1]).resolve(), sys.argv[2:])
