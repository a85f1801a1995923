"""A small template that tests bend, and templates as shipped."""

from __future__ import annotations

import pytest

from lottrack.printing.templates import Template, load_template

SMALL = """\
name = "small"
edition = 3
title = "For tests"
subject = "container"
copies = ["primary", "chart"]
kinds = ["bag"]
stock = "any"
width_mm = 60
height_mm = 40
minimum_module_mm = 0.33
payload_length = 47
sample_payload = "LT.CNNORTH0002L.LBNORTH00319.P0"

[[element]]
type = "text"
name = "identity"
x_mm = 1
y_mm = 1
width_mm = 38
height_mm = 12
text = "{recipient} {container}"
weight = "bold"
largest_pt = 12
smallest_pt = 6
wrap = true
required = true

[[element]]
type = "text"
x_mm = 1
y_mm = 14
width_mm = 38
height_mm = 5
caption = "LOT"
text = "{lot}"
largest_pt = 10
smallest_pt = 5
required = true

[[element]]
type = "text"
name = "serial"
x_mm = 41
y_mm = 20
width_mm = 18
height_mm = 4
text = "{label}"
largest_pt = 6
smallest_pt = 5
required = true

[[element]]
type = "qr"
name = "code"
x_mm = 41
y_mm = 1
size_mm = 18

[[element]]
type = "text"
name = "plan"
x_mm = 1
y_mm = 24.5
width_mm = 58
height_mm = 5
text = "Trial {trial_number} · {protocol} · {sponsor}\\nInvestigator {investigator}"
largest_pt = 8
smallest_pt = 6

[[element]]
type = "text"
name = "training"
x_mm = 1
y_mm = 30
width_mm = 58
height_mm = 4
text = "{training}"
largest_pt = 8
smallest_pt = 6
inverse = true
when = "training"

[[element]]
type = "line"
name = "rule"
x_mm = 1
y_mm = 32
width_mm = 58
height_mm = 0.3
unless = "training"

[[element]]
type = "symbol"
name = "sign"
symbol = "biohazard"
x_mm = 1
y_mm = 35
size_mm = 4
when = "biohazard"

[[element]]
type = "box"
name = "frame"
x_mm = 6
y_mm = 35
width_mm = 20
height_mm = 4
line_mm = 0.3

[sample]
recipient = "P01"
container = "CN-NORTH-0002-L"
lot = "LT-NORTH-0001-F"
label = "LB-NORTH-0031-9"
trial_number = "2025-512345-21-00"
protocol = "MSC-EB v3"
sponsor = "Example Foundation"
investigator = "Dr Łucja Ibáñez"
training = ""
biohazard = ""
"""


@pytest.fixture(scope="session")
def small_text() -> str:
    """The small template's file."""
    return SMALL


@pytest.fixture(scope="session")
def small() -> Template:
    """The small template, loaded."""
    return load_template("small", SMALL)
