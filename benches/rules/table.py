"""Puts the figures of `benches/rules/run` into a table, and into one line of JSON at the end."""

import json
import os


def read(name):
    return json.loads(os.environ[name]) or {}


def ratio(over, below):
    return round(over / below, 2) if over is not None and below else None


persons = int(os.environ["PERSONS"])
theirs, compared, ours = read("THEIRS"), read("COMPARED"), read("OURS")
one, country = read("ONE"), read("COUNTRY")


def row(name, money, threads, seconds):
    rate = "-" if seconds is None else f"{persons / seconds / 1e6:.1f}"
    shown = "-" if seconds is None else f"{seconds:.3f}"
    print(f"| {name:24} | {money:12} | {threads:>7} | {shown:>7} | {rate:>9} |")


print(f"Twelve variables of the country template, {persons:,} persons, calculation alone")
print(f"| {'engine':24} | {'money':12} | {'threads':>7} | {'seconds':>7} | {'M a sec.':>9} |")
print(f"|{'-' * 26}|{'-' * 14}|{'-' * 9}|{'-' * 9}|{'-' * 11}|")
row("OpenFisca", "float32", 1, theirs.get("wall_s"))
row("Daftar", "exact", 1, ours["ours_wall_1"])
row("Daftar", "exact", 2, ours["ours_wall_2"])
row("loop by hand, no checks", "exact", 1, ours["hand_wall_1"])
if compared:
    print(f"{compared['compared']:,} values compared, {compared['beyond_tolerance']} beyond tolerance")
if theirs:
    print(f"OpenFisca: {theirs['build_s']:.2f} s to build, {theirs['peak_mib']:.0f} MiB at most")

print(
    json.dumps(
        {
            "cpu_ratio_openfisca": ratio(theirs.get("cpu_s"), ours["ours_cpu_1"]),
            "wall_ratio_openfisca": ratio(theirs.get("wall_s"), ours["ours_wall_2"]),
            "max_abs_diff": compared.get("max_abs_diff"),
            "hand_loop_ratio": ratio(ours["ours_wall_1"], ours["hand_wall_1"]),
            "case_us_p50": one.get("case_us_p50"),
            "explain_us_p50": one.get("explain_us_p50"),
            "families_per_s": country.get("families_per_s"),
            "read_limit_families_per_s": country.get("read_limit_families_per_s"),
            "peak_mib": country.get("peak_mib"),
        }
    )
)
