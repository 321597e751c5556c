"""The runs of benches/rules/beyond, which says what they are.

usage: beyond.py COUNTRY FOLDER [FAMILIES...]

COUNTRY is the program that makes and decides a synthetic country, FOLDER holds the statements.
"""

import json
import os
import shutil
import statistics
import subprocess
import sys

import pyarrow.parquet as parquet

SIZES = [100_000, 1_000_000]
RUNS = 3
ENGINES = ["native", "duckdb", "datafusion"]
PACKS = "packs/uz"
SQL = os.path.join(os.path.dirname(os.path.abspath(__file__)), "sql.py")


def timed(command):
    """What a process says of itself in JSON, and the processor time that Linux counted for it."""
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    said = process.stdout.read()
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit(f"{' '.join(command)} ended with {process.returncode}")
    figures = json.loads(said.splitlines()[-1])
    return {**figures, "cpu_seconds": used.ru_utime + used.ru_stime}


def command_of(engine, country, folder):
    snapshot, out = f"{folder}/country", decisions_of(engine, folder)
    if engine == "native":
        return [country, "decide", snapshot, PACKS, out]
    return [sys.executable, SQL, engine, snapshot, f"{folder}/{engine}.sql", out]


def decisions_of(engine, folder):
    return f"{folder}/{engine}.parquet"


def measured(engine, country, folder):
    runs = []
    for _ in range(1 + RUNS):
        out = decisions_of(engine, folder)
        if os.path.exists(out):
            os.remove(out)
        runs.append(timed(command_of(engine, country, folder)))
    warm = runs[1:]
    median = {name: round(statistics.median(run[name] for run in warm), 2)
              for name in ("seconds", "cpu_seconds")}
    return {**median, "peak_mib": max(run["peak_mib"] for run in warm)}


def differ(engine, folder):
    """The first column in which an engine's decisions are not the native ones."""
    native, found = (parquet.read_table(decisions_of(one, folder)).sort_by("unit")
                     for one in ("native", engine))
    if found.column_names != native.column_names or found.num_rows != native.num_rows:
        return "columns or rows"
    for name in native.column_names:
        here = native.column(name).combine_chunks()
        if not found.column(name).cast(here.type).combine_chunks().equals(here):
            return name
    return None


def main():
    country, folder, *sizes = sys.argv[1:]
    for families in [int(size) for size in sizes] or SIZES:
        shutil.rmtree(f"{folder}/country", ignore_errors=True)
        made = timed([country, "make", f"{folder}/country", str(families), PACKS])
        row = {"families": families, "persons": made["members"]}
        for engine in ENGINES:
            row[engine] = measured(engine, country, folder)
            print(f"{families:,} families, {engine}: {row[engine]}", file=sys.stderr, flush=True)
            where = differ(engine, folder)
            if where:
                sys.exit(f"{engine} differs from native in {where}")
        print(json.dumps(row), flush=True)


if __name__ == "__main__":
    main()
