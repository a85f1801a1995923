"""A shipped edition of a label template is never altered: a change gets the next edition.

Labels already on bags name the edition they were printed with. Its file must stay what it was.
"""

from __future__ import annotations

import pytest

from lottrack import assets
from lottrack.printing.templates import shipped_template, template_sha256

FROZEN = {
    ("chart-copy", 1): "b44cb0011ca428183e8357f0b1ddef2bef399108158d0d454001126b5d63359f",
    ("collection", 1): "747388a5ae8d4fc69f21eecadf640ae672d690cf62ffad3d677e4bad468aacaf",
    ("cryobag", 1): "bd961f435fdaf96a075ff208db82c245126edea83f69e0a6633b6a995f6cb544",
    ("overwrap", 1): "299c0d2c9db6f12cef501042aa6515299b878781bd8b87f69dd0ffffa04eabfc",
    ("prepared-dose", 1): "bf40e9c65ee3cf65e6819cba97217443478b95d1aba90b1b2d0fb358acb62363",
    ("sample-tube", 1): "83ea26daae7f5e5fb99fac5278709e065924fcbb52bc79fcdfc998c85cea8fde",
    ("syringe", 1): "0441c4a258fc4122e43294d0a24f0a071a71f290ded72d03e93d33e01df68577",
    ("transport-copy", 1): "4e7d3c901de6f11c68d827c9e1d5fb9cbcfd89461e53409d023541fe339e8ab6",
    ("vial", 1): "ac4f128dd8baeed4d3ab98ed5ffcdcf8cf3246cfede9b416c25b054236e89b72",
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
