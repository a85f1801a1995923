"""Draw the labels shown in README.md: the shipped templates with their sample values.

python docs/labels.py

The same template gives the same bytes, so a test compares these with what the program draws.
"""

from __future__ import annotations

from pathlib import Path

from lottrack.printing.rendering import render_sample
from lottrack.printing.templates import shipped_template

HERE = Path(__file__).parent
SHOWN = ("cryobag", "vial", "wristband")


def main() -> None:
    """Draw them."""
    for name in SHOWN:
        template, _ = shipped_template(name)
        (HERE / f"{name}.png").write_bytes(render_sample(template).png)


if __name__ == "__main__":
    main()
