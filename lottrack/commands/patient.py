"""``lottrack patient``: the persons for whom cells are made, under codes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from lottrack.commands.base import Answer, noun, say_struck, told, verb
from lottrack.commands.persons import add_consent, add_typing
from lottrack.commands.types import DATE, DECIMAL, YEAR

if TYPE_CHECKING:
    from datetime import date
    from decimal import Decimal

    from lottrack.actions.desk import Telling
    from lottrack.context import Context

patient = noun("patient", "Patients, under codes.")
SEXES = click.Choice(["M", "F"], case_sensitive=False)


@verb(patient, "register", writes="patient register")
@click.option("--code", required=True, help="The patient's code (a pseudonym, never a name).")
@click.option("--born", type=YEAR, required=True, help="Year of birth.")
@click.option("--sex", type=SEXES, required=True, help="Sex, M or F.")
@click.option("--hla", default="", metavar="GLSTRING", help="HLA typing as a GL String.")
@click.option("--weight-kg", type=DECIMAL, metavar="KG", help="Body weight in kg.")
@click.option("--weighed-on", type=DATE, metavar="DATE", help="The day of the weighing.")
@told()
def register(
    context: Context,
    code: str,
    born: int,
    sex: str,
    hla: str,
    weight_kg: Decimal | None,
    weighed_on: date | None,
    telling: Telling,
) -> Answer:
    """Register a patient.

    \b
    Example:
      lottrack patient register --code P01 --born 2021 --sex F \\
          --weight-kg 13.2 --weighed-on 2025-10-28
    """
    from lottrack.actions.families.patients import Weighing, register_patient
    from lottrack.actions.families.persons import NewPerson

    if (weight_kg is None) != (weighed_on is None):
        raise click.UsageError("Give --weight-kg and --weighed-on together.")
    weighing = None
    if weight_kg is not None and weighed_on is not None:
        weighing = Weighing(weight_kg, weighed_on)
    person = NewPerson(code, born, sex, hla)
    return Answer(register_patient(context.writing_desk, person, weighing, telling))


@verb(patient, "weigh", writes="patient weigh")
@click.argument("code")
@click.option("--weight-kg", type=DECIMAL, metavar="KG", required=True, help="Body weight in kg.")
@click.option("--on", "day", type=DATE, metavar="DATE", required=True, help="Day of the weighing.")
@told()
def weigh(context: Context, code: str, weight_kg: Decimal, day: date, telling: Telling) -> Answer:
    """Record a patient's body weight.

    \b
    Example:
      lottrack patient weigh P01 --weight-kg 13.4 --on 2025-11-18
    """
    from lottrack.actions.families.patients import Weighing, weigh_patient

    return Answer(weigh_patient(context.writing_desk, code, Weighing(weight_kg, day), telling))


add_typing(patient, "patient", "P01 --hla 'A*02:01+A*24:02^B*44:02+B*51:01'")
add_consent(patient, "patient", "P01 --kind treatment --document 'ICF 2.1' --on 2025-08-20")


@verb(patient, "band", writes="patient band")
@click.argument("code")
@click.option("--scan", required=True, metavar="SCAN", help="The hospital's own wristband code.")
@click.option("--second", required=True, metavar="USER", help="Who checks it with you.")
@told(witness=False)
def band(context: Context, code: str, scan: str, second: str, telling: Telling) -> Answer:
    """Make the hospital's own wristband known; only a keyed hash of its code is kept.

    \b
    Example:
      lottrack patient band P01 --scan H1234567 --second NURSE2
    """
    from lottrack.actions.families.patients import attach_band

    desk = context.writing_desk
    proof = context.ask_second(second, "as second person")
    return Answer(attach_band(desk, code, scan, proof, telling))


@verb(patient, "show")
@click.argument("code")
def show(context: Context, code: str) -> Answer:
    """Show one patient.

    \b
    Example:
      lottrack patient show P01
    """
    from lottrack.actions.families.patients import show_patient

    return Answer(show_patient(context.desk, code))


@verb(patient, "list", lists=True)
def list_(context: Context) -> Answer:
    """List the patients.

    \b
    Example:
      lottrack patient list
    """
    from lottrack.actions.families.patients import list_patients

    say_struck(context, "patient")
    return Answer(list_patients(context.desk))
