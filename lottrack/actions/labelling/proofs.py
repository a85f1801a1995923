"""Proofs of label templates as files: what a qualified person looks at before signing for one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lottrack.actions.labelling.files import publish, stage
from lottrack.actions.labelling.shelf import shipped_templates
from lottrack.errors import NotFound, Usage

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from lottrack.actions.labelling.files import Output
    from lottrack.actions.labelling.shelf import Kept
    from lottrack.printing.templates import Template


def prove_labels(
    wanted: str, output: Output, here: Path, shelf: Mapping[str, Kept]
) -> dict[str, Any]:
    """Draw templates with the shortest, the longest and the worst text; nothing is recorded.

    Args:
        wanted: a template's name, the path of a .toml file, or "" for all templates.
        output: where to; without a folder or file, ``proof-NAME.pdf`` in ``here``.
        here: the working folder.
        shelf: the templates there are.

    Returns:
        The files written, and for each template what fits and what does not.

    Raises:
        NotFound: there is no such template.
        TemplateInvalid: it breaks a rule.
        LabelError: the file cannot be written.
        Usage: several pages would have to share one picture.
    """
    from lottrack.printing.proofs import proof_page, prove

    templates = _wanted(wanted, here, shelf)
    if output.form == "zpl" or (output.out is not None and output.out.suffix.lower() == ".zpl"):
        raise Usage("A proof is a page for people: PDF or PNG.", code="file-name-unfit")
    name = templates[0].name if len(templates) == 1 else "all"
    if output.out is None:
        output = output._replace(out=here / f"proof-{name}.{output.form or 'pdf'}")
    elif output.out.is_dir() or not output.out.suffix:
        output = output._replace(form=output.form or "pdf")
    proved = [(template, prove(template, output.dpi)) for template in templates]
    pages = [proof_page(template, variants, output.dpi) for template, variants in proved]
    files = output.files(here, len(pages))
    paths = files.named([f"proof-{template.name}" for template in templates])
    publish(stage(paths, pages, files.form), [])
    told: list[dict[str, Any]] = [
        {
            "id": template.name,
            "kind": "label_proof",
            "edition": template.edition,
            "sha256": template.sha256,
            "path": str(path),
            "variants": [
                {"name": each.name, "fits": each.drawn is not None, "sentence": each.fault}
                for each in variants
            ],
        }
        for (template, variants), path in zip(proved, paths, strict=True)
    ]
    fits = all(variant["fits"] for each in told for variant in each["variants"])
    return {"id": name, "kind": "label_proofs", "fits": fits, "templates": told}


def _wanted(wanted: str, here: Path, shelf: Mapping[str, Kept]) -> Sequence[Template]:
    from lottrack.actions.labelling.views import text_of
    from lottrack.printing.templates import load_template

    if wanted.endswith(".toml"):
        file = here / wanted
        return [load_template(file.stem, text_of(file))]
    if not wanted:
        return [_sound(kept) for _, kept in sorted(shelf.items())]
    if wanted not in shelf:
        raise NotFound(
            f"There is no label template {wanted!r}.",
            code="template-unknown",
            hint=f"There are {', '.join(sorted(shelf or shipped_templates()))}.",
        )
    return [_sound(shelf[wanted])]


def _sound(kept: Kept) -> Template:
    if kept.template is None:
        assert kept.fault is not None
        raise kept.fault
    return kept.template
