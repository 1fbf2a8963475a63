"""Every sample of report_samples.py with its page, its JUnit XML and its text, for test classes."""
import json
import os
import pathlib
import re
import tempfile
import unittest
import xml.etree.ElementTree

import report_page
from report_samples import samples
from support import recveil, run

RENDER = os.environ["RECVEIL_REPORT_RENDER"]
SMALL = ("--data", "synthetic:users=300,items=200,seed=3")


def words(text):
    return " ".join(text.split())


def facts(page):
    """Every piece of text that the sections of a page tell."""
    for node in report_page.parse(page).one("main").all("h2", "p", "li", "caption", "th", "td",
                                                        "small", "span", "dt", "dd"):
        for child in node.children:
            if isinstance(child, str) and words(child):
                yield words(child)


def numbers(report):
    """Every estimate of a report of which each format tells all, to the digits it is told in."""
    for attacker in report["attackers"]:
        for key in ("auc", "balanced_accuracy"):
            for end in ("value", "lo", "hi"):
                yield f"{attacker[key][end]:.3f}"
        for at in attacker.get("tpr", []):
            for end in ("value", "lo", "hi"):
                yield f"{at[end]:.3f}"
    for control in report["controls"].values():
        yield f"{control['auc']:.3f}"


def check_same_facts(test, page, junit, text):
    """What the page tells is in the text and in the test results, and the other way round."""
    suite = xml.etree.ElementTree.fromstring(junit)[0]
    in_junit = words(" ".join([*suite.itertext(), *(value for node in suite.iter()
                                                    for value in node.attrib.values())]))
    in_text, on_page = words(text), words(report_page.parse(page).one("body").text())
    told = list(facts(page))
    test.assertGreater(len(told), 40)
    for fact in told:
        if fact.isupper() or fact == "What this does not say":
            continue
        test.assertIn(fact.lower(), in_text.lower())
        test.assertIn(fact.lower(), in_junit.lower())
    # Lines of the text that are no part of a table are pieces of what the page tells.
    compact = "".join(on_page.lower().split())
    for piece in re.split(r"[();]|\s{2,}|\n", text):
        piece = re.sub(r"^\s*(WARNING|-)\s", "", piece)
        piece = "".join(piece.lower().split())
        test.assertIn(piece, compact)


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
        cls.pages, cls.junits, cls.texts = {}, {}, {}
        for name, report in cls.samples.items():
            source, page, junit, text = (cls.folder / f"{name}.{s}"
                                         for s in ("json", "html", "xml", "txt"))
            source.write_text(json.dumps(report))
            done = run(RENDER, source, page, junit, text)
            assert done.returncode == 0, f"{name}: {done.stderr}"
            cls.pages[name], cls.junits[name] = page.read_text(), junit.read_text()
            cls.texts[name] = text.read_text()
