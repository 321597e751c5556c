"""OpenFisca's country template on the people of `template_speed make`: its time and its results.

usage: openfisca_speed.py FOLDER [--runs N] [--write]

Prints JSON: build_s (entities and inputs), wall_s and cpu_s of the calculation alone (the best run).
With --write each variable's float32 column is left in FOLDER for the comparison.
"""

import argparse
import json
import os
import resource
import time

import numpy
from openfisca_core.simulations import SimulationBuilder
from openfisca_country_template import CountryTaxBenefitSystem

MONTH, YEAR = "2017-01", "2017"
VARIABLES = [
    ("age", MONTH),
    ("basic_income", MONTH),
    ("pension", MONTH),
    ("income_tax", MONTH),
    ("social_security_contribution", MONTH),
    ("household_income", MONTH),
    ("housing_allowance", MONTH),
    ("parenting_allowance", MONTH),
    ("housing_tax", YEAR),
    ("disposable_income", MONTH),
    ("total_benefits", MONTH),
    ("total_taxes", MONTH),
]


def column(folder, name):
    return numpy.fromfile(os.path.join(folder, f"{name}.i64"), dtype="<i8")


def simulation(system, people):
    builder = SimulationBuilder()
    builder.create_entities(system)
    starts = people["member_start"]
    persons, households = int(starts[-1]), len(starts) - 1
    builder.declare_person_entity("person", numpy.arange(persons))
    group = builder.declare_entity("household", numpy.arange(households))
    of_household = numpy.repeat(numpy.arange(households), numpy.diff(starts))
    builder.join_with_persons(group, of_household, people["role"])
    made = builder.build(system)
    money = lambda name: (people[name] / 100).astype(numpy.float32)
    made.set_input("birth", "ETERNITY", people["birth"].astype("datetime64[D]"))
    made.set_input("salary", MONTH, money("salary"))
    made.set_input("capital_returns", MONTH, money("capital_returns"))
    made.set_input("rent", MONTH, money("rent"))
    made.set_input("accommodation_size", MONTH, money("accommodation_size"))
    made.set_input("housing_occupancy_status", MONTH, people["housing_occupancy_status"])
    return made


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("folder")
    arguments.add_argument("--runs", type=int, default=3)
    arguments.add_argument("--write", action="store_true")
    options = arguments.parse_args()
    names = ["member_start", "role", "birth", "salary", "capital_returns", "rent"]
    names += ["accommodation_size", "housing_occupancy_status"]
    people = {name: column(options.folder, name) for name in names}
    system = CountryTaxBenefitSystem()
    best = {"build_s": 1e9, "wall_s": 1e9, "cpu_s": 1e9}
    for _ in range(options.runs):
        began = time.perf_counter()
        made = simulation(system, people)
        best["build_s"] = min(best["build_s"], time.perf_counter() - began)
        began, cpu = time.perf_counter(), time.process_time()
        results = {name: made.calculate(name, period) for name, period in VARIABLES}
        best["wall_s"] = min(best["wall_s"], time.perf_counter() - began)
        best["cpu_s"] = min(best["cpu_s"], time.process_time() - cpu)
    if options.write:
        for name, values in results.items():
            values.astype("<f4").tofile(os.path.join(options.folder, f"{name}.f32"))
    best["peak_mib"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps(best))


if __name__ == "__main__":
    main()
