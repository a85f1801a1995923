"""The same labels give the same bytes in every format, in this program and in another one."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from lottrack import assets
from lottrack.printing import composing, fonts
from lottrack.printing.rendering import render
from lottrack.printing.sheets import Grid, sheet_for, sheet_pdf, to_pdf
from lottrack.printing.templates import shipped_template
from lottrack.printing.zpl import zpl

DPIS = (203, 300, 600)


def made(dpi: int) -> dict[str, str]:
    """The hash of each format's bytes, for two labels of every shipped template."""
    digests = {}
    for name in assets.label_template_names():
        template, _ = shipped_template(name)
        first = render(template, template.sample, template.sample_payload, dpi=dpi)
        own = {**template.sample, "label": "LB-NORTH-0032-7"}
        labels = [first, render(template, own, template.sample_payload, dpi=dpi)]
        sheet = sheet_for(Grid(1, 1), [(each.width_mm, each.height_mm) for each in labels])
        files = {
            "PNG": labels[0].png + labels[1].png,
            "PDF": to_pdf(labels),
            "PDF sheet": sheet_pdf(labels, sheet),
            "ZPL": zpl(labels),
        }
        for form, content in files.items():
            digests[f"{name}, {form}"] = hashlib.sha256(content).hexdigest()
    return digests


@pytest.mark.parametrize("dpi", DPIS)
def test_every_format_is_the_same_to_the_byte_in_two_programs(dpi: int) -> None:
    script = (
        "from tests.printing.test_determinism import made; import json;"
        f" print(json.dumps(made({dpi})))"
    )
    # Another seed: nothing may follow the order of a set.
    other = subprocess.run(
        [sys.executable, "-c", script],
        env={**os.environ, "PYTHONHASHSEED": "4711", "TZ": "Asia/Kathmandu", "LC_ALL": "C"},
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=True,
    )
    here = made(dpi)
    assert len(here) == 4 * len(assets.label_template_names())
    assert json.loads(other.stdout) == here
    for remembered in (composing._ground, composing._draw_words, fonts.fit, fonts.font):
        remembered.cache_clear()
    assert made(dpi) == here
    assert len(set(here.values())) == len(here)
