"""The XML of CalDAV: what we ask (RFC 4791, 4918) and what of the answers counts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape

_DAV, _CALDAV, _SERVER = "{DAV:}", "{urn:ietf:params:xml:ns:caldav}", "{http://calendarserver.org/ns/}"
_HEAD = '<?xml version="1.0" encoding="utf-8"?>'
_NAMESPACES = 'xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav" xmlns:S="http://calendarserver.org/ns/"'

ABOUT = (
    f"{_HEAD}<D:propfind {_NAMESPACES}><D:prop><D:resourcetype/><D:displayname/><S:getctag/><D:sync-token/>"
    "<D:current-user-principal/><C:supported-calendar-component-set/></D:prop></D:propfind>"
)
HOME = f"{_HEAD}<D:propfind {_NAMESPACES}><D:prop><C:calendar-home-set/></D:prop></D:propfind>"
EVENTS = (
    f"{_HEAD}<C:calendar-query {_NAMESPACES}><D:prop><D:getetag/></D:prop><C:filter>"
    '<C:comp-filter name="VCALENDAR"><C:comp-filter name="VEVENT"/></C:comp-filter></C:filter></C:calendar-query>'
)


def texts_of(hrefs: Iterable[str]) -> str:
    """Ask for these resources whole."""
    wanted = "".join(f"<D:href>{escape(href)}</D:href>" for href in hrefs)
    prop = "<D:prop><D:getetag/><C:calendar-data/></D:prop>"
    return f"{_HEAD}<C:calendar-multiget {_NAMESPACES}>{prop}{wanted}</C:calendar-multiget>"


class AnswerInvalid(ValueError):
    """No XML, XML with a document type, or not what was asked for."""


@dataclass(frozen=True, slots=True)
class Resource:
    """What an answer tells of one resource; empty if it does not.

    principal: where the one who is logged in stands. home: where the calendars of a principal are.
    """

    href: str
    etag: str = ""
    text: str = ""
    version: str = ""
    name: str = ""
    is_calendar: bool = False
    principal: str = ""
    home: str = ""


def resources(body: bytes) -> list[Resource]:
    """Read a multistatus. Raises AnswerInvalid."""
    parser = ET.XMLParser(target=_Builder())  # noqa: S314 _Builder refuses what could expand
    try:
        parser.feed(body)
        root = parser.close()
    except (ET.ParseError, LookupError, ValueError) as error:  # LookupError: an encoding that there is none of
        raise AnswerInvalid(str(error)) from error
    if root.tag != f"{_DAV}multistatus":
        raise AnswerInvalid(f"{root.tag[:80]!r} instead of a multistatus")
    return [_resource(response) for response in root.iterfind(f"{_DAV}response")]


class _Builder(ET.TreeBuilder):
    def doctype(self, name: str, _public: str | None, _system: str | None) -> None:
        raise AnswerInvalid(f"a document type ({name[:40]!r}) has no place here")


def _resource(response: ET.Element) -> Resource:
    """Servers tell what they have and what they have not in blocks of their own, in any order (RFC 4918, 14.22)."""
    href = (response.findtext(f"{_DAV}href") or "").strip()
    whole = ET.Element(f"{_DAV}prop")
    for told in response.iterfind(f"{_DAV}propstat"):
        prop = told.find(f"{_DAV}prop")
        if prop is not None and " 200" in (told.findtext(f"{_DAV}status") or " 200"):
            whole.extend(prop)
    return Resource(
        href=href,
        etag=_text(whole, f"{_DAV}getetag"),
        text=whole.findtext(f"{_CALDAV}calendar-data") or "",
        version=_text(whole, f"{_SERVER}getctag") or _text(whole, f"{_DAV}sync-token"),
        name=_text(whole, f"{_DAV}displayname"),
        is_calendar=whole.find(f"{_DAV}resourcetype/{_CALDAV}calendar") is not None and _has_events(whole),
        principal=_text(whole, f"{_DAV}current-user-principal/{_DAV}href"),
        home=_text(whole, f"{_CALDAV}calendar-home-set/{_DAV}href"),
    )


def _has_events(prop: ET.Element) -> bool:
    """A list of tasks is a calendar of its own kind; who does not say is taken to have events."""
    kinds = prop.find(f"{_CALDAV}supported-calendar-component-set")
    named = [] if kinds is None else [kind.get("name", "").upper() for kind in kinds.iterfind(f"{_CALDAV}comp")]
    return not named or "VEVENT" in named


def _text(prop: ET.Element, name: str) -> str:
    return (prop.findtext(name) or "").strip()[:500]
