"""The ten-minute script of docs/python.md, on its data: what it prints is what the page says."""
import re
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import datasets

SOURCE = Path(__file__).resolve().parents[3]


class Tour(unittest.TestCase):
    def test_it_prints_what_the_page_says(self):
        datasets.need_data()
        with tempfile.TemporaryDirectory() as folder:
            done = subprocess.run(
                [sys.executable, SOURCE / "examples/python_lastfm/tour.py",
                 Path(datasets.FOLDER, "lastfm-2k"), folder], capture_output=True, text=True)
            self.assertEqual(done.returncode, 0, done.stderr)
            pages = {p.name: p.read_text() for p in Path(folder).glob("*.html")}
        page = (SOURCE / "docs/python.md").read_text()
        wanted = re.search(r"<!-- tour -->\n```\n(.*?)```", page, re.DOTALL)[1].splitlines()
        found = done.stdout.splitlines()[:len(wanted)]
        keyed = next(i for i, line in enumerate(wanted) if "cross_fit:" in line)
        self.assertEqual(found[:2], wanted[:2])
        self.assertEqual(found[keyed + 1:], wanted[keyed + 1:])
        # Numbers of the audits depend on the processor in their last digits, and folds on the key.
        one, cross = (float(re.search(r"AUC (\S+)", found[i])[1]) for i in (2, keyed))
        self.assertIn("one_model: leak", found[2])
        self.assertAlmostEqual(one, float(re.search(r"AUC (\S+)", wanted[2])[1]), delta=0.02)
        self.assertLess(abs(cross - 0.5), 0.08)
        self.assertNotIn("leak;", found[keyed])
        before, after = (float(re.search(r"NDCG@10 (\S+)", found[i])[1]) for i in (2, keyed))
        self.assertGreater(after, 0.95 * before)
        self.assertEqual(set(pages), {"one_model.html", "cross_fit.html"})
        self.assertTrue(all("attacker" in text for text in pages.values()))


if __name__ == "__main__":
    unittest.main()
