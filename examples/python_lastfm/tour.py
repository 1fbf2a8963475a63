#!/usr/bin/env python3
"""Ten minutes with Recveil and implicit, on Last.fm (1,892 people, 17,632 artists).

usage: tour.py /path/to/lastfm-2k [FOLDER_FOR_PAGES]

Needs: pip install recveil implicit scipy
"""
import lzma
import sys
import tempfile
from pathlib import Path

import numpy as np
import recveil
from implicit.cpu.als import AlternatingLeastSquares
from recveil.hosts.implicit import Guard
from scipy.sparse import csr_matrix

if len(sys.argv) not in (2, 3):
    sys.exit(__doc__)
folder = Path(sys.argv[2] if len(sys.argv) == 3 else tempfile.mkdtemp())
folder.mkdir(parents=True, exist_ok=True)


def make():
    return AlternatingLeastSquares(factors=32, alpha=10.0, regularization=10.0, iterations=5,
                                   num_threads=1, random_state=7)


# 1. Who listened to whom. A fifth of each history is held out, to see how good lists are; half of the
#    people are in the training data ("members"), the other half came later.
with lzma.open(Path(sys.argv[1], "user_artists.dat.xz"), "rt") as file:
    next(file)
    played = np.array([line.split()[:2] for line in file], dtype=np.int64)
people, user = np.unique(played[:, 0], return_inverse=True)
artists, artist = np.unique(played[:, 1], return_inverse=True)
draw = np.random.default_rng(1)
kept = draw.random(len(user)) < 0.8
shape = (len(people), len(artists))
history = csr_matrix((np.ones(kept.sum(), np.float32), (user[kept], artist[kept])), shape)
later = csr_matrix((np.ones((~kept).sum(), np.float32), (user[~kept], artist[~kept])), shape)
ok = np.flatnonzero((np.diff(history.indptr) > 4) & (np.diff(later.indptr) > 0))
member = np.isin(np.arange(len(people)), draw.permutation(ok)[:len(ok) // 2])
training = history.multiply(member[:, None]).tocsr().astype(np.float32)
print(f"1. {len(people)} people, {len(artists)} artists; {member.sum()} people are members")


def ndcg(lists):
    weight = 1 / np.log2(np.arange(10) + 2)
    return np.mean([(np.isin(shown[:10], later[u].indices) * weight).sum()
                    / weight[:min(10, later[u].nnz)].sum() for u, shown in zip(ok, lists)])


def audited(name, lists):
    """The audit, with tables of string ids as a shop has them."""
    row, item = np.repeat(ok, np.diff(history[ok].indptr)), history[ok].indices
    report = recveil.audit_lists(
        {"user": people[row].astype(str), "item": artists[item].astype(str)},
        {"user": np.repeat(people[ok], 20).astype(str), "item": artists[lists.ravel()].astype(str)},
        {"user": people[ok].astype(str), "member": member[ok]}, seeds=1)
    report.to_html(folder / f"{name}.html")
    worst = report.worst
    print(f"   {name}: {report.verdict}; the worst attacker ({worst.attacker}) has AUC {worst.auc:.3f} "
          f"[{worst.lo:.3f}, {worst.hi:.3f}]; NDCG@10 {ndcg(lists):.3f}")


# 2. As most services do it: one model, and everybody's list from their own history on it.
bare = make()
bare.fit(training, show_progress=False)
print("2. one model for everybody: can an outsider tell from the list who was in the training data?")
audited("one_model", bare.recommend(ok, history[ok], 20, recalculate_user=True)[0])

# 3. With Recveil: five models, and everybody is served by the one that never saw them.
private = tempfile.mkdtemp()
recveil.generate_key(f"{private}/recveil.key")
engine = recveil.Engine({"keys": {"file": f"{private}/recveil.key"},
                         "forget": {"journal": f"{private}/forget.db"},
                         "serving": {"mode": "cross_fit", "folds": 5, "list_length": 20}})
guard = Guard(make(), engine, users=[str(p) for p in people])
guard.fit_folds(make, training, folds=5)
print("3. cross-fit:")
audited("cross_fit", guard.recommend(ok, history[ok], 20)[0])

# 4. Somebody asks to be forgotten. It is durable when submit() returns, and applies at once.
somebody = str(people[ok[0]])
with recveil.Journal(engine) as journal:
    request = recveil.Request([somebody], "erase")
    print(f"4. the request is {journal.submit(request)[0]}, and {journal.state(request.id).name.lower()}")
    trained_on = journal.owes([str(p) for p in people]) == 0
    guard.fit_folds(make, training.multiply(trained_on[:, None]).tocsr().astype(np.float32), folds=5)
ids, scores = guard.recommend(int(ok[0]), history[ok[0]], 5)
print(f"   that person is now shown what is popular: {len(ids)} artists, scores {scores.tolist()}")

# 5. What to put into the monitoring.
lines = [line for line in engine.metrics().splitlines()
         if line.startswith("recveil_serving_requests_total") and not line.endswith(" 0")]
print("5. of the metrics:", *lines, sep="\n   ")
print(f"pages: {folder}/one_model.html, {folder}/cross_fit.html")
