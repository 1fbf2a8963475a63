"""The recveil command: what it prints, what it refuses, and how it exits."""
import json
import os
import pathlib
import signal
import stat
import subprocess
import tempfile
import time
import unittest

from support import COMMAND, recveil

SMALL = "synthetic:users=300,items=200,seed=3"
ESTIMATE = {"value", "lo", "hi"}


def spent(pid):
    """Seconds on processors of a process that runs."""
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Command(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def refused(self, *arguments, says):
        """Refused with status 2, one line on stderr that says why, nothing on stdout."""
        done = recveil(*arguments)
        self.assertEqual(done.returncode, 2, done)
        self.assertEqual(done.stdout, "")
        self.assertEqual(done.stderr.count("\n"), 1, done.stderr)
        self.assertTrue(done.stderr.startswith("recveil: "), done.stderr)
        self.assertIn(says, done.stderr)

    def check_audit(self, report):
        for key in ("schema", "audit", "data", "recommender", "defense", "adversary", "seeds", "n",
                    "verdict", "controls", "seconds", "peak_rss_bytes", "auc", "blind_auc",
                    "balanced_accuracy", "tpr", "attackers", "utility"):
            self.assertIn(key, report)
        self.assertEqual(report["schema"], "recveil.audit/1")
        self.assertIn(report["verdict"], ("leak", "no_leak_found", "inconclusive"))
        for key in ("auc", "blind_auc", "balanced_accuracy"):
            self.assertEqual(set(report[key]), ESTIMATE)
            self.assertLessEqual(report[key]["lo"], report[key]["value"])
            self.assertLessEqual(report[key]["value"], report[key]["hi"])
        for control in ("positive", "negative"):
            self.assertEqual(set(report["controls"][control]), {"auc", "passed"})
        for row in report["tpr"]:
            self.assertEqual(set(row), ESTIMATE | {"fpr", "status"})
        for key in ("hr10", "ndcg10", "hr10_99", "ndcg10_99"):
            self.assertEqual(set(report["utility"][key]), {"members", "non_members"})

    def test_audit_prints_one_json_object_and_exits_by_the_verdict(self):
        done = recveil("audit", "membership", "--data", SMALL, "--seeds", 2, "--json")
        report = json.loads(done.stdout)
        self.check_audit(report)
        status = {"no_leak_found": 0, "leak": 1, "inconclusive": 3}[report["verdict"]]
        self.assertEqual(done.returncode, status)
        self.assertEqual(done.stderr, "")

    def test_the_same_seed_gives_the_same_report_for_any_number_of_threads(self):
        reports = []
        for threads in (1, 2):
            done = recveil("audit", "membership", "--data", SMALL, "--seeds", 2, "--json",
                           "--defense", "popularity_randomization", "--threads", threads)
            report = json.loads(done.stdout)
            for volatile in ("seconds", "peak_rss_bytes", "slate_ns"):
                del report[volatile]
            reports.append(report)
        self.assertEqual(reports[0], reports[1])

    def test_other_accounts_see_what_the_own_list_hides(self):
        def audit(defense, floor, adversary="adaptive"):
            done = recveil("audit", "membership", "--data", "synthetic:users=600,items=300,seed=3",
                           "--seeds", 2, "--defense", defense, "--support-floor", floor,
                           "--adversary", adversary, "--canaries", 20, "--json")
            report = json.loads(done.stdout)
            canaries = report["canaries"]
            self.assertEqual(canaries.pop("n"), 20)
            self.assertEqual({shown["non_members"] for shown in canaries.values()}, {0})
            return report, {name: shown["members"] for name, shown in canaries.items()}

        report, shown = audit("cross_fit", 1, "sybil")
        self.assertEqual((report["verdict"], report["worst_attacker"]), ("leak", "sybil_paired"))
        auc = {each["attacker"]: each["auc"]["value"] for each in report["attackers"]}
        self.assertGreater(auc["sybil_paired"], 0.85)
        # Eight standard errors of an AUC of .5, two splits of 240 a class.
        self.assertLess(abs(auc["strong"] - 0.5), 0.15)
        self.assertEqual(shown["own_slate"], 0)
        self.assertGreaterEqual(min(shown["any_fold"], shown["any_fold_alone"]), 5)
        _, shown = audit("cross_fit", 5)
        self.assertEqual(set(shown.values()), {0})
        _, shown = audit("fold_in", 5)
        self.assertGreaterEqual(min(shown.values()), 5)

    def test_demo_shows_a_table_and_its_json_has_every_cell(self):
        text = recveil("demo", "--data", SMALL, "--seeds", 2)
        self.assertEqual(text.returncode, 0, text.stderr)
        for words in ("others: most popular", "others: random popular items", "cross-fit",
                      "mislead only an attacker who ignores the defence", "not from someone who can",
                      "time in the library per list", "Boost.DLL", "recveil_audit_verdict{"):
            self.assertIn(words, text.stdout)
        report = json.loads(recveil("demo", "--data", SMALL, "--seeds", 2, "--json").stdout)
        self.assertEqual(report["schema"], "recveil.demo/1")
        cells = [(a["defense"], a["adversary"]) for a in report["audits"]]
        self.assertEqual(cells, [("none", "adaptive"), ("popularity_randomization", "naive"),
                                 ("popularity_randomization", "adaptive"),
                                 ("fold_in", "adaptive"), ("cross_fit", "adaptive")])
        for audit in report["audits"]:
            self.check_audit(audit)
            self.assertGreater(audit["slate_ns"]["host"]["p50"], 0)
        self.assertIn("needs more people than these data have", text.stdout)
        exposed, screened = (next(row for row in report["inversion"][which]["results"]
                                  if row["threshold"] == 3) for which in ("undefended", "screened"))
        self.assertGreater(exposed["recall"]["lo"], .5)
        self.assertGreater(exposed["precision"]["lo"], .5)
        self.assertEqual((screened["flagged"], screened["detection_rate"]["value"]), (0, 1))

    def test_bad_input_is_one_line_and_status_2(self):
        self.refused(says="subcommand")
        self.refused("frobnicate", says="--help")
        self.refused("audit", "membership", "--data", "nope:x", says="nope")
        self.refused("audit", "membership", "--data", "ml-1m:/no/such/folder", says="/no/such/folder")
        self.refused("audit", "membership", "--data", SMALL, "--defense", "prayer", says="defense")
        self.refused("audit", "membership", "--data", SMALL, "--ratio", "0", says="ratio")
        self.refused("audit", "membership", "--data", "synthetic:users=50,items=50", says="at least 100")
        self.refused("data", "describe", "--data", "synthetic:usres=50", says="users")
        self.refused("--library", "/no/such.so", "version", says="/no/such.so")

    def test_a_bad_csv_names_file_line_and_field(self):
        for text, says in (("1,2,3\n3,4\n", "2: "), ("1,2,x\n", "1: field rating"),
                           ("1,2,007\n", "1: field rating"), ("1,2,nan\n", "1: field rating"),
                           ("1,2,3\n1,2,4\n", "2: ")):
            path = self.folder / "ratings.csv"
            path.write_text(text)
            with self.subTest(text=text):
                self.refused("data", "describe", "--data", f"csv:{path}?user=0&item=1&rating=2",
                             says=f"{path}:{says}")

    def test_generated_data_reads_back(self):
        path = self.folder / "made.csv"
        made = recveil("data", "generate", "--data", SMALL, "--out", path)
        self.assertEqual(made.returncode, 0, made.stderr)
        spec = made.stdout.strip()
        before = json.loads(recveil("data", "describe", "--data", SMALL, "--json").stdout)
        after = json.loads(recveil("data", "describe", "--data", spec, "--json").stdout)
        for key in ("users", "interactions", "history", "known_times"):
            self.assertEqual(before[key], after[key])
        self.refused("data", "generate", "--data", SMALL, "--out", self.folder / "no" / "x.csv",
                     says="no/x.csv")
        self.assertEqual([p.name for p in self.folder.iterdir()], ["made.csv"])

    def test_config_check_and_keys(self):
        key = self.folder / "key"
        self.assertEqual(recveil("key", "generate", key).returncode, 0)
        self.assertEqual(stat.S_IMODE(key.stat().st_mode), 0o600)
        self.assertEqual(key.stat().st_size, 32)
        self.refused("key", "generate", key, says=str(key))
        config = self.folder / "recveil.yaml"
        config.write_text("keys: {file: key}\nserving:\n  list_length: 50\n")
        self.assertEqual(recveil("config", "check", config).stdout, f"{config}: ok\n")
        for text, says in (("keys: {file: key}\nserving:\n  ratoi: 1\n",
                            f"{config}:3: serving.ratoi: unknown key; did you mean serving.ratio?"),
                           ("keys: {file: key}\nserving: {ratio: .1, ratio: .9}\n", "given twice"),
                           ("keys: {file: key}\nserving: {list_length: 010}\n", "leading zeros"),
                           ("serving: {}\n", "keys: missing"),
                           ("keys: {file: absent}\n", str(self.folder / "absent")),
                           ("keys: {file: key\n", "not YAML")):
            config.write_text(text)
            with self.subTest(text=text):
                self.refused("config", "check", config, says=says)
        key.chmod(0o644)
        config.write_text("keys: {file: key}\n")
        self.refused("config", "check", config, says="chmod 600")

    def test_help_teaches(self):
        for arguments in ((), ("demo",), ("audit", "membership"), ("data", "describe"),
                          ("config", "check"), ("key", "generate")):
            done = recveil(*arguments, "--help")
            self.assertEqual(done.returncode, 0)
            self.assertGreater(len(done.stdout.splitlines()), 4)
        self.assertIn("Exit status", recveil("audit", "membership", "--help").stdout)

    def test_help_tells_every_default_and_the_library_owns_them(self):
        for audit, told in (("membership", ("(default: item_cf)", "from 1 to 1000 (default: 5)")),
                            ("attribute", ("(default: ials)", "(default: embedding, list)")),
                            ("screening", ("(default: full)", "(default: 20, 100, average)"))):
            text = " ".join(recveil("audit", audit, "--help").stdout.split())
            for words in told:
                self.assertIn(words, text)
        report = json.loads(recveil("audit", "membership", "--data", SMALL, "--seeds", 1,
                                    "--json").stdout)
        for key, value in (("recommender", "item_cf"), ("list_length", 100), ("margin", .05),
                           ("first_seed", 1), ("activity", "balanced"), ("knowledge", 1)):
            self.assertEqual(report[key], value)

    def test_a_sample_of_people_is_counted_as_such(self):
        """The count used is the count shown; also where the sample alone trains."""
        for trained_on, trained in (("all", 300), ("sample", 60)):
            done = recveil("audit", "membership", "--data", "synthetic:users=1500,items=300,seed=3",
                           "--seeds", 1, "--shadows", 8, "--people", 120, "--trained-on", trained_on,
                           "--defense", "cross_fit", "--json")
            report = json.loads(done.stdout)
            counts = report["n"]
            self.assertEqual((counts["target_members"], counts["target_non_members"]), (120, 120))
            self.assertEqual(counts["trained"], trained)
            self.assertEqual(counts["users"], 5 * trained)
            self.assertEqual(report["slate_ns"]["host"]["slates"], 240)
            self.assertEqual(sum(part["members"] for part in report["by_activity"]), 120)
            self.assertEqual(report["floor"]["chosen_by"], "data")
            self.assertEqual(len(report["floor"]["ndcg10"]), 5)

    def test_what_the_library_refuses_is_named_by_the_option(self):
        for arguments, says in ((("--seeds", "0"), "--seeds: must be from 1 to 1000, not 0"),
                                (("--seeds", "2.5"), '--seeds: "2.5" is not a whole number'),
                                (("--people", "99"), "--people: must be 0 or 100 and more"),
                                (("--trained-on", "sample"), "--trained-on: of an audit of a sample"),
                                (("--later-items", "--knowledge", "7"), "--knowledge: must be from"),
                                (("--defense", "prayer"), "--defense: must be one of none, ")):
            self.refused("audit", "membership", "--data", SMALL, *arguments, says=says)

    def test_ctrl_c_ends_an_audit_within_a_second(self):
        """At any moment; the medians of the times until the process has ended."""
        exported = self.folder / "exported"
        recveil("audit", "membership", "--data", "synthetic:users=3000,items=1000", "--seeds", 1,
                "--export", exported)
        files = [f"--{name}={exported / name}.csv" for name in ("histories", "lists", "members")]
        big = ("--data", "synthetic:users=6000,items=3000", "--seeds", "100")
        for command in (("audit", "membership", *big, "--recommender", "ials"),
                        ("audit", "attribute", *big), ("audit", "screening", *big),
                        ("audit", "lists", *files, "--seeds", "1000")):
            late = []
            for moment in (.1, .6, 1.2):
                html = self.folder / "a.html"
                with subprocess.Popen([COMMAND, *command, "--html", html], stdout=subprocess.PIPE,
                                      stderr=subprocess.PIPE, text=True) as process:
                    while not list(self.folder.glob("a.html.tmp-*")):
                        time.sleep(.01)  # it has not begun
                    time.sleep(moment)
                    before, began, others = spent(process.pid), time.monotonic(), os.times()
                    process.send_signal(signal.SIGINT)
                    out, error = process.communicate(timeout=60)
                wall, ended = time.monotonic() - began, os.times()
                of_child = (ended.children_user + ended.children_system - others.children_user -
                            others.children_system)
                # A machine that does other things lends it less of both.
                late.append(min(wall, of_child - before))
                self.assertEqual((process.returncode, out, error), (130, "", "recveil: stopped\n"))
            self.assertLess(sorted(late)[1], 1, command)
        self.assertEqual([p.name for p in self.folder.iterdir()], ["exported"])

    def test_ctrl_c_stops_and_leaves_nothing(self):
        before = set(os.listdir(tempfile.gettempdir()))
        with subprocess.Popen([COMMAND, "demo", "--seeds", "200", "--threads", "1"],
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
            time.sleep(1.5)
            process.send_signal(signal.SIGINT)
            out, error = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 130, error)
        self.assertEqual(out, "")
        self.assertEqual(error, "recveil: stopped\n")
        left = {n for n in set(os.listdir(tempfile.gettempdir())) - before
                if n.startswith("recveil-")}
        self.assertEqual(left, set())


if __name__ == "__main__":
    unittest.main()
