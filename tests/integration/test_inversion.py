"""`recveil audit inversion`: what it prints and writes, what it refuses, and how it exits."""
import copy
import json
import pathlib
import tempfile
import unittest
import xml.etree.ElementTree

import jsonschema

from support import SOURCE, recveil

SMALL = ("--data", "synthetic:users=800,items=600", "--recommender", "ials", "--decoys", "rare",
         "--list-length", 20, "--seeds", 4)


class Inversion(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = pathlib.Path(folder.name)
        cls.files = {kind: cls.folder / f"report.{kind}" for kind in ("html", "junit", "prometheus")}
        cls.done = recveil("audit", "inversion", *SMALL, "--json",
                           *(f"--{kind}={path}" for kind, path in cls.files.items()))
        cls.report = json.loads(cls.done.stdout)
        cls.schema = jsonschema.Draft202012Validator(
            json.loads((SOURCE / "docs" / "audit.schema.json").read_text()))

    def errors(self, report):
        return [f"{list(e.path)}: {e.message[:200]}" for e in self.schema.iter_errors(report)]

    def test_an_undefended_recommender_leaks(self):
        self.assertEqual(self.done.returncode, 1)
        self.assertEqual(self.done.stderr, "")
        self.assertEqual(self.report["verdict"], "leak")
        self.assertEqual(self.report["worst"]["finding"], "leak")
        self.assertTrue(all(c["passed"] for c in self.report["controls"].values()))
        self.assertEqual(self.errors(self.report), [])

    def test_every_cell_has_a_row_for_each_threshold(self):
        rows = [(row["fakes"], row["alpha"], row["threshold"]) for row in self.report["results"]]
        self.assertEqual(rows, [(fakes, alpha, threshold) for fakes in ("naive", "template_copy")
                                for alpha in (.01, .02, .05) for threshold in (1, 2, 3)])
        for row in self.report["results"] + self.report["clean"]:
            self.assertLessEqual(row["hits"], row["flagged"])
            self.assertLessEqual(row["hits"], row["with_item"])
            self.assertEqual(row["people_held_up"]["value"], 0, "nobody is screened")
        self.assertEqual(len(self.report["clean"]), 3)

    def test_the_schema_is_not_too_wide(self):
        for change in (lambda r: r.pop("worst"), lambda r: r.update(extra=1),
                       lambda r: r["results"][0].update(fakes="other"),
                       lambda r: r["results"][0].pop("recall")):
            report = copy.deepcopy(self.report)
            change(report)
            self.assertNotEqual(self.errors(report), [])

    def test_screening_of_naive_fakes_stops_it(self):
        done = recveil("audit", "inversion", *SMALL, "--adversary", "naive", "--alphas", "0.05",
                       "--screening", "full", "--json")
        report = json.loads(done.stdout)
        self.assertNotEqual(done.returncode, 1, done.stdout[:3000])
        for row in report["results"]:
            self.assertGreater(row["detection_rate"]["value"], .95)
            self.assertLess(row["people_held_up"]["value"], .05)

    def test_every_format_tells_of_the_leak(self):
        self.assertIn("Fakes expose people", self.files["html"].read_text())
        suite = xml.etree.ElementTree.parse(self.files["junit"]).getroot()
        self.assertGreater(len(suite.findall(".//failure")), 0)
        metrics = self.files["prometheus"].read_text()
        self.assertIn('attack="inversion"', metrics)
        text = recveil("audit", "inversion", *SMALL, "--alphas", "0.05", "--adversary", "naive")
        self.assertIn("FAKES EXPOSE PEOPLE", text.stdout)
        self.assertEqual(text.returncode, 1)

    def test_bad_input_is_one_line(self):
        for options, what in ((("--alphas", "x"), "--alphas: must be numbers"),
                              (("--sensitive", "nowhere"), "--sensitive: no item \"nowhere\""),
                              (("--least-people", 700, "--most-people", 701),
                               "--least-people: no item"),
                              (("--rating-at-least", 3), "--rating-at-least: ")):
            done = recveil("audit", "inversion", *SMALL, *options)
            self.assertEqual(done.returncode, 2, options)
            self.assertEqual(done.stdout, "")
            self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)
            self.assertIn(what, done.stderr)


class Injections(unittest.TestCase):
    """`recveil audit injections`, on what `audit inversion --export` wrote."""

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = pathlib.Path(folder.name)
        done = recveil("audit", "inversion", *SMALL[:-2], "--seeds", 1, "--alphas", "0.05",
                       "--adversary", "naive", "--export", cls.folder / "host", "--json")
        cls.simulated = json.loads(done.stdout)
        cls.schema = jsonschema.Draft202012Validator(
            json.loads((SOURCE / "docs" / "audit.schema.json").read_text()))

    def audited(self, *more, **files):
        given = {name: self.folder / "host" / f"{name}.csv"
                 for name in ("before", "after", "holders", "decoys", "items")}
        given.update(files)
        return recveil("audit", "injections", *more,
                       *(word for name, path in given.items() for word in (f"--{name}", path)))

    def test_lists_say_what_the_simulation_said(self):
        done = self.audited("--json")
        report = json.loads(done.stdout)
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertEqual(list(self.schema.iter_errors(report)), [])
        for row, simulated in zip(report["results"], self.simulated["results"]):
            for key in ("threshold", "hits", "flagged", "with_item"):
                self.assertEqual(row[key], simulated[key])
        for row, clean in zip(report["results"], self.simulated["clean"]):
            self.assertEqual(row["hits_before"], clean["hits"])
        self.assertTrue(all(c["passed"] for c in report["controls"].values()))
        self.assertFalse(any(c["warned"] for c in report["checks"]))

    def test_every_format_tells_of_the_leak(self):
        page, suite = self.folder / "report.html", self.folder / "report.xml"
        done = self.audited("--html", page, "--junit", suite)
        self.assertIn("FAKES EXPOSE PEOPLE", done.stdout)
        self.assertIn("before the injections", page.read_text())
        self.assertGreater(len(xml.etree.ElementTree.parse(suite).findall(".//failure")), 0)

    def test_several_injections_are_pooled(self):
        host = self.folder / "host"
        twice = {name: f"{host}/{name}.csv,{host}/{name}.csv"
                 for name in ("before", "after", "holders", "decoys")}
        report = json.loads(self.audited("--json", **twice).stdout)
        self.assertEqual(report["n"]["injections"], 2)
        self.assertEqual(report["results"][-1]["hits"], 2 * self.simulated["results"][-1]["hits"])

    def test_a_wrong_export_is_inconclusive_and_named(self):
        host = self.folder / "host"
        done = self.audited("--json", after=host / "before.csv")
        self.assertEqual(done.returncode, 3)
        self.assertIn("the same list before and after", json.loads(done.stdout)["reasons"][0])

    def test_bad_input_is_one_line(self):
        short = self.folder / "short.csv"
        short.write_text("u0,1\n")
        strange = self.folder / "strange.csv"
        strange.write_text("elsewhere\n")
        host = self.folder / "host"
        for files, what in (({"before": ""}, "--before: is missing"),
                            ({"after": f"{host}/after.csv,{host}/after.csv"}, "--after: names 2"),
                            ({"holders": short}, "is not in"),
                            ({"decoys": strange}, "\"elsewhere\" is not in"),
                            ({"after": self.folder / "nowhere.csv"}, "nowhere.csv")):
            done = self.audited(**files)
            self.assertEqual(done.returncode, 2, files)
            self.assertEqual(done.stdout, "")
            self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)
            self.assertIn(what, done.stderr)


if __name__ == "__main__":
    unittest.main()
