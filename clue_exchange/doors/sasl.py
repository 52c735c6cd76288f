"""
What is said at Kafka's door before anything else, and the proof of a password (SCRAM-SHA-512, RFC 5802).

The client library proves passwords by itself; this is for finding out why the broker does not believe one: the library
often misses the answer, because the broker hangs up right after it. No Kafka import.
"""

import base64
import hashlib
import hmac
import secrets
import socket
import struct

MECHANISM = "SCRAM-SHA-512"
SASL_HANDSHAKE, SASL_AUTHENTICATE = 17, 36
NOT_FOR_PASSWORDS = 34  # ILLEGAL_SASL_STATE: what a port for certificates answers
ANSWER_CAP_BYTES = 4_096
ITERATIONS_CAP = 1_000_000  # a foreign server could otherwise keep us busy for hours


def mechanism_error(door: socket.socket) -> int | None:
    """
    Ask whether this is a port for passwords, and give the error code of the answer.

    None where the answer is not Kafka's, or the door was shut meanwhile. With TLS 1.3 a certificate is refused only
    after the handshake, so that any answer at all means: let in.
    """
    answer = _ask(door, SASL_HANDSHAKE, 1, _text(MECHANISM))
    return None if answer is None else int.from_bytes(answer[:2], signed=True)


def is_proven(door: socket.socket, username: str, password: str) -> bool | None:
    """Prove the password, after `mechanism_error`; None where the answer is not Kafka's."""
    nonce = secrets.token_hex(16)
    first = f"n={username},r={nonce}"
    challenge = _authenticate(door, f"n,,{first}".encode())
    if not challenge:
        return None if challenge is None else False
    try:
        final = _final_message(first, nonce, challenge.decode(), password)
    except (ValueError, KeyError):
        return None
    verdict = _authenticate(door, final)
    return None if verdict is None else verdict != b""


def _final_message(first: str, nonce: str, challenge: str, password: str) -> bytes:
    fields = dict(part.split("=", 1) for part in challenge.split(","))
    iterations = int(fields["i"])
    if iterations > ITERATIONS_CAP or not fields["r"].startswith(nonce):
        raise ValueError("no challenge to this client")
    salted = hashlib.pbkdf2_hmac("sha512", password.encode(), base64.b64decode(fields["s"]), iterations)
    client_key = _hmac(salted, b"Client Key")
    bare = f"c=biws,r={fields['r']}"
    signature = _hmac(hashlib.sha512(client_key).digest(), f"{first},{challenge},{bare}".encode())
    proof = bytes(key ^ signed for key, signed in zip(client_key, signature, strict=True))
    return f"{bare},p={base64.b64encode(proof).decode()}".encode()


def _authenticate(door: socket.socket, message: bytes) -> bytes | None:
    """The broker's message; empty when it refused."""
    answer = _ask(door, SASL_AUTHENTICATE, 0, struct.pack(">i", len(message)) + message)
    if answer is None or len(answer) < 4:
        return None
    error_code, words = struct.unpack_from(">hh", answer)
    at = 4 + max(words, 0)
    return b"" if error_code else answer[at + 4 :]


def _ask(door: socket.socket, key: int, version: int, body: bytes) -> bytes | None:
    request = struct.pack(">hhih", key, version, key, -1) + body  # the key again as correlation id; no client id
    door.sendall(struct.pack(">i", len(request)) + request)
    size, correlation_id = struct.unpack(">ii", _read(door, 8) or bytes(8))
    if correlation_id != key or not 4 < size <= ANSWER_CAP_BYTES:
        return None
    return _read(door, size - 4)


def _read(door: socket.socket, count: int) -> bytes | None:
    got = b""
    while len(got) < count:
        more = door.recv(count - len(got))
        if not more:
            return None
        got += more
    return got


def _text(text: str) -> bytes:
    return struct.pack(">h", len(text)) + text.encode()


def _hmac(key: bytes, message: bytes) -> bytes:
    return hmac.digest(key, message, "sha512")
