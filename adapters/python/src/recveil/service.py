"""A small service around an engine, for recveil.wsgi and recveil.asgi: recommend, route, metrics, forget.

    GET  PREFIX/recommend?user=ID&k=10     {"items": [...], "page": TOKEN}; &page=TOKEN&offset=10 goes on
    GET  PREFIX/route?user=ID              {"path": "fold", "reason": "cross_fit", ...}
    GET  PREFIX/metrics                    Prometheus text, the total of all processes
    POST PREFIX/forget                     {"ids": ["42"], "kind": "erase"} -> 202 and the request's id
    GET  PREFIX/forget/UUID                {"state": "applying"}

Every request needs "Authorization: Bearer TOKEN": a route says who trained the model, and forgetting is
for good. People's own requests go to the handlers of your application, which call recommend() here.
"""
from __future__ import annotations

import hmac
import json
import threading
import time
import urllib.parse
import uuid
from typing import Any, Callable, Dict, List, Mapping, NamedTuple, Optional, Sequence, Tuple

import numpy as np

from recveil.engine import Engine, UserId
from recveil.errors import (ArgumentError, DataError, NotFoundError, RecveilError, StateError,
                            StorageError)
from recveil.forget import Journal, Request
from recveil.models import ModelFolder
from recveil.serving import Page, Path

Headers = List[Tuple[str, str]]
_LONGEST = 65536  # bytes of a request's body


class Answer(NamedTuple):
    """An HTTP response."""

    status: int
    headers: Headers
    body: bytes


