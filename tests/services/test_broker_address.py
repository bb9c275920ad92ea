"""A configured broker's password comes from a private file, and is named where it is not."""

import ssl

import pytest

from hub.bus.address import configured_broker
from hub.config import MqttSection
from wire.errors import ConfigError


@pytest.fixture
def password_file(tmp_path):
    path = tmp_path / "password"
    path.write_text("secret\n")
    path.chmod(0o600)
    return path


def test_user_and_password(password_file):
    address = configured_broker(MqttSection(host="broker", username="me", password_file=str(password_file)))
    assert (address.host, address.port, address.username, address.password) == ("broker", 1883, "me", "secret")
    assert "secret" not in repr(address)


def test_tls_verifies_and_has_its_port():
    address = configured_broker(MqttSection(host="broker", tls=True))
    assert address.port == 8883
    assert address.tls.verify_mode is ssl.CERT_REQUIRED
    assert address.tls.check_hostname


@pytest.mark.parametrize(("mode", "text"), [(0o644, "secret"), (0o600, ""), (0o600, "two\nlines")])
def test_a_password_file_that_will_not_do(password_file, mode, text):
    password_file.write_text(text)
    password_file.chmod(mode)
    with pytest.raises(ConfigError) as refused:
        configured_broker(MqttSection(host="broker", password_file=str(password_file)))
    assert refused.value.code == "broker-password-file"
    assert str(password_file) in refused.value.message
    assert "secret" not in refused.value.message


@pytest.mark.parametrize("missing", ["nowhere", ""])
def test_a_missing_password_file(tmp_path, missing):
    with pytest.raises(ConfigError) as refused:
        configured_broker(MqttSection(host="broker", password_file=str(tmp_path / missing)))
    assert refused.value.code == "broker-password-file"


def test_a_certificate_that_is_none(password_file):
    with pytest.raises(ConfigError) as refused:
        configured_broker(MqttSection(host="broker", tls=True, tls_ca_file=str(password_file)))
    assert refused.value.code == "broker-tls-file"
