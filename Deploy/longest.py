"""Prints the five longest files and the five longest functions of the Swift sources under a folder.

The tail is where code goes bad, so `make lint` shows it; nothing fails by it.
"""

import heapq
import pathlib
import re
import sys

FUNCTION = re.compile(r"^( *)(?:[@\w()]+ )*(?:func +([^\s(<]+)|(init)\b[?!]?)")


def functions(lines):
    """Yields name, line number and length; formatted code closes a body at its declaration's indent."""
    for number, line in enumerate(lines):
        match = FUNCTION.match(line)
        if not match:
            continue
        indent = match[1]
        for end in range(number, len(lines)):
            text = lines[end]
            closes = text.rstrip() == indent + "}" or (end == number and text.rstrip().endswith("}"))
            leaves = end > number and text.strip() and len(text) - len(text.lstrip()) < len(indent)
            if closes:
                yield match[2] or match[3], number + 1, end - number + 1
            if closes or leaves:
                break


def main():
    files, bodies = [], []
    for path in pathlib.Path(sys.argv[1]).rglob("*.swift"):
        lines = path.read_text(encoding="utf-8").splitlines()
        files.append((len(lines), str(path)))
        bodies += [(length, f"{path}:{number} {name}") for name, number, length in functions(lines)]
    for title, found in (("files", files), ("functions", bodies)):
        print(f"longest {title}, in lines:")
        for length, name in heapq.nlargest(5, found):
            print(f"  {length:4} {name}")


main()