class Service:
    """Answers requests from an engine, its journal, and what the application knows of its users.

    Args:
        engine: opened before or after forking; with a state_dir, workers learn of erased users and
            of new popularity within refresh_seconds
        token: of at least 16 characters; None: only recommend() and tick(), and no endpoints
        history: gives the item numbers known of a user, of the id as text
        rank: for path HOST: gives the host's ranked item numbers, of the id and how many
        user: makes the engine's user of the id as text; text ids by default
        forget: whether the engine has a forget.journal. It is opened for each request, so that any
            worker can take one
        models: a folder that the trainer saves models of folds to
        refresh_seconds: how long a worker may serve what is outdated
    """

    def __init__(self, engine: Engine, *, token: Optional[str] = None,
                 history: Callable[[str], Any], rank: Optional[Callable[[str, int], Any]] = None,
                 user: Callable[[str], UserId] = str, forget: bool = False,
                 models: Optional[ModelFolder] = None, refresh_seconds: float = 2.0,
                 prefix: str = "/recveil") -> None:
        if token is not None and len(token) < 16:
            raise ArgumentError("token: must have at least 16 characters")
        self.engine, self.prefix = engine, prefix.rstrip("/")
        self._token, self._history, self._rank = token, history, rank
        self._user, self._forget, self._models = user, forget, models
        self._every, self._next = refresh_seconds, 0.0
        self._refreshing = threading.Lock()
        self._shared = True

    def tick(self) -> None:
        """Take over what other processes published, if it is time. Errors are left to the next one:
        what is served meanwhile is the last good state."""
        now = time.monotonic()
        if now < self._next or not self._refreshing.acquire(blocking=False):
            return
        try:
            self._next = now + self._every
            if self._shared:
                try:
                    self.engine.refresh()
                except StateError:  # no state_dir
                    self._shared = False
            if self._models is not None:
                self._models.follow(self.engine)
        except (RecveilError, OSError):
            pass
        finally:
            self._refreshing.release()

    def recommend(self, user: str, k: int = 10, *, offset: int = 0, page: Page = Page()
                  ) -> Tuple[List[int], Page]:
        """(item numbers, page token) of what a user is shown."""
        self.tick()
        known = np.asarray(self._history(user), np.int64)
        number = self._user(user)
        found = self.engine.recommend(number, known, k, offset=offset, page=page)
        if found.decision.path != Path.HOST:
            return found.items.tolist(), found.decision.page
        if self._rank is None:
            raise StateError("path HOST, and the service has no rank()")
        ranked = np.asarray(self._rank(user, offset + k), np.int64)
        seen = np.flatnonzero(np.isin(ranked, known))
        slate = self.engine.serve(found.decision, len(ranked), k, offset=offset, seen=seen)
        return ranked[slate.positions].tolist(), found.decision.page

    def answer(self, method: str, path: str, query: str, headers: Mapping[str, str], body: bytes
               ) -> Answer:
        """The response to a request below the prefix. Header names are lower case."""
        given = headers.get("authorization", "")
        if self._token is None or not hmac.compare_digest(
                given.encode("utf-8", "replace"), f"Bearer {self._token}".encode()):
            return _error(401, "a bearer token is needed", [("WWW-Authenticate", "Bearer")])
        self.tick()
        ask = {key: values[-1] for key, values in urllib.parse.parse_qs(query).items()}
        where = path[len(self.prefix):].strip("/").split("/")
        try:
            return self._answer(method, where, ask, body)
        except NotFoundError as error:
            return _error(404, str(error))
        except (ArgumentError, DataError, ValueError, TypeError, KeyError) as error:
            return _error(400, str(error))
        except (StateError, StorageError) as error:
            return _error(503, str(error), [("Retry-After", "1")])

    def _answer(self, method: str, where: Sequence[str], ask: Dict[str, str], body: bytes) -> Answer:
        name = where[0]
        wanted = {"recommend": "GET", "route": "GET", "metrics": "GET",
                  "forget": "POST" if len(where) == 1 else "GET"}.get(name)
        if wanted is None or len(where) > (2 if name == "forget" else 1):
            return _error(404, "there is no such page")
        if method != wanted:
            return _error(405, f"use {wanted}", [("Allow", wanted)])
        if name == "metrics":
            return Answer(200, [("Content-Type", "text/plain; version=0.0.4; charset=utf-8")],
                          self.engine.metrics().encode())
        if name == "forget":
            return self._forgetting(where, body)
        if "user" not in ask:
            return _error(400, "user: is missing")
        if name == "route":
            decision = self.engine.route(self._user(ask["user"]),
                                         n_history=len(self._history(ask["user"])))
            return _json(200, {"path": decision.path.name.lower(),
                               "reason": decision.reason.name.lower(), "fold": decision.fold,
                               "page": _packed(decision.page)})
        k, offset = int(ask.get("k", "10")), int(ask.get("offset", "0"))
        if not 1 <= k <= 1000 or not 0 <= offset <= 1000:
            return _error(400, "k: 1 to 1000, offset: 0 to 1000")
        items, page = self.recommend(ask["user"], k, offset=offset, page=_unpacked(ask.get("page")))
        return _json(200, {"items": items, "page": _packed(page)})

    def _forgetting(self, where: Sequence[str], body: bytes) -> Answer:
        if not self._forget:
            return _error(404, "this service has no journal")
        if len(where) == 2:
            number = uuid.UUID(where[1])
            with Journal(self.engine, verify=False, wait=10.0) as journal:
                return _json(200, {"id": str(number), "state": journal.state(number).name.lower()})
        if len(body) > _LONGEST:
            return _error(413, "the request is too long")
        asked = json.loads(body)
        if not isinstance(asked, dict) or not isinstance(asked.get("ids"), list):
            return _error(400, 'needs {"ids": [...], "kind": ...}')
        ids = [str(one) for one in asked["ids"]]
        request = Request(
            ids, str(asked.get("kind", "erase")), users=[self._user(one) for one in ids],
            attributes=[str(a) for a in asked.get("attributes", [])],
            id=uuid.UUID(asked["id"]) if "id" in asked else uuid.uuid4(),
            regulation=str(asked.get("regulation", "gdpr")), labels=str(asked.get("labels", "")))
        with Journal(self.engine, verify=False, wait=10.0) as journal:
            result = journal.submit(request)[0]
        return _json(409 if result == "conflict" else 202, {"id": str(request.id), "result": result})


def _packed(page: Page) -> str:
    return ".".join(str(part) for part in page)


def _unpacked(text: Optional[str]) -> Page:
    if not text:
        return Page()
    parts = text.split(".")
    if len(parts) != 3 or not all(part.isdigit() for part in parts):
        raise ArgumentError(f"page: {text!r} is not a page token")
    return Page(*map(int, parts))


def _json(status: int, value: Any) -> Answer:
    return Answer(status, [("Content-Type", "application/json"), ("Cache-Control", "no-store")],
                  json.dumps(value).encode())


def _error(status: int, text: str, headers: Optional[Headers] = None) -> Answer:
    plain = _json(status, {"error": text})
    return plain._replace(headers=plain.headers + (headers or []))
