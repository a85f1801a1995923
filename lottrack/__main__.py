"""Run lottrack as ``python -m lottrack``."""

from __future__ import annotations

from lottrack.cli import main

if __name__ == "__main__":
    main()
