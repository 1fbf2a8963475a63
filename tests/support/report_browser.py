"""Pages in headless Chromium: what it says, what it measures, what it draws."""
import collections
import html
import json
import pathlib
import re
import shutil
import struct
import subprocess
import tempfile
import zlib

MEASURE = (pathlib.Path(__file__).parent / "report_measure.js").read_text()
# Nothing of the browser's own goes to the network, and nothing of its user's is touched.
QUIET = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
         "--disable-background-networking", "--disable-component-update", "--disable-sync",
         "--hide-scrollbars", "--enable-logging=stderr")


def chromium(page, *options, width, height, dark=False):
    """Opens a page; (standard output, what the page's console says)."""
    program = shutil.which("chromium")
    assert program, "chromium is not installed; tests/setup.sh installs it"
    with tempfile.TemporaryDirectory() as profile:
        done = subprocess.run(
            [program, *QUIET, f"--user-data-dir={profile}/profile",
             f"--window-size={width},{height}", *(("--force-dark-mode",) if dark else ()), *options,
             pathlib.Path(page).as_uri()],
            capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout, re.findall(r"CONSOLE[^\]]*\] (.*)", done.stderr)


def framed(text, folder, width, height, script=""):
    """A page of its own that shows `text` in a frame: a window cannot be narrower than 500 px, and
    what measures must not be part of what is measured."""
    path = pathlib.Path(folder) / "framed.html"
    path.write_text(
        '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>frame</title>'
        '<meta name="color-scheme" content="light dark"></head><body style="margin:0">'
        f'<iframe style="border:0;width:{width}px;height:{height}px" srcdoc="{html.escape(text)}">'
        f"</iframe>{script}</body></html>", encoding="utf-8")
    return path


def measure(text, folder, width, dark=False):
    """What report_measure.js finds on the page, and `console`."""
    script = (f'<script>{MEASURE}\nonload = () => {{ document.body.append(Object.assign('
              'document.createElement("pre"), {textContent: JSON.stringify(measure('
              'document.querySelector("iframe")))})); }</script>')
    out, console = chromium(framed(text, folder, width, 2000, script), "--dump-dom",
                            width=1300, height=2100, dark=dark)
    found = json.loads(html.unescape(re.search(r"<pre>(.*?)</pre>", out, re.S).group(1)))
    return dict(found, console=console)


def screenshot(text, folder, width, height, dark=False):
    """The pixels, rows of (r, g, b)."""
    picture = pathlib.Path(folder) / "picture.png"
    page = framed(text, folder, width, height)
    chromium(page, f"--screenshot={picture}", width=max(width, 500), height=height, dark=dark)
    return [row[:width] for row in read_png(picture.read_bytes())]


def drawn(pixels):
    """The most common colour, the share of pixels that have another one, how many colours."""
    counts = collections.Counter(pixel for row in pixels for pixel in row)
    paper, most = counts.most_common(1)[0]
    return paper, 1 - most / counts.total(), len(counts)


def read_png(data):
    """Rows of pixels of a PNG of 8 bits a channel, RGB or RGBA, not interlaced."""
    at, packed = 8, b""
    while at < len(data):
        size, kind = struct.unpack(">I4s", data[at:at + 8])
        body = data[at + 8:at + 8 + size]
        if kind == b"IHDR":
            width, height, depth, colour, _, _, interlaced = struct.unpack(">IIBBBBB", body)
            assert depth == 8 and colour in (2, 6) and interlaced == 0
        packed += body if kind == b"IDAT" else b""
        at += size + 12
    channels = 3 if colour == 2 else 4
    stride, raw, rows = width * channels, zlib.decompress(packed), []
    above = bytes(stride)
    for y in range(height):
        start = y * (stride + 1)
        kind, line = raw[start], bytearray(raw[start + 1:start + 1 + stride])
        unfilter(kind, line, above, channels)
        rows.append([tuple(line[x:x + 3]) for x in range(0, stride, channels)])
        above = line
    return rows


def unfilter(kind, line, above, channels):
    """Takes one of PNG's five filters off a line, in place."""
    for i in range(len(line) if kind else 0):
        left = line[i - channels] if i >= channels else 0
        corner = above[i - channels] if i >= channels else 0
        up = above[i]
        if kind == 1:
            guess = left
        elif kind == 2:
            guess = up
        elif kind == 3:
            guess = (left + up) // 2
        else:
            guess = min((abs(up - corner), 0, left), (abs(left - corner), 1, up),
                        (abs(left + up - 2 * corner), 2, corner))[2]
        line[i] = (line[i] + guess) & 255
