"""What a server's XML may say, and what is refused."""

from __future__ import annotations

import pytest

from hub.calendar.webdav import AnswerInvalid, Resource, resources, texts_of

ANSWER = b"""<?xml version="1.0"?>
<multistatus xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav" xmlns:S="http://calendarserver.org/ns/">
<response><href>/anna/home/1.ics</href>
<propstat><prop><C:calendar-description/></prop><status>HTTP/1.1 404 Not Found</status></propstat>
<propstat><prop><getetag>"e1"</getetag><C:calendar-data>BEGIN:VCALENDAR</C:calendar-data><S:getctag>7</S:getctag>
<resourcetype><collection/><C:calendar/></resourcetype></prop><status>HTTP/1.1 200 OK</status></propstat></response>
<response><href>/anna/home/gone.ics</href><status>HTTP/1.1 404 Not Found</status></response>
</multistatus>"""


def test_what_counts_of_an_answer():
    assert resources(ANSWER) == [
        Resource("/anna/home/1.ics", '"e1"', "BEGIN:VCALENDAR", "7", is_calendar=True),
        Resource("/anna/home/gone.ics"),
    ]


BOMB = '<!DOCTYPE a [<!ENTITY x "ha"><!ENTITY y "&x;&x;">]><multistatus xmlns="DAV:">&y;</multistatus>'
OUTSIDE = '<!DOCTYPE a SYSTEM "file:///etc/passwd"><multistatus xmlns="DAV:"/>'


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html><body>Login</body></html>",
        b"{}",
        BOMB.encode(),
        BOMB.encode("utf-16"),
        OUTSIDE.encode(),
        b'<?xml version="1.0" encoding="nonsense"?><a/>',
        b'<multistatus xmlns="DAV:">&undefined;</multistatus>',
        ANSWER[:-20],
        b"<a>" * 50_000,
    ],
)
def test_what_is_refused(body):
    with pytest.raises(AnswerInvalid):
        resources(body)


def test_a_servers_own_paths_go_back_to_it_as_text():
    assert "<D:href>/a&amp;b/&lt;x&gt;.ics</D:href>" in texts_of(["/a&b/<x>.ics"])
