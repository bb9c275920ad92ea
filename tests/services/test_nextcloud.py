"""A calendar on a Nextcloud, found by its server's address and its name; nothing is written there."""

from __future__ import annotations

import pytest

from hub.calendar.caldav import CalDavSource, Login
from hub.calendar.source import Copy
from hub.errors import CalendarLost
from tests.nextcloud import APP_PASSWORD, HOME, USER, nextcloud


@pytest.fixture
def login(tmp_path):
    path = tmp_path / "password"
    path.write_text(f"{APP_PASSWORD}\n")
    path.chmod(0o600)
    return Login(USER, path)


ADDRESSES = [
    "",
    "/",
    "/.well-known/caldav",
    "/remote.php/dav",
    "/remote.php/dav/",
    "/remote.php/dav/principals/users/anna/",
    f"{HOME}/",
    f"{HOME}/personal/",
    f"{HOME}/personal",
]


@pytest.mark.parametrize("address", ADDRESSES)
async def test_the_calendar_of_that_name_is_found_from_any_address(login, address):
    async with nextcloud() as server:
        source = CalDavSource(f"{server.url}{address}", login, name="personal")
        first = await source.fetch(Copy())
        assert [item.text for item in first.items.values() if "SUMMARY:Dentist" in item.text]
        searched = len(server.asked)
        assert await source.fetch(first) is first
        assert server.asked[searched:] == [("PROPFIND", f"{HOME}/personal/")]
        assert {method for method, _ in server.asked} == {"PROPFIND", "REPORT"}


async def test_without_the_right_name_it_is_told_which_there_are_and_lists_of_tasks_are_none(login):
    async with nextcloud() as server:
        with pytest.raises(CalendarLost) as lost:
            await CalDavSource(server.url, login, name="Work").fetch(Copy())
    assert lost.value.code == "calendar-invalid"
    assert f"{server.url}{HOME}/personal/ (Personal)" in lost.value.message
    assert "contact_birthdays" in lost.value.message
    assert "tasks" not in lost.value.message


async def test_a_wrong_password_is_a_login_and_not_tried_twice(login):
    login.password_file.write_text("wrong\n")
    async with nextcloud() as server:
        with pytest.raises(CalendarLost) as lost:
            await CalDavSource(f"{server.url}{HOME}/personal/", login).fetch(Copy())
        assert lost.value.code == "calendar-login"
        assert server.asked == []


@pytest.mark.parametrize(
    "there",
    ["http://192.0.2.7/remote.php/dav/", "//192.0.2.7/", "https://127.0.0.1/remote.php/dav/", "/.well-known/caldav"],
)
async def test_a_redirect_to_another_server_or_in_a_circle_is_not_followed(login, there):
    """The login is for the server that was named."""
    async with nextcloud(redirect=there) as server:
        with pytest.raises(CalendarLost) as lost:
            await CalDavSource(server.url, login, name="personal").fetch(Copy())
        assert lost.value.code == "calendar-invalid"
        assert server.asked == []


@pytest.mark.parametrize("status", [429, 503])
async def test_a_server_that_is_being_updated_is_asked_again(login, status):
    async with nextcloud(status=status) as server:
        with pytest.raises(CalendarLost) as lost:
            await CalDavSource(f"{server.url}{HOME}/personal/", login).fetch(Copy())
        assert lost.value.code == "calendar-unreachable"
        server.status = 0
        assert (await CalDavSource(f"{server.url}{HOME}/personal/", login).fetch(Copy())).items


@pytest.mark.parametrize(
    "challenges",
    [
        ('Digest realm="Nextcloud", nonce="abc", qop="auth"', 'Basic realm="Nextcloud"'),
        ('Basic realm="Nextcloud"', 'Digest realm="Nextcloud", nonce="abc", qop="auth"'),
        ('Basic realm="Nextcloud", Digest realm="Nextcloud", nonce="abc", qop="auth"',),
        ('Bearer realm="Nextcloud"',),
    ],
)
async def test_a_server_that_takes_a_digest_or_no_password_at_all_is_never_sent_one(login, challenges):
    async with nextcloud(challenges=challenges) as server:
        with pytest.raises(CalendarLost) as lost:
            await CalDavSource(f"{server.url}{HOME}/personal/", login).fetch(Copy())
        assert lost.value.code == "calendar-login"
        assert "Basic" not in server.logins
