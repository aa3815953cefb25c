"""The wire form of tickets, written as the contract spells it and with nothing but the standard library.

    cpython.py issue <secret> < payload.json    writes the ticket
    cpython.py read <secret> < ticket           writes the payload, or fails
    cpython.py vectors                          writes vectors.json
"""

import base64
import hashlib
import hmac
import json
import sys


def pack(raw):
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def issue(secret, payload):
    body = json.dumps(payload, sort_keys=True, separators=(",", ":")).encode()
    return pack(body) + "." + pack(hmac.new(secret.encode(), body, hashlib.sha256).digest())


def read(secret, ticket):
    body, signature = ticket.split(".")
    raw = base64.urlsafe_b64decode(body + "=" * (-len(body) % 4))
    expected = pack(hmac.new(secret.encode(), raw, hashlib.sha256).digest())
    if not hmac.compare_digest(signature, expected):
        raise SystemExit("the signature does not hold")
    payload = json.loads(raw)
    if issue(secret, payload) != ticket:
        raise SystemExit("these are not the bytes that CPython writes")
    return payload


def vectors():
    secret = "a secret of at least thirty-two bytes"
    base = {
        "tenant_id": "t_acme",
        "mode": "saas",
        "project_id": "p_chat",
        "surface_id": None,
        "app_id": None,
        "user_id": None,
        "request_id": "r_1",
        "exp": 1_800_000_300,
        "iat": 1_800_000_000,
    }
    cases = [
        ("as the Python engine issues it", True, {}),
        ("every field", True, {"surface_id": "squared2", "app_id": "studio", "user_id": "u_1", "mode": "enterprise"}),
        ("characters that JSON escapes", True, {"user_id": 'a"b\\c/d', "mode": "lab"}),
        ("an alias that ensure_ascii escapes", True, {"surface_id": "SQUARED²"}),
        ("with what guard adds", True, {"jti": "j_1", "route": "/sse/chat/th_1", "origin": "https://app.example"}),
        ("another user in another alphabet", False, {"user_id": "ü"}),
        ("an astral character, as surrogates", False, {"user_id": "\U0001f600"}),
        ("a tenant of another shape", False, {"tenant_id": "acme"}),
        ("a mode in another case", False, {"mode": "SaaS"}),
        ("an empty project", False, {"project_id": ""}),
        ("no request", False, {"request_id": None}),
        ("a key that nobody knows", False, {"role": "owner"}),
        ("an expiry that is no integer", False, {"exp": 1_800_000_300.0}),
        ("an expiry that is a text", False, {"exp": "1800000300"}),
        ("an expiry that is true", False, {"exp": True}),
        ("a negative expiry", False, {"exp": -1}),
        ("issued after it expires", False, {"iat": 1_800_000_301}),
        ("issued in the future", False, {"iat": 1_800_000_100, "exp": 1_800_000_400}),
        ("good for a day", False, {"exp": 1_800_086_400}),
    ]
    out = []
    for name, good, changes in cases:
        payload = {**base, **changes}
        out.append({"name": name, "good": good, "payload": payload, "ticket": issue(secret, payload)})
    without = {key: value for key, value in base.items() if key != "app_id"}
    out.append({"name": "a key left out", "good": False, "payload": without, "ticket": issue(secret, without)})
    listed = list(base.values())
    out.append({"name": "an array", "good": False, "payload": listed, "ticket": issue(secret, listed)})
    return {"secret": secret, "now": 1_800_000_010, "vectors": out}


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["issue", secret]:
            print(issue(secret, json.load(sys.stdin)), end="")
        case ["read", secret]:
            print(json.dumps(read(secret, sys.stdin.read())), end="")
        case ["vectors"]:
            print(json.dumps(vectors(), indent=1))
        case _:
            raise SystemExit(__doc__)
