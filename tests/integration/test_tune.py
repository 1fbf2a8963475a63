"""`recveil tune`: the settings it walks, what it recommends, its files and its exit status."""
import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time
import unittest
import xml.etree.ElementTree

import jsonschema

from support import COMMAND, SOURCE, recveil

sys.path.insert(0, str(SOURCE / "tests" / "support"))
import report_browser  # noqa: E402

# Seconds; so few people settle a wide ceiling alone.
DATA = ("--data", "synthetic:users=600,items=300,seed=4")
QUICK = (*DATA, "--seeds", 3, "--ceiling", ".75", "--folds", "2,4", "--floors", "1,5",
         "--ratios", ".3")
SVG = "{http://www.w3.org/2000/svg}"


def settings(report):
    return [(a["defense"], a["folds"], a["support_floor"]) if a["defense"] == "cross_fit" else
            (a["defense"], a["ratio"]) if a["defense"] == "popularity_randomization" else
            (a["defense"],) for a in report["audits"]]


class Tune(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.shared = pathlib.Path(folder.name)
        cls.svg, cls.yaml = cls.shared / "a.svg", cls.shared / "a.yaml"
        cls.done = recveil("tune", *QUICK, "--json", "--svg", cls.svg, "--yaml", cls.yaml)
        assert cls.done.stdout, cls.done
        cls.report = json.loads(cls.done.stdout)

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def chosen(self):
        return self.report["audits"][self.report["chosen"]]

    def test_every_setting_is_measured_and_one_is_chosen(self):
        self.assertEqual((self.done.returncode, self.done.stderr), (0, ""))
        schema = json.loads((SOURCE / "docs" / "audit.schema.json").read_text())
        jsonschema.Draft202012Validator(schema).validate(self.report)
        self.assertEqual(settings(self.report), [
            ("none",), ("popularity_randomization", .3), ("fold_in",), ("cross_fit", 2, 1),
            ("cross_fit", 2, 5), ("cross_fit", 4, 1), ("cross_fit", 4, 5)])
        self.assertEqual(self.report["result"], "found")
        self.assertIn(self.chosen()["defense"], ("fold_in", "cross_fit"))
        for audit in self.report["audits"]:
            self.assertEqual((audit["margin"], audit["adversary"]), (.25, "adaptive"))
            under = audit["auc_upper_bound"] < .75
            if audit["verdict"] == "no_leak_found":
                self.assertTrue(under)
            for end in (audit["auc"]["hi"], 1 - audit["auc"]["lo"]):
                self.assertLessEqual(end, audit["auc_upper_bound"] + 1e-12)
        for name in ("none", "popularity_randomization"):
            self.assertEqual({a["verdict"] for a in self.report["audits"] if a["defense"] == name},
                             {"leak"})

    def test_a_setting_in_a_grid_is_what_it_is_alone(self):
        for place in (1, 6):  # the last one shares its folds' models with its neighbour
            inside = self.report["audits"][place]
            alone = json.loads(recveil(
                "audit", "membership", *DATA, "--seeds", 3, "--json", "--defense",
                inside["defense"], "--ratio", inside["ratio"], "--folds", inside["folds"],
                "--support-floor", inside["support_floor"],
                "--shadows", 0).stdout)  # a grid has none
            # Alone, nothing is cleared without them.
            self.assertEqual(*([{k: v for k, v in attacker.items() if k != "finding"}
                                for attacker in audit["attackers"]] for audit in (alone, inside)))
            for key in ("utility", "controls", "auc", "auc_upper_bound", "ratio"):
                self.assertEqual(alone[key], inside[key], key)

    def test_training_is_counted_in_models(self):
        done = recveil("tune", *DATA, "--seeds", 1, "--recommender", "ials", "--modes",
                       "fold_in,cross_fit", "--folds", "2,4", "--floors", 5, "--json")
        self.assertEqual([a["training_units"] for a in json.loads(done.stdout)["audits"]],
                         [1, 1, 3])
        self.assertEqual({a["training_units"] for a in self.report["audits"]}, {1})

    def test_the_configuration_opens(self):
        done = recveil("config", "check", self.yaml)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        text = self.yaml.read_text()
        self.assertIn("ephemeral: true", text)
        self.assertIn("ceiling .750", text)
        key = self.folder / "key"
        recveil("key", "generate", key)
        config = self.folder / "b.yaml"
        made = recveil("tune", *DATA, "--seeds", 1, "--ceiling", ".999", "--modes", "fold_in",
                       "--yaml", config, "--key", "key")
        self.assertEqual(made.returncode, 0, made)
        self.assertIn('file: "key"', config.read_text())
        self.assertEqual(recveil("config", "check", config).returncode, 0)
        key.unlink()
        self.assertEqual(recveil("config", "check", config).returncode, 2)

    def test_the_drawing_says_what_it_shows(self):
        root = xml.etree.ElementTree.fromstring(self.svg.read_text())
        self.assertEqual((root.tag, root.get("role")), (SVG + "svg", "img"))
        ids = {node.get("id"): node for node in root.iter() if node.get("id")}
        title, words = (ids[name] for name in root.get("aria-labelledby").split())
        self.assertEqual((title.tag, words.tag), (SVG + "title", SVG + "desc"))
        self.assertIn("Chosen: ", words.text)
        marks = [n for n in root.iter(SVG + "path") if n.get("class").startswith("mark ")]
        # Two panels and two groups for each setting, and the legend.
        self.assertEqual(len(marks), 4 * len(self.report["audits"]) + 10)
        self.assertEqual(len([n for n in root.iter() if n.get("class") == "chosen"]), 2)
        self.assertEqual(len([n for n in root.iter() if n.get("class") == "ceiling"]), 2)
        self.assertNotRegex(self.svg.read_text(), r"href|url\(|@import|<script")
        width, height = map(float, root.get("viewBox").split()[2:])
        for node in root.iter(SVG + "text"):
            self.assertTrue(0 <= float(node.get("x")) <= width, node.text)
            self.assertTrue(0 <= float(node.get("y")) <= height, node.text)

    def test_a_browser_draws_it_light_and_dark(self):
        papers = []
        for dark in (False, True):
            pixels = report_browser.screenshot(self.svg.read_text(), self.folder, 680, 720, dark)
            paper, share, colours = report_browser.drawn(pixels)
            papers.append(paper)
            self.assertGreater(share, .05)
            self.assertGreater(colours, 50)
        self.assertEqual(papers, [(255, 255, 255), (0x14, 0x17, 0x1a)])

    def test_the_text_has_a_row_for_each(self):
        done = recveil("tune", *DATA, "--seeds", 2, "--ceiling", ".999", "--folds", "4,2,4",
                       "--floors", 5, "--ratios", ".3")
        self.assertEqual(done.returncode, 0, done.stderr)
        rows = ["no defence", "popularity randomization, ratio .300", "fold-in, one model",
                "cross-fit, 2 folds, floor 5", "cross-fit, 4 folds, floor 5", "Recommended (*)"]
        places = [done.stdout.find(words) for words in rows]
        self.assertEqual(places, sorted(places), done.stdout)
        self.assertGreater(places[0], 0, done.stdout)
        self.assertEqual(done.stdout.count("\n  * "), 1)

    def test_a_ceiling_nobody_meets(self):
        svg, yaml = self.folder / "a.svg", self.folder / "a.yaml"
        yaml.write_text("earlier")
        done = recveil("tune", *DATA, "--seeds", 2, "--modes", "none,popularity_randomization",
                       "--svg", svg, "--yaml", yaml, "--force")
        self.assertEqual((done.returncode, done.stderr), (1, ""), done)
        self.assertIn("None of these settings", done.stdout)
        self.assertEqual(yaml.read_text(), "earlier")
        self.assertIn("No setting was chosen", svg.read_text())
        self.assertEqual(sorted(p.name for p in self.folder.iterdir()), ["a.svg", "a.yaml"])

    def test_too_few_people_to_tell(self):
        done = recveil("tune", *DATA, "--seeds", 1, "--ceiling", ".505", "--modes", "cross_fit",
                       "--folds", 4, "--floors", 5, "--json")
        self.assertEqual(done.returncode, 3, done.stderr)
        report = json.loads(done.stdout)
        self.assertEqual((report["result"], report["chosen"]), ("inconclusive", None))

    def refused(self, *arguments, says):
        done = recveil("tune", *DATA, "--seeds", 1, *arguments)
        self.assertEqual((done.returncode, done.stdout, done.stderr.count("\n")), (2, "", 1), done)
        self.assertIn(says, done.stderr)

    def test_bad_values_are_one_line_and_status_2(self):
        for arguments in (("--ceiling", ".5"), ("--ceiling", "1.1"), ("--ceiling", "low"),
                          ("--loss", "2"), ("--folds", "1"), ("--folds", "2,x"),
                           ("--floors", "0"), ("--modes", "prayer"),
                          ("--seeds", "0")):
            with self.subTest(arguments=arguments):
                self.refused(*arguments, says=arguments[0])
        self.refused("--ratios", ".3,0", says="ratio")
        self.refused("--recommender", "svd", says="recommender")
        self.refused("--recommender", "popularity", says="popularity does not")
        self.refused("--svg", self.folder / "no" / "a.svg", says="no/a.svg: cannot be written")
        self.refused("--yaml", self.folder, says="not an ordinary file")
        self.refused("--svg", self.folder / "a", "--yaml", self.folder / "a", says="two kinds")
        for option in "--svg", "--yaml":
            taken = self.shared / "a.svg"
            self.refused(option, taken, says="a.svg: exists; it is not overwritten without --force")
        self.refused("--key", "k", "--svg", self.folder / "a.svg", "--list-length", 1000, "--ratios",
                     ".01", says="request.cells[1].ratio")
        self.assertEqual(list(self.folder.iterdir()), [])

    def test_ctrl_c_leaves_nothing(self):
        with subprocess.Popen([COMMAND, "tune", "--seeds", "100", "--threads", "1", "--svg",
                               str(self.folder / "a.svg"), "--yaml", str(self.folder / "a.yaml")],
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
            time.sleep(1.5)
            process.send_signal(signal.SIGINT)
            out, error = process.communicate(timeout=120)
        self.assertEqual((process.returncode, out, error), (130, "", "recveil: stopped\n"))
        self.assertEqual(os.listdir(self.folder), [])

    def test_help_teaches(self):
        text = recveil("tune", "--help").stdout
        for words in ("Exit status", "cheapest", "--loss", "Example", "units of one model"):
            self.assertIn(words, text)


if __name__ == "__main__":
    unittest.main()
