"""A certificate authority of its own for a test, and what it has signed."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

LOOPBACK = (x509.DNSName("localhost"), x509.IPAddress(ip_address("127.0.0.1")))


@dataclass(frozen=True)
class Authority:
    """Signs certificates; its own lies in `certificate`."""

    folder: Path
    name: str
    key: ec.EllipticCurvePrivateKey

    @property
    def certificate(self) -> Path:
        return self.folder / f"{self.name}.pem"

    def sign(self, name: str, *, known_as: tuple[x509.GeneralName, ...] = LOOPBACK) -> tuple[Path, Path]:
        """A certificate and its key, for a server of these names and for whoever asks one."""
        key = ec.generate_private_key(ec.SECP256R1())
        uses = [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]
        unsigned = (
            _unsigned(name, key, issuer=self.name, issuer_key=self.key, is_authority=False)
            .add_extension(x509.SubjectAlternativeName(known_as), critical=False)
            .add_extension(x509.ExtendedKeyUsage(uses), critical=False)
        )
        return _write(self.folder, name, unsigned.sign(self.key, hashes.SHA256()), key)


def make_authority(folder: Path, name: str = "authority") -> Authority:
    """A new authority, whose files lie in the folder."""
    key = ec.generate_private_key(ec.SECP256R1())
    unsigned = _unsigned(name, key, issuer=name, issuer_key=key, is_authority=True)
    _write(folder, name, unsigned.sign(key, hashes.SHA256()), key)
    return Authority(folder, name, key)


def _unsigned(
    name: str,
    key: ec.EllipticCurvePrivateKey,
    *,
    issuer: str,
    issuer_key: ec.EllipticCurvePrivateKey,
    is_authority: bool,
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    uses = x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=is_authority,
        crl_sign=is_authority,
        encipher_only=False,
        decipher_only=False,
    )
    return (
        x509.CertificateBuilder()
        .subject_name(_named(name))
        .issuer_name(_named(issuer))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False)
        .add_extension(uses, critical=True)
    )


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _write(folder: Path, name: str, signed: x509.Certificate, key: ec.EllipticCurvePrivateKey) -> tuple[Path, Path]:
    certificate, secret = folder / f"{name}.pem", folder / f"{name}.key"
    certificate.write_bytes(signed.public_bytes(Encoding.PEM))
    secret.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return certificate, secret
