"""zigbee2mqtt, read by its own lists of devices and groups (zigbee2mqtt.io, "MQTT topics and messages", "Exposes")."""

from hub.house.zigbee2mqtt.reader import Zigbee2Mqtt

__all__ = ["Zigbee2Mqtt"]
