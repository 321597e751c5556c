"""The main job, step by step, each step the shipped binary as a process of its own.

A step's seconds are those of the whole process, its start and end included. Peak memory is the
largest sum over the Daftar processes that run at once. The sandbox (treasury, banks, agencies) is a
process of its own and counts neither as time of Daftar's nor as its memory, but takes its share of
the machine while it answers.

usage: bench.py FOLDER_OF_BINARIES CPS_CSV_GZ [--quick] [--persons N] [--seed S] [--keep FOLDER]
"""

import argparse
import atexit
import csv
import datetime
import json
import os
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
import uuid

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import convert  # noqa: E402

WHOLE_LISTS = "wage,self_employment,pension,other_income,property,vehicle,account,employment"
REGIME = "uz-654b"
ASSESSED_ON = "2026-01-26"
PAID_IN = "2026-02"
PROGRAMMES = ("child_benefit", "material_assistance")
# Enough for everybody: who waits for a budget is a matter of the demo.
LIMIT_SOM = 900_000_000_000
CLOSED_PER_MILLE = 5
APPLICATIONS = 200
# The district that single applications come from.
DISTRICT_FAMILIES = 2_000


def call(method, url, body=None, token=None):
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data=data, method=method)
    request.add_header("content-type", "application/json")
    if token:
        request.add_header("authorization", f"Bearer {token}")
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.loads(answer.read() or b"null")


class Process:
    """A process that serves until it is stopped; its first line says its address."""

    def __init__(self, arguments, stream):
        streams = {stream: subprocess.PIPE}
        self.child = subprocess.Popen(arguments, text=True, **streams)
        # Whatever ends the bench ends it too.
        atexit.register(self.child.kill)
        self.out = getattr(self.child, stream)
        self.address = next(w for w in self.out.readline().split() if w.startswith("http://"))
        threading.Thread(target=lambda: [None for _ in self.out], daemon=True).start()

    def stop(self):
        """Ends it and answers its peak memory in MiB."""
        self.child.terminate()
        _, _, usage = os.wait4(self.child.pid, 0)
        self.child.returncode = 0
        return usage.ru_maxrss // 1024


