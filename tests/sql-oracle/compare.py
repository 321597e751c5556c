"""Runs an emitted statement on an engine and compares every row with the native decisions.

usage: compare.py ENGINE SNAPSHOT STATEMENT DECISIONS LABEL

ENGINE is duckdb, datafusion, or cluster: the last has run already (tests/cluster/run), and SNAPSHOT
is the folder of its decisions.

Prints one line: how many rows were equal, and how the verdicts are spread. Exit code 1 on the first
differences, shown with both rows.
"""

import glob
import os
import sys
import time

import pyarrow as pa
import pyarrow.parquet as pq

SHOWN_MAX = 5


def run_duckdb(folder, statement):
    import duckdb

    connection = duckdb.connect()
    connection.execute("SET threads = 2")
    connection.execute("SET preserve_insertion_order = false")
    for path in sorted(glob.glob(os.path.join(folder, "*.parquet"))):
        name = os.path.basename(path).removesuffix(".parquet")
        connection.execute(f"CREATE VIEW \"{name}\" AS SELECT * FROM read_parquet('{path}')")
    return connection.sql(statement).to_arrow_table()


def run_datafusion(folder, statement):
    import datafusion

    config = datafusion.SessionConfig().with_target_partitions(2)
    context = datafusion.SessionContext(config)
    for path in sorted(glob.glob(os.path.join(folder, "*.parquet"))):
        name = os.path.basename(path).removesuffix(".parquet")
        context.register_parquet(name, path)
    return pa.Table.from_batches(context.sql(statement).collect())


def decided_by_cluster(folder, _statement):
    return pq.read_table(folder)


ENGINES = {"duckdb": run_duckdb, "datafusion": run_datafusion, "cluster": decided_by_cluster}


def rows(table):
    """By unit: every column's value."""
    columns = table.column_names
    values = [table.column(name).to_pylist() for name in columns]
    return columns, {row[0]: row for row in zip(*values)}


def main():
    engine, folder, statement_path, decisions_path, label = sys.argv[1:]
    with open(statement_path, encoding="utf-8") as file:
        statement = file.read()
    began = time.monotonic()
    columns, found = rows(ENGINES[engine](folder, statement))
    seconds = time.monotonic() - began
    expected_columns, expected = rows(pq.read_table(decisions_path))
    if columns != expected_columns:
        sys.exit(f"{label}: {engine} has the columns {columns}, the engine {expected_columns}")
    different = [unit for unit in sorted(found.keys() | expected.keys())
                 if found.get(unit) != expected.get(unit)]
    for unit in different[:SHOWN_MAX]:
        print(f"unit {unit}\n  native {expected.get(unit)}\n  {engine:6} {found.get(unit)}")
    if different or not expected:
        sys.exit(f"{label}: {len(different)} of {len(expected)} units differ on {engine}")
    verdicts = {}
    for row in expected.values():
        verdicts[row[2]] = verdicts.get(row[2], 0) + 1
    spread = ", ".join(f"{count} {verdict}" for verdict, count in sorted(verdicts.items()))
    took = "" if engine == "cluster" else f" in {seconds:.1f} s"
    print(f"{label}: {len(expected)} units equal on {engine}{took} "
          f"(statement of {len(statement) // 1024} KiB; {spread})")


if __name__ == "__main__":
    main()
