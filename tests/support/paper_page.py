"""Write the tables of docs/paper.md from what `recveil audit paper` prints.

    paper_page.py COMMAND DATA PAGE [--from FOLDER [--keep]] [--check]

PAGE has blocks `<!-- paper NAME: OPTIONS -->` .. `<!-- end -->`; in OPTIONS, {data} stands for DATA.
Each block is replaced by the Markdown of `recveil audit paper OPTIONS`, or by FOLDER/NAME.md where it
was made before; with --keep, blocks without a file stay as they are. A paragraph or a note that an
earlier block has is left out. --check writes nothing: it fails unless every block begins as the command's does, with
the title, and has the columns that a table of that kind has.
"""
import argparse
import pathlib
import re
import subprocess
import sys
import tempfile

BLOCK = re.compile(r"(<!-- paper (\S+): (.*?) -->\n)(.*?)(<!-- end -->)", re.S)


def markdown(command, options):
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "table.md"
        subprocess.run([command, "audit", "paper", *options, "--markdown", path], check=True,
                       stdout=subprocess.DEVNULL)
        return path.read_text()


def once(text, said):
    """Without the lines that an earlier block has, but for titles, tables and what was split how."""
    out = []
    for line in text.splitlines():
        repeated = line in said and not re.match(r"[#|]|\d+ splits? ", line)
        if line and not repeated:
            said.add(line)
        if repeated or (not line and (not out or not out[-1])):
            continue
        out.append(line)
    return "\n".join(out).rstrip("\n") + "\n"


def header(text):
    return next(line for line in text.splitlines() if line.startswith("|"))


def table_of(options):
    return options[options.index("--table") + 1] if "--table" in options else "grid"


def check(command, page):
    small = ["--data", "synthetic:users=400,items=300", "--seeds", "1", "--attackers", "quick",
             "--recommenders", "item_cf"]
    headers, wrong = {}, []
    for _, name, options, body, _ in BLOCK.findall(page):
        table = table_of(options.split())
        if table not in headers:
            extra = ["--other", "synthetic:users=400,items=300"] if table == "transfer" else []
            headers[table] = header(markdown(command, [*small, *extra, "--table", table]))
        if not body.startswith("### ") or header(body) != headers[table]:
            wrong.append(f"{name}: not the form of the command's table {table}")
    return wrong or ([] if headers else ["the page has no block"])


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("command")
    parser.add_argument("data")
    parser.add_argument("page", type=pathlib.Path)
    parser.add_argument("--from", dest="folder", type=pathlib.Path)
    parser.add_argument("--keep", action="store_true")
    parser.add_argument("--check", action="store_true")
    given = parser.parse_args()
    page = given.page.read_text()
    if given.check:
        wrong = check(given.command, page)
        print("\n".join(wrong))
        return 1 if wrong else 0

    said = set()

    def fill(match):
        begin, name, options, body, end = match.groups()
        made = given.folder / f"{name}.md" if given.folder else None
        if made and made.exists():
            body = made.read_text()
        elif not given.keep:
            body = markdown(given.command, options.replace("{data}", given.data).split())
        return begin + once(body, said) + end
    given.page.write_text(BLOCK.sub(fill, page))
    return 0


if __name__ == "__main__":
    sys.exit(main())
