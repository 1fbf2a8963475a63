"""`recveil audit paper`: what it prints and writes, what it refuses, and the form of docs/paper.md."""
import json
import pathlib
import signal
import subprocess
import sys
import tempfile
import time
import unittest

import jsonschema

from support import COMMAND, SOURCE, recveil

DATA = ("--data", "synthetic:users=400,items=300")
SMALL = (*DATA, "--seeds", 2, "--recommenders", "item_cf,lfm", "--attackers", "quick")
SCHEMA = json.loads((SOURCE / "docs" / "audit.schema.json").read_text())


class Paper(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = pathlib.Path(folder.name)
        cls.html, cls.markdown = cls.folder / "grid.html", cls.folder / "grid.md"
        cls.done = recveil("audit", "paper", *SMALL, "--threads", 1, "--json", "--html", cls.html, "--markdown",
                           cls.markdown)
        cls.report = json.loads(cls.done.stdout)
        jsonschema.validate(cls.report, SCHEMA)

    def table(self, *options):
        done = recveil("audit", "paper", *DATA, "--seeds", 1, "--attackers", "quick", "--json",
                       *options)
        self.assertEqual(done.returncode, 0, done.stderr)
        report = json.loads(done.stdout)
        jsonschema.validate(report, SCHEMA)
        return report["results"]

    def test_a_grid_has_a_row_for_each_pair(self):
        self.assertEqual(self.done.returncode, 0, self.done.stderr)
        self.assertEqual(self.report["schema"], "recveil.paper/1")
        self.assertEqual([(row["shadow"], row["target"]) for row in self.report["results"]],
                         [(a, b) for a in ("item_cf", "lfm") for b in ("item_cf", "lfm")])
        for row in self.report["results"]:
            names = [attacker["attacker"] for attacker in row["attackers"]]
            self.assertEqual(names[:2], ["published", "difference_mlp"])
            self.assertIn("list_counter", names)
            self.assertIsNone(row["published"], "nobody published a table of these data")
            for attacker in row["attackers"]:
                self.assertGreaterEqual(attacker["best_balanced_accuracy"] + 1e-9,
                                        attacker["balanced_accuracy"]["value"])
            self.assertGreater(row["attackers"][0]["auc"]["value"], .6, "popular lists give it away")

    def test_the_number_of_threads_changes_nothing(self):
        done = recveil("audit", "paper", *SMALL, "--json", "--threads", 3)
        self.assertEqual(json.loads(done.stdout)["results"], self.report["results"])

    def test_every_format_has_the_table(self):
        html, markdown = self.html.read_text(), self.markdown.read_text()
        text = recveil("audit", "paper", *SMALL).stdout
        number = f'{self.report["results"][0]["attackers"][0]["auc"]["value"]:.3f}'
        for body in (html, markdown, text):
            self.assertIn("item cf on lfm", body)
            self.assertIn(number, body)
        self.assertEqual(markdown.count("\n|"), 2 + len(self.report["results"]))

    def test_randomization_lowers_the_attack_that_does_not_know_it(self):
        rows = self.table("--table", "randomization", "--ratios", "0.2", "--recommenders", "lfm")
        self.assertEqual([row["adversary"] for row in rows], ["adaptive", "naive", "adaptive"])
        accuracy = [row["attackers"][0]["balanced_accuracy"]["value"] for row in rows]
        self.assertLess(accuracy[1], accuracy[0])

    def test_the_quality_of_every_recommender(self):
        rows = self.table("--table", "quality", "--recommenders", "popularity,item_cf,lfm,lfm_released")
        share = {(row["recommender"], row["protocol"]): row["share"]["value"] for row in rows}
        self.assertEqual(len(share), 24)
        for name in ("popularity", "item_cf", "lfm"):
            self.assertGreaterEqual(share[name, "any of 30 %"], share[name, "any of 10 %"])

    def test_the_quality_by_epochs(self):
        rows = self.table("--table", "epochs", "--epochs", "1,30", "--recommenders", "popularity,lfm,ncf")
        share = {(row["recommender"], row["protocol"]): row["share"]["value"] for row in rows}
        one, thirty = "any of 20 %, epochs: 1", "any of 20 %, epochs: 30"
        self.assertEqual(len(share), 6)
        self.assertEqual(share["popularity", one], share["popularity", thirty])
        self.assertNotEqual(share["lfm", one], share["lfm", thirty])
        quality = self.table("--table", "quality", "--recommenders", "popularity,lfm")
        popular = {row["recommender"]: row["share"]["value"] for row in quality
                   if row["protocol"] == "any of 20 %"}
        self.assertEqual(popular["popularity"], share["popularity", one])
        default = self.table("--table", "epochs", "--epochs", "50", "--recommenders", "lfm")
        self.assertEqual(popular["lfm"], default[0]["share"]["value"], "50 epochs are the default")

    def test_each_other_table(self):
        sizes = {("length", "--lengths", "10,20"): 2, ("dimension", "--dimensions", "4,8"): 2,
                 ("weights",): 2, ("training",): 4, ("cross_fit",): 3, ("initialization",): 1}
        for (table, *options), size in sizes.items():
            with self.subTest(table):
                rows = self.table("--table", table, "--recommenders", "lfm", *options)
                self.assertEqual(len(rows), size)
                self.assertEqual(rows[0]["member_ndcg10"] is not None, table == "cross_fit")

    def test_neural_models_in_both_layouts(self):
        rows = self.table("--recommenders", "ncf_one_model,ncf_released")
        self.assertEqual(len(rows), 4)

    def test_across_data_the_networks_alone_attack(self):
        rows = self.table("--table", "transfer", "--other", "synthetic:users=300,items=200,seed=2",
                          "--recommenders", "lfm")
        self.assertEqual(len(rows), 2)
        self.assertNotEqual(rows[0]["shadow_data"], rows[0]["target_data"])
        self.assertEqual([a["attacker"] for a in rows[0]["attackers"]], ["published", "difference_mlp"])

    def test_bad_input_is_one_line(self):
        taken = self.folder / "taken.md"
        taken.write_text("mine")
        for options, what in ((("--table", "tables"), "--table: must be one of"),
                              (("--ratios", "2"), "--ratios: must be numbers"),
                              (("--table", "transfer"), "--other: the table transfer needs"),
                              (("--recommenders", "svd"), "--recommenders: must be one of these"),
                              (("--least-records", 300), "is too small"),
                              (("--markdown", taken), "taken.md: exists"),
                              (("--seeds", 0), "--seeds: must be from 1")):
            done = recveil("audit", "paper", *DATA, *options)
            self.assertEqual(done.returncode, 2, options)
            self.assertEqual(done.stdout, "")
            self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)
            self.assertIn(what, done.stderr)
        self.assertEqual(taken.read_text(), "mine")

    def test_a_run_that_is_stopped_leaves_nothing(self):
        """Within a second of processor time, which contract_audit_cancel measures."""
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            (folder / "a.html").write_text("earlier")
            with subprocess.Popen([COMMAND, "audit", "paper", "--data", "synthetic:users=3000,items=2000",
                                   "--seeds", "500", "--threads", "1", "--html", folder / "a.html",
                                   "--markdown", folder / "b.md", "--force"],
                                  stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
                time.sleep(.7)
                process.send_signal(signal.SIGINT)
                out, _ = process.communicate(timeout=60)
            self.assertEqual((process.returncode, out), (130, b""))
            self.assertEqual((folder / "a.html").read_text(), "earlier")
            self.assertEqual([path.name for path in folder.iterdir()], ["a.html"])

    def test_the_page_has_the_form_of_the_command(self):
        done = subprocess.run([sys.executable, SOURCE / "tests" / "support" / "paper_page.py", COMMAND,
                               "-", SOURCE / "docs" / "paper.md", "--check"], capture_output=True,
                              text=True)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)


if __name__ == "__main__":
    unittest.main()
