"""What requests are answered with: paths, reasons, decisions, pages."""
from __future__ import annotations

import enum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from recveil import abi


class Path(enum.IntEnum):
    """Where a request goes."""

    REFUSE = abi.RECVEIL_PATH_REFUSE
    HOST = abi.RECVEIL_PATH_HOST
    POOL = abi.RECVEIL_PATH_POOL
    FOLD = abi.RECVEIL_PATH_FOLD


class Reason(enum.IntEnum):
    """Why it goes there."""

    MEMBER = abi.RECVEIL_REASON_MEMBER
    NONMEMBER = abi.RECVEIL_REASON_NONMEMBER
    QUARANTINED = abi.RECVEIL_REASON_QUARANTINED
    ERASED = abi.RECVEIL_REASON_ERASED
    DRY_RUN = abi.RECVEIL_REASON_DRY_RUN
    NO_POOL = abi.RECVEIL_REASON_NO_POOL
    STALE_POOL = abi.RECVEIL_REASON_STALE_POOL
    NO_MEMBERS = abi.RECVEIL_REASON_NO_MEMBERS
    NO_FOLDS = abi.RECVEIL_REASON_NO_FOLDS
    CROSS_FIT = abi.RECVEIL_REASON_CROSS_FIT
    NO_HISTORY = abi.RECVEIL_REASON_NO_HISTORY
    PRIVATE = abi.RECVEIL_REASON_PRIVATE


class Page(NamedTuple):
    """The token of a page: give it back for the next page of the same list."""

    pool_version: int = 0
    model_version: int = 0
    epoch: int = 0


class Decision(NamedTuple):
    """What recveil_route() decided."""

    user: int
    path: Path
    reason: Reason
    fold: int  # with path FOLD
    page: Page

    def struct(self) -> abi.recveil_decision:
        """As the C functions take it."""
        return abi.recveil_decision(
            user=self.user, path=int(self.path), reason=int(self.reason), fold=self.fold,
            pool_version=self.page.pool_version, model_version=self.page.model_version,
            epoch=self.page.epoch)


class Recommendation(NamedTuple):
    """A page of a list. On path HOST it has no items: score as usual, then call serve()."""

    items: NDArray[np.uint32]
    scores: NDArray[np.float32]
    decision: Decision


class Slate(NamedTuple):
    """Positions to show: of the host's list, or of the pool with this version (0: the host's)."""

    positions: NDArray[np.uint32]
    pool_version: int


class Pages(NamedTuple):
    """Pages of many users against one snapshot. Row u of items and scores holds n_filled[u]."""

    items: NDArray[np.uint32]  # (n_users, k)
    scores: NDArray[np.float32]  # (n_users, k)
    n_filled: NDArray[np.uint32]  # (n_users,)
    paths: NDArray[np.uint32]  # (n_users,) of Path
    reasons: NDArray[np.uint32]  # (n_users,) of Reason
    folds: NDArray[np.uint16]  # (n_users,)
    page: Page


class Info(NamedTuple):
    """The state of an engine; engine.h says what each number is."""

    flags: int
    n_config_loads: int
    state_version: int
    epoch: int
    list_length: int
    n_members: int
    n_quarantined: int
    n_erased: int
    pool_version: int
    n_pool_items: int
    n_pool_wanted: int
    model_version: int
    older_model_version: int
    n_borrowed_bytes: int
    n_own_bytes: int


def decision_of(struct: abi.recveil_decision) -> Decision:
    """A copy of a decision of the C interface."""
    return Decision(struct.user, Path(struct.path), Reason(struct.reason), struct.fold,
                    Page(struct.pool_version, struct.model_version, struct.epoch))
