"""The metrics as Prometheus and its operators meet them: their reference, the alerts, the dashboard, and
a real Prometheus that scrapes a host and fires an alert."""
import contextlib
import json
import pathlib
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.error
import urllib.parse
import urllib.request

from support import LIBRARY, SOURCE, run

sys.path.insert(0, str(SOURCE / "tests/support"))
from metrics_host import full_scrape  # noqa: E402
from metrics_reference import families, reference  # noqa: E402

OBSERVABILITY = SOURCE / "examples/observability"
PROMETHEUS, PROMTOOL = "/usr/bin/prometheus", "/usr/bin/promtool"
HOST = SOURCE / "tests/support/metrics_host.py"
BOUND_SECONDS = 90  # of any single wait; all of them together take a few seconds


def exported_names():
    """Names a query may use: those of the families, and of the parts of histograms."""
    names = set()
    for name, family in families(full_scrape(LIBRARY)).items():
        names.add(name)
        if family["type"] == "histogram":
            names |= {name + part for part in ("_bucket", "_sum", "_count")}
    return names


class Reference(unittest.TestCase):
    def test_the_reference_is_up_to_date(self):
        self.assertEqual((SOURCE / "docs/metrics.md").read_text(), reference(LIBRARY),
                         "docs/metrics.md: make it with tests/support/metrics_reference.py")

    def test_every_metric_is_documented_bounded_and_named_well(self):
        text = full_scrape(LIBRARY)
        samples = [line for line in text.splitlines() if not line.startswith("#")]
        self.assertLess(len(samples), 500)
        documented = (SOURCE / "docs/metrics.md").read_text()
        for name, family in families(text).items():
            self.assertRegex(name, r"^recveil_[a-z0-9_]+$")
            self.assertIn(f"| `{name}` | {family['type']} |", documented)
            self.assertGreater(len(family["help"]), 10, name)
            self.assertEqual(name.endswith("_total"), family["type"] == "counter", name)
            for label, values in family["labels"].items():
                self.assertLessEqual(len(values), 16, name)
                for value in values if label not in ("le", "version", "fpr", "k") else []:
                    self.assertRegex(value, r"^([a-z_]+|RECVEIL_E_[A-Z_]+)$", name)

    def test_promtool_accepts_a_scrape(self):
        text = full_scrape(LIBRARY)
        self.assertIn("recveil_audit_membership_auc", text)  # promtool accepts an empty text, too
        done = run(PROMTOOL, "check", "metrics", input=text)
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "", ""))
        broken = text.replace("# HELP recveil_build_info", "# NOTE recveil_build_info")
        self.assertNotEqual(run(PROMTOOL, "check", "metrics", input=broken).returncode, 0)


class Alerts(unittest.TestCase):
    rules = (OBSERVABILITY / "alerts.yml").read_text()

    def run_tests(self, rules):
        with tempfile.TemporaryDirectory() as folder:
            (pathlib.Path(folder) / "alerts.yml").write_text(rules)
            tests = sorted(OBSERVABILITY.glob("alerts*_test.yml"))
            for test in tests:
                (pathlib.Path(folder) / test.name).write_text(test.read_text())
            return run(PROMTOOL, "test", "rules", *(test.name for test in tests), cwd=folder)

    def test_the_rules_are_right(self):
        done = run(PROMTOOL, "check", "rules", OBSERVABILITY / "alerts.yml")
        self.assertEqual(done.returncode, 0, done.stderr)
        done = self.run_tests(self.rules)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_every_alert_has_a_test_that_fires_it(self):
        tests = "".join(test.read_text() for test in OBSERVABILITY.glob("alerts*_test.yml"))
        for alert in re.findall(r"alert: (\w+)", self.rules):
            self.assertRegex(tests, rf"alertname: {alert}\n +exp_alerts:")

    def test_every_metric_of_the_rules_is_exported(self):
        self.assertLessEqual(set(re.findall(r"recveil_\w+", self.rules)), exported_names())

    def check_mutants(self, mutate):
        """Each rule is changed; each change must be seen by a test of that rule."""
        head, *rules = re.split(r"(?=      - alert:)", self.rules)
        changed = [mutate(rule) for rule in rules]
        self.assertEqual(run(PROMTOOL, "check", "rules", "/dev/stdin",
                             input=head + "".join(changed)).returncode, 0)
        done = self.run_tests(head + "".join(changed))
        self.assertNotEqual(done.returncode, 0)
        failed = set(re.findall(r"alertname: ?(\w+)", done.stdout + done.stderr))
        wanted = {re.search(r"alert: (\w+)", new)[1] for old, new in zip(rules, changed)
                  if old != new}
        self.assertEqual(wanted - failed, set(), done.stderr)
        return len(wanted)

    def test_a_comparison_the_other_way_is_seen(self):
        swap = str.maketrans("<>", "><")
        mutated = self.check_mutants(lambda rule: re.sub(
            r"(?<= )[<>](?= )|(?<= )==(?= )", lambda m: "!=" if m[0] == "==" else
            m[0].translate(swap), rule))
        self.assertEqual(mutated, self.rules.count("- alert:") - 1)  # all but absent()

    def test_a_missing_wait_is_seen(self):
        self.assertGreaterEqual(self.check_mutants(lambda rule: re.sub(r"        for: .*\n", "", rule)),
                                11)

    def test_a_longer_wait_is_seen(self):
        self.assertGreaterEqual(
            self.check_mutants(lambda rule: re.sub(r"for: .*", "for: 20d", rule)), 11)

    def test_another_threshold_is_seen(self):
        self.assertGreaterEqual(self.check_mutants(lambda rule: re.sub(
            r"129600|172800|(?<=> )0\.01|(?<=< )0\.95|(?<=< )2(?= \*)",
            lambda m: str(float(m[0]) / 2), rule)), 5)

    def test_a_missing_selector_is_seen(self):
        self.assertGreaterEqual(self.check_mutants(lambda rule: re.sub(
            r'\{defense="on"\}|, population="member"|\{verdict="error"\}|\{job="recveil"\}', "",
            rule)), 5)

    def test_a_limit_of_another_audit_is_seen(self):
        other = {"membership": "attribute", "attribute": "membership"}
        self.assertEqual(self.check_mutants(lambda rule: re.sub(
            r'(?<=attack=")\w+', lambda m: other[m[0]], rule)), 2)


