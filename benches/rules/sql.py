"""The emitted SQL at country scale beside the native engine, on one machine and two cores.

usage: sql.py ENGINE SNAPSHOT STATEMENT OUT

ENGINE is duckdb or datafusion. The statement runs over a snapshot in parts and writes its decisions to
Parquet, as the native engine does. Prints one JSON object: families, seconds, peak_mib.
"""

import json
import pathlib
import resource
import sys
import time


def parts_of(folder):
    return sorted(manifest.parent for manifest in pathlib.Path(folder).glob("*/manifest.json"))


def tables_of(folder):
    return sorted(file.stem for file in parts_of(folder)[0].glob("*.parquet"))


def duckdb_rows(folder, statement, out):
    import duckdb

    connection = duckdb.connect()
    connection.execute("SET threads = 2")
    connection.execute("SET preserve_insertion_order = false")
    for name in tables_of(folder):
        paths = f"{folder}/*/{name}.parquet"
        connection.execute(f"CREATE VIEW \"{name}\" AS SELECT * FROM read_parquet('{paths}')")
    connection.execute(f"COPY ({statement}) TO '{out}' (FORMAT parquet)")
    return connection.execute(f"SELECT COUNT(*) FROM read_parquet('{out}')").fetchone()[0]


def datafusion_rows(folder, statement, out):
    import datafusion
    import pyarrow.parquet as parquet

    config = datafusion.SessionConfig().with_target_partitions(2)
    context = datafusion.SessionContext(config)
    parts = parts_of(folder)
    for name in tables_of(folder):
        for part in parts:
            context.register_parquet(f"{name}_{part.name}", f"{part}/{name}.parquet")
        union = " UNION ALL ".join(f'SELECT * FROM "{name}_{part.name}"' for part in parts)
        context.sql(f'CREATE VIEW "{name}" AS {union}')
    writer, rows = None, 0
    for batch in context.sql(statement).execute_stream():
        batch = batch.to_pyarrow()
        writer = writer or parquet.ParquetWriter(out, batch.schema)
        writer.write_batch(batch)
        rows += batch.num_rows
    writer.close()
    return rows


ENGINES = {"duckdb": duckdb_rows, "datafusion": datafusion_rows}


def main():
    engine, folder, statement_path, out = sys.argv[1:]
    with open(statement_path, encoding="utf-8") as file:
        statement = file.read()
    began = time.monotonic()
    rows = ENGINES[engine](folder, statement, out)
    seconds = time.monotonic() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(json.dumps({"families": rows, "seconds": round(seconds, 3), "peak_mib": peak}))


if __name__ == "__main__":
    main()
