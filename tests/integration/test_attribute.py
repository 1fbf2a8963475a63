"""`recveil audit attribute`: its report, what it says before and after an erasure, and what it refuses."""
import json
import pathlib
import sys
import tempfile
import unittest
import xml.etree.ElementTree

import jsonschema

from support import SOURCE, recveil

sys.path.insert(0, str(SOURCE / "tests" / "support"))
from report_case import check_same_facts  # noqa: E402

SMALL = "synthetic:users=700,items=300,seed=3"
SCHEMA = json.loads((SOURCE / "docs" / "audit.schema.json").read_text())


def audit(*arguments):
    done = recveil("audit", "attribute", "--data", SMALL, "--seeds", 1, "--dimension", 8, *arguments,
                   "--json", timeout=600)
    assert done.returncode in (0, 1, 3), done.stderr
    report = json.loads(done.stdout)
    jsonschema.validate(report, SCHEMA)
    return done.returncode, report


def aucs(report, key="attackers", **where):
    return {line["attacker"]: line["auc"]["value"] for line in report[key]
            if all(line[k] == v for k, v in where.items())}


class Attribute(unittest.TestCase):
    def test_raw_rows_leak_to_everybody(self):
        status, report = audit("--attribute", "group")
        self.assertEqual((status, report["verdict"]), (1, "leak"))
        self.assertTrue(all(c["passed"] for c in report["controls"].values()))
        embedding = aucs(report, source="embedding", protocol="adaptive")
        self.assertEqual(set(embedding) - {"xgboost"},
                         {"logistic", "mlp_100", "mlp_256_128", "boosted_trees", "rbf_svm", "knn_10",
                          "knn_100", "row_lookup", "neighbour_trees"})
        # Every attacker finds what logistic regression finds but for .1.
        for attacker, auc in embedding.items():
            self.assertGreater(auc, embedding["logistic"] - 0.1, attacker)
        for line in report["attackers"]:
            self.assertEqual(line.pop("auc_before"), line["auc"]["value"])
        self.assertEqual(report["attackers_before"], report["attackers"])
        self.assertEqual(report["lists"]["verdict"], "leak")
        self.assertIsNone(report["who_asked"])
        for row in report["utility"].values():
            self.assertEqual(row["before"], row["after"])

    def test_an_erasure_on_the_same_splits(self):
        """Every method in one report; maps take from logistic regression what the raw rows show."""
        status, report = audit("--defense", "none,gaussian_transport,leace,attrcloak_df,u2u", "--share", 0.5,
                               "--source", "embedding", "--attackers", "logistic,boosted_trees")
        self.assertEqual(report["schema"], "recveil.grid/1")
        raw = report["audits"][0]
        self.assertGreater(aucs(raw, protocol="transfer")["logistic"], 0.75)
        for each in report["audits"][1:]:
            self.assertEqual(each["attackers_before"], raw["attackers_before"], each["defense"])
            self.assertEqual(each["n"]["requesters"], 350)
            self.assertEqual({a["attacker"] for a in each["who_asked"]["attackers"]},
                             {"logistic", "mlp_100", "boosted_trees"})
        for each in report["audits"][1:3]:
            # 350 people: a standard error of .031; in sample means are made equal, so rather below.
            self.assertLess(aucs(each, protocol="transfer")["logistic"], 0.62, each["defense"])

    def test_what_an_outsider_gains_who_knows_the_person(self):
        """A map of classes gives the class to whoever has the raw row; one map for all adds nothing."""
        status, grid = audit("--defense", "gaussian_transport,leace", "--source",
                             "embedding,row+history,list+history,two_versions,outside", "--attackers",
                             "logistic,joint_gaussian,list_logistic")
        by_class, for_all = grid["audits"]
        gains = {each["source"]: each for each in by_class["gains"]}
        self.assertEqual(set(gains), {"row+history", "list+history", "two_versions", "outside"})
        for source in ("row+history", "two_versions"):
            self.assertGreater(gains[source]["after"]["auc"]["value"], 0.97, source)
            self.assertGreater(gains[source]["gain"]["lo"], 0.05, source)
        self.assertEqual(by_class["verdict"], "leak")
        for each in for_all["gains"]:
            if each["known"]:  # 700 people: three standard errors of a difference of independent AUCs
                self.assertLess(each["gain"]["value"], 0.08, each["source"])
        self.assertTrue(all(line["history_auc"]["1-2"] is None for line in by_class["attackers"]))
        with tempfile.TemporaryDirectory() as folder:
            page = pathlib.Path(folder) / "a.html"
            done = recveil("audit", "attribute", "--data", "synthetic:users=900,items=200,histories=2..19",
                           "--seeds", 1, "--dimension", 8, "--defense", "leace", "--source",
                           "embedding,row+history", "--attackers", "logistic", "--html", page)
            for text in (done.stdout, page.read_text()):
                self.assertIn("group, row+history, logistic", text)
                self.assertIn("group, 1-2", text)
        done = recveil("audit", "attribute", "--data", SMALL, "--source", "outside")
        self.assertEqual(done.returncode, 2)
        self.assertIn("embedding or list", done.stderr)

    def test_edited_histories_tell_who_knows_of_the_edit_more(self):
        """The published editors mislead an attacker who learnt on raw histories, and nobody else."""
        status, grid = audit("--defense", "leace,blurme,blurmore,perblur,sbo,randomized_response",
                             "--edit-epsilon", 3, "--sbo-threshold", 0, "--source", "embedding,history",
                             "--attackers", "logistic,list_logistic")
        by_name = {each["defense"]: each for each in grid["audits"]}
        raw = aucs(by_name["leace"], "attackers_before", source="history", protocol="adaptive")
        raw = raw["list_logistic"]
        unedited = aucs(by_name["leace"], source="history", protocol="adaptive")["list_logistic"]
        self.assertEqual(unedited, raw, "an erasure of rows edits no history")
        for name in ("blurme", "blurmore", "perblur"):
            history = {protocol: aucs(by_name[name], source="history", protocol=protocol)["list_logistic"]
                       for protocol in ("transfer", "adaptive")}
            # 700 people: a standard error of .02 at most.
            self.assertLess(history["transfer"], raw - 0.1, name)
            self.assertGreater(history["adaptive"], raw + 0.03, name)
            self.assertEqual(by_name[name]["verdict"], "leak")
        for name, each in by_name.items():
            edits = each["erasures"][0]
            self.assertEqual("added" in edits, name != "leace")
            if name == "blurme":
                self.assertEqual(edits["removed"], 0)
            if name != "leace":
                self.assertGreater(edits["added"], 0)
        done = recveil("audit", "attribute", "--data", SMALL, "--defense", "blurme", "--source",
                       "embedding,outside")
        self.assertEqual(done.returncode, 2)
        self.assertIn("blurme leaves no map", done.stderr)

    def test_decoys_are_said_to_cover_lists(self):
        _, report = audit("--defense", "gaussian_transport", "--decoys", "--source", "list")
        self.assertTrue(report["lists"]["covered"])
        self.assertEqual(report["verdict"], report["lists"]["verdict"])

    def test_people_who_share_rows_and_their_lists(self):
        """A shop where two in three have one or two items. Maps of classes alone would give their class
        away: .94 among them, and .86 from lists that told .77 before."""
        done = recveil("audit", "attribute", "--data", "synthetic:users=1500,items=120,seed=91,histories=2..19",
                       "--seeds", 1, "--dimension", 16, "--defense", "optimal_transport", "--decoys", "--source",
                       "embedding,list", "--attackers", "row_lookup,knn_10,boosted_trees,list_logistic,list_mlp",
                       "--json")
        report = json.loads(done.stdout)
        shortest = report["attributes"][0]["histories"]["1-2"]
        self.assertGreater(shortest["people"], 900)
        self.assertGreater(shortest["worst_auc_before"], 0.6)
        # 962 people: a standard error of .019, five of them; on so few people maps go past .5.
        self.assertLess(abs(shortest["worst_auc"] - 0.5), 0.1 + 0.05)

        def worst(key):
            return max(abs(a["auc"]["value"] - 0.5) for a in report[key] if a["source"] == "list")
        # People with one or two items share rows, and of the class that alone tells next to nothing.
        cells = report["erasures"][0]["cells"]
        self.assertGreater(cells["people"], 600)
        self.assertLess(cells["people"], 1500)
        self.assertGreater(cells["people"], 5 * cells["cells"])
        self.assertTrue(0 < cells["moved"] < 0.2)
        self.assertEqual([tells["attribute"] for tells in cells["in_a_cell"]], ["group"])
        for auc in ("auc_before", "auc"):
            self.assertLess(abs(cells["in_a_cell"][0][auc] - 0.5), 0.1)
        # 1,500 people: a standard error of .015, three of them.
        self.assertLess(worst("attackers"), worst("attackers_before") + 0.045)

    def test_the_same_seed_gives_the_same_report(self):
        first, second = (audit("--attackers", "logistic,mlp_100", "--threads", threads)[1]
                         for threads in (1, 2))
        for report in (first, second):
            del report["seconds"], report["peak_rss_bytes"], report["erasures"]
        self.assertEqual(first, second)

    def test_text_page_and_test_results(self):
        with tempfile.TemporaryDirectory() as folder:
            page, cases, metrics = (pathlib.Path(folder) / name for name in ("a.html", "a.xml", "a.prom"))
            done = recveil("audit", "attribute", "--data", SMALL, "--seeds", 1, "--dimension", 8,
                           "--attackers", "logistic,list_logistic", "--html", page, "--junit", cases,
                           "--prometheus", metrics, timeout=600)
            self.assertEqual(done.returncode, 1, done.stderr)
            self.assertIn("LEAK: AN OUTSIDER READS THE ATTRIBUTE", done.stdout)
            check_same_facts(self, page.read_text(), cases.read_text(), done.stdout)
            self.assertIn("lists: not covered", done.stdout)
            self.assertIn("group, logistic, adaptive", page.read_text())
            suite = xml.etree.ElementTree.parse(cases).getroot().find("testsuite")
            self.assertEqual(suite.get("name"), "recveil.attribute")
            names = {case.get("name") for case in suite.iter("testcase")}
            self.assertIn("group, logistic, transfer", names)
            self.assertNotIn("group, list_logistic, transfer", names)
            self.assertIn('recveil_audit_verdict{attack="attribute"', metrics.read_text())
            self.assertIn("recveil_audit_attribute_auc", metrics.read_text())

    def test_what_is_refused(self):
        for arguments, words in (
                (("--attribute", "nothing"), "nothing"), (("--defense", "cross_fit"), "defense"),
                (("--recommender", "item_cf"), "recommender"), (("--attackers", "nobody"), "attackers"),
                (("--source", "rumour"), "--source"), (("--share", "0"), "share"),
                (("--attackers", "list_mlp", "--source", "embedding"), "attackers")):
            done = recveil("audit", "attribute", "--data", SMALL, *arguments)
            self.assertEqual(done.returncode, 2, arguments)
            self.assertIn(words, done.stderr)
            self.assertEqual(done.stdout, "")


if __name__ == "__main__":
    unittest.main()
