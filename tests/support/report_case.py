"""Every sample of report_samples.py with its page and its JUnit XML, for test classes."""
import json
import os
import pathlib
import tempfile
import unittest

from report_samples import samples
from support import recveil, run

RENDER = os.environ["RECVEIL_REPORT_RENDER"]
SMALL = ("--data", "synthetic:users=300,items=200,seed=3")


class Reports(unittest.TestCase):
    """Renders the samples once for a class."""

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = pathlib.Path(folder.name)
        done = recveil("audit", "membership", *SMALL, "--seeds", 5, "--json")
        cls.samples = samples(json.loads(done.stdout))
        assert cls.samples["leak"]["verdict"] == "leak", "the samples rest on a leak"
        cls.pages, cls.junits = {}, {}
        for name, report in cls.samples.items():
            source, page, junit = (cls.folder / f"{name}.{s}" for s in ("json", "html", "xml"))
            source.write_text(json.dumps(report))
            done = run(RENDER, source, page, junit)
            assert done.returncode == 0, f"{name}: {done.stderr}"
            cls.pages[name], cls.junits[name] = page.read_text(), junit.read_text()
