"""Cornac: serving, forgetting, and its serving application without an error for unknown users.

    guard = Guard(model, engine)          # BPR, MF, WMF-like: u_factors and i_factors
    protect(cornac.serving.app.app, guard)
"""
from __future__ import annotations

from typing import Any, List, NamedTuple, Optional, Sequence

import numpy as np
from numpy.typing import NDArray

from recveil import abi
from recveil.engine import Engine
from recveil.errors import UnsupportedError
from recveil.forget import Journal
from recveil.hosts._guard import Forgetting, Forgotten, Rows

REBUILT = abi.RECVEIL_STALE_BIAS | abi.RECVEIL_STALE_OPTIMIZER
"""What forget() resets itself, for Journal.complete(rebuilt={"u_factors": REBUILT})."""


class Listed(NamedTuple):
    """A list of Cornac's item ids with scores."""

    items: List[Any]
    scores: NDArray[np.float32]


class Guard(Forgetting):
    """A fitted Cornac model with u_factors and i_factors (BPR, MF, PMF, ...) behind Recveil.

    Users are Cornac's user ids as texts. Unknown users get items of the pool instead of an error.

    Args:
        model: fitted, so that it holds train_set
        engine: with any serving.mode
        journal: for forget()
    """

    def __init__(self, model: Any, engine: Engine, *, journal: Optional[Journal] = None) -> None:
        if getattr(model, "u_factors", None) is None or getattr(model, "i_factors", None) is None:
            raise UnsupportedError(f"{type(model).__name__} has no u_factors and i_factors")
        self._model, self._engine, self._journal = model, engine, journal
        self._ids = [str(user) for user in model.train_set.user_ids]
        self._rows = Rows(engine, self._ids)
        self._at = {user: row for row, user in enumerate(self._ids)}
        self._items = list(model.train_set.item_ids)
        self._known = model.train_set.csr_matrix

    def __getattr__(self, name: str) -> Any:
        return getattr(self._model, name)

    def publish(self) -> None:
        """Publish the popularity and the members of what the model was trained on."""
        self._published(self._known)

    def recommend(self, user_id: Any, k: int = -1, remove_seen: bool = False, **_: Any) -> List[Any]:
        """Cornac's recommend(): item ids, for unknown users too."""
        return self.listed(user_id, len(self._items) if k < 1 else k, remove_seen).items

    def listed(self, user_id: Any, k: int = 10, remove_seen: bool = True) -> Listed:
        """Item ids and scores of what the user is shown."""
        row = self._at.get(str(user_id))
        history = self._known[row].indices if row is not None and remove_seen else np.empty(0, int)

        def score() -> NDArray[np.float32]:
            return np.asarray(self._model.score(row), np.float32)
        ids, scores = self._listed_number(self._engine.user(str(user_id)), history, k, score, None)
        return Listed([self._items[i] for i in ids], scores)

    def forget(self, *, version: int, classes: Any = None, attributes: Sequence[str] = (),
               method: str = "score_transport", sweeps: int = 3) -> Forgotten:
        """Take out of u_factors what the journal says they owe, and reset the user biases of the
        rows that changed. get_user_vectors() and ANN wrappers hold copies: make them anew.

        Args:
            sweeps: as ErasureMap.fit() has them. Rows that were trained by steps from small noise hold
                less than those of least squares: a fourth score takes more than there is
        """
        rows = self._model.u_factors
        before = rows.copy()
        done = self._forget("u_factors", rows, version, classes, attributes, method, 0, sweeps)
        changed = np.flatnonzero((before != rows).any(axis=1))
        biases = getattr(self._model, "u_biases", None)
        if biases is not None and len(changed):
            others = np.setdiff1d(np.arange(len(biases)), changed)
            biases[changed] = biases[others].mean() if len(others) else 0.0
        return done


def protect(app: Any, guard: Guard) -> None:
    """Let Cornac's serving application answer /recommend through a Guard: with a list of the pool for
    a user that the model does not know, where it answers 500 otherwise."""
    from flask import jsonify, request

    def recommend() -> Any:
        uid = request.args.get("uid")
        if uid is None:
            return jsonify({"error": "uid is required"}), 400
        try:
            k = int(request.args.get("k", -1))
        except ValueError:
            return jsonify({"error": "k is not a number"}), 400
        seen = request.args.get("remove_seen", "false").lower() == "true"
        shown = guard.recommend(uid, k, seen)
        return jsonify({"recommendations": shown,
                        "query": {"uid": uid, "k": k, "remove_seen": seen}}), 200
    app.view_functions["recommend"] = recommend

