"""WSGI: the endpoints of recveil.service around a Flask, Django or any other WSGI application.

    app.wsgi_app = recveil.wsgi.Middleware(app.wsgi_app, service)
"""
from __future__ import annotations

from http.client import responses
from typing import Any, Callable, Dict, Iterable

from recveil.service import Service


class Middleware:
    """Answers what is below the service's prefix, and hands everything else to the application."""

    def __init__(self, app: Callable[..., Iterable[bytes]], service: Service) -> None:
        self.app, self.service = app, service

    def __call__(self, environ: Dict[str, Any], start_response: Callable[..., Any]
                 ) -> Iterable[bytes]:
        """A WSGI application."""
        path = str(environ.get("PATH_INFO", ""))
        if path != self.service.prefix and not path.startswith(self.service.prefix + "/"):
            self.service.tick()
            return self.app(environ, start_response)
        try:
            length = min(max(0, int(environ.get("CONTENT_LENGTH") or 0)), 1 << 17)
        except ValueError:
            length = 0
        headers = {key[5:].lower().replace("_", "-"): str(value)
                   for key, value in environ.items() if key.startswith("HTTP_")}
        body = environ["wsgi.input"].read(length) if length else b""
        found = self.service.answer(environ["REQUEST_METHOD"], path,
                                    str(environ.get("QUERY_STRING", "")), headers, body)
        start_response(f"{found.status} {responses[found.status]}",
                       found.headers + [("Content-Length", str(len(found.body)))])
        return [found.body]
