"""LightFM: serving, training and forgetting of a model with one row for each user.

What an attacker reads is not only user_embeddings. The AdaGrad sums of a row
(user_embedding_gradients) tell gender on MovieLens-1M at .78 after the row itself was erased, and user
biases tell a little. forget() resets both: a bias of the user does not change that user's ranking.
"""
from __future__ import annotations

from typing import Any, Callable, List, Optional, Sequence, Tuple

import numpy as np
from numpy.typing import NDArray

from recveil import abi
from recveil.engine import Engine
from recveil.errors import UnsupportedError
from recveil.folds import FoldModel
from recveil.forget import Journal
from recveil.hosts._guard import (Forgetting, Forgotten, Rows, Users, clean, support_of,
                                  without)

REBUILT = abi.RECVEIL_STALE_OPTIMIZER | abi.RECVEIL_STALE_BIAS
"""What forget() resets itself, for Journal.complete(rebuilt={"user_embeddings": REBUILT})."""


class Guard(Forgetting):
    """A LightFM model behind Recveil. What is not here is the model's own.

    Args:
        model: fitted or not, without user features (one row for each user)
        engine, users, journal: as for recveil.hosts.implicit.Guard
    """

    def __init__(self, model: Any, engine: Engine, *, users: Users = None,
                 journal: Optional[Journal] = None) -> None:
        self._model, self._engine, self._journal = model, engine, journal
        self._rows = Rows(engine, users)
        self._reset = reset_optimizer

    def __getattr__(self, name: str) -> Any:
        return getattr(self._model, name)

    def recommend(self, userid: int, history: Any, N: int = 10, *, exclude: Any = None
                  ) -> Tuple[NDArray[np.int64], NDArray[np.float32]]:
        """(ids, scores): what the user is shown, without the history.

        Args:
            userid: the row of the user
            history: (n,) integers: items known of the user now
            exclude: (m,) integers: items not to show, besides those
        """
        def score() -> NDArray[np.float32]:
            n = len(self._model.item_embeddings)
            return np.asarray(self._model.predict(userid, np.arange(n, dtype=np.int32)), np.float32)
        return self._listed(userid, history, N, score, exclude)

    def fit(self, interactions: Any, **options: Any) -> "Guard":
        """Train without people who are quarantined or erased, then publish popularity and members."""
        known = self._counted(interactions)
        self._model.fit(known, **options)
        self._published(known)
        return self

    def fit_folds(self, make: Callable[[], Any], interactions: Any, *, folds: int = 5,
                  observed: float = 1.0, unobserved: float = 0.02, regularization: float = 1.0,
                  **options: Any) -> int:
        """Train one model for each fold, without its users, and publish item embeddings and biases.

        Args:
            make: gives a fresh model with a random_state
            observed, unobserved, regularization: weights of the ridge regression that folds users in
        Returns:
            the version
        """
        known = self._counted(interactions)
        fold_of = self._engine.folds_of(self._rows.numbers(np.arange(known.shape[0])))
        published: List[FoldModel] = []
        for fold in range(folds):
            model, data = make(), without(known, fold_of == fold)
            model.fit(data, **options)
            published.append(FoldModel.factors(
                np.ascontiguousarray(model.item_embeddings, np.float32), support_of(data),
                item_bias=np.ascontiguousarray(model.item_biases, np.float32), bias_residual=True,
                observed=observed, unobserved=unobserved, regularization=regularization))
        version = self._engine.publish_folds(published)
        self._engine.publish_popularity(support_of(known))
        return version

    def _counted(self, interactions: Any) -> Any:
        known = clean(interactions.tocsr())
        mask = self._trainable(known.shape[0])
        return known if mask.all() else without(known, ~mask)

    def forget(self, *, version: int, classes: Any = None, attributes: Sequence[str] = (),
               method: str = "score_transport", sweeps: int = 0) -> Forgotten:
        """Take out of user_embeddings what the journal says they owe, and reset the optimizer state
        and the biases of the rows that changed.

        Args:
            sweeps: as ErasureMap.fit() has them
        Raises:
            UnsupportedError: a model with user features, whose rows are not people
        """
        rows = self._model.user_embeddings
        if self._rows.names is not None and len(self._rows.names) != len(rows):
            raise UnsupportedError(f"user_embeddings has {len(rows)} rows for {len(self._rows.names)} "
                                   "users: with user features a row is not a person")
        before = rows.copy()
        done = self._forget("user_embeddings", rows, version, classes, attributes, method, 0, sweeps)
        self._reset(self._model, np.flatnonzero((before != rows).any(axis=1)))
        return done


def reset_optimizer(model: Any, rows: NDArray[np.int64]) -> None:
    """Put what LightFM keeps for these users besides the embedding back to where training began."""
    start = 1.0 if model.learning_schedule == "adagrad" else 0.0
    for name in ("user_embedding_gradients", "user_bias_gradients"):
        getattr(model, name)[rows] = start
    for name in ("user_embedding_momentum", "user_bias_momentum"):
        getattr(model, name)[rows] = 0.0
    others = np.setdiff1d(np.arange(len(model.user_biases)), rows)
    model.user_biases[rows] = model.user_biases[others].mean() if len(others) else 0.0
