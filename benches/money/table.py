"""The figures of both databases side by side, and as JSON. usage: table.py SQLITE_JSON POSTGRES_JSON"""

import json
import sys

# What openIMIS runs for one line of a payroll, by the counting that the issue names.
OPENIMIS_STATEMENTS = 77

found = {}
for name, path in zip(("sqlite", "postgres"), sys.argv[1:]):
    with open(path, encoding="utf-8") as file:
        found[name] = json.load(file)
print(f"{'':28}", *(f"{name:>14}" for name in found))
for row in found["sqlite"]:
    if row != "run":
        print(f"{row:28}", *(f"{figures[row]:>14,}" for figures in found.values()))
ratios = (OPENIMIS_STATEMENTS / figures["statements_per_line"] for figures in found.values())
print(f"{'openimis_statements_ratio':28}", *(f"{ratio:>14,.0f}" for ratio in ratios))
print(json.dumps(found))
