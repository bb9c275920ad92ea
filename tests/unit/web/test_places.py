"""Cities are suggested from the system's own list."""

from __future__ import annotations

from zoneinfo import available_timezones

from hub.web.places import MOST_SHOWN, all_places, places_like


def test_every_place_is_a_zone_on_the_globe() -> None:
    places = all_places()
    assert len(places) > 300
    assert {place.timezone for place in places} <= available_timezones()
    assert all(-90 <= place.latitude <= 90 and -180 <= place.longitude <= 180 for place in places)


def test_degrees_are_signed_and_decimal() -> None:
    (york,) = places_like("new york")
    assert (york.timezone, york.latitude, york.longitude) == ("America/New_York", 40.71, -74.01)
    (sydney,) = places_like("SYDNEY")
    assert (sydney.latitude, sydney.longitude) == (-33.87, 151.22)


def test_names_that_begin_so_come_first_and_not_too_many() -> None:
    found = places_like("ber")
    assert found[0].name == "Berlin"
    assert len(places_like("a")) == MOST_SHOWN
    assert places_like("nowhere at all") == []
