"""What bench/run found, as a table on the terminal, in docs/performance.md and as a picture beside it."""

from html import escape

BEGIN, END = "<!-- ratios: bench/run -->", "<!-- end of ratios -->"
PICTURE = "docs/pictures/performance.svg"


def rows(found):
    """(what, aim, figure, spread or detail, kept or not); of what was not measured there is no row."""
    told = []

    def ratio(name, what, aim):
        if name in found:
            f = found[name]
            figure = f"{f['ratio']:.2f}"
            detail = f"{f['least']:.2f} to {f['most']:.2f}; {f['here']:,.0f}/s beside {f['there']:,.0f}/s"
            told.append((what, f"at least {aim}" if aim else "", figure, detail, f["ratio"] >= aim if aim else None))

    ratio("cold", "cold login ÷ argon2id in a bare loop", 0.95)
    ratio("warm", "warm login (SQLite, synchronous=FULL) ÷ actix-web \"hello\"", 0.35)
    ratio("postgres_warm", "warm login (PostgreSQL) ÷ the same insert by pgbench, 8 connections", 0.8)
    for name, engine in (("trips", "SQLite"), ("postgres_trips", "PostgreSQL")):
        if name in found:
            whole = found[name]["latency_ms"]["round trip"]
            detail = f"at {found[name]['rate']}/s: p50 {whole['p50']:.1f} ms, p99 {whole['p99']:.1f} ms, p99.9 {whole['p99_9']:.1f} ms"
            told.append((f"round trips, {engine}", "", f"{found[name]['per_second']:,.0f}/s", detail, None))
    if "flood" in found:
        f = found["flood"]
        for step, figure in f["ratio"].items():
            quiet = [r["quiet"][step] for r in f["rounds"]]
            under = [r["under"][step] for r in f["rounds"]]
            detail = f"{min(quiet):.1f} to {max(quiet):.1f} ms quiet, {min(under):.1f} to {max(under):.1f} ms under the flood"
            told.append((f"p99 of {step}, flood ÷ quiet", "at most 3", f"{figure:.2f}", detail, figure <= 3))
        if disk := f.get("disk"):
            calm, under = zip(*disk["rounds"])
            detail = f"{min(calm):.1f} to {max(calm):.1f} ms quiet, {min(under):.1f} to {max(under):.1f} ms under the flood"
            told.append(("p99 of a bare fdatasync of another program, flood ÷ quiet", "", f"{disk['ratio']:.2f}", detail, None))
        refused = [r["refused_ms"]["p99"] for r in f["rounds"] if r["refused_ms"]]
        if refused:
            told.append(("refusals of the flood, p99", "quick", f"{max(refused):.0f} ms", f"{f['rate']:.0f} wrong passwords a second, {f['hashes']:.0f} can be hashed", None))
        came, of = sum(r["came_in"] for r in f["rounds"]), sum(r["of"] for r in f["rounds"])
        told.append(("round trips that came through under the flood", "", f"{came} of {of}", "logins with a remembered credential need no hash", None))
        told.append(("memory under the flood, at most", "below 256 MiB", f"{f['memory_kib'] / 1024:.0f} MiB", "", f["memory_kib"] < 256 * 1024))
    if "slow" in found:
        s = found["slow"]
        told.append(("p99 of a round trip beside 200 clients that send a byte a second ÷ without", "", f"{s['ratio']:.2f}", f"{sum(r[2] for r in s['rounds'])} of {sum(r[3] for r in s['rounds'])} came through", None))
    if "start" in found:
        s = found["start"]
        told.append(("start until ready, on an existing SQLite file", "within 300 ms", f"{s['ms']:.0f} ms", f"{s['least']:.0f} to {s['most']:.0f} ms", s["ms"] <= 300))
        told.append(("memory, idle", "below 40 MiB", f"{s['idle_kib'] / 1024:.1f} MiB", "", s["idle_kib"] < 40 * 1024))
    if "memory_per_open_punchout" in found:
        m = found["memory_per_open_punchout"]
        told.append(("memory of an open punchout", "below 1 KiB", f"{m['bytes']:.0f} bytes", f"growth over {m['punchouts']:,} of them", m["bytes"] < 1024))
    ratio("instead_cold", "cold login ÷ a PHP script in the shop that does the least of it", None)
    ratio("instead_warm", "warm login ÷ the same script, which cannot remember", None)
    return told


