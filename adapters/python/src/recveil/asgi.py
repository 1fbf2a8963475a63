"""ASGI: the endpoints of recveil.service around a FastAPI, Starlette or any other ASGI application.

    app.add_middleware(recveil.asgi.Middleware, service=service)
"""
from __future__ import annotations

import asyncio
from typing import Any, Awaitable, Callable, Dict

from recveil.service import Service

Receive = Callable[[], Awaitable[Dict[str, Any]]]
Send = Callable[[Dict[str, Any]], Awaitable[None]]


class Middleware:
    """Answers what is below the service's prefix, and hands everything else to the application.

    The engine's calls run in the event loop's thread pool: a journal waits for the disk.
    """

    def __init__(self, app: Callable[..., Awaitable[None]], service: Service) -> None:
        self.app, self.service = app, service

    async def __call__(self, scope: Dict[str, Any], receive: Receive, send: Send) -> None:
        """An ASGI application."""
        path = str(scope.get("path", ""))
        ours = path == self.service.prefix or path.startswith(self.service.prefix + "/")
        if scope["type"] != "http" or not ours:
            if scope["type"] == "http":
                await asyncio.get_running_loop().run_in_executor(None, self.service.tick)
            await self.app(scope, receive, send)
            return
        body = b""
        while len(body) <= 1 << 17:
            message = await receive()
            body += message.get("body", b"")
            if not message.get("more_body", False):
                break
        headers = {key.decode("latin-1").lower(): value.decode("latin-1")
                   for key, value in scope.get("headers", [])}
        query = scope.get("query_string", b"").decode("latin-1")
        found = await asyncio.get_running_loop().run_in_executor(
            None, self.service.answer, scope["method"], path, query, headers, body)
        await send({"type": "http.response.start", "status": found.status, "headers": [
            (key.lower().encode("latin-1"), value.encode("latin-1"))
            for key, value in found.headers + [("Content-Length", str(len(found.body)))]]})
        await send({"type": "http.response.body", "body": found.body})
