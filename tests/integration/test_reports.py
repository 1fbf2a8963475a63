"""Reports for people and for gates: the JSON's schema, the page, the JUnit XML, their files."""
import copy
import gzip
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

from support import COMMAND, SOURCE, recveil, run

sys.path.insert(0, str(SOURCE / "tests" / "support"))
import report_browser  # noqa: E402
import report_page  # noqa: E402
import report_samples  # noqa: E402
from report_case import RENDER, SMALL, Reports, check_same_facts, numbers, words  # noqa: E402

VERDICTS = {"leak": ("Leak found", "leak"), "no_leak_found": ("No leak found", "clear"),
            "inconclusive": ("Inconclusive", "unsettled")}


class Schema(Reports):
    def setUp(self):
        schema = json.loads((SOURCE / "docs" / "audit.schema.json").read_text())
        jsonschema.Draft202012Validator.check_schema(schema)
        self.schema = jsonschema.Draft202012Validator(schema)

    def errors(self, report):
        return [f"{list(e.path)}: {e.message[:200]}" for e in self.schema.iter_errors(report)]

    def test_what_the_command_prints_is_valid(self):
        demo = json.loads(recveil("demo", *SMALL, "--seeds", 2, "--json").stdout)
        self.assertEqual(self.errors(demo), [])
        done = recveil("audit", "membership", *SMALL, "--seeds", 1, "--defense", "cross_fit",
                       "--adversary", "sybil", "--canaries", 20, "--json")
        sybil = json.loads(done.stdout)
        self.assertEqual(self.errors(sybil), [])
        self.assertEqual([a["attacker"] for a in sybil["attackers"]
                          if a["attacker"].startswith("sybil_")],
                         ["sybil_probe", "sybil_paired"])
        self.assertEqual(sybil["canaries"]["n"], 20)
        del demo["audits"][1]["verdict"]
        self.assertNotEqual(self.errors(demo), [])
        exported = self.folder / "exported"
        recveil("audit", "membership", *SMALL, "--seeds", 1, "--export", exported)
        files = [f"--{name}={exported / name}.csv" for name in ("histories", "lists", "members")]
        self.assertEqual(self.errors(json.loads(recveil("audit", "lists", *files, "--seeds", 1,
                                                        "--json").stdout)), [])

    def test_the_samples_are_valid(self):
        for name, report in self.samples.items():
            with self.subTest(report=name):
                self.assertEqual(self.errors(report), [])

    def test_a_broken_report_is_not(self):
        for name, report in report_samples.broken(self.samples["leak"]):
            with self.subTest(broken=name):
                self.assertNotEqual(self.errors(report), [])
        report = copy.deepcopy(self.samples["lists"])
        report["list_length"] = 100
        self.assertNotEqual(self.errors(report), [])


class Facts(Reports):
    """One view, three writers: none of them tells less than the others."""

    def test_every_format_tells_the_same(self):
        for name, report in self.samples.items():
            with self.subTest(report=name):
                page, junit, text = self.pages[name], self.junits[name], self.texts[name]
                check_same_facts(self, page, junit, text)
                on_page = report_page.parse(page).one("main").words()
                suite = xml.etree.ElementTree.fromstring(junit)
                for number in numbers(report):
                    for told in (on_page, words("".join(suite.itertext())), words(text)):
                        self.assertIn(number, told)

    def test_the_library_and_its_twin_find_the_same(self):
        report = self.samples["leak"]
        for attacker in report["attackers"]:
            self.assertEqual(attacker["finding"], report_samples.finding(report, attacker))

    def test_what_is_left_out_is_noticed(self):
        page, junit, text = (kind["leak"] for kind in (self.pages, self.junits, self.texts))
        number = f"{self.samples['leak']['attackers'][0]['balanced_accuracy']['lo']:.3f}"
        for wrong in ((page, junit, text.replace(number, "")),
                      (page, junit.replace(number, ""), text),
                      (page.replace("random labels", ""), junit, text)):
            with self.assertRaises(AssertionError):
                check_same_facts(self, *wrong)