class Dashboard(unittest.TestCase):
    board = json.loads((OBSERVABILITY / "dashboard.json").read_text())

    def test_panels_have_ids_and_places_of_their_own(self):
        panels = self.board["panels"]
        self.assertEqual(len({panel["id"] for panel in panels}), len(panels))
        taken = {}
        for panel in panels:
            at = panel["gridPos"]
            self.assertTrue(0 <= at["x"] and at["w"] > 0 and at["x"] + at["w"] <= 24 and at["h"] > 0)
            for x in range(at["x"], at["x"] + at["w"]):
                for y in range(at["y"], at["y"] + at["h"]):
                    self.assertNotIn((x, y), taken, f"{panel['title']} and {taken.get((x, y))}")
                    taken[x, y] = panel["title"]

    def test_the_data_source_is_a_variable(self):
        kinds = {item["name"]: item["type"] for item in self.board["templating"]["list"]}
        self.assertEqual(kinds.get("datasource"), "datasource")
        for uid in re.findall(r'"uid": "([^"]+)"', json.dumps(self.board["panels"])):
            self.assertEqual(uid, "${datasource}")

    def test_every_query_is_promql_over_what_is_exported(self):
        exported, rules = exported_names(), ["groups:", "- name: dashboard", "  rules:"]
        for panel in self.board["panels"]:
            if panel["type"] == "row":
                continue
            self.assertTrue(panel["targets"], panel["title"])
            for target in panel["targets"]:
                expr = target["expr"].replace("$__rate_interval", "5m")
                names = set(re.findall(r"recveil_\w+", expr))
                self.assertTrue(names and names <= exported, f"{panel['title']}: {names - exported}")
                rules += ["  - record: recveil:panel", "    expr: " + json.dumps(expr)]
                rules += [f"    labels: {{panel: '{panel['id']}{target['refId']}'}}"]
        done = run(PROMTOOL, "check", "rules", "/dev/stdin", input="\n".join(rules) + "\n")
        self.assertEqual(done.returncode, 0, done.stderr)
        done = run(PROMTOOL, "check", "rules", "/dev/stdin", input="\n".join(rules) + "(\n")
        self.assertNotEqual(done.returncode, 0)


def free_port():
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        return server.getsockname()[1]


def get(port, path):
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=60) as answer:
        return answer.read().decode()


def wait_for(what, condition):
    """Waits until condition() is true, which may throw for a while."""
    end, last = time.monotonic() + BOUND_SECONDS, None
    while time.monotonic() < end:
        try:
            found = condition()
            if found:
                return found
        except (urllib.error.URLError, ConnectionError) as error:
            last = error
        time.sleep(0.2)
    raise AssertionError(f"no {what} within {BOUND_SECONDS} s; {last}")


