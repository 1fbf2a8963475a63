"""What the library exports, what symbols.txt promises, what symbols.map lists and what the headers
declare with RECVEIL_API are the same names.

usage: check_symbols.py NM LIBRARY SYMBOLS_TXT SYMBOLS_MAP INCLUDE_FOLDER
"""
import pathlib
import re
import subprocess
import sys

nm, library, promised_file, map_file, include = sys.argv[1:]
faults = []

exported = set()
for line in subprocess.run([nm, "-D", "--defined-only", library], check=True, capture_output=True,
                           text=True).stdout.splitlines():
    kind, name = line.split()[-2:]
    name = name.split("@")[0]
    if kind == "A" and name == "RECVEIL_0":  # the version node
        continue
    if kind != "T":
        # 'u' is STB_GNU_UNIQUE, which would keep the library mapped after dlclose.
        faults.append(f"{name} is exported with type {kind}, not as a function")
    exported.add(name)

promised = pathlib.Path(promised_file).read_text().split()
if promised != sorted(set(promised)):
    faults.append("symbols.txt is not sorted or names something twice")

map_text = pathlib.Path(map_file).read_text()
listed = map_text.split("global:")[1].split("local:")[0].replace(";", " ").split()
if any(not name.isidentifier() for name in listed):
    faults.append("symbols.map exports by pattern")

declared = set()
for header in pathlib.Path(include).rglob("*.h"):
    text = re.sub(r"/\*.*?\*/", "", header.read_text(), flags=re.S)
    text = re.sub(r"^#.*$", "", text, flags=re.M)
    for declaration in re.findall(r"RECVEIL_API\b([^;]*);", text):
        declared.add(re.search(r"\b(recveil_\w+)\s*\(", declaration).group(1))
    functions = set(re.findall(r"\b(recveil_\w+)\s*\([^;*]*?\)\s*RECVEIL_NOEXCEPT", text))
    functions |= set(re.findall(r"^[\w *]+\b(recveil_\w+)\(", text, re.M))
    for name in functions - declared:
        faults.append(f"{header.name} declares {name} without RECVEIL_API")

for where, names in [("exported", exported), ("in symbols.map", set(listed)),
                     ("declared with RECVEIL_API", declared)]:
    for name in sorted(set(promised) - names):
        faults.append(f"{name} is in symbols.txt but not {where}")
    for name in sorted(names - set(promised)):
        faults.append(f"{name} is {where} but not in symbols.txt")

print("\n".join(faults) if faults else f"{len(promised)} symbols agree")
sys.exit(bool(faults))