class Page(Reports):
    """The page as a browser or a screen reader gets it."""

    def test_nothing_is_fetched_and_nothing_runs(self):
        for name, _ in self.samples.items():
            with self.subTest(report=name):
                page = report_page.parse(self.pages[name])
                tags = {node.tag for node in page.all()}
                self.assertFalse(tags & {"script", "link", "img", "iframe", "object", "embed"})
                for node in page.all():
                    for key, value in node.attributes.items():
                        self.assertFalse(key.startswith("on"), key)
                        if key in ("href", "src", "xlink:href"):
                            self.assertTrue(value.startswith("#"), value)
                self.assertNotRegex(page.one("style").text(), r"url\(|@import")
                policy = [m.attributes["content"] for m in page.all("meta")
                          if m.attributes.get("http-equiv") == "Content-Security-Policy"]
                self.assertEqual(policy, ["default-src 'none'; style-src 'unsafe-inline'"])

    def test_names_are_text_whatever_they_hold(self):
        for name, where in (("too_few", "header"), ("lists", "main")):
            page = report_page.parse(self.pages[name])
            self.assertIn(report_samples.HOSTILE, page.one(where).text())
            self.assertNotIn("<script", self.pages[name])
        hostile = copy.deepcopy(self.samples["leak"])
        hostile["data"] = "".join(chr(c) for c in range(1, 0x100)) + "\ufffe\uffff"
        source = self.folder / "hostile.json"
        source.write_text(json.dumps(hostile))
        run(RENDER, source, *(self.folder / name for name in ("h.html", "h.xml", "h.txt")))
        report_page.parse((self.folder / "h.html").read_text())
        xml.etree.ElementTree.parse(self.folder / "h.xml")

    def test_structure(self):
        for name in self.samples:
            with self.subTest(report=name):
                page = report_page.parse(self.pages[name])
                self.assertTrue(self.pages[name].startswith("<!DOCTYPE html>\n"))
                self.assertEqual(page.one("html").attributes["lang"], "en")
                self.assertIn("Recveil audit", next(page.all("title")).text())
                parts = [n.tag for n in page.one("body").children if not isinstance(n, str)]
                self.assertEqual(parts, ["header", "main", "footer"])
                levels = [int(n.tag[1]) for n in page.all("h1", "h2", "h3", "h4")]
                self.assertEqual((levels[0], levels.count(1)), (1, 1))
                for above, below in zip(levels, levels[1:]):
                    self.assertLessEqual(below, above + 1)
                ids = [n.attributes["id"] for n in page.all() if "id" in n.attributes]
                self.assertEqual(len(ids), len(set(ids)))
                for node in page.all():
                    for key in ("aria-labelledby", "aria-describedby"):
                        for target in node.attributes.get(key, "").split():
                            self.assertIn(target, ids)
                    if node.tag == "section":
                        self.assertIn("aria-labelledby", node.attributes)
                self.check_drawings(page)
                self.check_tables(page)

    def check_drawings(self, page):
        """The sign of the verdict alone, which its title says in words."""
        self.assertEqual([svg.attributes.get("aria-hidden") for svg in page.all("svg")], ["true"])

    def check_tables(self, page):
        for table in page.all("table"):
            self.assertTrue(table.one("caption").words())
            for head in table.all("th"):
                self.assertIn(head.attributes.get("scope"), ("col", "row"))
            widths = {sum(1 for _ in row.all("th", "td")) for row in table.all("tr")}
            self.assertEqual(len(widths), 1, "ragged table")
            self.assertTrue(table.one("tbody").words())

    def test_the_verdict_comes_first_and_says_what_it_is_not(self):
        for name, report in self.samples.items():
            with self.subTest(report=name):
                main = report_page.parse(self.pages[name]).one("main")
                first = next(main.all("section"))
                title, style = VERDICTS[report["verdict"]]
                self.assertEqual(next(first.all("h2")).words(), title)
                self.assertEqual(first.classes(), ["verdict", style])
                self.assertIn("What this does not say " + report["not_says"], first.words())
                self.assertIn(f"{report['auc']['value']:.3f}", first.words())
        says = {name: next(report_page.parse(text).one("main").all("section")).words()
                for name, text in self.pages.items()}
        self.assertIn("Too few people", says["too_few"])
        self.assertIn("12,345 members", says["too_few"])
        self.assertIn("trust no number", says["negative_failed"])
        self.assertIn("these attackers do not work", says["positive_failed"])
        self.assertIn("some members stand out", says["tail"])
        self.assertNotIn("some members stand out", says["leak"])
        self.assertIn("90.0\u00a0%", self.pages["reverse"])
        self.assertIn("An AUC below 0.5 leaks as much", says["reverse"])
        self.assertIn("accounts of their own with that history", says["sybil"])
        self.assertNotIn("accounts of their own", says["leak"])

    def test_it_tells_what_it_cannot_see(self):
        for name, report in self.samples.items():
            with self.subTest(report=name):
                main = report_page.parse(self.pages[name]).one("main")
                for spot in report["blind_spots"]:
                    self.assertIn(spot, main.words())

    def test_every_number_is_in_the_table(self):
        for name, report in self.samples.items():
            with self.subTest(report=name):
                page = report_page.parse(self.pages[name])
                table = next(s for s in page.all("section")
                             if s.attributes["aria-labelledby"] == "attackers").one("table")
                rows = [[cell.words() for cell in row.all("th", "td")]
                        for row in table.one("tbody").all("tr")]
                expected = []
                for attacker in report["attackers"]:
                    cells = [attacker["auc"], attacker["balanced_accuracy"], *attacker["tpr"]]
                    sees = "the list alone" if attacker["blind"] else "history and list"
                    if attacker["attacker"].startswith("sybil_"):
                        sees = "history and lists of other accounts"
                    alike = ("" if report.get("activity") == "balanced" or
                             not attacker.get("stratified_auc") else
                             "at like activity {value:.3f} ({lo:.3f} to {hi:.3f})".format(
                                 **attacker["stratified_auc"]))
                    expected.append([attacker["attacker"].replace("_", " "), sees] + [
                        f"{c['value']:.3f}{c['lo']:.3f} to {c['hi']:.3f}" +
                        ("too few people" if c.get("status") == "too_few_non_members" else "") +
                        (alike if c is attacker["auc"] else "")
                        for c in cells])
                self.assertEqual([row[:2] + row[3:] for row in rows], expected)
                text = page.one("main").words()
                for pair in (report["utility"] or {}).values():
                    for share in pair.values():
                        self.assertIn(f"{share:.3f}", text)
                if report["utility"] is None:
                    self.assertIn("Not measured", text)
                for count in report["n"].values():
                    self.assertIn(f"{count:,}", text)
                canaries = [[cell.words() for cell in row.all("th", "td")][1:]
                            for part in page.all("section")
                            if part.attributes["aria-labelledby"] == "canaries"
                            for row in part.one("tbody").all("tr")]
                self.assertEqual(canaries, [[str(n) for n in shown.values()]
                                            for name, shown in report.get("canaries", {}).items()
                                            if name != "n"])
                for warning in report.get("warnings", []):
                    self.assertIn(" ".join(warning.split()), text)
                for words in (report["data"], "1.2.3", "What this audit cannot see"):
                    self.assertIn(" ".join(words.split()), text)
        self.assertIn("1063.5", self.pages["lists"])


