"""The whole loop with a bank that nobody here wrote; tests/mock-bank/run says what it needs.

Seven accounts of one mock bank play seven banks, one situation each. What is expected of every
family was written down here before anything ran (FAMILIES), and at the end the bank's own book
must say the same, to the tiyin.
"""

import argparse
import collections
import datetime
import hashlib
import http.server
import json
import os
import pathlib
import socket
import shutil
import sqlite3
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request

from jwcrypto import jwk, jws

DISTRICT = 1724220
SUM = 27_500_000  # the benefit of a family with one child of five (UP-91 of 02.06.2025), in tiyin
BANKS = {
    # MFO: what its account does. The sums are the money that lies there, in tiyin.
    "00014": dict(behaviour="accept", balance=100 * SUM),
    "00401": dict(behaviour="accept", balance=100 * SUM),
    "00402": dict(behaviour="insufficient-funds", balance=2 * SUM),
    "00403": dict(behaviour="reject-file", balance=100 * SUM),
    "00404": dict(behaviour="return-later", balance=100 * SUM),
    "00405": dict(behaviour="silent", balance=100 * SUM),
    "00406": dict(behaviour="statement-gap", balance=100 * SUM),
}
CREDITED, CLOSED, NOBANK, POOR, LATE = "credited", "AC04", "RC01", "AM04", "AC04 late"
FAMILIES = [
    ("00014", CREDITED), ("00014", CREDITED), ("00014", CREDITED),
    ("00401", CREDITED), ("00401", CLOSED), ("00401", NOBANK),
    ("00402", CREDITED), ("00402", CREDITED), ("00402", POOR),
    ("00403", CREDITED), ("00403", CREDITED),
    ("00404", CREDITED), ("00404", LATE),
    ("00405", CREDITED), ("00405", CREDITED),
    ("00406", CREDITED), ("00406", CREDITED),
]
# The bank that signs its files; the others do not.
SIGNS = "00014"
# What may wait for a person at the end, and nothing else.
GAPS = {("00406", "entries")}


def say(text):
    print(f"mock-bank: {text}", flush=True)


def same(found, expected, what):
    if found != expected:
        sys.exit(f"mock-bank: {what}: expected {expected}, found {found}")


def signature_of(path):
    return path.with_name(path.name + ".jws")


class Signer:
    """A key of the bank, and signatures as any program writes them by RFC 7515."""

    def __init__(self, folder):
        self.key = jwk.JWK.generate(kty="OKP", crv="Ed25519", kid="bank-key", alg="EdDSA", use="sig")
        self.jwks = folder / "bank-keys.json"
        self.jwks.write_text(json.dumps({"keys": [self.key.export_public(as_dict=True)]}))

    def sign(self, path):
        body = path.read_bytes()
        said = {"file": path.name, "bytes": len(body), "sha256": hashlib.sha256(body).hexdigest()}
        token = jws.JWS(json.dumps(said))
        token.add_signature(self.key, protected={"alg": "EdDSA", "kid": "bank-key"})
        signature_of(path).write_text(token.serialize(compact=True) + "\n")


def check_ours(folder, public, names):
    """Our signatures, by a library that nobody here wrote."""
    keys = jwk.JWKSet.from_json(json.dumps(public))
    for name in names:
        token = jws.JWS()
        token.deserialize(signature_of(folder / name).read_text().strip())
        token.verify(keys)
        body = (folder / name).read_bytes()
        expected = {"file": name, "bytes": len(body), "sha256": hashlib.sha256(body).hexdigest()}
        same(json.loads(token.payload), expected, f"what is signed of {name}")


