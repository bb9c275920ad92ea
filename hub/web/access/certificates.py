"""The house's own certificate authority, and the page's certificate that it signs: made and renewed by themselves.

The authority is named-constrained: it can vouch for names and addresses of home networks only, so that a stolen key is
of no use against other sites.
"""

from __future__ import annotations

import ipaddress
import logging
import os
import ssl
from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from wire.errors import ConfigError

_log = logging.getLogger(__name__)

CA_LIFE, LIFE, RENEWED_BEFORE = timedelta(days=3652), timedelta(days=365), timedelta(days=30)
CLOCKS_DIFFER = timedelta(days=1)  # a phone's clock, or a box without one of its own
HOME_DOMAINS = ("local", "home.arpa", "lan", "internal", "localhost", "fritz.box")
HOME_NETWORKS = (
    "10.0.0.0/8",
    "172.16.0.0/12",
    "192.168.0.0/16",
    "169.254.0.0/16",
    "127.0.0.0/8",
    "fc00::/7",
    "fe80::/10",
    "::1/128",
)


class Certificates:
    """Four files in ``folder``: key (0600) and certificate of the authority and of the page. Blocks on the disk."""

    def __init__(self, folder: Path, hub: str, now: Callable[[], datetime]) -> None:
        """hub: what people call it."""
        self._ca_key, self._ca_cert = folder / "page-ca.key", folder / "page-ca.crt"
        self._key, self._cert = folder / "page.key", folder / "page.crt"
        self._hub, self._now = hub, now

    def authority(self) -> bytes:
        """The authority's certificate as PEM, for people to install; made if there is none yet."""
        return self._authority()[1].public_bytes(serialization.Encoding.PEM)

    def renew(self, names: Collection[str], addresses: Collection[str], context: ssl.SSLContext) -> bool:
        """See that ``context`` has a certificate for just these; True: it is a new one. Raises ConfigError."""
        try:
            ca_key, ca_cert = self._authority()
            wanted = _wanted(ca_cert, names, addresses)
            made = not self._is_good(ca_cert, wanted)
            if made:
                self._make(ca_key, ca_cert, wanted)
            context.load_cert_chain(self._cert, self._key)
        except (OSError, ValueError, ssl.SSLError) as error:
            raise ConfigError(
                "certificate-unusable", f"{self._cert.parent}/page*: {error}; remove these files"
            ) from error
        return made

    def _authority(self) -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate]:
        if not (self._ca_key.exists() and self._ca_cert.exists()):
            key = ec.generate_private_key(ec.SECP256R1())
            _write(self._ca_key, _private(key))
            _write(self._ca_cert, self._signed_by_itself(key).public_bytes(serialization.Encoding.PEM), mode=0o644)
            _log.info("the page has its own certificate authority now; its certificate is at /ca.crt")
        key_read = serialization.load_pem_private_key(self._ca_key.read_bytes(), None)
        if not isinstance(key_read, ec.EllipticCurvePrivateKey):
            raise ValueError(f"{self._ca_key} is of another kind")  # noqa: TRY004 - the file is wrong, not the program
        return key_read, x509.load_pem_x509_certificate(self._ca_cert.read_bytes())

    def _signed_by_itself(self, key: ec.EllipticCurvePrivateKey) -> x509.Certificate:
        now = self._now()
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"{self._hub[:40]} (own authority of this house)")])
        permitted: list[x509.GeneralName] = [x509.DNSName(domain) for domain in HOME_DOMAINS]
        permitted += [x509.DNSName(host) for host in _hosts_without_domain()]
        permitted += [x509.IPAddress(ipaddress.ip_network(network)) for network in HOME_NETWORKS]
        identifier = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
        return (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - CLOCKS_DIFFER)
            .not_valid_after(now + CA_LIFE)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(_usage(signs=True), critical=True)
            .add_extension(x509.NameConstraints(permitted, None), critical=True)
            .add_extension(identifier, critical=False)
            .sign(key, hashes.SHA256())
        )

    def _make(
        self, ca_key: ec.EllipticCurvePrivateKey, ca_cert: x509.Certificate, wanted: list[x509.GeneralName]
    ) -> None:
        now, key = self._now(), ec.generate_private_key(ec.SECP256R1())
        issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(ca_key.public_key())
        certificate = (
            x509.CertificateBuilder()
            .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Earshot")]))
            .issuer_name(ca_cert.subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - CLOCKS_DIFFER)
            .not_valid_after(min(now + LIFE, ca_cert.not_valid_after_utc))
            .add_extension(x509.SubjectAlternativeName(wanted), critical=False)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_usage(signs=False), critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
            .add_extension(issuer, critical=False)
            .sign(ca_key, hashes.SHA256())
        )
        _write(self._key, _private(key))
        _write(self._cert, certificate.public_bytes(serialization.Encoding.PEM), mode=0o644)

    def _is_good(self, ca_cert: x509.Certificate, wanted: list[x509.GeneralName]) -> bool:
        if not (self._key.exists() and self._cert.exists()):
            return False
        kept, now = x509.load_pem_x509_certificate(self._cert.read_bytes()), self._now()
        names = kept.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        key = serialization.load_pem_private_key(self._key.read_bytes(), None)
        try:
            kept.verify_directly_issued_by(ca_cert)
        except (InvalidSignature, TypeError, ValueError):  # of an authority that was here before
            return False
        return (
            kept.public_key() == key.public_key()
            and set(names) == set(wanted)
            and kept.not_valid_before_utc <= now <= kept.not_valid_after_utc - RENEWED_BEFORE
        )


def _wanted(ca: x509.Certificate, names: Collection[str], addresses: Collection[str]) -> list[x509.GeneralName]:
    """What the authority may vouch for; a browser would refuse a certificate with one name more."""
    permitted = ca.extensions.get_extension_for_class(x509.NameConstraints).value.permitted_subtrees or []
    domains = [each.value for each in permitted if isinstance(each, x509.DNSName)]
    networks = [ipaddress.ip_network(str(each.value)) for each in permitted if isinstance(each, x509.IPAddress)]
    fitting = [name for name in sorted(set(names)) if any(name == one or name.endswith(f".{one}") for one in domains)]
    ips = [ipaddress.ip_address(address) for address in sorted(set(addresses))]
    inside = [ip for ip in ips if any(ip in network for network in networks)]
    return [*(x509.DNSName(name) for name in fitting), *(x509.IPAddress(ip) for ip in inside)]


def _hosts_without_domain() -> list[str]:
    """The bare name of this machine, as routers know it."""
    name = os.uname().nodename.partition(".")[0].lower()
    return [name] if name and name not in HOME_DOMAINS else []


def _usage(*, signs: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs,
        key_cert_sign=signs,
        crl_sign=signs,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _private(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _write(path: Path, content: bytes, *, mode: int = 0o600) -> None:
    fresh = path.with_name(path.name + ".new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
