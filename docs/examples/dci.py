"""A partner's first signed call, with Python's standard library and the openssl command alone.

    dci.py jwks KEY.pem                                         the public key, for `daftar partner add`
    dci.py search ADDRESS SENDER SECRET KEY.pem PINFL           asks about one person, signed (jws-detached)

It is meant to be read: docs/first-call.md says which line does what.
"""
import base64
import json
import subprocess
import sys
import tempfile
import urllib.error
import urllib.parse
import urllib.request
import uuid
from datetime import datetime, timezone

KID = "k1"
# An Ed25519 public key in DER is this prefix and the 32 bytes of the key (RFC 8410).
DER_PREFIX = bytes.fromhex("302a300506032b6570032100")


def b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unb64(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def openssl(*words, stdin=None):
    return subprocess.run(["openssl", *words], input=stdin, check=True, capture_output=True).stdout


def jwks(key):
    der = openssl("pkey", "-in", key, "-pubout", "-outform", "DER")
    x = b64(der[len(DER_PREFIX):])
    return {"keys": [{"kty": "OKP", "crv": "Ed25519", "use": "sig", "kid": KID, "x": x}]}


def signed_text(header, message):
    """The bytes that a signature covers: sorted keys, no spaces, UTF-8 as it is."""
    both = {"header": header, "message": message}
    return json.dumps(both, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def sign(header, message, key):
    """A detached JWS (RFC 7515, appendix F): HEADER..SIGNATURE."""
    head = b64(json.dumps({"alg": "EdDSA", "kid": KID}).encode())
    covered = f"{head}.{b64(signed_text(header, message))}".encode()
    with tempfile.NamedTemporaryFile() as file:  # Ed25519 signs in one go: openssl wants a file
        file.write(covered)
        file.flush()
        signature = openssl("pkeyutl", "-sign", "-rawin", "-inkey", key, "-in", file.name)
    return f"{head}..{b64(signature)}"


def signature_holds(jws, header, message, keys):
    head, signature = jws.split("..")
    kid = json.loads(unb64(head))["kid"]
    key = next(key for key in keys["keys"] if key["kid"] == kid and key.get("use") != "enc")
    covered = f"{head}.{b64(signed_text(header, message))}".encode()
    with tempfile.TemporaryDirectory() as folder:
        for name, data in [("key", DER_PREFIX + unb64(key["x"])), ("text", covered), ("sig", unb64(signature))]:
            with open(f"{folder}/{name}", "wb") as file:
                file.write(data)
        words = ["openssl", "pkeyutl", "-verify", "-rawin", "-pubin", "-keyform", "DER",
                 "-inkey", f"{folder}/key", "-in", f"{folder}/text", "-sigfile", f"{folder}/sig"]
        return subprocess.run(words, capture_output=True).returncode == 0


def fetch(url, body=None, headers={}):
    request = urllib.request.Request(url, data=body, headers=headers)
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.headers, json.load(answer)
    except urllib.error.HTTPError as refused:
        sys.exit(f"HTTP {refused.code}: {refused.read().decode()}")


def token(address, sender, secret):
    form = {"grant_type": "client_credentials", "client_id": sender, "client_secret": secret}
    form = urllib.parse.urlencode(form).encode()
    return fetch(f"{address}/oauth2/client/token", form)[1]["access_token"]


def search(address, sender, secret, key, pinfl):
    now = datetime.now(timezone.utc).isoformat(timespec="milliseconds")
    header = {
        "version": "1.0.0", "message_id": str(uuid.uuid4()), "message_ts": now, "action": "search",
        "sender_id": sender, "receiver_id": "daftar", "total_count": 1, "is_msg_encrypted": False,
    }
    query = {"query_type": "idtype-value", "query": {"type": "UIN", "value": pinfl}}
    message = {
        "transaction_id": str(uuid.uuid4()),
        "search_request": [
            {"reference_id": "r1", "timestamp": now, "locale": "uzb", "search_criteria": query}
        ],
    }
    body = json.dumps({"signature": "", "header": header, "message": message}, indent=2)
    print(body)
    headers, answer = fetch(f"{address}/dci/social/registry/sync/search", body.encode(), {
        "Authorization": f"Bearer {token(address, sender, secret)}",
        "Content-Type": "application/json",
        "Signature": sign(header, message, key),
    })
    print(json.dumps(answer, indent=2, ensure_ascii=False))
    keys = fetch(f"{address}/.well-known/jwks.json")[1]
    if not signature_holds(headers["Signature"], answer["header"], answer["message"], keys):
        sys.exit("the answer's signature does not hold: do not believe it")
    print("the answer's signature holds")


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["jwks", key]:
            print(json.dumps(jwks(key), indent=2))
        case ["search", address, sender, secret, key, pinfl]:
            search(address, sender, secret, key, pinfl)
        case _:
            sys.exit(__doc__)
