"""Labels: printed into the demo's folder, applied by scan-back to what they were printed for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lottrack.actions.labelling.applying import apply_label
from lottrack.actions.labelling.files import Output
from lottrack.actions.labelling.plans import Wish
from lottrack.actions.labelling.printing import print_labels
from lottrack.demo.stage import NOW, Bag

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lottrack.demo.stage import Stage

FOLDER = "labels"


def label_containers(
    stage: Stage, person: str, numbers: Sequence[str], *, pdf: str = ""
) -> list[Bag]:
    """Print the primary labels of containers and stick each on.

    Args:
        stage: where.
        person: who does it.
        numbers: the containers.
        pdf: name of one file that holds them all; left out, each is a picture.
    """
    scans = _print(stage, person, Wish(tuple(numbers)), pdf)
    for number, scan in zip(numbers, scans, strict=True):
        apply_label(stage.desk(person), scan, number, NOW)
    return [Bag(number, scan) for number, scan in zip(numbers, scans, strict=True)]


def label_thing(stage: Stage, person: str, number: str) -> str:
    """Print the label of a collection, sample or patient and stick it on; returns its code."""
    scan = _print(stage, person, Wish((number,)))[0]
    apply_label(stage.desk(person), scan, number, NOW)
    return scan


def relabel(stage: Stage, person: str, number: str, reason: str) -> Bag:
    """Print a container's primary label anew, which voids the one before, and stick it on."""
    scan = _print(stage, person, Wish((number,), reason=reason))[0]
    apply_label(stage.desk(person), scan, number, NOW)
    return Bag(number, scan)


def file_paper(stage: Stage, person: str, number: str, copy: str, file: str, to: str = "") -> None:
    """Print a paper copy of a container's label and put it where it is kept.

    Args:
        stage: where.
        person: who does it.
        number: the container.
        copy: chart, record or transport.
        file: the lot whose record it is attached to, or the wristband of whose chart.
        to: on a transport copy, the organisation it is sent to.
    """
    scan = _print(stage, person, Wish((number,), copy=copy, destination=to))[0]
    apply_label(stage.desk(person), scan, file, NOW)


def _print(stage: Stage, person: str, wish: Wish, pdf: str = "") -> list[str]:
    """Print labels; returns what their codes say."""
    folder = stage.folder / FOLDER
    output = Output(out=folder / pdf if pdf else folder)
    return [str(label["payload"]) for label in print_labels(stage.desk(person), wish, output)]
