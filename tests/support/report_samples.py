"""Reports of every kind, made from a real one by changing what its verdict rests on."""
import copy

HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)> & \"q\" 'a' \u00e9"


def estimate(value, half):
    return {"value": value, "lo": max(0, value - half), "hi": min(1, value + half)}


def finding(report, attacker):
    """What the library says of one attacker (audit/summary.h), from the report's own numbers."""
    auc, margin, verdict = attacker["auc"], report["margin"], report["verdict"]
    beyond = auc["lo"] > 0.5 + margin or auc["hi"] < 0.5 - margin
    within = auc["lo"] > 0.5 - margin and auc["hi"] < 0.5 + margin
    stands_out = any(at["status"] == "ok" and at["lo"] > 2 * at["fpr"] for at in attacker["tpr"])
    if verdict == "leak" and (beyond or stands_out):
        return "leak"
    clear = verdict == "no_leak_found" or (within and not stands_out)
    return "no_leak_found" if clear else "inconclusive"


def quiet(report, half):
    """The report, with attackers that hardly tell anything: AUC .5 to .52, TPR = FPR."""
    out = copy.deepcopy(report)
    for i, attacker in enumerate(out["attackers"]):
        attacker["auc"] = estimate(0.5 + 0.02 * (i % 2), half)
        attacker["balanced_accuracy"] = estimate(0.5, half)
        attacker["roc"] = [[0, 0]] + [[10**(k / 66 - 3), 10**(k / 66 - 3)] for k in range(199)]
        for at in attacker["tpr"]:
            at.update(estimate(at["fpr"], at["fpr"] / 2))
    worst = out["attackers"][1]
    out.update(auc=estimate(0.52, half), worst_attacker=worst["attacker"], tpr=worst["tpr"],
               balanced_accuracy=worst["balanced_accuracy"], blind_auc=estimate(0.51, half))
    out["at_equal_activity"] = {"verdict": "no_leak_found", "worst_attacker": worst["attacker"],
                                "auc": estimate(0.51, half), "activity_auc": estimate(0.6, 0.01)}
    out["controls"] = {"positive": {"auc": 0.999, "passed": True},
                       "negative": {"auc": 0.501, "passed": True}}
    return out


def lists_audit(report):
    """As an audit of exported lists has it."""
    out = copy.deepcopy(report)
    for key in ("list_length", "ratio", "slate_ns", "activity", "freshness", "knowledge",
                "later_items", "shadows", "folds", "support_floor", "training_units", "people",
                "history_cap", "neighbours", "member_share", "items_shown",
                "trained_on", "floor", "by_activity"):
        out.pop(key, None)
    out.update(audit="lists", data="host", recommender="host", defense="host", shadow="halves",
               utility=None, warnings=[HOSTILE, "histories differ"],
               blind_spots=["Whether " + HOSTILE], paired=False,
               checks=[{"check": "shuffled_ids", "warned": True, "voids_verdict": False,
                        "people": 1234, "text": "histories differ"},
                       {"check": "planted_leak", "warned": False, "voids_verdict": False,
                        "people": 0, "text": ""}],
               groups={"history_length": {"members": 1063.5, "non_members": 60.25,
                                          "auc": estimate(0.61, 0.04)}})
    return out


def sybil_audit(report):
    """As one with other accounts and canaries has it; the accounts come furthest."""
    out = copy.deepcopy(report)
    for name, value in (("sybil_probe", 0.97), ("sybil_paired", 0.996)):
        attacker = copy.deepcopy(out["attackers"][0])
        attacker.update(attacker=name, blind=False, auc=estimate(value, 0.003))
        out["attackers"].append(attacker)
    out.update(adversary="sybil", defense="cross_fit", worst_attacker="sybil_paired",
               auc=estimate(0.996, 0.004),
               canaries={"n": 100, "own_slate": {"members": 0, "non_members": 0},
                         "any_fold": {"members": 86, "non_members": 0},
                         "any_fold_alone": {"members": 99, "non_members": 1}})
    return out


