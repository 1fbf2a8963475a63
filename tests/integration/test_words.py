"""What a user or a successor reads: plain phrases, contracts that keep their shape, pointers that
lead somewhere, and one word for one thing."""
import re
import unittest

from support import SOURCE, run

# Phrases that were rewritten once because readers stumbled over them. Say what stands to the right.
BANNED = {
    r"\bstands? erased\b": "has a standing erasure",
    r"\b(is|are) none of (the|its|those)\b": "is not one of",
    r"\bthese bytes are none\b": "not a ...",
    r"\bbytes too many\b": "trailing bytes",
    r"\bis no (number|window|detector|map|receipt|request)\b": "is not a ...",
    r"\bof (their|its|one) make\b": "from the same generator",
    r"\bcomes? twice\b|\bis there twice\b": "is a duplicate",
    r"\balso such as\b": "including those that",
    r"\bbehind (a|the) (row|last|end)\b": "past the end of",
    r"\bto be gone on with\b": "so that it can resume",
    r"\bwhoever\b": "anyone who, those who",
    r"\bbeside\b": "next to, besides",
    r"\bodder\b": "more suspicious",
    r"\bwhichever says least\b": "the smallest of",
}
# Words of the interface: the left-hand ones named the same things before.
REPLACED = {
    r"\bself-?tests?\b": "audit", r"recveil_selftest": "recveil_audit",
    r"\bunlearn_": "forget_", r"recveil_unlearn": "recveil_forget",
    r"recveil_detector": "recveil_screen", r"\bcertificates?_total\b": "receipts_total",
}
READ = (".md", ".h", ".hpp", ".cc", ".c", ".py", ".sh", ".yml")
POINTER = re.compile(r"(?<![\w<.{$%*-])([A-Za-z][\w/-]*\.(?:md|h|hpp|cc|c|py|sh|yml))\b(?!\()")
ELSEWHERE = {"my_host.c", "x.h", "xgboost/c_api.h", "JacobiSVD.h"}  # an example, and other projects' files


def tracked():
    listed = run("git", "-C", SOURCE, "ls-files").stdout.split()
    return [SOURCE / name for name in listed if (SOURCE / name).is_file()]


def readers_files():
    for path in tracked():
        top = path.relative_to(SOURCE).parts[0]
        if path.suffix in READ and top != "tests" and not path.name.startswith("abi"):
            yield path


def comment_of(path, line):
    """The part of a line that is prose: all of a document, the comment of code."""
    if path.suffix == ".md":
        return line
    if path.suffix in (".py", ".sh", ".yml", ".cmake") or path.name == "CMakeLists.txt":
        return line[line.index("#"):] if "#" in line else ""
    if "//" in line:
        return line[line.index("//"):]
    return line if re.match(r"\s*/?\*", line) else ""


class Words(unittest.TestCase):
    def found(self, phrases):
        for path in readers_files():
            text = re.sub(r"\s+(//|\*|#)?\s*", " ", path.read_text())
            for pattern, instead in phrases.items():
                for match in re.finditer(pattern, text, re.IGNORECASE):
                    around = text[max(0, match.start() - 40):match.end() + 30]
                    yield f"{path.relative_to(SOURCE)}: ...{around}... (say: {instead})"

    def test_no_phrase_that_readers_stumbled_over(self):
        found = list(self.found(BANNED))
        self.assertFalse(found, "\n".join(found))

    def test_one_word_for_one_thing(self):
        found = list(self.found(REPLACED))
        self.assertFalse(found, "\n".join(found))


class Contracts(unittest.TestCase):
    def test_thread_cost_and_since_stand_alone(self):
        wrong = []
        for path in (SOURCE / "include" / "recveil").glob("*.h"):
            lines = path.read_text().splitlines()
            for number, line in enumerate(lines, 1):
                if re.search(r"\b(Thread|Cost|Since):", line) and \
                        not re.match(r" \* (Thread|Cost|Since): \S", line):
                    wrong.append(f"{path.name}:{number}: {line.strip()}")
                if re.match(r" \* Since: ", line) and lines[number].strip() != "*/":
                    wrong.append(f"{path.name}:{number}: Since: is not the last line")
        self.assertFalse(wrong, "\n".join(wrong))

    def test_every_function_has_a_contract(self):
        wrong = []
        for path in (SOURCE / "include" / "recveil").glob("*.h"):
            text = path.read_text()
            for match in re.finditer(r"^RECVEIL_API\b[^;]*?\b(recveil_\w+)\(", text, re.MULTILINE):
                before = text[:match.start()].rstrip()
                shared = before.endswith("RECVEIL_NOEXCEPT;")  # declared with the one above
                if not shared and not (before.endswith("*/") and "Thread: " in
                                       before[before.rindex("/*"):]):
                    wrong.append(f"{path.name}: {match[1]}")
        self.assertFalse(wrong, "\n".join(wrong))

    def test_headers_are_short(self):
        for path in (SOURCE / "include" / "recveil").glob("*.h"):
            self.assertLessEqual(len(path.read_text().splitlines()), 320, path.name)


class Pointers(unittest.TestCase):
    def test_files_that_comments_name_exist(self):
        names = {str(path.relative_to(SOURCE)) for path in tracked()}
        ends = {"/".join(name.split("/")[i:]) for name in names for i in range(name.count("/") + 1)}
        wrong = []
        for path in readers_files():
            for number, line in enumerate(path.read_text().splitlines(), 1):
                for target in POINTER.findall(comment_of(path, line)):
                    if target not in ends and target not in ELSEWHERE:
                        wrong.append(f"{path.relative_to(SOURCE)}:{number}: {target}")
        self.assertFalse(wrong, "\n".join(wrong))

    def test_no_pointer_to_a_section_by_its_number(self):
        wrong = []
        for path in readers_files():
            for number, line in enumerate(path.read_text().splitlines(), 1):
                match = re.search(r"\b\w+\.md \d", comment_of(path, line))
                if match:
                    wrong.append(f"{path.relative_to(SOURCE)}:{number}: {match[0]}")
        self.assertFalse(wrong, "\n".join(wrong))


if __name__ == "__main__":
    unittest.main()
