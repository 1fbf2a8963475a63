"""What the sweeps of membership share: halves of the people, what is held out, and pooled attackers."""
from typing import NamedTuple

import datasets
import numpy as np


class Split(NamedTuple):
    """Half of the people are members; a fifth of every history is held out."""

    history: object  # of everybody
    held_out: object
    enough: np.ndarray  # the people who have histories to be judged by
    members: np.ndarray  # (n,) bool
    data: object  # the histories of the members alone: what trains


def split(known, seed):
    history, held_out = datasets.split_items(known, seed)
    enough = np.flatnonzero((np.diff(history.indptr) > 4) & (np.diff(held_out.indptr) > 0))
    members = np.zeros(known.shape[0], bool)
    draw = np.random.default_rng(100 + seed)
    members[draw.permutation(enough)[:len(enough) // 2]] = True
    return Split(history, held_out, enough, members, datasets.rows_only(history, members))


def folded(value):
    """Telling upside down is telling."""
    return max(value, 1 - value)


class Pooled(NamedTuple):
    """The worst of the attackers, each pooled over the splits with its inverse variances first."""

    attacker: str
    auc: float
    upper: float  # of max(AUC, 1 - AUC), from intervals that are corrected for all attackers
    most: float  # max(AUC, 1 - AUC) of whichever attacker has the largest


def pool(reports):
    lines = {}
    for report in reports:
        for line in report.table():
            lines.setdefault(line.attacker, []).append(line)
    found = {}
    for attacker, some in lines.items():
        weight = 1 / np.array([(line.hi - line.lo) / 2 for line in some]) ** 2
        value = (weight * [line.auc for line in some]).sum() / weight.sum()
        found[attacker] = value, folded(value) + weight.sum() ** -0.5
    worst = max(found, key=lambda attacker: found[attacker][1])
    return Pooled(worst, *found[worst], max(folded(value) for value, _upper in found.values()))
