"""Guard: a recommender of the implicit library, served, trained and forgotten through Recveil.

    guard = Guard(model, engine)
    guard.fit_folds(lambda: AlternatingLeastSquares(factors=64, alpha=10), user_items)
    ids, scores = guard.recommend(user, user_items[user])

Works with ALS, item-item (cosine, TF-IDF, BM25), BPR and LMF on the CPU. docs/python.md has the table of
weights, and of what is stale after an erasure.
"""
from __future__ import annotations

from typing import Any, Callable, List, NamedTuple, Optional, Sequence, Tuple

import numpy as np
from numpy.typing import NDArray

from recveil import _arrays
from recveil.engine import Engine
from recveil.errors import ArgumentError, StateError, UnsupportedError
from recveil.folds import FoldModel
from recveil.forget import Acked, Journal
from recveil.hosts._guard import (Forgetting, Forgotten, Rows, Users, best, clean, support_of,
                                  without)
from recveil.screening import screen
from recveil.serving import Decision, Pages, Path, Reason

_HOST, _FOLD, _POOL = int(Path.HOST), int(Path.FOLD), int(Path.POOL)
_MISSING = -np.finfo(np.float32).max  # the score that implicit gives to places it cannot fill


class _Family(NamedTuple):
    """How a kind of model is folded in."""

    factors: int  # how many last columns of item_factors are no embedding; -1: item-item
    bias: Optional[int]  # the column of item_factors with the item biases
    frozen: int  # last columns of user_factors that are no embedding
    observed: float = 0.0  # 0: alpha times the stored value
    unobserved: float = 1.0
    regularization: float = 0.0  # 0: the model's


_FAMILIES = {
    "AlternatingLeastSquares": _Family(0, None, 0),
    "BayesianPersonalizedRanking": _Family(1, -1, 1, 1.0, 0.02, 1.0),
    "LogisticMatrixFactorization": _Family(2, -2, 2, 1.0, 0.02, 1.0),
    "ItemItemRecommender": _Family(-1, None, 0), "CosineRecommender": _Family(-1, None, 0),
    "TFIDFRecommender": _Family(-1, None, 0), "BM25Recommender": _Family(-1, None, 0)}


def family_of(model: Any) -> _Family:
    """How this model is folded in.

    Raises:
        UnsupportedError: a model of the GPU, or of a kind that is not known
    """
    found = _FAMILIES.get(type(model).__name__)
    if found is None or "gpu" in type(model).__module__:
        raise UnsupportedError(f"model: {type(model).__module__}.{type(model).__name__} is not one of "
                               f"{', '.join(_FAMILIES)} on the CPU (to_cpu() of a GPU model is)")
    return found


