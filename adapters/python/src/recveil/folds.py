"""Models of folds, for cross-fit serving."""
from __future__ import annotations

from typing import Any, Dict, Optional, Tuple

import numpy as np
from numpy.typing import NDArray

from recveil import _arrays, abi
from recveil.errors import ArgumentError, ArrayTypeError

_SETTINGS = ("flags", "kind", "d", "observed_weight", "unobserved_weight", "regularization",
             "regularization_exponent", "n_catalogue")
_ARRAYS = {"item_factors", "support", "item_bias", "weight_offsets", "weight_items", "weights"}


class FoldModel:
    """The model of one fold: everything in it was made without the users of the fold.

    Make it with factors() or item_item(). It holds its arrays; while it is published they are
    read-only, because a trainer that went on in place would mix two models.
    """

    def __init__(self, struct: abi.recveil_fold_model, named: Dict[str, Any],
                 samples: Tuple[Any, ...] = ()) -> None:
        self.struct = struct
        self.named = {name: array for name, array in named.items() if array is not None}
        self.arrays = (*self.named.values(), *samples)

    @property
    def settings(self) -> Dict[str, Any]:
        """What is not in the arrays `named`: with them it makes the same model again."""
        return {name: getattr(self.struct, name) for name in _SETTINGS}

    @classmethod
    def restored(cls, settings: Dict[str, Any], named: Dict[str, NDArray[Any]]) -> "FoldModel":
        """The model with these settings and arrays, as recveil.models saves them."""
        unknown = (set(settings) - set(_SETTINGS)) | (set(named) - _ARRAYS)
        if unknown:
            raise ArgumentError(f"a model of a fold has no {', '.join(sorted(unknown))}")
        struct = abi.recveil_fold_model(n_items=len(named["support"]), **settings)
        for name, array in named.items():
            setattr(struct, name, array)
        struct.row_stride = 0  # files hold rows without gaps
        return cls(struct, named)

    @classmethod
    def factors(cls, item_factors: NDArray[np.float32], support: Any, *, observed: float,
                unobserved: float, regularization: float, exponent: float = 0.0,
                item_bias: Any = None, bias_residual: bool = False, ridge_by_count: bool = False,
                n_catalogue: int = 0, samples: Optional[Tuple[Any, Any]] = None) -> "FoldModel":
        """A matrix factorization; rows of users are folded in by weighted ridge regression.

        Args:
            item_factors: (n_items, d) float32, rows in C order (columns of a wider array are fine).
                Never converted: it is borrowed until two later versions are published
            support: (n_items,) integers: members of this model who hold the item; 0: unknown item
            observed: w1, the weight of an observed pair. implicit: alpha times the stored value
            unobserved: w0, the weight of every other pair. implicit: 1
            regularization: lambda, above 0; exponent and ridge_by_count as fold.h says
            item_bias: (n_items,) float32, added to scores; None: none
            bias_residual: fold in what the biases leave over
            n_catalogue: items as the trainer counts them; 0: n_items
            samples: (histories, (n, d) float32 rows) that the trainer itself solved from item_factors:
                folded in and compared while publishing. Recommended
        Raises:
            ArgumentError: shapes that do not fit, strides that cannot be borrowed
            ArrayTypeError: another type than float32
        """
        view = _arrays.matrix(item_factors, "item_factors", writes=False, kinds=("float32",))
        supported = _arrays.vector(support, np.uint32, "support", len(item_factors))
        struct = abi.recveil_fold_model(
            kind=abi.RECVEIL_FOLD_FACTORS, n_items=len(supported), support=supported,
            d=view.n_cols, item_factors=item_factors, row_stride=view.row_stride,
            observed_weight=observed, unobserved_weight=unobserved, regularization=regularization,
            regularization_exponent=exponent, n_catalogue=n_catalogue,
            flags=(abi.RECVEIL_FOLD_BIAS_RESIDUAL * bias_residual
                   | abi.RECVEIL_FOLD_RIDGE_BY_COUNT * ridge_by_count))
        bias = _bias(struct, item_bias)
        kept: Tuple[Any, ...] = ()
        if samples is not None:
            known = _arrays.histories(samples[0], "samples", weighted=True)
            rows = np.require(samples[1], np.float32, ["C", "A"])
            if rows.shape != (len(known), view.n_cols):
                raise ArgumentError(f"samples: rows of shape {rows.shape}, must be "
                                    f"{(len(known), view.n_cols)}")
            struct.n_samples, struct.sample_offsets = len(known), known.offsets
            struct.sample_items, struct.sample_rows = known.items, rows
            kept = (known.offsets, known.items, rows)
        return cls(struct, {"item_factors": item_factors, "support": supported, "item_bias": bias},
                   kept)

    @classmethod
    def item_item(cls, similarity: Any, support: Any, *, item_bias: Any = None) -> "FoldModel":
        """An item-to-item model: Item-CF cosine, TF-IDF, BM25, EASE, SLIM.

        Args:
            similarity: a SciPy sparse matrix (n_items, n_items); row j lists what the holders of
                item j like, with weights. implicit: model.similarity
            support: (n_items,) integers, as for factors()
            item_bias: (n_items,) float32, added to scores; None: none
        """
        if not hasattr(similarity, "tocsr"):
            raise ArrayTypeError("similarity: must be a SciPy sparse matrix")
        matrix = similarity.tocsr()
        supported = _arrays.vector(support, np.uint32, "support")
        if matrix.shape != (len(supported), len(supported)):
            raise ArgumentError(f"similarity: has shape {matrix.shape}, support has "
                                f"{len(supported)} items")
        offsets = _arrays.vector(matrix.indptr, np.uint64, "similarity.indptr")
        items = _arrays.vector(matrix.indices, np.uint32, "similarity.indices")
        weights = _arrays.vector(matrix.data, np.float32, "similarity.data")
        struct = abi.recveil_fold_model(
            kind=abi.RECVEIL_FOLD_ITEM_ITEM, n_items=len(supported), support=supported,
            weight_offsets=offsets, weight_items=items, weights=weights)
        bias = _bias(struct, item_bias)
        return cls(struct, {"support": supported, "weight_offsets": offsets,
                            "weight_items": items, "weights": weights, "item_bias": bias})


def _bias(struct: abi.recveil_fold_model, given: Any) -> Optional[NDArray[np.float32]]:
    if given is None:
        return None
    bias = np.ascontiguousarray(_arrays.vector(given, np.float32, "item_bias", struct.n_items))
    struct.item_bias = bias
    return bias
