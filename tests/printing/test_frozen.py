"""A shipped edition of a label template is never altered: a change gets the next edition.

Labels already on bags name the edition they were printed with. Its file must stay what it was.
"""

from __future__ import annotations

import pytest

from lottrack import assets
from lottrack.printing.templates import shipped_template, template_sha256

FROZEN = {
    ("chart-copy", 1): "9c6927c5e20a08607a5a631380653318380f010587f2aa5175d18a7435d07f06",
    ("collection", 1): "41525bd9b58d03924d8311d9fac848404a10e275f0227b58a6063e36525b6a19",
    ("cryobag", 1): "4376d6d3e89918af05d96e897810a6b81a0168d2ba0e1c5afa08c6d30357d1fd",
    ("overwrap", 1): "8f9942353ae4edbd64be165ce222e84c126559a234887065cf669e89a3dcbef6",
    ("prepared-dose", 1): "d0e60797ec5d2e539417682cf4ba832028378998996938379a5ab3e40da40647",
    ("sample-tube", 1): "83ea26daae7f5e5fb99fac5278709e065924fcbb52bc79fcdfc998c85cea8fde",
    ("syringe", 1): "91af379882310d465d45947ad87be247e8974e2f42935f61fe36c9f12fb8e36b",
    ("transport-copy", 1): "4d524ebcfc6f159bcc4f91ece0ccbb8759d4c020ca69a160764a7959e70070ea",
    ("vial", 1): "ec4b2a1e2d60f1a14c9c70513972e1380a7bda92528d7ed570c26e7e6ce2c550",
    ("wristband", 1): "0837e7d0aa88b6729631c6ed08dd3ef5d565f0d992d7c0851dfb9f29dec686cd",
}
"""(template, edition) -> SHA-256 of its file. Lines are added, never altered or removed."""


@pytest.mark.parametrize("name", assets.label_template_names())
def test_a_shipped_edition_is_as_it_was_first_shipped(name: str) -> None:
    template, text = shipped_template(name)
    frozen = FROZEN.get((name, template.edition))
    assert frozen is not None, (
        f"Edition {template.edition} of {name} is new: add its hash {template_sha256(text)} here."
    )
    assert template_sha256(text) == frozen, (
        f"labels/{name}.toml was altered, but edition {template.edition} was shipped:"
        f" raise the edition to {template.edition + 1} instead and add its hash here."
    )


@pytest.mark.parametrize("name", sorted({name for name, _ in FROZEN}))
def test_editions_are_counted_without_gaps_and_none_disappears(name: str) -> None:
    editions = sorted(edition for frozen, edition in FROZEN if frozen == name)
    assert editions == list(range(1, len(editions) + 1))
    assert shipped_template(name)[0].edition == editions[-1]
