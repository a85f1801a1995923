"""A shipped edition of a label template is never altered: a change gets the next edition.

Labels already on bags name the edition they were printed with. Its file must stay what it was.
"""

from __future__ import annotations

import pytest

from lottrack import assets
from lottrack.printing.templates import shipped_template, template_sha256

FROZEN = {
    ("chart-copy", 1): "dda62b66e50acb11862b6fab663d60af1576b3f3d939d722df6004593599e97d",
    ("chart-copy", 2): "3685620e3cbd7a23f50e2ff7a4ad55caad512ec3d0feaffe31a5d4eb1b02f6a2",
    ("chart-copy", 3): "a51a3a16d7eaeb2c537677ed0df2d60224ed24c80be412b0dbb8f13c38672516",
    ("chart-copy", 4): "9135eab95e5e0b970bc6ee9f1d698b94e855bd3e286b1d3a5747183f7c983b1d",
    ("collection", 1): "286fa84dcc5c7bd7742c9825b8c499d5bf70fbd21679904c347033dd68583956",
    ("collection", 2): "933674cfde1ca79b8aec1d124cc00c01a9b63afcc698ef2e9883314c9f712e6d",
    ("collection", 3): "19eb7f1e7f97ca527a733389b26914834ba103735c1008f6c0a10c6714cd8a09",
    ("cryobag", 1): "266e1a65fc9a5c57d3801aadf452d6885bc28571746c5828c767623213bd9fda",
    ("cryobag", 2): "6d4fdcfb4a0b23842250f7538d2dad9895447b8c33e81bd6026594a7f38cf527",
    ("cryobag", 3): "b119aed41aabdd5cc2248c027e97e5e0387c592ab582c0ac638475a7707278a4",
    ("cryobag-exemption", 1): "f9fd8e092541f7038ff40db07d9f00028be938801515eb4497bd58131136c7cc",
    ("cryobag-exemption", 2): "80184e4dd4576067169bf040c9d5c24c874244dae12290c0bed87b5649363f61",
    ("cryobag-us", 1): "1b6eed96f2da70eff93d1d515324aa5499aa02639b4f70e50716f9563f1aafe5",
    ("cryobag-us", 2): "ef662cfe2abfce0f4d68eaf02235ccd915f76a5904a1155834140eb0f68ddec7",
    ("overwrap", 1): "299c0d2c9db6f12cef501042aa6515299b878781bd8b87f69dd0ffffa04eabfc",
    ("overwrap", 2): "59176d6b45621ca8aa3ce34e6f54cee7d41a58478efdcc15e0cd35362ac26d44",
    ("overwrap", 3): "33ab49dd90febddfd34213be3496e064e982ca0001e7724097638c1656e61660",
    ("prepared-dose", 1): "bf40e9c65ee3cf65e6819cba97217443478b95d1aba90b1b2d0fb358acb62363",
    ("prepared-dose", 2): "2b6f7b99adc07b22ffbffbe21c32433909bf9e744e02931fe0c537343f931b1b",
    ("prepared-dose", 3): "2c9b23448a8d924d3f341608c327407f59478445849e63539c41a43d04612076",
    ("retention-sample", 1): "f060b4e45eada7fb34c4854d45e9708b51687469413a6cc5a775836a45de14f2",
    ("retention-sample", 2): "6f596ea3f9189135dc81ae26fd8c907b06e82b4d8afdc2fabcc5be355e20f027",
    ("sample-tube", 1): "83ea26daae7f5e5fb99fac5278709e065924fcbb52bc79fcdfc998c85cea8fde",
    ("sample-tube", 2): "229902bbcfaba19b26a946fdd4db9b49c2e8816a52be623e5549dde2b1d1f2e4",
    ("small-unit", 1): "e67636b9725a8b30e1c02a335e8e236b866957ac93853666d027703943d8afef",
    ("small-unit", 2): "1b139b1bf702bb5506d9a6cb24da232f22bcc81cf1e780ea154d721a676ed910",
    ("small-unit", 3): "61ae3295452424651912c5d7201cf2dba867c05ed07dcaaf47d3ac1ef8635263",
    ("syringe", 1): "8c9c55ead75a410c8bac7de099bfd0326aa61293e5c251058fe724308b415443",
    ("syringe", 2): "fc55302d48a9f13db594d18dc6437af5af03c143a40df88ff7da4a4066281732",
    ("syringe", 3): "89b61517d0c24e29ce7ba803f7f822273e59fa28c1f8b3be5801af43db7d41b4",
    ("transport-copy", 1): "4e7d3c901de6f11c68d827c9e1d5fb9cbcfd89461e53409d023541fe339e8ab6",
    ("transport-copy", 2): "375e5207ef31369c29cf4f0b8f7109f55999544eaaf1bdb9b3bce89175d5c9ea",
    ("vial", 1): "72dbeb2f889baba71f3d928ff10712d478a15b3742ddd71f55ef2e214d216b4f",
    ("vial", 2): "9d40d0a847c21d6acdb8ae4618201ff9a01604c09aeddd43d788177107feaf3c",
    ("vial", 3): "5856470f5d9cf4772765b787ffb2a4a444368f6230bdfc505ebdd0912595e119",
    ("wristband", 1): "0837e7d0aa88b6729631c6ed08dd3ef5d565f0d992d7c0851dfb9f29dec686cd",
    ("wristband", 2): "885077d6358a8e8e04448a3d6673567fae1f060aec04c0ddc1017eaa88cb7d25",
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
