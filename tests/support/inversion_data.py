"""Data sets of the size that the published inversion attack was measured on, as CSV for csv: specs.

  inversion_data.py foursquare FOLDER OUT   check-ins within a box around Manhattan; people and
      venues with at least 10 of them, repeated until nothing changes. Prints the sensitive venues:
      the Hospital that most people visited, and four others of 14 to 25 people, drawn by seed.
  inversion_data.py ml-1m FOLDER OUT        the latest 110,000 ratings, each kept with probability
      .62, people and films with at least 20. Prints films of 15 to 25 five-star raters, at least
      half of whose raters gave five stars.

Prints one line: the ids for --sensitive. None of it is the papers' own data.
"""

import collections
import csv
import lzma
import pathlib
import random
import sys


def core(rows, least):
    """Rows (user, item, ...) of users and items with at least so many rows each."""
    while True:
        users = collections.Counter(row[0] for row in rows)
        items = collections.Counter(row[1] for row in rows)
        left = [row for row in rows if users[row[0]] >= least and items[row[1]] >= least]
        if len(left) == len(rows):
            return rows
        rows = left


def foursquare(folder):
    where, hospital = {}, set()
    with open(folder / "venues.tsv", encoding="utf-8") as lines:
        for row in csv.DictReader(lines, delimiter="\t"):
            if row["latitude"]:
                where[row["venue_index"]] = float(row["latitude"]), float(row["longitude"])
            if (row["category_path"] or "").endswith(">Hospital"):
                hospital.add(row["venue_index"])
    rows = []
    with lzma.open(folder / "checkins.tsv.xz", "rt", encoding="ascii") as lines:
        for row in csv.DictReader(lines, delimiter="\t"):
            at = where.get(row["venue_index"])
            if at and 40.7 <= at[0] <= 40.8 and -74.04 <= at[1] <= -73.92:
                rows.append((row["user_index"], row["venue_index"]))
    pairs = sorted(set(core(rows, 10)), key=lambda row: (int(row[0]), int(row[1])))
    people = collections.Counter(item for _, item in pairs)
    best = max(hospital & people.keys(), key=lambda item: (people[item], item))
    others = sorted(
        (item for item in people if 14 <= people[item] <= 25 and item not in hospital), key=int)
    return pairs, [best, *random.Random(800).sample(others, 4)]


def ml_1m(folder):
    with lzma.open(folder / "ratings.dat.xz", "rt", encoding="ascii") as lines:
        rows = [line.rstrip("\n").split("::") for line in lines]
    rows.sort(key=lambda row: -int(row[3]))
    draw = random.Random(0)
    rows = core([row[:3] for row in rows[:110000] if draw.random() < 0.62], 20)
    raters, fives = collections.Counter(), collections.Counter()
    for _, item, rating in rows:
        raters[item] += 1
        fives[item] += rating == "5"
    chosen = sorted(
        (item for item in fives if 15 <= fives[item] <= 25 and 2 * fives[item] >= raters[item]),
        key=int)
    return rows, chosen


def main():
    if len(sys.argv) != 4 or sys.argv[1] not in ("foursquare", "ml-1m"):
        sys.exit(__doc__)
    rows, sensitive = {"foursquare": foursquare, "ml-1m": ml_1m}[sys.argv[1]](
        pathlib.Path(sys.argv[2]))
    with open(sys.argv[3], "w", encoding="ascii", newline="") as out:
        csv.writer(out, lineterminator="\n").writerows(rows)
    print(",".join(sensitive))


if __name__ == "__main__":
    main()
