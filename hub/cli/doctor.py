"""``earshot doctor``: what works, what does not, and what to do about it."""

from __future__ import annotations

import argparse
import asyncio

import msgspec

from hub.control import control_path
from hub.doctor import Finding, hub_findings, machine_findings
from hub.web.client import ControlClient
from wire.errors import EarshotError
from wire.places import Places, places


async def run(args: argparse.Namespace) -> int:
    """Exit 0 if a command spoken now would be carried out, 1 if not."""
    where = places()
    machine = await asyncio.to_thread(lambda: list(machine_findings(where)))
    findings = [*machine, *await _hub(where)]
    if args.json:
        print(msgspec.json.encode({"findings": findings}).decode())
    else:
        for finding in findings:
            code = f"{finding.code}: " if finding.code else ""
            print(f"{finding.verdict:<4} {finding.check:<12} {code}{finding.advice}")
    return int(any(finding.verdict == "fail" for finding in findings))


async def _hub(where: Places) -> list[Finding]:
    async with ControlClient(control_path(where)) as client:
        try:
            return list(hub_findings(await client.health(), await client.satellites()))
        except EarshotError as error:
            return [Finding("hub", "fail", error.message, error.code)]