class Browser(Reports):
    """The page as Chromium shows it."""

    def test_nothing_overflows_and_everything_can_be_read(self):
        for name in ("leak", "no_leak_found", "too_few", "sybil", "lists"):
            for width in (360, 1280):
                for dark in (False, True):
                    with self.subTest(report=name, width=width, dark=dark):
                        found = report_browser.measure(self.pages[name], self.folder, width, dark)
                        self.assertEqual((found["width"], found["dark"]), (width, dark))
                        self.assertEqual(found["console"], [])
                        self.assertEqual(found["outside"], [])
                        self.assertLessEqual(found["scroll_width"], width)
                        self.assertEqual(found["low_text"], [])
                        self.assertEqual(found["tiny"], [])
                        self.assertEqual(found["columns_shown"], width == 1280)
                        self.assertGreater(found["texts"], 100)

    def test_nothing_overflows_in_between_or_on_paper(self):
        page = self.pages["lists"]
        self.assertEqual((page.count("@media print"), page.count("@media screen")), (1, 2))
        # As wide as A4 between margins of 2 cm, with the style of paper and not of screens.
        paper = page.replace("@media print", "@media all").replace("@media screen", "@media speech")
        for text, width in ((page, 600), (page, 900), (page, 940), (paper, 643)):
            with self.subTest(width=width):
                found = report_browser.measure(text, self.folder, width)
                self.assertEqual((found["outside"], found["console"]), ([], []))
                self.assertLessEqual(found["scroll_width"], width)
                self.assertEqual(found["columns_shown"], width in (940, 643))

    def test_a_bad_page_is_noticed(self):
        page = self.pages["leak"]
        bad = page.replace("--quiet: #515a64", "--quiet: #9a9a9a").replace(
            "</main>", '<p style="width:500px">wide</p><svg><path d="oops"/></svg>'
            "</main>")
        found = report_browser.measure(bad, self.folder, 360)
        self.assertGreater(found["scroll_width"], 360)
        self.assertIn("P.", found["outside"])
        self.assertIn("P.quiet", [name for name, _ in found["low_text"]])
        self.assertEqual(len(found["console"]), 1, found["console"])
        self.assertIn("oops", found["console"][0])

    def test_screenshots(self):
        for width, height, dark in ((360, 2400, False), (360, 2400, True), (1280, 1800, False)):
            with self.subTest(width=width, dark=dark):
                pixels = report_browser.screenshot(self.pages["leak"], self.folder, width, height,
                                                   dark)
                paper, share, colours = report_browser.drawn(pixels)
                # On a telephone most of it are cards, one for each row of a table.
                wide = (0x14, 0x17, 0x1a) if dark else (255, 255, 255)
                card = (0x1d, 0x22, 0x26) if dark else (0xf4, 0xf6, 0xf8)
                self.assertEqual(paper, card if width == 360 else wide)
                self.assertGreater(share, 0.1)
                self.assertLess(share, 0.6)
                self.assertGreater(colours, 50)
        blank = report_browser.screenshot("<p>", self.folder, 360, 200)
        _, share, colours = report_browser.drawn(blank)
        self.assertEqual((share, colours), (0, 1), "a blank page is not noticed")


