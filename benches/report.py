#!/usr/bin/env python3
"""Writes the figures in docs/performance.md from what criterion and the count of allocations have left behind.

    cargo bench --bench calls --bench carts --bench catalog
    cargo bench --bench allocations | tee target/allocations.txt
    benches/report.py            # --print shows them only

Runs that were saved by `cargo bench … -- --save-baseline before` stand beside them, with the ratio.
Nothing is typed by hand: what was not measured is not there.
"""

import json
import os
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
TARGET = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
PAGE = ROOT / "docs" / "performance.md"
BEGIN, END = "<!-- figures: benches/report.py -->", "<!-- end of figures -->"


def duration(nanoseconds):
    for limit, unit in ((1e3, "ns"), (1e6, "µs"), (1e9, "ms")):
        if nanoseconds < limit:
            value = nanoseconds / (limit / 1e3)
            return f"{value:.3g} {unit}" if value < 100 else f"{value:.0f} {unit}"
    return f"{nanoseconds / 1e9:.2f} s"


def estimates(folder, name):
    file = folder / name / "estimates.json"
    return json.loads(file.read_text()) if file.exists() else None


def runs():
    for file in (TARGET / "criterion").glob("**/new/benchmark.json"):
        benchmark, folder = json.loads(file.read_text()), file.parent.parent
        median = estimates(folder, "new")
        before = estimates(folder, "before")
        yield benchmark, median, before


def table():
    rows = []
    for benchmark, now, before in runs():
        median, spread = now["median"]["point_estimate"], now["median_abs_dev"]["point_estimate"]
        lines = (benchmark.get("throughput") or {}).get("Elements")
        row = {
            "group": benchmark["group_id"],
            "value": benchmark.get("value_str") or benchmark.get("function_id") or "",
            "size": lines or 0,
            "median": duration(median),
            "spread": f"± {spread / median * 100:.1f} %",
            "line": duration(median / lines) if lines else "",
            "before": "",
        }
        if before:
            was = before["median"]["point_estimate"]
            row["before"] = f"{duration(was)}, {was / median:.1f} times"
        rows.append(row)
    if not rows:
        sys.exit("no figures: run `cargo bench --bench calls --bench carts` first")
    rows.sort(key=lambda row: (row["group"], row["size"], row["value"]))
    text = ["| What | Size | Median | Spread | A line | Before, and how much faster now |", "|---|---:|---:|---:|---:|---|"]
    for row in rows:
        size = f"{row['size']:,}" if row["size"] else row["value"]
        cells = [row["group"], size, row["median"], row["spread"], row["line"], row["before"]]
        text.append("| " + " | ".join(cells) + " |")
    return text


def allocations():
    def read(name):
        file = TARGET / name
        found = {}
        for line in file.read_text().splitlines() if file.exists() else []:
            match = re.match(r"(.+?) +([\d.]+) allocations a line +(\d+) bytes a line +([\d.]+) MB", line)
            if match:
                found[match[1]] = match[2], match[3], match[4]
        return found

    now, before = read("allocations.txt"), read("allocations-before.txt")
    if not now:
        return []
    text = ["", "Allocations of 1,000 lines (`cargo bench --bench allocations`):", ""]
    text += ["| Step | Allocations a line | Bytes a line | MB at most | Allocations a line before |", "|---|---:|---:|---:|---:|"]
    for step, (count, size, most) in now.items():
        text.append(f"| {step} | {count} | {size} | {most} | {before.get(step, ('',))[0]} |")
    return text


def machine():
    def said(*command):
        return subprocess.run(command, capture_output=True, text=True, cwd=ROOT).stdout.strip()

    processor = re.search(r"model name\s*: (.*)", pathlib.Path("/proc/cpuinfo").read_text())
    commit = said("git", "rev-parse", "--short", "HEAD")
    return (
        f"{processor[1] if processor else 'unknown'}, {os.cpu_count()} shared cores, {said('uname', '-sm')}, "
        f"{said('rustc', '--version')}, commit {commit}. Median and median absolute deviation."
    )


def main():
    text = "\n".join([machine(), "", *table(), *allocations()])
    if "--print" in sys.argv:
        print(text)
        return
    page = PAGE.read_text()
    before, rest = page.split(BEGIN, 1)
    after = rest.split(END, 1)[1]
    PAGE.write_text(f"{before}{BEGIN}\n\n{text}\n\n{END}{after}")


main()
