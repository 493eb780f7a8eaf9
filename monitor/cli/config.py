"""`monitor config`: the schema for editors."""

from __future__ import annotations

import argparse
import json
from typing import Any

from monitor.cli.output import Printer


def register(parser: argparse.ArgumentParser, common: argparse.ArgumentParser) -> None:
    """Describe the arguments."""
    actions: Any = parser.add_subparsers(metavar="ACTION", required=True)
    schema = actions.add_parser("schema", help="the JSON Schema of config.yaml, for editors", parents=[common])
    schema.set_defaults(call=_schema)


def _schema(_: argparse.Namespace, printer: Printer) -> int:
    from monitor.config.schema import json_schema

    printer.line(json.dumps(json_schema(), indent=2, ensure_ascii=False))
    return 0
