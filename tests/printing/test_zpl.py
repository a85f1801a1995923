"""A print job is the very picture that was read back, and nothing a person wrote."""

from __future__ import annotations

import io
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops

from lottrack.errors import LabelError
from lottrack.printing import zpl as jobs
from lottrack.printing.codes import read_printed
from lottrack.printing.rendering import Rendered, render, render_sample
from lottrack.printing.templates import Template
from lottrack.printing.zpl import read_back, zpl


def picture(png: bytes) -> Image.Image:
    with Image.open(io.BytesIO(png)) as image:
        image.load()
        return image.convert("1")


def pictures(job: bytes) -> list[Image.Image]:
    return [
        Image.frombytes("1", (label.width, label.height), label.dots) for label in read_back(job)
    ]


@pytest.mark.parametrize("dpi", [300, 600])
def test_the_printer_gets_the_dots_that_were_drawn(small: Template, dpi: int) -> None:
    label = render_sample(small, dpi=dpi)
    (back,) = pictures(zpl([label]))
    assert back.size == picture(label.png).size
    assert (
        ImageChops.difference(back.convert("L"), picture(label.png).convert("L")).getbbox() is None
    )
    assert read_printed(back) == [label.payload]


def test_the_graphic_field_is_black_where_the_label_is(small: Template) -> None:
    label = render_sample(small, dpi=300)
    row, rest = (label.width + 7) // 8, label.width % 8
    field = re.search(rb"\^GFA,(\d+),(\d+),(\d+),([0-9A-F]+)\^FS", zpl([label]))
    assert [int(number) for number in field.groups()[:3]] == [row * label.height] * 2 + [row]
    inked = Image.frombytes("1", (row * 8, label.height), bytes.fromhex(field[4].decode()))
    drawn = ImageChops.invert(picture(label.png).convert("L"))
    assert rest != 0
    assert (
        ImageChops.difference(inked.convert("L").crop((0, 0, *drawn.size)), drawn).getbbox() is None
    )
    assert inked.crop((drawn.width, 0, row * 8, label.height)).getextrema() == (0, 0)


def test_several_labels_are_one_job_in_their_order(small: Template) -> None:
    one = render_sample(small)
    other = render(small, small.sample, "LT.CNNORTH0003J.LBNORTH00327.PK")
    job = zpl([one, other])
    assert [read_printed(image) for image in pictures(job)] == [[one.payload], [other.payload]]
    assert job.count(b"^XA") == job.count(b"^XZ") == 2
    assert zpl([one, other]) == job


@given(st.text(st.sampled_from('^~\\_,XZfd"ŁñÓ² %'), min_size=1, max_size=12))
@settings(max_examples=25, deadline=None)
def test_what_a_person_wrote_never_stands_in_the_commands(words: str) -> None:
    from lottrack.printing.templates import load_template
    from tests.printing.conftest import SMALL

    template = load_template("small", SMALL)
    label = render(template, {**template.sample, "investigator": words}, template.sample_payload)
    commands = re.sub(rb"[0-9A-F]{40,}", b"", zpl([label]))
    assert re.fullmatch(rb"(?:\^[A-Z]{2}[0-9A-F,]*)+\n", commands.replace(b"^GFA", b"^GF"))


@pytest.mark.parametrize(
    "spoil",
    [
        lambda job: job[:-10],
        lambda job: job[: len(job) // 2] + job[len(job) // 2 + 1 :],
        lambda job: b"~JA" + job,
        lambda job: job.replace(b"^PQ1", b"^PQ9"),
    ],
    ids=["cut", "one character lost", "something before it", "more copies"],
)
def test_a_job_that_is_not_whole_is_not_taken_for_one(small: Template, spoil) -> None:
    job = zpl([render_sample(small)])
    with pytest.raises(LabelError) as refused:
        read_back(spoil(job))
    assert refused.value.code == "print-job-damaged"


def test_a_job_that_lost_a_dot_never_leaves(
    small: Template, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = jobs._label

    def one_dot_off(label: Rendered) -> bytes:
        job = bytearray(made(label))
        middle = len(job) // 2
        job[middle] = ord("1") if job[middle] == ord("0") else ord("0")
        return bytes(job)

    monkeypatch.setattr(jobs, "_label", one_dot_off)
    with pytest.raises(LabelError) as refused:
        zpl([render_sample(small)])
    assert refused.value.code == "print-job-damaged"