class Treasury(http.server.BaseHTTPRequestHandler):
    """Accepts every order whose sums are right, and funds it when it is asked."""

    orders = {}

    def do_POST(self):
        order = json.loads(self.rfile.read(int(self.headers["content-length"])))
        right = sum(bank["total_minor"] for bank in order["banks"]) == order["total_minor"]
        self.orders[order["order_id"]] = order["total_minor"]
        self.answer(202 if right else 422, {"order_id": order["order_id"], "state": "accepted"})

    def do_GET(self):
        order = self.path.rsplit("/", 1)[1]
        self.answer(200, {"order_id": order, "state": "funded", "funded_minor": self.orders[order],
                          "funded_at": datetime.datetime.now(datetime.timezone.utc).isoformat()})

    def answer(self, status, body):
        body = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class Bank:
    """mock-bank as a process, over HTTP."""

    def __init__(self, program, folder):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        # The country's day, as the files of the export have it.
        zone = datetime.timezone(datetime.timedelta(hours=5))
        today = datetime.datetime.now(zone).date().isoformat()
        self.log = open(folder / "mock-bank.log", "wb")
        self.process = subprocess.Popen(
            [program, "--port", str(port), "--clock", f"{today}T09:00", "--timezone",
             "Asia/Tashkent", "--quiet"], stdout=self.log, stderr=self.log)
        self.address = f"http://127.0.0.1:{port}"
        self.opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        for _ in range(100):
            try:
                self.call("GET", "/_mock/health")
                return
            except OSError:
                time.sleep(0.1)
        sys.exit("mock-bank: it does not start")

    def call(self, method, path, body=None):
        data = body if isinstance(body, bytes) else body and json.dumps(body).encode()
        kind = "application/xml" if isinstance(body, bytes) else "application/json"
        request = urllib.request.Request(self.address + path, data, {"Content-Type": kind}, method=method)
        try:
            with self.opener.open(request, timeout=30) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as refused:
            if refused.code != 422:
                sys.exit(f"mock-bank: {method} {path}: {refused.code} {refused.read()}")
            return json.load(refused)

    def collect(self, folder, signer):
        """What the bank has for us since the last time, as files."""
        files = []
        for message in self.call("GET", "/_mock/mailbox"):
            if message["account"] in {"B" + mfo for mfo in BANKS}:
                path = folder / f"{message['id']:04}-{message['type']}.xml"
                path.write_text(message["body"], encoding="utf-8")
                if message["account"] == "B" + SIGNS:
                    signer.sign(path)
                files.append(path)
        return files


class Daftar:
    def __init__(self, program, folder, treasury):
        self.program, self.folder, self.treasury = program, folder, treasury
        self.database = folder / "country.db"

    def run(self, *args, codes=(0,), secret="", database=None):
        done = subprocess.run(
            [self.program, *map(str, args), "--json", "--quiet",
             "--database", f"sqlite:{database or self.database}"],
            capture_output=True, text=True, env={**os.environ, "DAFTAR_SECRET": secret,
                                                 "DAFTAR_PARTNERS": self.treasury})
        if done.returncode not in codes:
            sys.exit(f"mock-bank: daftar {' '.join(map(str, args))}: {done.returncode}\n"
                     f"{done.stdout}{done.stderr}")
        return json.loads(done.stdout) if done.stdout.startswith(("{", "[")) else None

    def take(self, files, codes=(0, 3), database=None):
        """A day's files: with something for a person in them (3), or without."""
        taken = self.run("pay", "import", *files, codes=codes, database=database)
        counts = collections.Counter()
        for file in taken["files"]:
            counts.update({key: value for key, value in file.items() if isinstance(value, int)})
        return counts

    def payments(self, database=None):
        """Every payment: bank, account, sum, state, reason, by its name in files."""
        with sqlite3.connect(f"file:{database or self.database}?mode=ro", uri=True) as db:
            rows = db.execute(
                "SELECT lower(hex(p.id)), s.mfo, p.account, p.amount_minor, e.state, e.reason "
                "FROM payment p JOIN statement s ON s.id = p.statement LEFT JOIN payment_event e "
                "ON e.payment = p.id AND e.seq = (SELECT MAX(seq) FROM payment_event l "
                "WHERE l.payment = p.id)").fetchall()
        return {row[0]: (f"{row[1]:05}", *row[2:]) for row in rows}


def pinfl(sex_and_century, day, serial):
    digits = f"{sex_and_century}{day}300{serial:03}"
    return digits + str(sum(int(d) * (7, 3, 1)[at % 3] for at, d in enumerate(digits)) % 10)


def iban(account):
    return f"UZ{98 - int(account + '303500') % 97:02}{account}"


