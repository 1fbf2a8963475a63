"""`recveil audit screening`: what it prints and writes, what it refuses, and how it exits."""
import copy
import json
import pathlib
import sys
import tempfile
import unittest
import xml.etree.ElementTree

import jsonschema

from support import SOURCE, recveil, run

sys.path.insert(0, str(SOURCE / "tests" / "support"))
import report_page  # noqa: E402
from report_case import RENDER, check_same_facts  # noqa: E402

SMALL = ("--data", "synthetic:users=400,items=300,seed=3", "--seeds", 2, "--repeats", 2, "--batches",
         100, "--sizes", "20", "--first-seed", 5)
CLAIMED = ["random", "average", "bandwagon", "segment", "average_over_popular", "popularity_sampled",
           "template_copy", "user_mix", "hidano_naive"]


class Screening(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = pathlib.Path(folder.name)
        cls.files = {kind: cls.folder / f"report.{kind}" for kind in ("html", "junit", "prometheus")}
        cls.done = recveil("audit", "screening", *SMALL, "--defense", "none", "--json",
                           *(f"--{kind}={path}" for kind, path in cls.files.items()))
        cls.report = json.loads(cls.done.stdout)
        cls.schema = jsonschema.Draft202012Validator(
            json.loads((SOURCE / "docs" / "audit.schema.json").read_text()))

    def errors(self, report):
        return [f"{list(e.path)}: {e.message[:200]}" for e in self.schema.iter_errors(report)]

    def test_without_a_defence_every_attack_gets_through(self):
        self.assertEqual(self.done.returncode, 1)
        self.assertEqual(self.done.stderr, "")
        self.assertEqual(self.report["verdict"], "leak")
        self.assertEqual(self.report["failed"], CLAIMED)
        for row in self.report["by_attack"]:
            self.assertEqual(row["campaigns_caught"], 0)
            self.assertEqual(row["detection_rate"], 0)
        self.assertTrue(all(c["passed"] for c in self.report["controls"].values()))
        for row in self.report["impact"]:
            for what in ("shown10", "shown100", "ndcg10"):
                self.assertEqual(row[what]["poisoned"], row[what]["screened"])

    def test_every_campaign_is_counted(self):
        n = self.report["n"]
        self.assertEqual((n["users"], n["window"], n["batch"]), (400, 280, 80))
        self.assertEqual(sum(row["campaigns"] for row in self.report["attacks"]), n["campaigns"])
        self.assertEqual(sum(row["campaigns"] for row in self.report["by_attack"]), n["campaigns"])
        for row in self.report["attacks"]:
            self.assertEqual(row["campaigns"], 2)
            self.assertEqual(row["fakes"], 2 * 4, "1 % of 400 in each of two splits")
            self.assertEqual(row["claimed"],
                             row["attack"] in CLAIMED and row["target"] != "spread_5")
        self.assertNotIn("pga", {row["attack"] for row in self.report["attacks"]}, "no ratings")
        scenes = {row["scene"]: row["campaigns_caught"] for row in self.report["scenes"]}
        self.assertEqual(scenes, {"flash_crowd": None, "flash_crowd_in_batch": None,
                                  "trend_at_maximum": None, "yearly_rush": None,
                                  "compromised_known": 0, "compromised_new": 0,
                                  "compromised_changed": 0, "drip_3": 0,
                                  "drip_3_no_carry": 0, "drip_10": 0, "drip_10_no_carry": 0,
                                  "drip_30": 0, "drip_30_no_carry": 0, "window_other_campaign": 0,
                                  "window_same_campaign": 0, "returning_one_event": None,
                                  "returning_tenth": None, "new_after_returning": None,
                                  "shared_history": None, "returning_update": None,
                                  "returning_not_told": None})
        self.assertEqual([(row["order"], row["batches"]) for row in self.report["clean"]],
                         [("random", 2), ("chronological", 2)])

    def test_people_are_broken_down(self):
        """By activity and by age everybody of all sources is counted once."""
        by = {}
        for row in self.report["people"]:
            by[row["by"]] = by.get(row["by"], 0) + row["screened"]
        self.assertEqual(set(by), {"source", "activity", "age"})
        self.assertEqual(len(set(by.values())), 1, by)
        sources = [row["group"] for row in self.report["people"] if row["by"] == "source"]
        self.assertEqual(len(sources), 7, sources)

    def test_the_schema(self):
        self.assertEqual(self.errors(self.report), [])
        for key in ("by_attack", "clean_fpr", "failed", "impact"):
            broken = copy.deepcopy(self.report)
            del broken[key]
            self.assertNotEqual(self.errors(broken), [], key)
        broken = copy.deepcopy(self.report)
        broken["attacks"][0]["detection_rate"] = 1.5
        self.assertNotEqual(self.errors(broken), [])

    def test_the_page(self):
        page = report_page.parse(self.files["html"].read_text())
        self.assertEqual(page.one("h1").words(),
                         "Do accounts made to poison the recommender get past its screening?")
        self.assertFalse({node.tag for node in page.all()} & {"script", "link", "img", "iframe"})
        told = page.one("main").words()
        for words in ("Screening does not hold", "0 of 6", "unknown donors", "Controls",
                      "a crowd of people on one new item"):
            self.assertIn(words, told)
        rows = [node for node in page.all("tr")]
        self.assertGreater(len(rows), len(self.report["by_attack"]))

    def test_the_junit(self):
        root = xml.etree.ElementTree.parse(self.files["junit"]).getroot()
        cases = {c.get("name"): c for c in root.iter("testcase")}
        self.assertEqual({f"attack {name}" for name in CLAIMED},
                         {name for name in cases if name.startswith("attack ")})
        suite = root.find("testsuite")
        self.assertEqual(suite.get("name"), "recveil.screening")
        self.assertEqual(int(suite.get("failures")), 1 + len(CLAIMED))
        self.assertIsNone(cases["positive control"].find("failure"))
        self.assertIsNotNone(cases["verdict"].find("failure"))

    def test_the_metrics(self):
        lines = self.files["prometheus"].read_text().splitlines()
        self.assertIn('recveil_audit_runs_total{attack="screening",verdict="leak"} 1', lines)
        self.assertIn('recveil_audit_control_passed{attack="screening",control="positive"} 1',
                      lines)
        self.assertIn('recveil_audit_screening_recall_ratio{defense="off",adversary="adaptive"} 0',
                      lines)

    def test_each_verdict_in_words(self):
        for verdict, title in (("no_leak_found", "Screening holds"),
                               ("inconclusive", "Inconclusive")):
            report = copy.deepcopy(self.report)
            report.update(verdict=verdict, failed=[],
                          unsettled=["random", "people"] if verdict == "inconclusive" else [])
            source = self.folder / f"{verdict}.json"
            source.write_text(json.dumps(report))
            page, junit, text = (source.with_suffix(s) for s in (".html", ".xml", ".txt"))
            self.assertEqual(run(RENDER, source, page, junit, text).returncode, 0)
            check_same_facts(self, page.read_text(), junit.read_text(), text.read_text())
            self.assertIn(title, report_page.parse(page.read_text()).one("main").words())
            suite = xml.etree.ElementTree.parse(junit).getroot().find("testsuite")
            self.assertEqual(suite.get("failures"), "0")
            self.assertEqual(suite.get("errors"), "2" if verdict == "inconclusive" else "0")

    def test_the_same_seed_gives_the_same_report_for_any_number_of_threads(self):
        reports = []
        # A list may have commas or spaces, as --help says.
        for threads, attacks in ((1, ["random,user_mix"]), (2, ["random", "user_mix"])):
            done = recveil("audit", "screening", *SMALL, "--defense", "none", "--json", "--threads",
                           threads, "--attacks", *attacks)
            report = json.loads(done.stdout)
            del report["seconds"], report["peak_rss_bytes"]
            reports.append(report)
        self.assertEqual({row["attack"] for row in reports[0]["attacks"]}, {"random", "user_mix"})
        self.assertEqual(reports[0], reports[1])

    def test_bad_input_is_one_line(self):
        for arguments, says in ((["--defense", "all"], "--defense: must be one of none"),
                                (["--attacks", "random,shill"], 'not "shill"'),
                                (["--sizes", "big"], "--sizes"),
                                (["--injection-rate", "0.5"], "--injection-rate"),
                                (["--data", "synthetic:users=60"], "at least 100 users"),
                                (["--html", self.folder / "no" / "x.html"], "cannot be written")):
            done = recveil("audit", "screening", *arguments)
            self.assertEqual(done.returncode, 2, done)
            self.assertEqual(done.stdout, "")
            self.assertEqual(done.stderr.count("\n"), 1, done.stderr)
            self.assertIn(says, done.stderr)

    def test_help_teaches(self):
        done = recveil("audit", "screening", "--help")
        self.assertEqual(done.returncode, 0)
        for words in ("--injection-rate", "spread_5", "Exit status", "SPEC of data", "A first look"):
            self.assertIn(words, done.stdout)


if __name__ == "__main__":
    unittest.main()
