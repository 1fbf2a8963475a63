"""Intervals of tests/unit/audit/summary_test.cc by NumPy and SciPy, from the formulas that
audit/summary.h and numerics/stats.h name. Prints the numbers committed there.

usage: audit_summary.py
"""
import numpy as np
from scipy import special, stats

Z95 = stats.norm.ppf(0.975)


def scores(split):
    """(members, non-members) of a split: small whole numbers, with ties."""
    i = np.arange(40)
    return (i * i * 7 + split * 13) % 23 + 3 + 3 * split, (i * i * 5 + split * 11) % 23


def delong(members, others):
    """AUC, and half the longer side of its 95 % interval on the logit scale over the quantile."""
    wins = (members[:, None] > others).astype(float) + 0.5 * (members[:, None] == others)
    auc = wins.mean()
    error = np.sqrt(wins.mean(1).var(ddof=1) / len(members) +
                    wins.mean(0).var(ddof=1) / len(others))
    half = Z95 * error / (auc * (1 - auc))
    lo, hi = special.expit(special.logit(auc) - half), special.expit(special.logit(auc) + half)
    return auc, max(hi - auc, auc - lo) / Z95


def accuracy(members, others, threshold):
    """Balanced accuracy and half its interval over the quantile (Newcombe's method 10)."""
    def wilson(p, n):
        centre, spread = p + Z95**2 / (2 * n), Z95 * np.sqrt(p * (1 - p) / n + (Z95 / n)**2 / 4)
        return (centre - spread) / (1 + Z95**2 / n), (centre + spread) / (1 + Z95**2 / n)
    p, q = (members > threshold).mean(), (others > threshold).mean()
    (p_lo, p_hi), (q_lo, q_hi) = wilson(p, len(members)), wilson(q, len(others))
    down, up = np.hypot(p - p_lo, q_hi - q), np.hypot(p_hi - p, q - q_lo)
    return (1 + p - q) / 2, (down + up) / 4 / Z95


def interval(values, within):
    """The wider of Student's interval between the splits and the normal one within them."""
    values, n = np.array(values), len(values)
    inside = np.sqrt(np.sum(np.square(within))) / n
    between = values.std(ddof=1) / np.sqrt(n) if n > 1 else 0
    law, error = (stats.t(n - 1), between) if between > inside else (stats.norm, inside)
    half = law.ppf(0.975) * error
    tail = law.sf((abs(values.mean() - 0.5) - 0.05) / error)
    return values.mean(), values.mean() - half, min(values.mean() + half, 1), tail


for name, splits in (("one split", [1]), ("alike", [1, 1, 1]), ("spread", [0, 1, 2, 3])):
    drawn = [scores(split) for split in splits]
    print(name, "auc, lo, hi, leak_p:", *interval(*zip(*[delong(*d) for d in drawn])))
    print(name, "accuracy, lo, hi:", *interval(*zip(*[accuracy(*d, 12) for d in drawn]))[:3])
    for fpr in (0.001, 0.01, 0.1):
        hits = sum(int((m > np.sort(o)[::-1][int(fpr * len(o))]).sum()) for m, o in drawn)
        n = sum(len(m) for m, _ in drawn)
        print(name, "TPR at", fpr, hits, "of", n, stats.beta.ppf(0.025, hits, n - hits + 1),
              stats.beta.ppf(0.975, hits + 1, n - hits))