class Junit(Reports):
    def cases(self, name):
        suites = xml.etree.ElementTree.fromstring(self.junits[name])
        self.assertEqual(suites.tag, "testsuites")
        suite, = suites
        cases = {case.get("name"): case for case in suite.findall("testcase")}
        for kind in ("failure", "error"):
            self.assertEqual(int(suite.get(f"{kind}s")), len(suite.findall(f"testcase/{kind}")))
        self.assertEqual(int(suite.get("tests")), len(suite.findall("testcase")))
        self.assertEqual(suite.get("skipped"), "0")
        return suite, {case: [child.tag for child in node if child.tag != "system-out"]
                       for case, node in cases.items()}

    def test_a_case_for_each_and_the_verdict_decides(self):
        outcome = {"leak": ["failure"], "no_leak_found": [], "inconclusive": ["error"]}
        for name, report in self.samples.items():
            with self.subTest(report=name):
                suite, cases = self.cases(name)
                attackers = [f"attacker {a['attacker']}" for a in report["attackers"]]
                self.assertEqual(sorted(cases), sorted(["verdict", "positive control",
                                                        "negative control", *attackers]))
                self.assertEqual(cases["verdict"], outcome[report["verdict"]])
                for control in ("positive", "negative"):
                    passed = report["controls"][control]["passed"]
                    self.assertEqual(cases[f"{control} control"], [] if passed else ["failure"])
                found = [cases[attacker] for attacker in attackers]
                if report["verdict"] == "leak":
                    self.assertIn(["failure"], found)
                else:
                    self.assertNotIn(["failure"], found)
                if report["verdict"] == "no_leak_found":
                    self.assertEqual(int(suite.get("failures")) + int(suite.get("errors")), 0)
                verdict = suite.find("testcase[@name='verdict']")[0]
                self.assertIn(f"AUC {report['auc']['value']:.3f}", verdict.text)
                self.assertEqual(suite.find("properties/property[@name='data']").get("value"),
                                 report["data"])
        self.assertEqual(set(map(tuple, (v for k, v in self.cases("too_few")[1].items()
                                         if k.startswith("attacker")))), {("error",)})
        tail = [v for k, v in self.cases("tail")[1].items() if k.startswith("attacker")]
        self.assertEqual(tail, [["failure"]] + [[]] * (len(tail) - 1))
        self.assertIn("12,345", self.junits["too_few"])