class Scraped(unittest.TestCase):
    """One host, on two endpoints, for all tests."""

    @classmethod
    def setUpClass(cls):
        cls.listener, cls.own = free_port(), free_port()
        cls.host = subprocess.Popen(
            ["/usr/bin/python3", "-B", str(HOST), LIBRARY, str(cls.listener), str(cls.own)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        cls.addClassCleanup(cls.stop_host)
        assert cls.host.stdout.readline() == "ready\n"

    @classmethod
    def stop_host(cls):
        cls.host.stdin.close()
        try:
            status = cls.host.wait(timeout=30)
        except subprocess.TimeoutExpired:
            cls.host.kill()
            cls.host.wait()
            status = "no end"
        cls.host.stdout.close()
        assert status == 0, f"the host ended with {status}"

    def test_both_endpoints_give_the_same_metrics(self):
        own, listener = families(get(self.own, "/metrics")), families(get(self.listener, "/metrics"))
        self.assertEqual(own, {name: family for name, family in listener.items()
                               if name.startswith("recveil_")})
        self.assertEqual({name for name in listener if not name.startswith("recveil_")},
                         {"exposer_transferred_bytes_total", "exposer_scrapes_total",
                          "exposer_request_latencies"})

    def test_idle_connections_do_not_delay_a_scrape(self):
        def scrape():
            start = time.monotonic()
            self.assertIn("recveil_build_info", get(self.listener, "/metrics"))
            return time.monotonic() - start

        alone, beside = [scrape() for _ in range(21)], []
        for _ in range(3):
            with contextlib.ExitStack() as idle:
                for _ in range(64):
                    idle.enter_context(socket.create_connection(("127.0.0.1", self.listener)))
                time.sleep(0.2)  # all are accepted; the listener drops them only after a second
                beside += [scrape() for _ in range(7)]
            time.sleep(0.2)
        print(f"\na scrape takes {1e3 * statistics.median(alone):.1f} ms (at most "
              f"{1e3 * max(alone):.1f}), beside 64 idle connections "
              f"{1e3 * statistics.median(beside):.1f} ms (at most {1e3 * max(beside):.1f})",
              file=sys.stderr)
        self.assertLess(max(beside), 0.9)  # less than one connection's timeout

    def test_a_real_prometheus_scrapes_it_and_fires(self):
        server = free_port()
        with tempfile.TemporaryDirectory() as folder:
            folder = pathlib.Path(folder)
            # The examples' files, quicker, with both endpoints.
            rules = (OBSERVABILITY / "alerts.yml").read_text()
            (folder / "alerts.yml").write_text(re.sub(r"for: 5m", "for: 1s", rules))
            config = (OBSERVABILITY / "prometheus.yml").read_text()
            config, intervals = re.subn(r"_interval: 15s", "_interval: 1s", config)
            config, targets = re.subn(r"'127.0.0.1:19464'", f"'127.0.0.1:{self.listener}', "
                                      f"'127.0.0.1:{self.own}'", config)
            self.assertEqual((intervals, targets), (2, 1))
            (folder / "prometheus.yml").write_text(config)
            with open(folder / "log", "w") as log:
                prometheus = subprocess.Popen(
                    [PROMETHEUS, f"--config.file={folder}/prometheus.yml",
                     f"--storage.tsdb.path={folder}/data",
                     f"--web.listen-address=127.0.0.1:{server}"], stdout=log, stderr=log)
            try:
                self.read_back(server)
            except BaseException:
                print((folder / "log").read_text()[-3000:], file=sys.stderr)
                raise
            finally:
                prometheus.terminate()
                try:
                    prometheus.wait(timeout=30)
                except subprocess.TimeoutExpired:
                    prometheus.kill()
                    prometheus.wait()

    def read_back(self, server):
        def query(expression):
            answer = get(server, "/api/v1/query?query=" + urllib.parse.quote(expression))
            return {(series["metric"].get("instance"), *sorted(
                value for label, value in series["metric"].items()
                if label not in ("instance", "job", "__name__"))): float(series["value"][1])
                    for series in json.loads(answer)["data"]["result"]}

        instances = {f"127.0.0.1:{self.listener}", f"127.0.0.1:{self.own}"}
        wait_for("scrape", lambda: set(query("up == 1")) == {(name,) for name in instances})
        auc = query("recveil_audit_membership_auc_lower_bound")
        self.assertEqual(auc, {(name, "adaptive", "on"): 0.7 for name in instances})
        verdict = query('recveil_audit_verdict == 1')
        self.assertEqual({key[1:] for key in verdict}, {("adaptive", "leak", "membership", "on")})
        served = wait_for("rate", lambda: {
            key: value for key, value in query(
                'rate(recveil_serving_requests_total{outcome="passthrough"}[10s])').items()
            if value > 0})
        self.assertEqual({key[1:] for key in served}, {("member", "passthrough")})
        names = json.loads(get(server, "/api/v1/label/__name__/values"))["data"]
        self.assertLessEqual({name for name in names if name.startswith("recveil_")},
                             exported_names())

        def firing():
            alerts = json.loads(get(server, "/api/v1/alerts"))["data"]["alerts"]
            found = {(a["labels"]["alertname"], a["labels"].get("instance")) for a in alerts
                     if a["state"] == "firing"}
            return found if len(found) >= 2 else None

        self.assertEqual(wait_for("alert", firing),
                         {("RecveilMembershipLeakage", name) for name in instances})


if __name__ == "__main__":
    unittest.main()