class Bench:
    def __init__(self, binaries, folder):
        self.daftar = os.path.join(binaries, "daftar")
        self.sandbox = os.path.join(binaries, "sandbox")
        self.folder = folder
        self.database = os.path.join(folder, "country.db")
        self.peak_mib = 0

    def path(self, name):
        return os.path.join(self.folder, name)

    def run(self, *arguments, database=None, secret=None):
        """One command to its end: (its JSON, seconds)."""
        environment = dict(os.environ)
        if secret:
            environment["DAFTAR_SECRET"] = secret
        database = f"sqlite:{database or self.database}"
        command = [self.daftar, *arguments, "--database", database, "--json", "--quiet"]
        began = time.perf_counter()
        child = subprocess.Popen(command, stdout=subprocess.PIPE, env=environment)
        out = child.stdout.read()
        _, status, usage = os.wait4(child.pid, 0)
        seconds = time.perf_counter() - began
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode:
            raise SystemExit(f"{' '.join(arguments)} ended with {child.returncode}: {out.decode()}")
        self.peak_mib = max(self.peak_mib, usage.ru_maxrss // 1024)
        tell(" ".join(arguments[:2]), f"{seconds:8.2f} s  {usage.ru_maxrss // 1024:5} MiB")
        return json.loads(out), seconds

    def treasurer(self, login):
        opened, _ = self.run("account", "add", login, "--role", "treasurer")
        return login, opened["secret"]


def tell(what, figures):
    print(f"{what:34} {figures}", file=sys.stderr, flush=True)


def rows(path):
    with open(path, "rb") as lines:
        return sum(1 for _ in lines) - 1


def write_plan(bench, soato):
    path = bench.path("budget.csv")
    with open(path, "w", encoding="utf-8") as plan:
        plan.write("district,programme,month,som\n")
        for district in convert.districts(soato):
            for programme in PROGRAMMES:
                plan.write(f"{district},{programme},{PAID_IN},{LIMIT_SOM}\n")
    return path


def register(bench, extract, persons, seed, soato):
    """Import: persons, incomes by person, source and month, cards."""
    # A process of its own: the peak that the system tells of a child begins with ours.
    converter = [sys.executable, convert.__file__, extract, bench.folder, "--soato", soato]
    subprocess.run([*converter, "--persons", str(persons), "--seed", str(seed)], check=True, stdout=sys.stderr)
    files = [bench.path(name) for name in ("persons.csv", "incomes.csv", "accounts.csv")]
    bench.run("init", "--country", "uz")
    imported, seconds = bench.run("import", "--complete", WHOLE_LISTS, *files)
    rejected = sum(one["rejected"] for one in imported)
    if rejected:
        raise SystemExit(f"{rejected} rows were rejected")
    return imported[0]["accepted"], seconds


def assess(bench, soato):
    """Every family by the law with its decision stored; then the awards within the budget."""
    assessed, seconds = bench.run("assess", "--regime", REGIME, "--on", ASSESSED_ON)
    bench.run("budget", "--file", write_plan(bench, soato))
    awarded, _ = bench.run("assess", "--regime", REGIME, "--on", ASSESSED_ON, "--award")
    if assessed["malformed"] or assessed["unknown"]:
        raise SystemExit(f"families that could not be assessed: {assessed}")
    return assessed, awarded, seconds


def pay(bench):
    """Order, statements, credit: the treasury and the banks answer on the next day."""
    banks = Process(
        [bench.sandbox, "serve", "--port", "0", "--families", "50", "--cards", bench.path("accounts.csv"),
         "--start", "2026-02-04T09:00:00+05:00", "--fault-return-per-mille", str(CLOSED_PER_MILLE)],
        "stdout",
    )
    partners = ("--partners", banks.address)
    treasurers = [bench.treasurer(login) for login in ("treasurer-1", "treasurer-2")]
    built, build_s = bench.run("pay", "build", PAID_IN)
    run = built[0]["run"]
    for login, secret in treasurers:
        bench.run("pay", "approve", run, "--login", login, secret=secret)
    bench.run("pay", "send", run, *partners)
    call("POST", f"{banks.address}/clock", {"now": "2026-02-05T09:00:00+05:00"})
    _, send_s = bench.run("pay", "send", run, *partners)
    call("POST", f"{banks.address}/clock", {"now": "2026-02-06T09:00:00+05:00"})
    collected, collect_s = bench.run("pay", "collect", run, *partners)
    book = books(banks.address)
    banks.stop()
    return collected[0], build_s, send_s, collect_s, book


def books(address):
    """(lines, lines credited, tiyin credited) of all banks' own books."""
    lines = credited = minor = 0
    for mfo in convert.BANKS:
        after = 0
        while True:
            page = call("GET", f"{address}/banks/{mfo}/book?after={after}")["entries"]
            if not page:
                break
            after = page[-1]["seq"]
            lines += len(page)
            paid = [entry["amount_minor"] for entry in page if entry["outcome"] == "credited"]
            credited += len(paid)
            minor += sum(paid)
    return lines, credited, minor


def differences(bench, run, book):
    """Between our ledger, our lines and the banks' own books: must be none."""
    lines, credited, minor = book
    db = sqlite3.connect(f"file:{bench.database}?mode=ro", uri=True)
    ours = db.execute(
        "SELECT COUNT(*), COALESCE(SUM(p.amount_minor), 0) FROM payment p WHERE EXISTS "
        "(SELECT 1 FROM payment_event e WHERE e.payment = p.id AND e.state = 'credited')"
    ).fetchone()
    return abs(ours[0] - credited) + abs(ours[1] - minor) + abs(run["lines"] - lines)


def applications(bench, count):
    """Milliseconds from sending an application to its assessment standing in the database."""
    folder = bench.path("district")
    os.makedirs(folder)
    database = os.path.join(folder, "district.db")
    families = str(DISTRICT_FAMILIES)
    subprocess.run([bench.sandbox, "export", "--families", families, "--out", folder], check=True,
                   stdout=subprocess.DEVNULL)
    bench.run("init", "--country", "uz", database=database)
    bench.run("import", os.path.join(folder, "persons.csv"), database=database)
    heads = heads_of(os.path.join(folder, "persons.csv"))[:count]
    workers = {}
    for mahalla in sorted({mahalla for _, mahalla in heads}):
        login = f"worker-{mahalla}"
        opened, _ = bench.run("account", "add", login, "--role", "mahalla_worker", "--territory", mahalla,
                              database=database)
        workers[mahalla] = {"login": login, "secret": opened["secret"]}
    keys = os.path.join(folder, "agency-keys")
    agencies = Process(
        [bench.sandbox, "serve", "--port", "0", "--families", families, "--fault-late-per-mille", "0",
         "--fault-timeout-per-mille", "0", "--keys", keys,
         "--start", datetime.datetime.now().strftime("%Y-%m-%dT%H:%M:%S+05:00")],
        "stdout",
    )
    served = Process(
        [bench.daftar, "serve", "--http", "127.0.0.1:0", "--partners", agencies.address,
         "--agency-keys", keys, "--database", f"sqlite:{database}"],
        "stderr",
    )
    sign_in = f"{served.address}/api/sign-in"
    tokens = {mahalla: call("POST", sign_in, worker)["token"] for mahalla, worker in workers.items()}
    db = sqlite3.connect(f"file:{database}?mode=ro", uri=True, isolation_level=None)
    took = [one_application(served.address, tokens[mahalla], db, pinfl) for pinfl, mahalla in heads]
    took = [one for one in took if one]
    tell("applications", f"{len(took)} of {len(heads)} assessed at once")
    bench.peak_mib = max(bench.peak_mib, served.stop())
    agencies.stop()
    return statistics.median(took), sorted(took)[int(len(took) * 0.95)]


def heads_of(path):
    with open(path, encoding="utf-8") as lines:
        found = list(csv.DictReader(lines))
    return [(row["pinfl"], row["mahalla"]) for row in found if row["role"] == "head" and not row["died"]]


def one_application(address, token, db, pinfl):
    began = time.perf_counter()
    body = {"id": str(uuid.uuid4()), "pinfl": pinfl, "consent": True, "bank_consent": True}
    case = call("POST", f"{address}/api/applications", body, token)["case"]
    key = (uuid.UUID(case).bytes,)
    while not db.execute("SELECT 1 FROM assessment WHERE subject = ?", key).fetchone():
        # The old register holds some as alive of whom the civil registry knows better.
        if db.execute("SELECT 1 FROM case_event WHERE case_id = ? AND kind = 'agency_silent'", key).fetchone():
            return None
        if time.perf_counter() - began > 10:
            raise SystemExit(f"case {case} is not assessed after ten seconds")
        time.sleep(0.0005)
    return (time.perf_counter() - began) * 1000


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binaries")
    parser.add_argument("cps_csv_gz")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--persons", type=int)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", help="a folder for files and database, which then stay")
    given = parser.parse_args()
    persons_wanted = given.persons or (50_000 if given.quick else 1_000_000)
    soato = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../data/uz/soato.csv")
    folder = given.keep or tempfile.mkdtemp(prefix="daftar-bench.")
    os.makedirs(folder, exist_ok=True)
    try:
        measure(Bench(given.binaries, folder), given, persons_wanted, soato)
    finally:
        if not given.keep:
            shutil.rmtree(folder)