class Guard(Forgetting):
    """A model of implicit behind Recveil. What is not here is the model's own.

    Args:
        model: fitted or not, on the CPU
        engine: with any serving.mode. With cross_fit call fit_folds(), else fit()
        users: whose row it is; None: the row number is the user's number
        journal: for forget(), and to leave out who asked to be erased
    """

    def __init__(self, model: Any, engine: Engine, *, users: Users = None,
                 journal: Optional[Journal] = None) -> None:
        self._family = family_of(model)
        self._model, self._engine, self._journal = model, engine, journal
        self._rows = Rows(engine, users)
        self._number = self._rows.number
        self._route, self._count = engine.route_fast, engine.count_host
        self._plain = users is None
        self._n_ranked = 0  # items that every list is made of; 0: not known, or not all of them
        self._size(getattr(model, "item_factors", None))
        self._folds: List[Tuple[Any, NDArray[np.uint32], int]] = []
        self._weighted = False
        self._alpha = 1.0
        self._floor = 1
        self._older: List[Tuple[int, Any]] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._model, name)

    @property
    def model(self) -> Any:
        """The model itself."""
        return self._model

    def _size(self, table: Any) -> None:
        self._n_ranked = len(table) if self._family.factors >= 0 and table is not None else 0

    # serve

    def recommend(self, userid: Any, user_items: Any, N: int = 10,
                  filter_already_liked_items: bool = True, filter_items: Any = None,
                  recalculate_user: bool = False, items: Any = None) -> Tuple[Any, Any]:
        """What implicit's recommend() takes, and what it gives: (ids, scores), by row for many users.

        Members on path HOST get the bits of the bare model. Others get a list of the pool, and with
        cross_fit everybody gets that of the model that never saw their fold; recalculate_user is
        then what happens anyway. A refused user gets an empty list.

        Raises:
            ArgumentError: a userid below 0, which implicit takes as its last user
        """
        if not (type(userid) is int or np.isscalar(userid)):
            return self._many(userid, user_items, N, filter_already_liked_items, filter_items,
                              recalculate_user, items)
        number: Any = userid if self._plain else self._number(userid)
        # Of factors implicit gives N items, the last ones marked if it has too few.
        full = N if items is None and N <= self._n_ranked else 0
        path = self._route(number, len(user_items.indices) if user_items is not None else 0, 0, full)
        if path == _HOST:
            ids, scores = self._model.recommend(
                userid, user_items, N, filter_already_liked_items, filter_items, recalculate_user,
                items)
            if not full:
                self._count(len(ids), N)
            return ids, scores
        if path == _FOLD:
            return self._fold(int(number), user_items, N, filter_already_liked_items, filter_items,
                              items)
        if path == _POOL:
            return self._pool(self._engine.decided(), user_items, N, filter_already_liked_items,
                              filter_items, items)
        return np.empty(0, np.int32), np.empty(0, np.float32)

    def _fold(self, number: int, user_items: Any, n: int, liked: bool, hidden: Any, among: Any
              ) -> Tuple[Any, Any]:
        history, weights = self._history(user_items)
        if liked and among is None:
            while True:
                try:
                    ids, scores = self._engine.fold_rank(history, n, weights, hidden)
                    return ids.view(np.int32), scores
                except StateError:  # two versions were published since it was routed
                    if self._route(number, len(history)) != _FOLD:
                        raise
        return self._ranked(self._engine.decided(), history, user_items, n, liked, hidden, among)

    def _ranked(self, decision: Decision, history: NDArray[np.uint32], user_items: Any, n: int,
                liked: bool, hidden: Any, among: Any) -> Tuple[Any, Any]:
        """Options that the library's ranking does not have: all scores, and the best of them here."""
        model, support, version = self._folds[decision.fold]
        if version != decision.page.model_version:
            model, support, _ = self._kept(decision.page.model_version)[decision.fold]
        scores = self._scores(model, decision.user, user_items)
        allowed = support >= self._floor
        if among is not None:
            allowed &= np.isin(np.arange(len(allowed)), among)
        if liked:
            allowed[history] = False
        if hidden is not None:
            allowed[np.asarray(hidden, np.int64)] = False
        ids, found_scores = best(scores, allowed, n)
        shown = self._engine.serve(decision, len(ids), n).positions
        return ids[shown], found_scores[shown]

    def _kept(self, version: int) -> Any:
        for kept, folds in self._older:
            if kept == version:
                return folds
        raise StateError("the models changed meanwhile; ask again")

    def _history(self, user_items: Any) -> Tuple[NDArray[np.uint32], Optional[NDArray[np.float32]]]:
        data = user_items.data
        history = user_items.indices
        if len(data) and data.min() <= 0:
            history, data = history[data > 0], data[data > 0]
        weights = (data * np.float32(self._alpha)).astype(np.float32) if self._weighted else None
        if history.dtype != np.int32 or not history.flags.c_contiguous:
            return _arrays.vector(history, np.uint32, "user_items.indices"), weights
        return history.view(np.uint32), weights

    def _scores(self, model: Any, number: int, user_items: Any) -> NDArray[np.float32]:
        if self._family.factors < 0:
            known = clean(user_items)
            if not self._weighted:
                known.data[:] = 1
            return np.asarray((known @ model.similarity).todense(), np.float32).ravel()
        rows, bias = self._parts(model)
        known = clean(user_items) * np.float32(self._alpha)
        row = self._engine.fold_in([number], known, rows.shape[1], weighted=self._weighted)[0]
        scores: NDArray[np.float32] = rows @ row
        return scores if bias is None else scores + bias

    def _parts(self, model: Any) -> Tuple[Any, Any]:
        last = self._family.factors
        rows = model.item_factors[:, :model.item_factors.shape[1] - last]
        if self._family.bias is None:
            return rows, None
        return rows, np.ascontiguousarray(model.item_factors[:, self._family.bias])

    def _pool(self, decision: Decision, user_items: Any, n: int, liked: bool, hidden: Any,
              among: Any) -> Tuple[NDArray[np.int32], NDArray[np.float32]]:
        pool = self._engine.pool(decision.page.pool_version)
        out = np.zeros(len(pool), np.bool_)
        if liked and user_items is not None:
            out |= np.isin(pool, user_items.indices)
        if hidden is not None:
            out |= np.isin(pool, hidden)
        if among is not None:
            out |= ~np.isin(pool, among)
        slate = self._engine.serve(decision, 0, n, seen=np.flatnonzero(out))
        ids = pool[slate.positions].astype(np.int32)
        return ids, np.zeros(len(ids), np.float32)

    def _many(self, userids: Any, user_items: Any, n: int, liked: bool, hidden: Any, again: bool,
              among: Any) -> Tuple[Any, Any]:
        rows = np.asarray(userids)
        numbers = self._rows.numbers(rows)
        if user_items.shape[0] != len(rows):
            raise ArgumentError(f"user_items: {user_items.shape[0]} rows, {len(rows)} users")
        width = n if among is None else min(n, len(among))
        plain = liked and among is None and bool(self._folds)
        if plain:
            exclude = None
            if hidden is not None:
                many = np.asarray(hidden)
                exclude = (np.arange(len(rows) + 1) * len(many), np.tile(many, len(rows)))
            known = clean(user_items) * np.float32(self._alpha)
            pages = self._engine.recommend_batch(numbers, known, n, exclude=exclude,
                                                 weighted=self._weighted)
        else:
            pages = self._engine.route_batch(numbers, np.diff(user_items.indptr).astype(np.uint32))
        host = np.flatnonzero(pages.paths == _HOST)
        if len(host) == len(rows):  # as they came: implicit's batches have other bits than its rows
            ids, scores = self._model.recommend(rows, user_items, n, liked, hidden, again, among)
            self._engine.count_batch(numbers, pages, host, width, n)
            return ids, scores
        out = np.full((len(rows), width), -1, np.int32)
        found = np.full((len(rows), width), _MISSING, np.float32)
        if len(host):
            out[host], found[host] = self._model.recommend(
                rows[host], user_items[host], n, liked, hidden, again, among)
            self._engine.count_batch(numbers, pages, host, width, n)
        for at in np.flatnonzero(pages.paths != _HOST).tolist():
            if plain:
                filled = pages.n_filled[at]
                out[at, :filled] = pages.items[at, :filled]
                found[at, :filled] = pages.scores[at, :filled]
                continue
            one, score = self._one(pages, at, numbers, user_items[at], n, liked, hidden, among)
            out[at, :len(one)], found[at, :len(one)] = one, score
        return out, found

    def _one(self, pages: Pages, at: int, numbers: NDArray[np.uint64], user_items: Any, n: int,
             liked: bool, hidden: Any, among: Any) -> Tuple[Any, Any]:
        """A user of a batch who is not shown the host's list."""
        path = Path(pages.paths[at])
        decision = Decision(int(numbers[at]), path, Reason(pages.reasons[at]), int(pages.folds[at]),
                            pages.page if path == Path.FOLD else pages.page._replace(model_version=0))
        if path == Path.POOL:
            return self._pool(decision, user_items, n, liked, hidden, among)
        if path == Path.FOLD:
            history, _weights = self._history(user_items)
            return self._ranked(decision, history, user_items, n, liked, hidden, among)
        return np.empty(0, np.int32), np.empty(0, np.float32)

    def similar_users(self, userid: int, N: int = 10, filter_users: Any = None, users: Any = None
                      ) -> Tuple[Any, Any]:
        """implicit's similar_users() without people who are erased or quarantined.

        Raises:
            UnsupportedError: with cross_fit, where no row of a user is served
            ArgumentError: a userid below 0, or of a person who is erased
        """
        if self._folds:
            raise UnsupportedError("similar_users: models of folds serve no user rows")
        self._number(userid)
        if not self._served_personally(userid):
            raise ArgumentError(f"userid: {userid} is erased or quarantined")
        asked = N
        while True:
            ids, scores = self._model.similar_users(userid, asked, filter_users, users)
            keep = np.array([self._served_personally(int(u)) for u in ids], np.bool_)
            if keep.sum() >= N or len(ids) < asked:
                return ids[keep][:N], scores[keep][:N]
            asked = min(2 * asked, self._model.user_factors.shape[0] + 1)

    # update

    def fit(self, user_items: Any, **options: Any) -> "Guard":
        """Train without people who are quarantined or erased, then publish popularity and members."""
        counting = self._counting(user_items)
        self._model.fit(counting, **options)
        self.publish(counting)
        return self

    def _counting(self, user_items: Any) -> Any:
        mask = self._trainable(user_items.shape[0])
        return user_items if mask.all() else without(user_items.tocsr(), ~mask)

    def publish(self, user_items: Any) -> None:
        """Publish the popularity and the members of a matrix that the model was trained on."""
        self._size(getattr(self._model, "item_factors", None))
        self._published(clean(user_items))

    def fit_folds(self, make: Callable[[], Any], user_items: Any, *, folds: int = 5,
                  support_floor: int = 5, samples: int = 20, seed: int = 1,
                  persons: Any = None, **options: Any) -> int:
        """Train one model for each fold, without its users, and publish them together.

        implicit draws item factors after user factors from one stream, so that one more user changes
        every item. Here the first item factors have a seed of their own, and user factors begin at 0
        (or, for BPR and LMF, as a function of the row): with and without a person the models of the
        person's fold have the same bits.

        Args:
            make: gives a fresh model, of the kind of this Guard's
            folds, support_floor: serving.folds and serving.support_floor of the engine
            samples: how many rows that the trainer solves are compared while publishing
            persons: the person behind each row; None: the users
        Returns:
            the version
        Raises:
            ArgumentError: also if the rows compared differ: weights that are not the trainer's
        """
        known = clean(self._counting(user_items))
        n, m = known.shape
        numbers = self._rows.numbers(np.arange(n))
        fold_of = self._engine.folds_of(numbers if persons is None else persons)
        self._weighted = bool(len(known.data)) and bool((known.data != known.data[0]).any())
        models: List[Any] = []
        published: List[FoldModel] = []
        supports: List[NDArray[np.uint32]] = []
        for fold in range(folds):
            model = make()
            if family_of(model) is not self._family and family_of(model) != self._family:
                raise ArgumentError("make: gives another kind of model than this Guard's")
            data = without(known, fold_of == fold)
            self._begin(model, n, m, seed * 1000 + fold)
            model.fit(data, show_progress=False, **options)
            models.append(model)
            supports.append(support_of(data))
            published.append(self._fold_model(model, data, supports[-1], known, samples))
        version = self._engine.publish_folds(published)
        self._engine.publish_popularity(support_of(known))
        if self._folds:
            self._older = [(self._folds[0][2], self._folds)]
        self._folds = [(model, support, version) for model, support in zip(models, supports)]
        self._floor = support_floor
        return version

    def _begin(self, model: Any, n: int, m: int, seed: int) -> None:
        """First factors that no other user can change."""
        if self._family.factors < 0:
            return
        draw = np.random.default_rng(seed)
        if self._family.bias is None:
            model.item_factors = draw.random((m, model.factors), np.float32) * np.float32(0.01)
            model.user_factors = np.zeros((n, model.factors), np.float32)
            return
        width = model.factors + self._family.factors
        model.item_factors = self._around(draw, m, width, model.factors)
        model.user_factors = self._around(np.random.default_rng(seed + 500), n, width, model.factors)
        model.user_factors[:, self._family.bias] = 1.0
        if self._family.factors == 2:  # LMF: the other pinned column is the items'
            model.item_factors[:, -1] = 1.0

    @staticmethod
    def _around(draw: Any, rows: int, width: int, d: int) -> NDArray[np.float32]:
        out: NDArray[np.float32] = ((draw.random((rows, width), np.float32) - np.float32(0.5))
                                    / np.float32(d))
        return out

    def _fold_model(self, model: Any, data: Any, support: NDArray[np.uint32], known: Any,
                    samples: int) -> FoldModel:
        if self._family.factors < 0:
            return FoldModel.item_item(model.similarity, support)
        rows, bias = self._parts(model)
        model.user_factors = None  # rows of members are never served
        if bias is not None:
            return FoldModel.factors(
                rows, support, item_bias=bias, bias_residual=True, observed=self._family.observed,
                unobserved=self._family.unobserved, regularization=self._family.regularization)
        self._alpha = float(model.alpha)
        first = float(known.data[0]) if len(known.data) else 1.0
        if self._weighted:
            return FoldModel.factors(rows, support, observed=self._alpha, unobserved=1.0,
                                     regularization=model.regularization)
        some = np.flatnonzero(np.diff(data.indptr))[:samples]
        solved = model.recalculate_user(some, known[some])
        return FoldModel.factors(rows, support, observed=self._alpha * first, unobserved=1.0,
                                 regularization=model.regularization,
                                 samples=(known[some], solved))

    def partial_fit_users(self, userids: Any, user_items: Any) -> NDArray[np.bool_]:
        """Screen, then train on those who are accepted and did not ask to be erased.

        Without a screening model nobody is screened.

        Returns:
            (n,) bool: who was fitted
        """
        rows = np.asarray(userids)
        mask = np.ones(len(rows), np.bool_)
        numbers = self._rows.numbers(rows)
        try:
            mask = screen(self._engine, user_items, numbers, trigger="update").accepted
        except StateError:  # no screening model yet
            pass
        trainable = self._trainable(int(rows.max()) + 1 if len(rows) else 0)
        mask = mask & trainable[rows]
        if mask.any():
            self._model.partial_fit_users(rows[mask], user_items[mask])
            self._engine.publish_users("members", numbers[mask], "add")
        return np.asarray(mask)

    # forget

    def forget(self, *, version: int, classes: Any = None, attributes: Sequence[str] = (),
               method: str = "score_transport", sweeps: int = 0) -> Forgotten:
        """Take out of the user rows what the journal says they owe, and drop implicit's caches.

        Args:
            version: of this training; never the same for two
            classes: (n_users,) or (n_users, n_attributes) integers, -1: not known; to fit the map
            attributes: names, as in the requests
            sweeps: as ErasureMap.fit() has them
        Returns:
            what was written; save() and acknowledge() it
        """
        if self._family.factors < 0 or self._model.user_factors is None:
            raise UnsupportedError("forget: this model holds no rows of users; train it without them")
        rows = self._model.user_factors
        done = self._forget("user_factors", rows, version, classes, attributes, method,
                            self._family.frozen, sweeps)
        if done.written.stale:
            self._model._user_norms = None
            if hasattr(self._model, "_XtX"):
                self._model._XtX = None
        return done

    def save(self, path: Any, forgotten: Optional[Forgotten] = None) -> Optional[Acked]:
        """Save the model, read the file back, and tell the journal what it holds."""
        self._model.save(path)
        if forgotten is None:
            return None
        return self.acknowledge(forgotten, type(self._model).load(path).user_factors)

    @classmethod
    def load(cls, kind: Any, path: Any, engine: Engine, **options: Any) -> "Guard":
        """A Guard of a saved model: kind is its class. A file from before a forget() owes again:
        call forget() with the same version, which maps it to the same bits."""
        return cls(kind.load(path), engine, **options)
