"""Packaging: ``db`` and ``labels`` travel inside the wheel as data of the package."""

from pathlib import Path

from setuptools import find_packages, setup

HERE = Path(__file__).parent
VERSION = "0.1.0"

setup(
    name="lottrack",
    version=VERSION,
    description=(
        "Chain of identity and custody for cell-therapy lots, from the donor to the infusion"
    ),
    long_description=(HERE / "README.md").read_text(encoding="utf-8"),
    long_description_content_type="text/markdown",
    license="MIT",
    python_requires=">=3.11",
    packages=[*find_packages(include=["lottrack", "lottrack.*"]), "lottrack.db", "lottrack.labels"],
    package_dir={"lottrack.db": "db", "lottrack.labels": "labels"},
    package_data={
        "lottrack": ["py.typed"],
        "lottrack.db": ["*.toml", "*.md", "*/*.sql", "*/*.toml"],
        "lottrack.labels": ["*.toml", "*.md"],
    },
    install_requires=[
        "click>=8.5",
        "peewee>=4.5.3",
        "qrcode>=8.2",
        "pillow>=12",
        "tabulate>=0.9",
        "argon2-cffi>=23.1",
        "platformdirs>=4",
        "zxing-cpp>=2.3",
        "biip>=5.2",
        "reportlab>=4.2",
        "font-source-sans-pro>=0.0.1",
        'tzdata>=2024.1; platform_system == "Windows"',
    ],
    extras_require={
        "bench": ["segno>=1.6"],
        "dev": [
            "build",
            "hypothesis",
            "import-linter",
            "mypy",
            "pypdfium2>=5",
            "pytest",
            "pytest-xdist",
            "ruff",
            "setuptools>=77",
        ],
    },
    entry_points={"console_scripts": ["lottrack = lottrack.cli:main"]},
)
