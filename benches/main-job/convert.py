"""Turns the public-domain survey extract of taxcalc (cps.csv.gz) into Daftar's import files.

Real in it: households, families in one dwelling, ages, wages, self-employment, pensions, benefits.
Made up: names, numbers, days of birth inside the extract's age brackets (by seed), districts.

Scale: one dollar a year becomes SOUM_PER_DOLLAR so'm a month, so that some families fall below the
poverty line of 715 000 so'm a head. Income lines are given as agencies give them: by person,
source and month, for three months. Whoever heads a family has a card at one of five banks; its balance
is what would earn the extract's yearly interest at INTEREST_A_YEAR. The extract is repeated with new ids
up to --persons persons.

usage: convert.py CPS_CSV_GZ OUT_FOLDER --persons N [--seed S]
"""

import argparse
import csv
import datetime
import gzip
import os
import random

SOUM_PER_DOLLAR = 60  # so'm a month for each dollar a year
TIYIN = 100
INTEREST_A_YEAR = 0.04
MONTHS = ("2025-10", "2025-11", "2025-12")
ON = datetime.date(2026, 1, 26)
BANKS = ("00601", "00602", "00603", "00604", "00605")
WEIGHTS = (7, 3, 1)
SYLLABLES = ("ba", "do", "fa", "gu", "ka", "lo", "ma", "ni", "ra", "sa", "to", "zu")


class Pinfls:
    """Numbers with right check digits, each day and sex counted on, so that none is given twice."""

    def __init__(self):
        self.given = {}

    def make(self, female, born):
        century = {18: 1, 19: 3, 20: 5}[born.year // 100] + (1 if female else 0)
        stem = f"{century}{born:%d%m%y}"
        serial = self.given.get(stem, 0)
        self.given[stem] = serial + 1
        digits = f"{stem}{serial:06d}"
        check = sum(int(d) * WEIGHTS[i % 3] for i, d in enumerate(digits)) % 10
        return f"{digits}{check}"


def born_at(age, chance):
    """A day of birth of somebody who has completed `age` years on ON."""
    latest = ON.replace(year=ON.year - age)
    return latest - datetime.timedelta(days=chance.randrange(0, 365))


def name(chance):
    return "".join(chance.choice(SYLLABLES) for _ in range(3)).capitalize()


def children(row, chance):
    """Ages of the children under 18, from the counts of the brackets 0-5, 6-12 and 13-17."""
    nu06, nu13, nu18 = int(row["nu06"]), int(row["nu13"]), int(row["nu18"])
    head_is_minor = int(row["age_head"]) < 18
    ages = [chance.randrange(0, 6) for _ in range(nu06)]
    ages += [chance.randrange(6, 13) for _ in range(max(0, nu13 - nu06))]
    ages += [chance.randrange(13, 18) for _ in range(max(0, nu18 - nu13 - head_is_minor))]
    return ages


def monthly(dollars_a_year):
    return max(0, round(float(dollars_a_year))) * SOUM_PER_DOLLAR * TIYIN


def incomes(row, who):
    """(kind, detail, tiyin a month) of the head or the spouse."""
    suffix = "p" if who == "head" else "s"
    yield "wage", "", monthly(row["e00200" + suffix])
    yield "self_employment", "", monthly(row["e00900" + suffix])
    if who == "head":
        pension = float(row["e01500"]) + float(row["e02400"])
        yield "pension", "old_age", monthly(pension)
        benefits = float(row["ssi_ben"]) + float(row["tanf_ben"])
        yield "pension", "allowance", monthly(benefits)


def account(number):
    """The card of the family with this number: MFO and twenty digits."""
    return BANKS[number % len(BANKS)], f"22618000{number:012d}"


def balance(row):
    """Tiyin that earn the extract's interest; a dollar a year is SOUM_PER_DOLLAR so'm a month."""
    interest = max(0.0, float(row["e00300"]))
    return round(interest / INTEREST_A_YEAR) * SOUM_PER_DOLLAR * 12 * TIYIN


def districts(path):
    with open(path, encoding="utf-8") as lines:
        rows = csv.DictReader(line for line in lines if not line.startswith("#"))
        return [row["code"] for row in rows if len(row["code"]) == 7]


def convert(source, out, persons_max, seed, soato):
    chance = random.Random(seed)
    pinfls = Pinfls()
    codes = districts(soato)
    os.makedirs(out, exist_ok=True)
    persons_csv = open(os.path.join(out, "persons.csv"), "w", newline="", encoding="utf-8")
    incomes_csv = open(os.path.join(out, "incomes.csv"), "w", newline="", encoding="utf-8")
    persons = csv.writer(persons_csv)
    accounts_csv = open(os.path.join(out, "accounts.csv"), "w", newline="", encoding="utf-8")
    lines = csv.writer(incomes_csv)
    accounts = csv.writer(accounts_csv)
    persons.writerow(
        "family dwelling district mahalla pinfl role tie family_name given_name patronymic sex born died phone".split()
    )
    lines.writerow("pinfl kind detail payer month amount_minor source as_of".split())
    accounts.writerow("pinfl mfo account balance_minor card source as_of".split())
    with gzip.open(source, "rt") as extract:
        rows = list(csv.DictReader(extract))
    written = families = copies = income_lines = 0
    while written < persons_max:
        for row in rows:
            if written >= persons_max:
                break
            families += 1
            district = codes[(int(row["fips"]) * 7 + int(row["h_seq"])) % len(codes)]
            home = (f"F{families}", f"D{copies}-{row['fips']}-{row['h_seq']}", district, mahalla(district, int(row["h_seq"])))
            surname = name(chance)
            adults = [("head", int(row["age_head"]), chance.random() < 0.5)]
            if float(row["age_spouse"]) > 0:  # 0 is nobody
                adults.append(("spouse", max(18, int(row["age_spouse"])), not adults[0][2]))
            for role, age, female in adults:
                born = born_at(age, chance)
                pinfl = pinfls.make(female, born)
                persons.writerow([*home, pinfl, role, "", surname, name(chance), "", "f" if female else "m", born, "", ""])
                written += 1
                if role == "head":
                    mfo, number = account(families)
                    accounts.writerow([pinfl, mfo, number, balance(row), "yes", "bank", ON])
                for kind, detail, amount in incomes(row, role):
                    if amount:
                        for month in MONTHS:
                            lines.writerow([pinfl, kind, detail, "Korxona", month, amount, source_of(kind), ON])
                            income_lines += 1
            for age in children(row, chance):
                female = chance.random() < 0.5
                born = born_at(age, chance)
                pinfl = pinfls.make(female, born)
                persons.writerow([*home, pinfl, "child", "own", surname, name(chance), "", "f" if female else "m", born, "", ""])
                written += 1
        copies += 1
    print(f"persons {written} families {families} income_lines {income_lines}")


def source_of(kind):
    return "pension_fund" if kind == "pension" else "tax"


def mahalla(district, number):
    """A mahalla code under the district; see kernel::territory."""
    return f"{district}{number % 40 + 1:03d}"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cps_csv_gz")
    parser.add_argument("out")
    parser.add_argument("--persons", type=int, required=True)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--soato", default=os.path.join(os.path.dirname(__file__), "../../data/uz/soato.csv"))
    given = parser.parse_args()
    convert(given.cps_csv_gz, given.out, given.persons, given.seed, given.soato)