def measure(bench, given, persons_wanted, soato):
    persons, import_s = register(bench, given.cps_csv_gz, persons_wanted, given.seed, soato)
    assessed, awarded, assess_s = assess(bench, soato)
    run, build_s, send_s, collect_s, book = pay(bench)
    apart = differences(bench, run, book)
    _, verify_s = bench.run("verify")
    p50, p95 = applications(bench, 50 if given.quick else APPLICATIONS)
    rate = lambda count, seconds: round(count / seconds)  # noqa: E731
    result = {
        "persons": persons,
        "income_lines": rows(bench.path("incomes.csv")),
        "families": assessed["families"],
        "awarded": awarded["awarded"],
        "lines": run["lines"],
        "credited": book[1],
        "differences": apart,
        "import_persons_per_s": rate(persons, import_s),
        "assess_families_per_s": rate(assessed["families"], assess_s),
        "award_families_per_s": rate(awarded["awarded"], awarded["award_seconds"]),
        "run_lines_per_s": rate(run["lines"], build_s),
        "send_lines_per_s": rate(run["lines"], send_s),
        "reconcile_lines_per_s": rate(run["lines"], collect_s),
        "verify_s": round(verify_s, 1),
        "application_ms_p50": round(p50, 1),
        "application_ms_p95": round(p95, 1),
        "peak_mib": bench.peak_mib,
    }
    for key, value in result.items():
        tell(key, f"{value:>12,}")
    print(json.dumps(result))
    if apart:
        raise SystemExit("the books differ")


if __name__ == "__main__":
    main()
