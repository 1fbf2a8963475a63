"""The service: its answers, WSGI and ASGI, and four prefork workers with exact counters."""
import asyncio
import concurrent.futures
import http.client
import io
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
import unittest
import uuid
from pathlib import Path

FOLDER = tempfile.mkdtemp()
os.environ["RECVEIL_TEST_FOLDER"] = FOLDER

import recveil  # noqa: E402
import recveil.asgi  # noqa: E402
import recveil.wsgi  # noqa: E402
import web_app  # noqa: E402

AUTH = {"Authorization": f"Bearer {web_app.TOKEN}"}


def setUpModule():
    recveil.generate_key(f"{FOLDER}/key")
    Path(FOLDER, "state").mkdir()


def counter(text, line):
    return int(next(row for row in text.splitlines() if row.startswith(line)).split()[-1])


class InProcess(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.engine = web_app.opened()
        if not recveil.ModelFolder(f"{FOLDER}/models").versions():
            web_app.publish(cls.engine, 1)
        cls.service = web_app.service(cls.engine)
        cls.wsgi = recveil.wsgi.Middleware(web_app.own_app, cls.service)

    def get(self, path, method="GET", body=b"", auth=True):
        path, _, query = path.partition("?")
        seen = []
        environ = {"REQUEST_METHOD": method, "PATH_INFO": path, "QUERY_STRING": query,
                   "wsgi.input": io.BytesIO(body), "CONTENT_LENGTH": str(len(body))}
        if auth:
            environ["HTTP_AUTHORIZATION"] = AUTH["Authorization"]
        out = b"".join(self.wsgi(environ, lambda status, headers: seen.append((status, headers))))
        return int(seen[0][0].split()[0]), dict(seen[0][1]), out

    def test_a_list_and_its_second_page(self):
        status, headers, body = self.get("/recveil/recommend?user=7&k=5")
        first = json.loads(body)
        self.assertEqual((status, headers["Content-Type"]), (200, "application/json"))
        second = json.loads(self.get(f"/recveil/recommend?user=7&k=5&offset=5&page={first['page']}")[2])
        whole = json.loads(self.get("/recveil/recommend?user=7&k=10")[2])
        self.assertEqual(whole["items"], first["items"] + second["items"])
        self.assertFalse(set(whole["items"]) & set(web_app.KNOWN[7].indices.tolist()))

    def test_route_and_metrics(self):
        answer = json.loads(self.get("/recveil/route?user=7")[2])
        self.assertEqual((answer["path"], answer["reason"]), ("fold", "cross_fit"))
        status, headers, body = self.get("/recveil/metrics")
        self.assertTrue(headers["Content-Type"].startswith("text/plain"))
        self.assertGreaterEqual(counter(body.decode(), "recveil_serving_state_version"), 1)

    def test_nothing_without_the_token(self):
        for path in ("/recveil/metrics", "/recveil/route?user=7", "/recveil/forget", "/recveil"):
            status, headers, body = self.get(path, auth=False)
            self.assertEqual((status, headers["WWW-Authenticate"]), (401, "Bearer"))
            self.assertNotIn(b"recveil_serving", body)
        with self.assertRaises(ValueError):
            recveil.Service(self.engine, token="short", history=list)

    def test_what_is_wrong_is_a_status(self):
        for path, method, body, wanted in (
                ("/recveil/nothing", "GET", b"", 404), ("/recveil/metrics", "POST", b"", 405),
                ("/recveil/recommend", "GET", b"", 400), ("/recveil/recommend?user=7&k=x", "GET", b"", 400),
                ("/recveil/recommend?user=7&k=0", "GET", b"", 400),
                ("/recveil/recommend?user=7&page=1.2", "GET", b"", 400),
                ("/recveil/forget", "POST", b"{", 400), ("/recveil/forget", "POST", b"[]", 400),
                ("/recveil/forget", "POST", b'{"ids": []}', 400),
                ("/recveil/forget", "POST", b'{"ids": ["x"], "kind": "all"}', 400),
                ("/recveil/forget", "POST", b" " * 70000, 413),
                (f"/recveil/forget/{uuid.uuid4()}", "GET", b"", 404),
                ("/recveil/forget/7", "GET", b"", 400)):
            self.assertEqual(self.get(path, method, body)[0], wanted, path + repr(body[:40]))
        self.assertEqual(self.get("/recveiler")[0], 200)  # the application's own

    def test_forget_is_durable_and_served_at_once(self):
        number = str(uuid.uuid4())
        ask = json.dumps({"ids": ["399"], "kind": "erase", "id": number}).encode()
        self.assertEqual(json.loads(self.get("/recveil/forget", "POST", ask)[2])["result"], "accepted")
        self.assertEqual(json.loads(self.get("/recveil/forget", "POST", ask)[2])["result"], "already")
        other = json.dumps({"ids": ["398"], "kind": "erase", "id": number}).encode()
        self.assertEqual(self.get("/recveil/forget", "POST", other)[0], 409)
        self.assertEqual(json.loads(self.get(f"/recveil/forget/{number}")[2])["state"], "received")
        self.assertEqual(json.loads(self.get("/recveil/route?user=399")[2])["reason"], "erased")

    def test_asgi_gives_the_same(self):
        async def own(scope, receive, send):
            await send({"type": "http.response.start", "status": 200, "headers": []})
            await send({"type": "http.response.body", "body": b"own"})
        app = recveil.asgi.Middleware(own, self.service)

        def ask(path, method="GET", parts=(b"",)):
            path, _, query = path.partition("?")
            sent, left = [], list(parts)

            async def receive():
                return {"type": "http.request", "body": left.pop(0), "more_body": bool(left)}

            async def send(message):
                sent.append(message)
            scope = {"type": "http", "method": method, "path": path, "query_string": query.encode(),
                     "headers": [(b"authorization", AUTH["Authorization"].encode())]}
            asyncio.run(app(scope, receive, send))
            return sent[0]["status"], sent[1]["body"]
        self.assertEqual(ask("/recveil/recommend?user=7&k=5"),
                         (200, self.get("/recveil/recommend?user=7&k=5")[2]))
        self.assertEqual(ask("/other"), (200, b"own"))
        self.assertEqual(ask("/recveil/forget", "POST", (b'{"ids": ["397"],', b' "kind": "object"}'))[0],
                         202)


class Prefork(unittest.TestCase):
    """gunicorn with four workers of two threads, forked from a process that opened the engine."""

    WORKERS = 4

    def answer(self, path, method="GET", body=None):
        """(status, text, which worker answered)."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        connection.request(method, path, body, AUTH)
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        return answer.status, text, answer.getheader(web_app.WORKER)

    def ask(self, path, method="GET", body=None):
        return self.answer(path, method, body)[:2]

    def until(self, check, seconds=20):
        end = time.monotonic() + seconds
        while not check():
            self.assertLess(time.monotonic(), end, "it did not happen in time")
            time.sleep(0.05)

    def each_worker(self, path, seconds=20):
        """What `path` gives, asked until every worker has answered. Which worker takes a connection is
        the kernel's choice: on a busy machine one may sleep through any fixed number of them."""
        texts, workers = set(), set()
        end = time.monotonic() + seconds
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            while len(workers) < self.WORKERS:
                self.assertLess(time.monotonic(), end, f"only {len(workers)} workers answer")
                for status, text, worker in pool.map(lambda _: self.answer(path), range(16)):
                    self.assertEqual(status, 200, text)
                    texts.add(text)
                    workers.add(worker)
        return texts

    def test_counters_are_exact_and_workers_learn(self):
        trainer = web_app.opened()
        version = (recveil.ModelFolder(f"{FOLDER}/models").versions() or [0])[-1] + 1
        web_app.publish(trainer, version)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        server = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "--preload", "-w", str(self.WORKERS), "--threads", "2",
             "-b", f"127.0.0.1:{self.port}", "web_app:application()"], stderr=subprocess.PIPE, text=True)
        self.addCleanup(server.stderr.close)
        self.addCleanup(server.wait, 30)
        self.addCleanup(server.terminate)

        def up():
            try:
                return self.ask("/pid")[0] == 200
            except OSError:
                self.assertIsNone(server.poll(), "gunicorn ended")
                return False
        self.until(up)
        self.assertEqual(len(self.each_worker("/pid")), self.WORKERS)

        line = 'recveil_serving_requests_total{population="everybody",outcome="folded"}'
        before = counter(self.ask("/recveil/metrics")[1], line)
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            found = list(pool.map(
                lambda i: self.ask(f"/recveil/recommend?user={i % 390}&k=5")[0], range(800)))
        self.assertEqual(set(found), {200})
        counts = {counter(text, line) for text in self.each_worker("/recveil/metrics")}
        self.assertEqual(counts, {before + 800})

        def versions():
            return {json.loads(text)["page"].split(".")[1]
                    for text in self.each_worker("/recveil/recommend?user=3&k=5")}
        self.until(lambda: versions() == {str(version)})
        web_app.publish(trainer, version + 1)
        self.until(lambda: versions() == {str(version + 1)})

        people = range(100, 124)
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            asked = list(pool.map(lambda person: self.ask(
                "/recveil/forget", "POST", json.dumps({"ids": [str(person)], "kind": "erase"})),
                people))
        self.assertEqual({status for status, _ in asked}, {202}, asked)

        def reasons(person):
            return {json.loads(text)["reason"]
                    for text in self.each_worker(f"/recveil/route?user={person}")}
        # A worker takes over what is new when a request of its own finds that it is time, and its other
        # thread may still answer meanwhile. It knows those of whom it took the request sooner than the rest:
        # that it has learnt of one person does not say that it has learnt of all.
        for person in people:
            self.until(lambda: reasons(person) == {"erased"})
        for person in people:  # and none forgets again
            self.assertEqual(reasons(person), {"erased"}, person)
        self.assertEqual(json.loads(self.ask("/recveil/route?user=99")[1])["reason"], "cross_fit")
        with recveil.Journal(trainer, wait=10) as journal:
            self.assertEqual(len(set(journal.open_requests())
                                 & {uuid.UUID(json.loads(text)["id"]) for _, text in asked}), 24)


if __name__ == "__main__":
    unittest.main()
