"""The people of the training record: each is named by role, and all share one training secret."""

from __future__ import annotations

from typing import NamedTuple

ADMINISTRATOR = "ADMIN1"

SECRET = "training only"  # noqa: S105 - printed at the end of the demo, good for nothing else
"""The secret of everybody in the training record."""


class Person(NamedTuple):
    """Somebody who acts: the code to sign in with, a name, the role."""

    code: str
    name: str
    role: str


PEOPLE = (
    Person("TECHNICIAN1", "Technician One", "technician"),
    Person("TECHNICIAN2", "Technician Two", "technician"),
    Person("LEAD1", "Production Lead One", "production_lead"),
    Person("QC1", "Quality Control One", "qc"),
    Person("QC2", "Quality Control Two", "qc"),
    Person("QA1", "Quality Assurance One", "qa"),
    Person("RP1", "Responsible Person One", "responsible_person"),
    Person("QP1", "Qualified Person One", "qp"),
    Person("PHARMACIST1", "Pharmacist One", "pharmacist"),
    Person("PHARMACIST2", "Pharmacist Two", "pharmacist"),
    Person("CLINICIAN1", "Clinician One", "clinician"),
    Person("NURSE1", "Nurse One", "nurse"),
    Person("NURSE2", "Nurse Two", "nurse"),
    Person("COURIER1", "Courier One", "courier"),
    Person("INSPECTOR1", "Inspector One", "inspector"),
)
"""Everybody but the administrator, in the order they are registered."""