def person(no):
    return f"2261800012345678{no:04}"


def ours(mfo):
    return f"234020003001000{mfo}"


def register(daftar, folder):
    """The families of FAMILIES, all entitled, in one district with money for all."""
    daftar.run("init", "--country", "uz")
    persons = ["family,dwelling,district,mahalla,pinfl,role,tie,family_name,given_name,patronymic,sex,born,died,phone"]
    incomes = ["pinfl,kind,detail,payer,month,amount_minor,source,as_of"]
    accounts = ["pinfl,mfo,account,balance_minor,card,source,as_of"]
    for no, (mfo, _) in enumerate(FAMILIES):
        mother, child = pinfl(4, "120590", no), pinfl(5, "010320", no)
        place = f"F{no},D{no},{DISTRICT},{DISTRICT}001"
        persons.append(f"{place},{mother},head,,Sinova,Ona,,f,1990-05-12,,")
        persons.append(f"{place},{child},child,own,Sinov,Bola,,m,2020-03-01,,")
        for month in ("2025-06", "2025-07", "2025-08"):
            incomes.append(f"{mother},wage,,Paxta MCHJ,{month},20000000,tax,2025-09-01")
        accounts.append(f"{mother},{mfo},{person(no)},0,yes,bank,2025-09-01")
    lists = "wage,self_employment,pension,employment,property,vehicle,disability,other_income"
    for name, rows, complete in (("persons", persons, None), ("incomes", incomes, lists),
                                 ("accounts", accounts, "account")):
        path = folder / f"{name}.csv"
        path.write_text("\n".join(rows) + "\n", encoding="utf-8")
        daftar.run("import", path, *(("--complete", complete) if complete else ()))
    daftar.run("budget", "--district", DISTRICT, "--programme", "child_benefit", "--month", "2025-10",
               "--som", len(FAMILIES) * SUM // 100)
    awarded = daftar.run("assess", "--on", "2025-09-05", "--award")
    same(awarded["awarded"], len(FAMILIES), "families awarded")


def funded_run(daftar, signer):
    treasurers = [daftar.run("account", "add", f"treasurer{no}", "--role", "treasurer") for no in (1, 2)]
    for mfo in BANKS:
        daftar.run("pay", "channel", mfo, "--account", ours(mfo), "--owner", "Agency of the test", "--iban",
                   *(("--jwks", signer.jwks) if mfo == SIGNS else ()))
    run = daftar.run("pay", "build", "2025-10")[0]
    same((run["lines"], run["total_minor"]), (len(FAMILIES), len(FAMILIES) * SUM), "the run")
    for no, treasurer in enumerate(treasurers, 1):
        daftar.run("pay", "approve", run["run"], "--login", f"treasurer{no}", secret=treasurer["secret"])
    same(daftar.run("pay", "send", run["run"])[0]["state"], "funded", "the run's state")
    return run["run"]


def validate(schemas, files):
    """By the published schemas; answers how many were."""
    done = 0
    for file in files if schemas else ():
        name = file.read_text(encoding="utf-8").split("tech:xsd:", 1)[1].split('"', 1)[0]
        found = sorted(pathlib.Path(schemas).rglob(f"{name}.xsd"))
        if found:
            subprocess.run(["xmllint", "--noout", "--schema", found[0], file], check=True,
                           stderr=subprocess.DEVNULL)
            done += 1
    return done


def open_accounts(bank):
    for mfo, account in BANKS.items():
        parameters = {"days": 3, "reason": "AC04"} if mfo == "00404" else {}
        # The one payment that comes back late is named when its file is known.
        behaviour = "accept" if mfo == "00404" else account["behaviour"]
        bank.call("POST", "/_mock/accounts",
                  {"id": "B" + mfo, "name": "Agency of the test", "iban": iban(ours(mfo)), "currency": "UZS",
                   "balance": account["balance"], "behaviour": behaviour, "parameters": parameters})
    for no, (_, fate) in enumerate(FAMILIES):
        if fate in (CLOSED, NOBANK):
            behaviour = "closed-account" if fate == CLOSED else "bad-bank-id"
            bank.call("POST", "/_mock/accounts",
                      {"id": f"P{no}", "name": "A person", "iban": iban(person(no)), "currency": "UZS",
                       "balance": 0, "behaviour": behaviour})


def loop(daftar, bank, folder, schemas):
    signer = Signer(folder)
    run = funded_run(daftar, signer)
    out, key = folder / "out", folder / "our-key"
    public = daftar.run("signing-key", "make", key)
    export = ("pay", "export", run, "--out", out, "--signing-key", key)
    manifest = daftar.run(*export)
    names = [file["file"] for file in manifest["files"]] + ["manifest.json"]
    check_ours(out, public, names)
    say(f"{len(names)} signatures of ours are checked by jwcrypto")
    same(manifest["total_minor"], len(FAMILIES) * SUM, "the manifest's total")
    same(json.loads((out / "manifest.json").read_text()), manifest, "the manifest on the disk")
    files = {file["bank"]: out / file["file"] for file in manifest["files"]}
    same(sorted(files), sorted(BANKS), "banks with a file")
    validated = validate(schemas, files.values())
    silent = daftar.run("pay", "worklist", "--silent-after", 0, codes=(3,))["silent"]
    same(sorted(one["bank"] for one in silent), sorted(BANKS), "banks that say nothing yet")

    open_accounts(bank)
    payments = daftar.payments()
    late = next(name for name, row in payments.items()
                if row[1] == person(next(no for no, one in enumerate(FAMILIES) if one[1] == LATE)))
    bank.call("PATCH", "/_mock/accounts/B00404", {
        "behaviour": "return-later", "parameters": {"days": 3, "reason": "AC04", "end_to_end_id": late}})
    for mfo, path in files.items():
        answer = bank.call("POST", "/payments", path.read_bytes())
        same(answer["findings"], [], f"findings about the file for {mfo}")

    inbox = folder / "in"
    inbox.mkdir()
    came = bank.collect(inbox, signer)
    changed_bytes_are_refused(daftar, folder, next(path for path in came if signature_of(path).exists()))
    taken = daftar.take(came, codes=(3,))
    same(taken["rejected_files"], 1, "files rejected whole")
    rejected = daftar.run("pay", "worklist", codes=(3,))["rejected"]
    same([(one["bank"], one["reason"]) for one in rejected], [("00403", "FF01")], "the rejected file")
    say("a rejected file is seen; nothing of it is lost or paid")

    # The bank mends itself, and the same payments go to it under another name of the file.
    bank.call("PATCH", "/_mock/accounts/B00403", {"behaviour": "accept"})
    second = daftar.run(*export)
    again = {file["bank"]: file for file in second["files"]}["00403"]
    same((again["attempt"], again["total_minor"]), (2, 2 * SUM), "the second file")
    validated += validate(schemas, [out / again["file"]])
    bank.call("POST", "/payments", (out / again["file"]).read_bytes())

    # The same file twice.
    before = daftar.payments()
    bank.call("POST", "/payments", files["00014"].read_bytes())
    came += (fresh := bank.collect(inbox, signer))
    taken = daftar.take(fresh, codes=(0,))
    same(taken["duplicate_files"], 1, "duplicates")
    same({k: v for k, v in daftar.payments().items() if v[0] == "00014"},
         {k: v for k, v in before.items() if v[0] == "00014"}, "payments of the file sent twice")
    say("a file sent twice changes nothing")
    copy = folder / "backwards.db"
    # The key of the access log lies beside the database.
    shutil.copy(f"{daftar.database}.log-key", f"{copy}.log-key")
    with sqlite3.connect(daftar.database) as one, sqlite3.connect(copy) as other:
        one.backup(other)

    # Two weeks, day by day, with a day's files in each.
    later = []
    for _ in range(14):
        bank.call("POST", "/_mock/advance?days=1")
        fresh = bank.collect(inbox, signer)
        later += fresh
        if fresh:
            same(daftar.take(fresh)["unmatched"], 0, "unmatched lines")
    validated += validate(schemas, came + later)
    say(f"{len(came) + len(later)} messages of the bank are taken in, {validated} files validated")
    return came, later, copy


def changed_bytes_are_refused(daftar, folder, path):
    """A file of the bank that signs, with one byte changed, and without its signature."""
    changed = folder / path.name
    changed.write_bytes(path.read_bytes().replace(b"</", b" </", 1))
    for beside in (True, False):
        if beside:
            shutil.copy(signature_of(path), signature_of(changed))
        else:
            signature_of(changed).unlink()
        taken = daftar.run("pay", "import", changed, codes=(1,))
        same(len(taken["unread"]), 1, "files that are not as the bank signed them")
    say("a changed byte and a missing signature are refused")


def compare(daftar, bank):
    """What was expected, what we say, what the bank's own book says."""
    fates = {person(no): (mfo, fate) for no, (mfo, fate) in enumerate(FAMILIES)}
    book = {}
    for payment in bank.call("GET", "/_mock/payments"):  # the newest first
        book.setdefault(payment["end_to_end_id"], payment)
    paid = collections.Counter()
    ours_now = daftar.payments()
    same(sorted(book), sorted(ours_now), "payments in the bank's book")
    for name, (mfo, account, amount, state, reason) in ours_now.items():
        expected_mfo, fate = fates[account]
        expected = ("credited", None) if fate == CREDITED else ("returned", fate.split()[0])
        same((mfo, amount, (state, reason)), (expected_mfo, SUM, expected), f"payment to {fate}")
        theirs = book[name]
        if theirs["returned_at"]:
            told = ("returned", theirs["return_reason"])
        elif theirs["status"] == "rejected":
            told = ("returned", theirs["reason"])
        else:
            told = ("credited" if theirs["booked_at"] else "waits", None)
        same((theirs["amount"], told), (amount, (state, reason)), f"the bank's book of a payment to {fate}")
        paid[mfo] += amount if state == "credited" else 0
    for mfo, account in BANKS.items():
        left = bank.call("GET", f"/_mock/accounts/B{mfo}")["balance"]
        same(account["balance"] - left, paid[mfo], f"money that left the account in {mfo}")
    say(f"{len(book)} payments, {sum(paid.values())} tiyin credited: the bank's book says the same")


def verify(daftar, database=None):
    for check in daftar.run("verify", database=database):
        # What is not covered is told, and is no difference: the persons came with an import.
        told = [one for one in check["examples"] if not one.endswith("not covered")]
        same((check["differences"], told), (0, []), check["name"])


def main():
    arguments = argparse.ArgumentParser()
    for name in ("daftar", "folder", "bank"):
        arguments.add_argument(name)
    arguments.add_argument("--schemas")
    given = arguments.parse_args()
    folder = pathlib.Path(given.folder)
    treasury = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Treasury)
    threading.Thread(target=treasury.serve_forever, daemon=True).start()
    daftar = Daftar(given.daftar, folder, f"http://127.0.0.1:{treasury.server_port}")
    register(daftar, folder)
    bank = Bank(given.bank, folder)
    try:
        came, later, copy = loop(daftar, bank, folder, given.schemas)
        compare(daftar, bank)
    finally:
        bank.process.terminate()
        bank.process.wait()
    same([run["state"] for run in daftar.run("pay", "list")], ["answered"], "the run, whose returns wait")
    list_ = daftar.run("pay", "worklist", "--silent-after", 0, codes=(3,))
    same({(gap["bank"], gap["kind"]) for gap in list_["gaps"]}, GAPS, "gaps that are seen")
    same((list_["unmatched"], list_["rejected"], list_["silent"]), ([], [], []), "what else waits")
    say("the hole in a statement is seen, and nothing else waits")

    before = daftar.payments()
    for files in (came, later):
        same(daftar.take(files)["unchanged"], len(files), "files that were taken before")
    same(daftar.payments(), before, "payments after every file came again")
    for file in reversed(later):
        daftar.take([file], database=copy)
    same(daftar.payments(copy), before, "payments when the files come backwards")
    say("every file again changes nothing; the files backwards end the same")
    verify(daftar)
    verify(daftar, copy)
    say("daftar verify holds")


if __name__ == "__main__":
    main()