class Files(unittest.TestCase):
    """--html and --junit of the command."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.html, self.junit = self.folder / "a.html", self.folder / "a.xml"

    def audit(self, *arguments):
        return recveil("audit", "membership", *SMALL, "--seeds", 2, *arguments)

    def test_beside_the_text_and_the_json_with_the_same_status(self):
        plain, text = self.audit("--json"), self.audit("--html", self.html)
        both = self.audit("--json", "--html", self.html, "--junit", self.junit, "--force")
        self.assertEqual((text.returncode, both.returncode), (plain.returncode,) * 2)
        self.assertEqual((text.stderr, both.stderr), ("", ""))
        report = json.loads(both.stdout)
        self.assertEqual(report["attackers"], json.loads(plain.stdout)["attackers"])
        self.assertTrue(text.stdout.startswith("LEAK"))
        version = recveil("version").stdout.split()[1]
        page = report_page.parse(self.html.read_text()).one("main").words()
        self.assertIn(version, page)
        self.assertIn(f"{report['auc']['value']:.3f}", page)
        suite = xml.etree.ElementTree.parse(self.junit).getroot()[0]
        self.assertEqual(suite.get("name"), "recveil.membership")
        self.assertEqual(sorted(p.name for p in self.folder.iterdir()), ["a.html", "a.xml"])

    def refused(self, *arguments, says):
        done = self.audit("--json", *arguments)
        self.assertEqual((done.returncode, done.stdout, done.stderr.count("\n")), (2, "", 1), done)
        self.assertIn(says, done.stderr)

    def test_a_path_that_cannot_be_written_is_refused(self):
        pipe = self.folder / "pipe"
        os.mkfifo(pipe)
        self.refused("--html", self.folder / "no" / "a.html", says="no/a.html: cannot be written")
        self.refused("--junit", self.folder, says="not an ordinary file")
        self.refused("--html", pipe, says="pipe: cannot be written: not an ordinary file")
        self.refused("--html", self.html, "--junit", self.html, says="two kinds of report")
        self.refused("--html", self.html, "--junit", pipe, says="pipe")
        self.assertTrue(pipe.is_fifo())
        self.assertEqual([p.name for p in self.folder.iterdir()], ["pipe"])

    def test_an_earlier_report_is_not_overwritten_unasked(self):
        for option in "--html", "--junit", "--prometheus":
            self.html.write_text("earlier")
            self.refused(option, self.html, says="a.html: exists; it is not overwritten without --force")
        export = self.folder / "export"
        export.mkdir()
        self.audit("--export", export)
        before = {path.name: path.read_bytes() for path in export.iterdir()}
        self.assertIn("items.csv", before)
        self.refused("--export", export, "--first-seed", 5, says="export: holds files")
        self.assertTrue({path.name: path.read_bytes() for path in export.iterdir()} == before)
        self.audit("--export", export, "--first-seed", 5, "--force")
        self.assertFalse({path.name: path.read_bytes() for path in export.iterdir()} == before)
        packed = self.folder / "a.html.gz"
        self.audit("--html", packed)
        self.assertIn(b"<html", gzip.decompress(packed.read_bytes()))

    def test_an_audit_that_fails_leaves_the_earlier_report(self):
        self.html.write_text("earlier")
        self.refused("--defense", "prayer", "--html", self.html, "--force", says="defense")
        with subprocess.Popen([COMMAND, "audit", "membership", "--seeds", "500", "--threads", "1",
                               "--html", self.html, "--junit", self.junit, "--force"],
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
            time.sleep(1.5)
            process.send_signal(signal.SIGINT)
            process.communicate(timeout=60)
        self.assertEqual(process.returncode, 130)
        self.assertEqual(self.html.read_text(), "earlier")
        self.assertEqual([p.name for p in self.folder.iterdir()], ["a.html"])


if __name__ == "__main__":
    unittest.main()
