"""The middleware in Flask and FastAPI themselves, and audits of PyArrow's tables."""
import contextlib
import json
import unittest
import uuid

import fastapi
import flask
import numpy as np
import pyarrow as pa
import recveil
import test_tables
import test_web
import web_app
from fastapi.testclient import TestClient
from recveil import tables
from starlette.responses import StreamingResponse

setUpModule = test_web.setUpModule
WRONG = {"Authorization": "Bearer somebody else's"}


class Web(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.engine = web_app.opened()
        if not recveil.ModelFolder(f"{test_web.FOLDER}/models").versions():
            web_app.publish(cls.engine, 1)
        cls.service = web_app.service(cls.engine)

    def check(self, get, post):
        """get(path, headers) and post(path, headers, document) give (status, text)."""
        status, text = get("/recveil/recommend?user=7&k=5", test_web.AUTH)
        self.assertEqual(status, 200)
        known = {"authorization": test_web.AUTH["Authorization"]}
        self.assertEqual(text.encode(), self.service.answer("GET", "/recveil/recommend", "user=7&k=5", known, b"").body)
        self.assertEqual(get("/recveil/recommend?user=7&k=5", WRONG)[0], 401)
        self.assertEqual(get("/recveil/recommend?user=7&k=no", test_web.AUTH)[0], 400)
        self.assertEqual(get("/own", {}), (200, "own"))
        self.assertEqual(get("/nothing", {})[0], 404)
        self.assertIn("recveil_serving_requests_total", get("/recveil/metrics", test_web.AUTH)[1])
        asked = {"ids": ["311"], "kind": "erase", "id": str(uuid.uuid4())}
        status, text = post("/recveil/forget", test_web.AUTH, asked)
        self.assertEqual((status, json.loads(text)["id"]), (202, asked["id"]))
        self.assertEqual(json.loads(get("/recveil/route?user=311", test_web.AUTH)[1])["reason"], "erased")
        self.assertEqual(post("/own", {}, {"a": 1}), (200, '{"a":1}'))  # the application reads its own body

    def test_flask(self):
        app = flask.Flask("shop")
        app.add_url_rule("/own", "own", lambda: "own")
        app.add_url_rule("/own", "echo", lambda: flask.Response(
            json.dumps(flask.request.json, separators=(",", ":"))), methods=["POST"])
        app.wsgi_app = recveil.wsgi.Middleware(app.wsgi_app, self.service)
        client = app.test_client()

        def seen(answer):
            return answer.status_code, answer.get_data(as_text=True)
        self.check(lambda path, headers: seen(client.get(path, headers=headers)),
                   lambda path, headers, document: seen(client.post(path, headers=headers, json=document)))

    def test_fastapi(self):
        started = []

        @contextlib.asynccontextmanager
        async def lifespan(_app):
            started.append(True)
            yield
            started.append(False)
        app = fastapi.FastAPI(lifespan=lifespan)

        @app.get("/own")
        async def own():
            async def parts():
                for part in ("o", "w", "n"):
                    yield part
            return StreamingResponse(parts())

        @app.post("/own")
        async def echo(document: dict):
            return document

        @app.websocket("/talk")
        async def talk(socket: fastapi.WebSocket):
            await socket.accept()
            await socket.send_text(await socket.receive_text())
        app.add_middleware(recveil.asgi.Middleware, service=self.service)
        with TestClient(app) as client:
            self.check(lambda path, headers: self.seen(client.get(path, headers=headers)),
                       lambda path, headers, document: self.seen(client.post(path, headers=headers, json=document)))
            with client.websocket_connect("/talk") as socket:
                socket.send_text("hello")
                self.assertEqual(socket.receive_text(), "hello")
        self.assertEqual(started, [True, False])

    @staticmethod
    def seen(answer):
        return answer.status_code, answer.text


def texts_as(kind):
    def make(names, rows):
        columns = [pa.array([row[i] for row in rows]) for i in range(len(names))]
        columns = [pa.chunked_array([column[:3], column[3:3], column[3:]]) for column in columns]
        return pa.table([column.cast(kind) if pa.types.is_string(column.type) else column for column in columns],
                        names=list(names))
    return make


class Arrow(unittest.TestCase):
    def test_tables_of_every_kind_of_text(self):
        def codes(make):
            numbers = tables.Codes()
            found = tables.population(*test_tables.frames(make), numbers)
            return [np.asarray(part).tobytes() for csr in found[:2] for part in csr] + [found[2].tobytes(),
                                                                                     numbers.n_items]
        wanted = codes(test_tables.as_columns)
        for kind in (pa.string(), pa.large_string(), pa.string_view(), pa.binary(),
                     pa.dictionary(pa.int32(), pa.string()), pa.dictionary(pa.int16(), pa.large_string())):
            self.assertEqual(codes(texts_as(kind)), wanted, kind)

    def test_a_stream_that_fails_says_its_own_reason(self):
        schema = pa.schema([("user", pa.string()), ("item", pa.string())])

        def batches():
            yield pa.record_batch([["u"], ["i"]], schema=schema)
            raise ValueError("the disk is on fire")
        with self.assertRaisesRegex(recveil.RecveilError, "the disk is on fire"):
            tables.rows_of(pa.RecordBatchReader.from_batches(schema, batches()), tables.Codes(), "histories")

    def test_an_audit(self):
        report = recveil.audit_lists(*test_tables.frames(texts_as(pa.string())), seeds=1)
        self.assertEqual(report.verdict, "leak")


if __name__ == "__main__":
    unittest.main()
