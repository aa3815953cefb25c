"""The hash of a pipeline, written as the manual spells it and with nothing but the standard library.

    cpython.py vectors    writes vectors.json
"""

import hashlib
import json
import math

SAFE = 2**53 - 1


class Refused(Exception):
    """Something that canonical JSON cannot carry exactly; the message is a JSON pointer to it."""


def number(value, place):
    if not math.isfinite(value) or abs(value) > SAFE or (value == 0 and math.copysign(1, value) < 0):
        raise Refused(place)
    if value == int(value):
        return str(int(value))
    sign = "-" if value < 0 else ""
    mantissa, _, exponent = repr(abs(value)).partition("e")
    whole, _, fraction = mantissa.partition(".")
    digits = (whole + fraction).lstrip("0")
    # The value is 0.DIGITS times ten to the point.
    point = len(whole) + int(exponent or 0) - (len(whole + fraction) - len(digits))
    digits = digits.rstrip("0")
    if point > 0:
        return f"{sign}{digits[:point]}.{digits[point:]}"
    if point > -6:
        return f"{sign}0.{'0' * -point}{digits}"
    rest = f".{digits[1:]}" if len(digits) > 1 else ""
    return f"{sign}{digits[0]}{rest}e{point - 1}"


def step(place, key):
    return f"{place}/{str(key).replace('~', '~0').replace('/', '~1')}"


def canonical(value, place=""):
    if value is None or isinstance(value, (bool, str)):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, (int, float)):
        return number(value, place)
    if isinstance(value, list):
        return "[" + ",".join(canonical(item, step(place, index)) for index, item in enumerate(value)) + "]"
    keys = sorted(value, key=lambda key: key.encode("utf-16-be"))
    return "{" + ",".join(f"{canonical(key)}:{canonical(value[key], step(place, key))}" for key in keys) + "}"


def vector(name, pipeline, parameters, inputs):
    case = {"name": name, "pipeline": pipeline, "parameters": parameters, "inputs": inputs}
    whole = {"inputs": inputs, "parameters": parameters, "pipeline": pipeline, "v": 1}
    try:
        text = canonical(whole)
    except Refused as refused:
        return {**case, "refused": str(refused)}
    return {**case, "canonical": text, "hash": hashlib.sha256(text.encode()).hexdigest()}


def vectors():
    def of(parameters, inputs={}):
        return "video.render", parameters, inputs

    def content(text):
        return hashlib.sha256(text.encode()).hexdigest()

    numbers = [0, 1, -1, 0.0, 1.0, 4.50, 2e-3, 0.1, 1e-6, 1e-7, 1.5e-7, 5e-324, 1e-27, 123e-20, 333333333.33333329]
    numbers += [9007199254740991, -9007199254740991, 9007199254740991.0, 0.1 + 0.2, 1 / 3, 100, 1e15, 123456.789e3, 1e-5]
    numbers += [4503599627370495.5, -0.000001234, 2.2250738585072014e-308, 0.30000001192092896]
    keys = {"€": "Euro", "\r": "CR", "\ufb33": "Hebrew", "1": "One", "😀": "Face", "\u0080": "Control", "ö": "O"}
    texts = '€$\u000f\nA\'B"\\\\"/\b\f\t\u007f\u2028 e\u0301 \u00e9 😀 \u0000'
    return [
        vector("a name and nothing else", *of({})),
        vector("another name", "video.mask", {}, {}),
        vector("scalars", *of({"a": None, "b": True, "c": False, "d": "", "e": "0", "f": 0})),
        vector("numbers", *of({"all": numbers})),
        vector("keys in the order of UTF-16", *of(keys)),
        vector("the same keys, written in another order", *of(dict(reversed(keys.items())))),
        vector("texts", *of({"text": texts})),
        vector("nested", *of({"list": [[], {}, [[1]], {"b": {"z": 1, "a": 2}, "a": [1, 2]}]})),
        vector("inputs", *of({}, {"source": content("a"), "clips": [content("b"), content("c")]})),
        vector("inputs in another order", *of({}, {"source": content("a"), "clips": [content("c"), content("b")]})),
        vector("an integer that JavaScript rounds", *of({"seed": 9007199254740993})),
        vector("an integer of which nobody knows whether it was rounded", *of({"seed": 9007199254740992})),
        vector("a seed of 64 bits", *of({"seed": 2**64 - 1})),
        vector("a negative one", *of({"seed": -(2**63)})),
        vector("a large double", *of({"scale": 1e300})),
        vector("a zero with a sign", *of({"offset": -0.0})),
        vector("deep down, below keys that a pointer escapes", *of({"a/b": [0, {"~": [1, 2**60]}]})),
    ]


if __name__ == "__main__":
    import sys

    if sys.argv[1:] != ["vectors"]:
        raise SystemExit(__doc__)
    print(json.dumps(vectors(), indent=1))
