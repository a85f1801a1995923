"""``lottrack init`` and ``lottrack demo``: where a record begins."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from lottrack.commands.base import Answer, verb

if TYPE_CHECKING:
    from lottrack.context import Context


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
    from lottrack.actions.site import Site, make_site
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
    if warning:
        context.say(f"Warning: {warning}")
    made["warnings"] = [{"code": "location", "sentence": warning}] if warning else []
    text = (
        f"Made {made['path']} for {site} ({made['id']}, {zone}).\n"
        f"Next: lottrack --as {admin} user add USER --name NAME --role ROLE"
    )
    return Answer(made, text)


def _location_warning(context: Context) -> str:
    from lottrack.store.location import location_warning

    return location_warning(context.path)
