"""A shipped edition of a label template is never altered: a change gets the next edition.

Labels already on bags name the edition they were printed with. Its file must stay what it was.
"""

from __future__ import annotations

import pytest

from lottrack import assets
from lottrack.printing.templates import shipped_template, template_sha256

FROZEN = {
    ("chart-copy", 1): "dda62b66e50acb11862b6fab663d60af1576b3f3d939d722df6004593599e97d",
    ("chart-copy", 2): "131da0890d9b2f51cc59e8cc9092d732dbc47f6bcdccac39418d546020e334e1",
    ("collection", 1): "286fa84dcc5c7bd7742c9825b8c499d5bf70fbd21679904c347033dd68583956",
    ("collection", 2): "8344ca854e09b5a46416d157755579a8bf3a0e640e0b8c387a9633d1f0da13bd",
    ("cryobag", 1): "266e1a65fc9a5c57d3801aadf452d6885bc28571746c5828c767623213bd9fda",
    ("overwrap", 1): "299c0d2c9db6f12cef501042aa6515299b878781bd8b87f69dd0ffffa04eabfc",
    ("prepared-dose", 1): "bf40e9c65ee3cf65e6819cba97217443478b95d1aba90b1b2d0fb358acb62363",
    ("prepared-dose", 2): "5ecf4121aa849d161d6cf5c20c3b8e562b1e8c8af25fa073976cf0002893751f",
    ("sample-tube", 1): "83ea26daae7f5e5fb99fac5278709e065924fcbb52bc79fcdfc998c85cea8fde",
    ("sample-tube", 2): "8fd1c7a9f9af85b74b9e67deb21587647eac4bd85b33270d4b799eff7fd88913",
    ("syringe", 1): "8c9c55ead75a410c8bac7de099bfd0326aa61293e5c251058fe724308b415443",
    ("transport-copy", 1): "4e7d3c901de6f11c68d827c9e1d5fb9cbcfd89461e53409d023541fe339e8ab6",
    ("transport-copy", 2): "27bbb001bd097c758c3b158519dc915793bb86a1acf1f37440092324cd93fecc",
    ("vial", 1): "72dbeb2f889baba71f3d928ff10712d478a15b3742ddd71f55ef2e214d216b4f",
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