def informed_audit(report):
    """As one of a private model has it, with an attacker who knows everybody else."""
    out = sybil_audit(report)
    for attacker in out["attackers"]:
        attacker["auc"] = estimate(0.55, 0.03)
    learned = copy.deepcopy(out["attackers"][0])
    learned.update(attacker="sybil_learned", auc=estimate(0.572, 0.035))
    out["attackers"].append(learned)
    others = [{"name": name, "epsilon_part": part, "epsilon_person": person, "auc": estimate(auc, 0.015),
               "ndcg10": {"members": 0.0429, "non_members": 0.0453}}
              for name, part, person, auc in (("no_noise", None, None, 0.974),
                                              ("randomized_response_bit", 4.25, 1372.75, 0.941),
                                              ("randomized_response_person", 0.0125, 4, 0.527),
                                              ("vp_dpmf", 4, None, 0.737))]
    out.update(defense="private", epsilon=4, member_share=0.83, worst_attacker="sybil_learned",
               auc=learned["auc"], epsilon_lower_bound=0.125,
               ceiling={"mu": 0.838, "epsilon": 4, "delta": 1e-6, "auc": 0.723, "tpr_01": 0.068,
                        "mu_lower_bound": 0.115, "epsilon_lower_bound": 0.435},
               informed={"members": 5000, "attacked": 1000, "others": 1040, "catalogue": 323.25,
                         "best_test": {"auc": estimate(0.722, 0.025), "ceiling": 0.713},
                         "control": {"auc": 0.983, "passed": True}, "ridge_alone_auc": 0.968,
                         "pair": {"draws": 200, "shown": {"members": 44, "non_members": 20},
                                  "auc": estimate(0.604, 0.062), "ceiling": 0.713},
                         "baselines": others,
                         "utility": {"hr10": {"members": 0.081, "non_members": 0.084},
                                     "ndcg10": {"members": 0.0429, "non_members": 0.0453},
                                     "items_shown": 321.5}})
    return out


def samples(report):
    """{name: report}; `report` is a membership audit whose verdict is leak."""
    clear = dict(quiet(report, 0.01), verdict="no_leak_found", more_users_needed=None)
    few = dict(quiet(report, 0.1), verdict="inconclusive", more_users_needed=12345)
    few["data"] = HOSTILE
    few["reasons"] = ["too few people: the AUC may be as far from .5 as 0.620"]
    broken = dict(quiet(report, 0.01), verdict="inconclusive", more_users_needed=None)
    broken["controls"]["negative"] = {"auc": 0.75, "passed": False}
    broken["reasons"] = ["the negative control failed: trust no number of this report"]
    weak = dict(quiet(report, 0.01), verdict="inconclusive", more_users_needed=None)
    weak["controls"]["positive"] = {"auc": 0.6, "passed": False}
    weak["reasons"] = ["the positive control failed: these attackers do not work on these data"]
    # AUC .5, yet at 1 % false positives a tenth of the members is found: Carlini et al.'s case.
    tail = dict(quiet(report, 0.01), verdict="leak", more_users_needed=None)
    tail["attackers"][0]["tpr"][1] = {"fpr": 0.01, "value": 0.1, "lo": 0.08, "hi": 0.12,
                                      "status": "ok"}
    reverse = dict(quiet(report, 0.01), verdict="leak", more_users_needed=None)
    reverse["attackers"][0]["auc"] = reverse["auc"] = estimate(0.1, 0.02)
    reverse["worst_attacker"] = reverse["attackers"][0]["attacker"]
    bare = copy.deepcopy(report)  # what older libraries gave
    for key in ("more_users_needed", "at_equal_activity", "activity"):
        del bare[key]
    for attacker in bare["attackers"]:
        del attacker["roc"], attacker["stratified_auc"]
    out = {"leak": report, "no_leak_found": clear, "too_few": few, "negative_failed": broken,
           "positive_failed": weak, "tail": tail, "reverse": reverse, "bare": bare,
           "sybil": sybil_audit(report), "informed": informed_audit(report), "lists": lists_audit(report),
           "lists_too_few": lists_audit(few)}
    for name, changed in out.items():
        if name != "leak":  # that one stays as the library wrote it
            for attacker in changed["attackers"]:
                attacker["finding"] = finding(changed, attacker)
    return out


def broken(report):
    """(name, report) of reports that are wrong in one thing each."""
    changes = {
        "verdict": ("fine", "verdict"), "schema": ("recveil.audit/2", "schema"),
        "auc": (1.5, "auc", "value"), "interval": ({"value": 0.5}, "auc"),
        "unknown": (1, "surprise"), "unknown below": (1, "controls", "third"),
        "seeds": (0, "seeds"), "part of a user": (1.5, "n", "users"),
        "status": ("maybe", "attackers", 0, "tpr", 0, "status"),
        "name": ("Some Attack", "attackers", 0, "attacker"),
        "long roc": ([[0, 0]] * 201, "attackers", 0, "roc"),
        "roc": ([[0, 0], [1, 1, 1]], "attackers", 0, "roc"),
        "activity": ("high", "activity"), "equal": ({"auc": None}, "at_equal_activity"),
        "passed": ("yes", "controls", "negative", "passed"), "utility": (None, "utility"),
        "lists only": ("halves", "shadow"), "warnings": ("text", "warnings"),
        "more": (1.5, "more_users_needed"), "no attacker": ([], "attackers"),
        "adversary": ("clever", "adversary"), "canaries": ({"n": 100}, "canaries")}
    for name, (value, *path, last) in changes.items():
        changed = at = copy.deepcopy(report)
        for key in path:
            at = at[key]
        at[last] = value
        yield name, changed
    for key in ("controls", "auc", "verdict"):
        yield f"no {key}", {k: v for k, v in report.items() if k != key}
    yield "not an object", [report]
