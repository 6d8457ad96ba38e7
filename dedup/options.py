"""Options that several commands have."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

# The settings of `ReadConfig` that are options.
READING = ("text_field", "id_field", "outlet_field", "date_field", "date_format", "path_pattern")


def reading_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that say how records become documents."""
    for option in reversed((
        click.option("--text-field", metavar="NAME", help="Field with the text."),
        click.option("--id-field", metavar="NAME", help="Field with the id."),
        click.option("--outlet-field", metavar="NAME", help="Field with the outlet."),
        click.option("--date-field", metavar="NAME", help="Field with the date of publication."),
        click.option("--date-format", metavar="FORMAT", help="strptime format of the dates, such as %d/%m/%Y."),
        click.option("--path-pattern", metavar="PATTERN", help="How paths name things: '{outlet}/{date}/{id}.txt'."),
    )):  # fmt: skip
        command = option(command)
    return command
