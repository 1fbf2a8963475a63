"""Writes docs/metrics.md from the help texts, types and labels of a scrape that has every metric.

usage: metrics_reference.py LIBRARY > docs/metrics.md
"""
import re
import sys

from metrics_host import full_scrape

HEAD = """# Metrics

What `recveil_metrics_write` gives, and the listener of `metrics.listen` (docs/configuration.md)
serves. This file is made from a scrape, by `tests/support/metrics_reference.py LIBRARY`; a test
fails when it is out of date.

- A label never holds a user, an item or a free text: every value is one of those below.
- Counters and audit results are shared by all processes forked after the engine was opened: scrape
  one of them, or take the maximum over them, never the sum.
- Ages are not exported: subtract a `_timestamp_seconds` from `time()`.
- `recveil_audit_*` and `recveil_utility_*` come from `recveil_metrics_set_audit`. What no audit
  told, or told over fewer than 20 people, has no sample.
- `recveil_forget_*` and `recveil_journal_*` are there once a journal was opened
  (`recveil_forget_open`): any process forked from its owner shows the owner's numbers.
- `defense` is `on` for the system as it is served and `off` for the same without the defence.
- `recveil_screen_*` is about screening: in shadow mode, what would have been decided (docs/screening.md).
- `recveil_private_*` are there where `private.ledger` is configured; each scrape reads the ledger, which any
  process may have written (docs/private.md).
- `recveil_watch_*` are there where `serving.watch_items` names items (docs/inversion.md).
- The listener adds `exposer_*` about itself (prometheus-cpp's own); do not build on them.

`examples/observability` has alerts and a dashboard over these.

| metric | type | labels | what it is |
|---|---|---|---|
"""


def families(text):
    """{name: {"type", "help", "labels": {label: [values in order]}}} in the order of the scrape."""
    found = {}
    for line in text.splitlines():
        head = re.match(r"# (HELP|TYPE) (\w+) (.+)", line)
        if head:
            family = found.setdefault(head[2], {"labels": {}})
            family[head[1].lower()] = head[3]
            current = family
            continue
        for label, value in re.findall(r'(\w+)="((?:[^"\\]|\\.)*)"', line):
            values = current["labels"].setdefault(label, [])
            if value not in values:
                values.append(value)
    return found


def row(name, family):
    labels = []
    for label, values in family["labels"].items():
        if label == "version":
            values = ["..."]
        labels.append(f"`{label}`: " + " ".join(f"`{value}`" for value in values))
    return f"| `{name}` | {family['type']} | {'; '.join(labels)} | {family['help']} |"


def reference(library):
    return HEAD + "".join(row(name, family) + "\n"
                          for name, family in sorted(families(full_scrape(library)).items()))


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sys.stdout.write(reference(sys.argv[1]))