def tell(found):
    for what, aim, figure, detail, kept in rows(found):
        mark = {True: "kept", False: "NOT KEPT", None: ""}[kept]
        print(f"{what:<82} {figure:>12}  {aim:<14} {mark:<9} {detail}")


def write(found, home):
    m = found["machine"]
    lines = [f"Measured on {m['day']} on {m['processor']}, {m['cores']} shared cores, {m['system']}, {m['rustc'].split(' (')[0]}, commit {m['commit']}; load before it {m['load_before']}. "
             "The clients ran on the same cores. Medians of turns; the spread is that of the turns.", "",
             "![Ratios against their aims](pictures/performance.svg)", "",
             "| What | Aim | Seen | Spread, detail |", "|---|---|---:|---|"]
    lines += [f"| {what} | {aim}{' – **not kept**' if kept is False else ''} | {figure} | {detail} |" for what, aim, figure, detail, kept in rows(found)]
    page = home / "docs/performance.md"
    text = page.read_text()
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    page.write_text(f"{before}{BEGIN}\n\n" + "\n".join(lines) + f"\n\n{END}{after}")
    (home / PICTURE).write_text(picture(found))


def picture(found):
    """Each ratio as a bar on a scale on which its aim is one; the better side is right of the line."""
    bars = []
    for name, what, aim in (("cold", "cold login ÷ argon2id alone", 0.95), ("warm", "warm login ÷ hello", 0.35), ("postgres_warm", "warm login ÷ insert, PostgreSQL", 0.8)):
        if name in found:
            f = found[name]
            bars.append((what, f["ratio"] / aim, f["least"] / aim, f["most"] / aim, f"{f['ratio']:.2f} (aim ≥ {aim})"))
    if "flood" in found:
        for step, figure in found["flood"]["ratio"].items():
            each = [3 * r["quiet"][step] / r["under"][step] for r in found["flood"]["rounds"]]
            bars.append((f"calm of {step} under a flood", 3 / figure, min(each), max(each), f"{figure:.2f} (aim ≤ 3)"))
    if "start" in found:
        s = found["start"]
        bars.append(("start until ready", 300 / s["ms"], 300 / s["most"], 300 / s["least"], f"{s['ms']:.0f} ms (aim ≤ 300)"))
        bars.append(("memory, idle", 40960 / s["idle_kib"], None, None, f"{s['idle_kib'] / 1024:.0f} MiB (aim < 40)"))
    most, left, width, row = 4.0, 280, 420, 30
    x = lambda value: left + width * min(value, most) / most
    height = 50 + row * len(bars)
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 900 {height}" role="img" aria-label="Ratios against their aims">',
           "<style>text{font:14px system-ui,sans-serif;fill:#17212b}.b{fill:#0b6b5d}.n{fill:#b3402a}.a{stroke:#17212b;stroke-dasharray:4 3}.s{stroke:#7a8794;stroke-width:2}"
           "@media (prefers-color-scheme:dark){text{fill:#e6ebf0}.a{stroke:#e6ebf0}.b{fill:#4cc5ae}.n{fill:#e07a5f}}</style>"]
    for at, (what, value, least, most_seen, said) in enumerate(bars):
        y = 36 + at * row
        out.append(f'<text x="{left - 10}" y="{y + 14}" text-anchor="end">{escape(what)}</text>')
        out.append(f'<rect class="{"b" if value >= 1 else "n"}" x="{left}" y="{y}" width="{x(value) - left:.1f}" height="18" rx="3"/>')
        if least is not None:
            out.append(f'<line class="s" x1="{x(least):.1f}" x2="{x(most_seen):.1f}" y1="{y + 9}" y2="{y + 9}"/>')
        out.append(f'<text x="{left + width + 12}" y="{y + 14}">{escape(said)}</text>')
    out.append(f'<line class="a" x1="{x(1):.1f}" x2="{x(1):.1f}" y1="26" y2="{height - 10}"/>')
    out.append(f'<text x="{x(1):.1f}" y="18" text-anchor="middle">the aim; further right is better</text></svg>')
    return "\n".join(out) + "\n"
