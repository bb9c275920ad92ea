"""The hub as one Home Assistant device, by MQTT device discovery."""
