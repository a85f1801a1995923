"""A print job is the very picture that was read back, and nothing a person wrote."""

from __future__ import annotations

import io
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops

from lottrack.errors import LabelError
from lottrack.printing.codes import read_printed
from lottrack.printing.rendering import render, render_sample
from lottrack.printing.templates import Template
from lottrack.printing.zpl import read_back, zpl


def picture(png: bytes) -> Image.Image:
    with Image.open(io.BytesIO(png)) as image:
        image.load()
        return image.convert("1")


@pytest.mark.parametrize("dpi", [300, 600])
def test_the_printer_gets_the_dots_that_were_drawn(small: Template, dpi: int) -> None:
    label = render_sample(small, dpi=dpi)
    (back,) = read_back(zpl([label]))
    assert back.size == picture(label.png).size
    assert (
        ImageChops.difference(back.convert("L"), picture(label.png).convert("L")).getbbox() is None
    )
    assert read_printed(back) == [label.payload]


def test_several_labels_are_one_job_in_their_order(small: Template) -> None:
    one = render_sample(small)
    other = render(small, small.sample, "LT.CNNORTH0003J.LBNORTH00327.PK")
    job = zpl([one, other])
    assert [read_printed(image) for image in read_back(job)] == [[one.payload], [other.payload]]
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


def test_a_label_whose_dots_do_not_say_its_payload_never_leaves(small: Template) -> None:
    label = render_sample(small)._replace(payload="LT.CNNORTH0003J.LBNORTH00327.PK")
    with pytest.raises(LabelError) as refused:
        zpl([label])
    assert refused.value.code == "code-unreadable-after-rendering"
