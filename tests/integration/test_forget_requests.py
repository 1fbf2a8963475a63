"""What `recveil forget` makes of requests and files of ids as people write them: each right value, and
each wrong one in one line that names the place."""
import json
import pathlib
import tempfile
import unittest

import numpy as np

from support import COMMAND, run

ROWS = 20


def uuid(number):
    return f"00000000-0000-4000-8000-{number:012d}"


def request(number=1, **change):
    out = {"subject_request_id": uuid(number), "subject_request_type": "recveil", "regulation": "gdpr",
           "submitted_time": "2026-11-20T10:00:00Z",
           "subject_identities": [{"identity_type": "id", "identity_value": "u0"}],
           "extensions": {"recveil": {"kind": "attribute", "attributes": ["gender"]}}, **change}
    return {key: value for key, value in out.items() if value != "absent"}


class Requests(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = pathlib.Path(folder.name)
        run(COMMAND, "key", "generate", "key", cwd=self.path)
        (self.path / "state").mkdir()
        (self.path / "c.yaml").write_text("keys: {file: key}\nstate_dir: state\nforget: {journal: j.db}\n")

    def submit(self, body):
        text = body if isinstance(body, (str, bytes)) else json.dumps(body)
        (self.path / "r.json").write_bytes(text.encode() if isinstance(text, str) else text)
        return run(COMMAND, "forget", "submit", "--config", "c.yaml", "--json", "r.json", cwd=self.path)

    def refused(self, body, *words):
        done = self.submit(body)
        self.assertEqual((done.returncode, done.stdout), (2, ""), (body if len(str(body)) < 999 else "", done))
        self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)
        self.assertNotIn("json.exception", done.stderr)
        for word in ("r.json", *words):
            self.assertIn(word, done.stderr)
        self.assertFalse((self.path / "j.db").exists())  # nothing was done before the file was read

    def accepted(self, body):
        done = self.submit(body)
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)

    def test_nested_to_any_depth(self):
        deep = 60000
        for body in ('{"a":' * deep + "1" + "}" * deep, "[" * 300000, '{"a":' * deep,
                     json.dumps(request())[:-1] + ', "property_id": ' + "[" * deep + "]" * deep + "}",
                     json.dumps(request(extensions="HERE")).replace(
                         '"HERE"', '{"theirs": ' + '{"a":' * deep + "1" + "}" * deep + "}")):
            self.refused(body, "nested too deeply")

    def test_deep_on_a_small_stack(self):
        (self.path / "r.json").write_text("[" * 300000)
        done = run("sh", "-c", f"ulimit -s 256 && exec {COMMAND} forget submit --config c.yaml r.json",
                   cwd=self.path)
        self.assertEqual(done.returncode, 2, done)
        self.assertIn("nested too deeply", done.stderr)

    def test_not_json(self):
        self.refused('{\n "a": }', ":2:", "is not JSON")
        self.refused("", "ends too early")
        self.refused('{"a": 1e999}', "too large")
        self.refused("[]", "holds no request")
        self.refused("7", "must be a JSON object")
        self.refused(b'{"subject_request_id": "x",\n "policy": "caf\xe9"}', ":2:", "policy: is not UTF-8")
        self.refused(json.dumps(request()).encode("utf-16"), "UTF-16")

    def test_a_byte_order_mark_is_no_part_of_it(self):
        self.accepted(b"\xef\xbb\xbf" + json.dumps(request()).encode())

    def test_times(self):
        for text, word in (("2026-13-01T00:00:00Z", "no such day"), ("2026-02-31T00:00:00Z", "no such day"),
                           ("2025-02-29T00:00:00Z", "no such day"), ("2026-11-20T99:99:99Z", "no such time"),
                           ("2026-11-20T10:00:00+02:00junk", "after the time"),
                           ("2026-11-20T10:00:00+99:99", "offset"), ("2026-11-20T10:00:00", "must end in Z"),
                           (" 2026-11-20T10:00:00Z", "such as"), ("2026-11-20 10:00:00Z", "such as"),
                           ("2026-11-20", "such as"), ("yesterday", "such as"), ("", "such as"),
                           ("1969-12-31T23:59:59Z", "before 1970"), ("2099-01-01T00:00:00Z", "in the future")):
            self.refused(request(submitted_time=text), "submitted_time", word, uuid(1))
        self.refused(request(submitted_time=7), "submitted_time", "must be a text")
        self.refused(request(extensions={"recveil": {"kind": "erase", "due_time": "2026-13-01T00:00:00Z"}}),
                     "extensions.recveil.due_time", "no such day")
        self.refused(request(extensions={"recveil": {"kind": "erase", "due_time": "2026-11-01T00:00:00Z"}}),
                     "due_time", "before submitted_time")
        for number, text in enumerate(("2026-11-20T12:00:00+02:00", "2026-11-20T10:00:00.123Z",
                                       "2026-11-20t10:00:00z", "2026-11-20T04:30:00-05:30"), 1):
            found = self.accepted(request(number, submitted_time=text))
            self.assertEqual(found["expected_completion_time"], "2026-12-20T10:00:00Z")

    def test_keys(self):
        self.refused(request(subject_identites=[]), "subject_identites", "did you mean subject_identities?")
        self.refused(request(extensions={"recveil": {"kinds": "erase"}}), "extensions.recveil.kinds",
                     "did you mean kind?")
        self.refused(request(subject_identities=[{"identity_type": "e", "identity_value": "ab" * 32,
                                                  "format": "sha256"}]), "format", "identity_format")
        self.refused(request(subject_identities={"id": {"valeu": "u0"}}), "id: valeu", "did you mean value?")
        text = json.dumps(request())
        self.refused(text[:-1] + ', "regulation": "ccpa"}', "regulation: is given twice")
        self.refused(text.replace('"identity_value": "u0"', '"identity_value": "u0", "identity_value": "u1"'),
                     "identity_value: is given twice")
        self.refused(json.dumps(request(subject_identities={"email": {"value": "u0"}})).replace(
            '"email": ', '"email": {"value": "u1"}, "email": '), "email: is given twice")

    def test_values(self):
        self.refused(request(subject_request_id="absent"), "subject_request_id: missing")
        self.refused(request(subject_request_id="x"), "UUID")
        self.refused(request(subject_identities="absent"), "subject_identities: missing")
        self.refused(request(subject_identities=[]), "subject_identities: missing")
        self.refused(request(subject_identities=["u0"]), "subject_identities: 0: must be an object")
        self.refused(request(subject_identities=[{"identity_value": 42}]), "identity_value: must be a text")
        self.refused(request(subject_identities=[{"identity_value": "u0 "}]), "blank")
        self.refused(request(subject_identities=[{"identity_value": "a", "identity_format": "sha256"}]),
                     "only raw values")
        self.refused(request(regulation="gpdr"), "regulation: must be one of")
        self.refused(request(extensions=[]), "extensions: must be an object")
        self.refused(request(extensions={"recveil": []}), "extensions.recveil: must be an object")
        self.refused(request(extensions={"recveil": {"kind": "attribute"}}), "attributes: missing")
        self.refused(request(status_callback_urls=["http://a"]), "status_callback_urls")

    def test_null_is_absent(self):
        found = self.accepted(request(subject_request_type="erasure", extensions=None, regulation=None,
                                      status_callback_urls=None, property_id=None))
        self.assertEqual((found["kind"], found["regulation"]), ("erase", "none"))
        found = self.accepted(request(2, subject_request_type="erasure", extensions={"recveil": None}))
        self.assertEqual(found["kind"], "erase")

    def test_other_peoples_extensions_are_left_alone(self):
        theirs = '"theirs": {"a": 1, "a": [{"b": 1, "b": null}]}, '
        self.accepted(json.dumps(request()).replace('"recveil": {"kind"', theirs + '"recveil": {"kind"'))
        self.accepted(json.dumps([request(2), request(3)]).replace(
            '"recveil": {"kind"', theirs + '"recveil": {"kind"'))

    def test_the_second_of_a_list_is_named(self):
        self.refused([request(1), request(2, subject_request_type="access")],
                     "request 1 (" + uuid(2) + ")", "subject_request_type")
        self.refused([request(1), 7], "request 1:", "must be a JSON object")
        found = self.accepted([request(1), request(2)])
        self.assertEqual([one["result"] for one in found], ["accepted", "accepted"])


