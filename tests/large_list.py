"""A zigbee2mqtt list as long as a large house's, each device as long as zigbee2mqtt writes one: about 6 kB."""

from __future__ import annotations

import json
from typing import Any

from tests.fakes_bridges import COORDINATOR, device, enum, light, numeric

_OPTIONS = [
    numeric(
        f"option_{number}",
        access=2,
        description="Controls the transition time (in seconds) of on/off, brightness, color temperature and color "
        "changes of this device. Defaults to `0` (no transition).",
    )
    for number in range(12)
]
_CLUSTERS = {"input": ["genBasic", "genIdentify", "genGroups", "genScenes", "genOnOff"], "output": ["genOta"]}


def large_list(devices: int) -> bytes:
    return json.dumps([COORDINATOR, *(_lamp(number) for number in range(devices))]).encode()


def _lamp(number: int) -> dict[str, Any]:
    lamp = device(
        f"Room {number // 10}/Lamp {number}",
        f"0x00158d00{number:08x}",
        light(color="xy"),
        enum("effect", ["blink", "breathe", "okay", "channel_change", "finish_effect", "stop_effect"], access=2),
        enum("power_on_behavior", ["off", "on", "toggle", "previous"], access=7),
        software_build_id="1.104.2",
        date_code="20230627",
        manufacturer="Signify Netherlands B.V.",
    )
    lamp["definition"] |= {"description": "Hue white and color ambiance E26/E27/E14", "options": _OPTIONS}
    configured = {"attribute": "onOff", "cluster": "genOnOff", "maximum_report_interval": 3600}
    lamp["endpoints"] = {
        str(endpoint): {"bindings": [], "clusters": _CLUSTERS, "configured_reportings": [configured] * 3, "scenes": []}
        for endpoint in (1, 11, 242)
    }
    return lamp
