"""Ed25519 keys: the installation signs each seal, whoever verifies holds the public keys."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class SigningKey:
    """The installation's key: its id and 32 secret bytes, kept outside the database."""

    key_id: str
    secret: bytes

    def sign(self, digest: str) -> str:
        """Return the signature over a digest, as hex digits."""
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        return Ed25519PrivateKey.from_private_bytes(self.secret).sign(bytes.fromhex(digest)).hex()

    def trusted(self, valid_from: datetime | None = None, valid_to: datetime | None = None) -> "TrustedKey":
        """Return the public half, for the time it is in use."""
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        public = Ed25519PrivateKey.from_private_bytes(self.secret).public_key().public_bytes_raw()
        return TrustedKey(self.key_id, public, valid_from, valid_to)


@dataclass(frozen=True)
class TrustedKey:
    """A public key and the time in which seals are signed with it."""

    key_id: str
    public: bytes
    valid_from: datetime | None = None
    valid_to: datetime | None = None

    def is_valid_at(self, moment: datetime) -> bool:
        """Return True when the key was in use at the moment."""
        return not (self.valid_from and moment < self.valid_from) and not (self.valid_to and moment > self.valid_to)

    def has_signed(self, digest: str, signature: str) -> bool:
        """Return True when the signature over the digest is of this key."""
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(bytes.fromhex(signature), bytes.fromhex(digest))
        except (InvalidSignature, ValueError):
            return False
        return True