class Ids(unittest.TestCase):
    def setUp(self):
        Requests.setUp(self)
        np.save(self.path / "u.npy", np.ones((ROWS, 4), np.float32))
        self.ids = [f"u{i}" for i in range(ROWS)]

    def plan(self, text, status=0, *more, identity="u0"):
        Requests.accepted(self, request(
            subject_identities=[{"identity_type": "id", "identity_value": identity}]))
        (self.path / "ids.txt").write_bytes(text)
        done = run(COMMAND, "forget", "plan", "--config", "c.yaml", "--embeddings", "u.npy", "--ids", "ids.txt",
                   "--model-version", "7", "--attribute", "gender", "--json", *more, cwd=self.path)
        self.assertEqual(done.returncode, status, done)
        return done

    submit = Requests.submit

    def test_files_as_people_have_them(self):
        plain = "\n".join(self.ids) + "\n"
        for text in (plain, "\ufeff" + plain, plain.replace("\n", "\r\n"), plain.replace("\n", " \n"),
                     plain + "\n\n", plain.rstrip("\n"), "".join(f'"{one}"\n' for one in self.ids)):
            done = self.plan(text.encode())
            self.assertEqual(json.loads(done.stdout)["counts"]["map"], 1, text[:20])
            self.assertEqual(done.stderr, "")
        quoted = plain.replace("u0", 'u"0')
        done = self.plan("".join('"' + one.replace('"', '""') + '"\n' for one in quoted.split()).encode(),
                         identity="u0")
        self.assertIn("1 open request names nobody", done.stderr)

    def test_what_is_wrong_is_named(self):
        done = self.plan("\n".join(self.ids).replace("u3\n", "\n").encode(), 2)
        self.assertIn("ids.txt:4: is empty", done.stderr)
        done = self.plan("\n".join(self.ids).replace("u3", "m\xfcller").encode("latin-1"), 2)
        self.assertIn("ids.txt", done.stderr)
        self.assertIn("UTF-8", done.stderr)
        done = self.plan("\n".join(self.ids[1:]).encode(), 2)
        self.assertIn("has 19 ids for 20 rows", done.stderr)

    def test_a_request_that_names_nobody_is_told(self):
        text = "\n".join(["cafe", *self.ids[1:]]).encode()
        done = self.plan(text, identity="caf\u00e9")
        self.assertEqual(json.loads(done.stdout)["unmatched"], [uuid(1)])
        self.assertIn("1 open request names nobody in ids.txt", done.stderr)
        done = self.plan(text, 2, "--strict", identity="caf\u00e9")
        self.assertEqual(done.stdout, "")
        self.assertIn(uuid(1), done.stderr)

    def test_composed_and_decomposed_letters_are_the_same_id(self):
        text = "\n".join(["cafe\u0301", *self.ids[1:]]).encode()
        done = self.plan(text, identity="caf\u00e9")
        self.assertEqual(json.loads(done.stdout)["unmatched"], [])

    def test_an_output_is_never_overwritten_unasked(self):
        Requests.accepted(self, request(subject_request_type="erasure", extensions=None))
        (self.path / "ids.txt").write_text("\n".join(self.ids))
        before = (self.path / "u.npy").read_bytes()
        apply = (COMMAND, "forget", "apply", "--config", "c.yaml", "--embeddings", "u.npy", "--ids", "ids.txt",
                 "--model-version", "1", "--output", "u.npy")
        done = run(*apply, cwd=self.path)
        self.assertEqual(done.returncode, 2)
        self.assertIn("u.npy: exists", done.stderr)
        self.assertEqual((self.path / "u.npy").read_bytes(), before)
        done = run(*apply, "--force", cwd=self.path)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertTrue((np.load(self.path / "u.npy")[0] == 0).all())


if __name__ == "__main__":
    unittest.main()
