"""What counts as this house."""

import pytest

from hub.calendar.nearby import is_far_literal, is_near


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.5",
        "169.254.3.4",
        "100.101.102.103",
        "::1",
        "fd00::5",
        "fe80::1%eth0",
        "::ffff:192.168.1.5",
    ],
)
def test_the_house(address):
    assert is_near(address)


@pytest.mark.parametrize(
    "address",
    ["8.8.8.8", "172.32.0.1", "2001:4860:4860::8888", "::ffff:8.8.8.8", "0.0.0.0", "224.0.0.1", "64:ff9b::808:808"],
)
def test_the_internet(address):
    assert not is_near(address)
    assert is_far_literal(address)


def test_a_name_is_looked_up_before_it_is_judged():
    assert not is_far_literal("nas.local")
