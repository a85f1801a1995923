"""``lottrack init`` and ``lottrack demo``: where a record begins."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from lottrack.commands.base import Answer, verb

if TYPE_CHECKING:
    from lottrack.context import Context
    from lottrack.demo.narrator import Narrator


@verb(None, "init", writes="init", signed=True)
@click.option("--site", required=True, help="The site's name, as labels print it.")
@click.option("--site-code", required=True, help="2-8 letters and digits, part of every number.")
@click.option("--admin", required=True, metavar="USER", help="Code of the first administrator.")
@click.option("--admin-name", default="", help="The administrator's name.")
@click.option("--timezone", default="", help="Zone of the site; left out: this computer's.")
def init(
    context: Context, site: str, site_code: str, admin: str, admin_name: str, timezone: str
) -> Answer:
    """Make a new database for a site, with its first administrator.

    \b
    Example:
      lottrack --db trial.sqlite init --site "Hospital GMP unit" --site-code MAD --admin ANA
    """
    from lottrack.actions.laboratory.site import Site, make_site
    from lottrack.context import host_name, local_zone

    zone = timezone or local_zone()
    made = make_site(
        context.path,
        Site(site, site_code, zone),
        (admin, admin_name),
        context.ask_new_secret(admin),
        hasher=context.hasher,
        host=host_name(),
        now=context.clock(),
    )
    warning = _location_warning(context)
    made["warnings"] = [{"code": "location", "sentence": warning}] if warning else []
    text = (
        f"Made {made['path']} for {site} ({made['id']}, {zone}).\n"
        f"Next: lottrack --as {admin} user add USER --name NAME --role ROLE"
    )
    return Answer(made, text)


@verb(None, "demo")
@click.argument(
    "folder",
    metavar="[DIR]",
    default="lottrack-demo",
    type=click.Path(file_okay=False, path_type=Path),
)
def demo(context: Context, folder: Path) -> Answer:
    """Make a training database in DIR and play the trial through it, with the trial's own clock.

    Nine children, one parent each, a lot for each, three infusions planned, and what goes wrong on
    the way; labels say TRAINING. People are named by their roles and share one training secret.

    \b
    Example:
      lottrack demo
      lottrack demo training
    """
    if click.get_current_context().find_root().params.get("db") is not None:
        raise click.UsageError(
            "demo makes a database of its own, lottrack.sqlite in DIR. Leave --db away, and name"
            " the folder: lottrack demo DIR."
        )
    from lottrack.context import host_name
    from lottrack.demo.scenario import run_demo
    from lottrack.demo.summary import summary_text

    data = run_demo(folder, context.hasher, host_name(), _narrator(context))
    return Answer(data, summary_text(data))


def _narrator(context: Context) -> Narrator:
    """Tells on standard error; the day it plays is shown only where somebody watches."""
    from lottrack.demo.narrator import Narrator

    show = partial(click.echo, err=True, nl=False) if sys.stderr.isatty() else None
    return Narrator(context.say, show)


def _location_warning(context: Context) -> str:
    from lottrack.store.location import location_warning

    return location_warning(context.path)
