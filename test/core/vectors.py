"""Reads vectors.json on standard input and prints what it computes for each vector, as one JSON object.

A second, independent implementation of RFC 8785 and of the action envelope, from their descriptions alone.
"""

import base64
import hashlib
import json
import sys
import unicodedata


def number(value):
    """ECMAScript's Number::toString (ECMA-262, RFC 8785 section 3.2.2.3)."""
    if isinstance(value, int) and abs(value) < 10**21:
        return str(value)
    value = float(value)
    if value == 0:
        return "0"
    sign = "-" if value < 0 else ""
    mantissa, exponent = ("%r" % abs(value)), 0
    if "e" in mantissa:
        mantissa, power = mantissa.split("e")
        exponent = int(power)
    whole, _, fraction = mantissa.partition(".")
    digits = whole + ("" if fraction == "0" else fraction)
    point = len(whole) + exponent
    stripped = digits.lstrip("0")
    point -= len(digits) - len(stripped)
    digits = stripped.rstrip("0")
    count = len(digits)
    if count <= point <= 21:
        text = digits + "0" * (point - count)
    elif 0 < point <= 21:
        text = digits[:point] + "." + digits[point:]
    elif -6 < point <= 0:
        text = "0." + "0" * -point + digits
    else:
        tail = digits[0] + ("." + digits[1:] if count > 1 else "")
        text = tail + "e" + ("+" if point > 0 else "-") + str(abs(point - 1))
    return sign + text


def string(text):
    short = {8: "\\b", 9: "\\t", 10: "\\n", 12: "\\f", 13: "\\r", 34: '\\"', 92: "\\\\"}
    out = []
    for character in text:
        code = ord(character)
        out.append(short.get(code) or ("\\u%04x" % code if code < 32 else character))
    return '"' + "".join(out) + '"'


def canonical(value):
    if value is None:
        return "null"
    if value is True or value is False:
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return number(value)
    if isinstance(value, str):
        return string(value)
    if isinstance(value, list):
        return "[" + ",".join(canonical(item) for item in value) + "]"
    members = sorted(value.items(), key=lambda member: member[0].encode("utf-16-be"))
    return "{" + ",".join(string(key) + ":" + canonical(item) for key, item in members) + "}"


def is_form_c(text):
    return unicodedata.normalize("NFC", text) == text


def encoded(text):
    return {"base64": base64.b64encode(text.encode("utf-8")).decode("ascii")}


def text_or_bytes(text):
    return text if isinstance(text, dict) or is_form_c(text) else encoded(text)


def is_plain(value):
    if isinstance(value, bool) or value is None:
        return True
    if isinstance(value, (int, float)):
        return float(value).is_integer() and abs(value) < 2**53
    if isinstance(value, str):
        return is_form_c(value)
    if isinstance(value, list):
        return all(is_plain(item) for item in value)
    return all(is_form_c(key) and is_plain(item) for key, item in value.items())


def arguments(value):
    return {"json": value} if is_plain(value) else encoded(canonical(value))


def as_set(values):
    by_form = {canonical(value): value for value in values}
    return [by_form[form] for form in sorted(by_form, key=lambda form: form.encode("utf-16-be"))]


def read(entry):
    return {"path": text_or_bytes(entry["path"]), "digest": entry["digest"]}


def preimage(envelope):
    command = envelope["command"]
    executable = envelope["resolved"]["executable"]
    body = dict(envelope)
    body["command"] = (
        {"argv": [text_or_bytes(word) for word in command["argv"]]}
        if "argv" in command
        else {"tool": command["tool"], "args": arguments(command["args"])}
    )
    body["resolved"] = {
        "executable": read(executable) if executable else None,
        "targets": as_set([text_or_bytes(target) for target in envelope["resolved"]["targets"]]),
    }
    body["cwd"] = text_or_bytes(envelope["cwd"])
    body["reads"] = as_set([read(entry) for entry in envelope["reads"]])
    body["preconditions"] = as_set(envelope["preconditions"])
    body["editors"] = as_set(envelope["editors"])
    return "countersign/action/v1\n" + canonical(body)


def main():
    vectors = json.loads(sys.stdin.buffer.read().decode("utf-8"))
    print(
        json.dumps(
            {
                "json": {entry["name"]: canonical(json.loads(entry["input"])) for entry in vectors["json"]},
                "envelopes": {entry["name"]: digest(entry["envelope"]) for entry in vectors["envelopes"]},
            }
        )
    )


def digest(envelope):
    return hashlib.sha256(preimage(envelope).encode("utf-8")).hexdigest()


main()
