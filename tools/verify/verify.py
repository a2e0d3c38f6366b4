#!/usr/bin/env python3
"""Checks a Countersign ledger without any part of Countersign. Python 3.8+, standard library only.

    verify.py LOG [--key KEY] [--acknowledged FILE] [--from FILE]
    verify.py --proof FILE --key KEY

LOG is the folder of the log. KEY is its public key (name+id+base64) or a file that holds it. Prints JSON. Exit
status: 0 everything holds, 1 something does not, 2 it could not be asked. The README says what is checked.
"""
import argparse, base64, hashlib, json, os, pathlib, re, sys

# --- Ed25519 (RFC 8032 5.1), verification only; no secret is ever touched, so time may depend on the input.
P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P

def add(a, b):
    (x1, y1, z1, t1), (x2, y2, z2, t2) = a, b
    m, n, g, h = (y1 - x1) * (y2 - x2), (y1 + x1) * (y2 + x2), 2 * D * t1 * t2 % P, 2 * z1 * z2
    e, f, g, h = (n - m) % P, h - g, h + g, (n + m) % P
    return (e * f % P, g * h % P, f * g % P, e * h % P)

def decompress(data):
    number = int.from_bytes(data, "little")
    y, sign = number & (2**255 - 1), number >> 255
    u, v = y * y - 1, D * y * y + 1
    x = u * v**3 * pow(u * v**7, (P - 5) // 8, P) % P
    x = x * pow(2, (P - 1) // 4, P) % P if (v * x * x - u) % P else x
    if len(data) != 32 or y >= P or (v * x * x - u) % P or (x == 0 and sign):
        raise ValueError("not a point of the curve")
    x = P - x if x % 2 != sign else x
    return (x, y, 1, x * y % P)

def compress(point):
    inverse = pow(point[2], P - 2, P)
    return (point[1] * inverse % P | (point[0] * inverse % P & 1) << 255).to_bytes(32, "little")

def multiples(point):
    """Rows of 64 multiples, six bits of the factor each: two points are multiplied again and again."""
    rows = []
    for _ in range(43):
        rows.append([(0, 1, 1, 0)])
        for _ in range(63):
            rows[-1].append(add(rows[-1][-1], point))
        point = add(rows[-1][-1], point)
    return rows

def times(rows, number, total=(0, 1, 1, 0)):
    for place, row in enumerate(rows):
        total = add(total, row[number >> 6 * place & 63])
    return total

class Key:
    """A C2SP note key: name+id+base64(0x01 || public key), its id being SHA-256(name || 0x0A || 0x01 || key)[:4]."""
    def __init__(self, text):
        self.name, ident, encoded = text.strip().split("+", 2)
        data = base64.b64decode(encoded, validate=True)
        self.id, self.public = sha256(self.name.encode(), b"\n", data)[:4], data[1:]
        if data[:1] != b"\x01" or self.id.hex() != ident:
            raise ValueError("malformed public key")
        x, y, z, t = decompress(data[1:])
        self.negated = multiples((P - x, y, z, P - t))
        self.base = multiples(decompress((4 * pow(5, P - 2, P) % P).to_bytes(32, "little")))
    def signed(self, message, signature):
        s = int.from_bytes(signature[32:], "little")
        k = int.from_bytes(hashlib.sha512(signature[:32] + self.public + message).digest(), "little") % L
        return len(signature) == 64 and s < L and compress(times(self.negated, k, times(self.base, s))) == signature[:32]
    def open(self, note):
        """(size, root) of a checkpoint that this key signed, or None (C2SP signed-note, tlog-checkpoint)."""
        form = re.fullmatch(rb"(([^\n]+)\n(0|[1-9][0-9]{0,15})\n([A-Za-z0-9+/]{43}=)\n)\n((?:[^\n]+\n)+)", note or b"")
        if not form or form[2] != self.name.encode():
            return None
        lines = [re.fullmatch("\u2014 (\\S+) ([A-Za-z0-9+/]+={0,2})".encode(), line) for line in form[5].splitlines()]
        if not all(lines) or any(len(line[2]) % 4 for line in lines):
            return None
        decoded = [(line[1], base64.b64decode(line[2])) for line in lines]
        own = [self.signed(form[1], data[4:]) for name, data in decoded if name == form[2] and data[:4] == self.id]
        return (int(form[3]), base64.b64decode(form[4])) if own and all(own) else None

# --- The tree of RFC 6962 2.1.
def sha256(*parts):
    return hashlib.sha256(b"".join(parts)).digest()

def push(hashes, size, leaf):
    """Adds a leaf to the perfect subtrees that cover `size` leaves."""
    while size % 2:
        leaf, size = sha256(b"\x01", hashes.pop(), leaf), size // 2
    hashes.append(leaf)

def fold(hashes):
    total = hashes[-1] if hashes else sha256()
    for left in reversed(hashes[:-1]):
        total = sha256(b"\x01", left, total)
    return total

def climb(leaf, index, size, path):
    """The root that an inclusion proof leads to (RFC 6962 2.1.1); not that of any tree when its length is wrong."""
    if size == 1 or not path:
        return leaf if size == 1 and not path else b""
    split = 1 << (size - 1).bit_length() - 1
    if index < split:
        return sha256(b"\x01", climb(leaf, index, split, path[:-1]), path[-1])
    return sha256(b"\x01", path[-1], climb(leaf, index - split, size - split, path[:-1]))

# --- What the entries must not say. The ids are those of src/core/ledger-rules.ts.
ENDED = ("action.withdrawn", "action.expired", "action.revoked", "action.superseded")
OUTCOMES = ("execution.finished", "execution.lost", "outcome.found", "effects.captured", "captured.discarded", "undo.done")

class Rules:
    def __init__(self):
        self.count, self.actions, self.nonces, self.erased = 0, {}, {}, set()
    def judge(self, entry):
        kind, name = entry["type"], entry.get("action", "")
        if entry["seq"] != self.count:
            yield "ledger-sequence", f"expected seq {self.count}, got {entry['seq']}"
        self.count += 1
        self.erased |= {entry["subject"]} if kind == "payload.erased" else set()
        act = self.actions.setdefault(name, {"own": set(), "yes": set(), "confirmed": False, "ran": False, "open": None})
        if kind == "execution.intended":
            yield from self.started(act, name, entry)
        elif kind in OUTCOMES and not act["ran"]:
            yield "L7", f"{kind} of {name} without an execution.intended before it"
        if kind in ("execution.finished", "outcome.found"):
            act["open"] = None
        self.note(act, kind, entry)
    def note(self, act, kind, entry):
        voter = entry.get("voter") or {}
        person = voter["person"] if voter.get("kind") == "person" else None
        if kind == "action.proposed":
            for who in [entry["requester"]] + entry["editors"]:
                act["own"].add(who["person"] if who["kind"] == "person" else who["operator"])
        elif kind == "policy.decided":
            act["tier"], act["digest"] = entry["tier"], entry["digest"]
        elif kind == "vote.confirmed":
            act["confirmed"] = entry["decision"] == "yes" and person in act["own"]
        elif kind == "vote.reviewed":
            act["yes"] |= {person} if entry["decision"] == "yes" and entry["verified"] is True and person else set()
        elif kind == "vote.withdrawn":
            act["yes"], act["confirmed"] = act["yes"] - {person}, act["confirmed"] and person not in act["own"]
        if kind in ENDED or (kind.startswith("vote.") and entry.get("decision") == "no"):
            act["ended"] = entry["seq"]
    def started(self, act, name, entry):
        tier, nonce, needed = act.get("tier"), entry["nonce"], {3: 1, 4: 2}.get(act.get("tier"), 0)
        if "digest" not in act or tier == "X" or act["digest"] != entry["digest"]:
            yield "L1", f"{name} was started without a decision over its digest"
        if nonce in self.nonces:
            yield "L2", f"nonce {nonce} was used before, by entry {self.nonces[nonce]}"
        if len(act["yes"] - act["own"]) < needed or (tier == 2 and not act["confirmed"]):
            yield "L3", f"{name} is T{tier} and lacks the yes of the people it needs"
        if "ended" in act:
            yield "L4", f"{name} was started although entry {act['ended']} had ended it"
        self.nonces[nonce], act["ran"], act["open"] = entry["seq"], True, entry["seq"]

# --- The folder.
def index_path(number):
    groups = re.findall("...", str(number).zfill(-(-len(str(number)) // 3) * 3))
    return "/".join(["x" + group for group in groups[:-1]] + groups[-1:])

def read(*parts):
    path = os.path.join(*parts)
    return pathlib.Path(path).read_bytes() if os.path.isfile(path) else None

def records(data):
    """(entry, checkpoint, begin, end) for each complete record of a segment, at most 256."""
    ends = [0]
    while len(ends) <= 512 and data[ends[-1]:ends[-1] + 2].strip(b"\0"):
        ends.append(ends[-1] + 2 + int.from_bytes(data[ends[-1]:ends[-1] + 2], "big"))
    for begin, middle, end in zip(ends[0::2], ends[1::2], ends[2::2]):
        if end <= len(data):
            yield data[begin + 2:middle], data[middle + 2:end], begin, end

class Log:
    def __init__(self, folder, key, anchors):
        self.folder, self.key, self.anchors = folder, key, anchors
        self.problems, self.notes, self.lost, self.rules = [], [], [], Rules()
        self.size, self.tree, self.levels = 0, [], [[]]
    def report(self, rule, message, **where):
        self.problems.append({"rule": rule, "message": message, **where})
    def check(self):
        number = 0
        while self.segment(number, (read(self.folder, "segment", index_path(number)) or b"").rstrip(b"\0")):
            number += 1
        for level, nodes in enumerate(self.levels):
            self.tiles(level, self.size // 256 ** (level + 1), nodes, False)
        for name, anchor in self.anchors.items():
            if anchor is None:
                self.report("anchor", f"the {name} checkpoint is missing or was not signed by this ledger")
            elif anchor[0] > self.size:
                self.report("anchor", f"the {name} checkpoint covers {anchor[0]} entries, the log has {self.size}")
        if self.anchors.get("published"):
            self.served(self.anchors["published"][0])
        self.problems += [problem for subject, problem in self.lost if subject not in self.rules.erased]
    def segment(self, number, data):
        file, end, entries = "segment/" + index_path(number), 0, []
        for entry, note, begin, end in records(data):
            self.record(entry, note, {"file": file, "position": begin, "seq": self.size})
            entries.append(len(entry).to_bytes(2, "big") + entry)
        follows = os.path.exists(os.path.join(self.folder, "segment", index_path(number + 1)))
        told = any(anchor and anchor[0] > self.size for anchor in self.anchors.values())
        if (end < len(data) or len(entries) < 256) and (follows or told or len(entries) == 256):
            self.report("segment", f"no valid entry {self.size} begins there", file=file, position=end)
        elif end < len(data):
            self.notes.append(f"{len(data) - end} bytes of an unfinished write follow the last entry")
        self.tiles("entries", number, entries, follows)
        level = 0
        while len(self.levels[level]) == 256:
            self.tiles(level, number, self.levels[level], follows)
            above = []
            for size, node in enumerate(self.levels[level]):
                push(above, size, node)
            self.levels += [[]] * (len(self.levels) == level + 1)
            self.levels[level], self.levels[level + 1] = [], self.levels[level + 1] + above
            level, number = level + 1, number // 256
        return follows and len(entries) == 256 and end == len(data)
    def record(self, data, note, where):
        self.levels[0].append(sha256(b"\x00", data))
        push(self.tree, self.size, self.levels[0][-1])
        self.size += 1
        state, signed = (self.size, fold(self.tree)), self.key.open(note)
        if signed is None:
            self.report("signature", "its checkpoint was not signed by this ledger", **where)
        elif signed != state:
            self.report("root", "it, or one before it, is not what its checkpoint covers", **where)
        for name, anchor in self.anchors.items():
            if anchor and anchor[0] == self.size and anchor != state:
                self.report("anchor", f"the log up to here is not that of the {name} checkpoint", **where)
        try:
            entry = json.loads(data)
            for rule, message in self.rules.judge(entry):
                self.report(rule, message, **where)
            for payload in (entry.get("payloads") or {}).values():
                digest = re.fullmatch("sha256:([0-9a-f]{64})", payload["address"])[1]
                found = read(self.folder, "payload", digest[:2], digest)
                if found is None:
                    self.lost.append((payload["subject"], {"rule": "payload", "message": "it is missing", **where}))
                elif sha256(found).hex() != digest:
                    self.report("payload", "a payload is not what was stored", **where)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            self.report("entry", f"it is malformed: {error!r}", **where)
    def tiles(self, level, number, parts, needed):
        """Every file of a tile, full or partial, is a beginning of what the entries lead to."""
        path = f"tile/{level}/{index_path(number)}"
        partial = pathlib.Path(self.folder, path + ".p").glob("*")
        for width, file in [(256, path)] + [(int(one.name), f"{path}.p/{one.name}") for one in partial if one.name.isdigit()]:
            data = read(self.folder, file)
            if data is None and needed:
                self.report("tile", "it is missing", file=file)
            elif data is not None and (width > len(parts) or data != b"".join(parts[:width])):
                self.report("tile", "it is not what the entries lead to", file=file)
    def served(self, size):
        """A static log serves every tile of its published checkpoint, partial ones at the right edge."""
        for level, count in [("entries", size)] + [(level, size // 256**level) for level in range(7)]:
            for number in range(-(-count // 256)):
                full = os.path.join(self.folder, "tile", str(level), index_path(number))
                if not os.path.exists(full) and not os.path.exists(f"{full}.p/{count - number * 256}"):
                    self.report("tile", "it is missing", file=f"tile/{level}/{index_path(number)}")

def check_log(folder, key, asked):
    files = {"published": os.path.join(folder, "checkpoint"), "acknowledged": asked["acknowledged"], "given": asked["from"]}
    log = Log(folder, key, {name: key.open((read(file) or b"").rstrip(b"\0")) for name, file in files.items()
                            if file and (name != "published" or os.path.exists(file))})
    if not asked["key"]:
        log.notes.append("the public key was taken from the ledger itself: a forger could have put it there")
    elif Key((read(folder, "ledger.pub") or b"++").decode()).public != key.public:
        log.report("key", "it is not the public key of this ledger", file="ledger.pub")
    log.check()
    unknown = [act["open"] for act in log.rules.actions.values() if act["open"] is not None]
    return {"ok": not log.problems, "size": log.size, "root": fold(log.tree).hex(), "origin": key.name,
            "problems": log.problems, "unknown": unknown, "notes": log.notes}

def check_proof(text, key):
    """C2SP tlog-proof; the extra data is the entry."""
    head, _, note = text.partition(b"\n\n")
    form = re.fullmatch(rb"c2sp\.org/tlog-proof@v1\nextra (\S*)\nindex (0|[1-9][0-9]*)((?:\n\S+)*)", head)
    entry, index, signed = base64.b64decode(form[1], validate=True), int(form[2]), key.open(note)
    path = [base64.b64decode(line, validate=True) for line in form[3].split()]
    ok = signed is not None and index < signed[0] and climb(sha256(b"\x00", entry), index, signed[0], path) == signed[1]
    return {"ok": ok, "index": index, "entry": entry.decode("utf8", "replace"), "signed": signed is not None}

def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("log", nargs="?")
    for name in ("--key", "--acknowledged", "--from", "--proof"):
        parser.add_argument(name)
    asked = vars(parser.parse_args())
    if not asked["log"] and not (asked["proof"] and asked["key"]):
        parser.error("give the folder of a log, or --proof and --key")
    given, proof = asked["key"] or os.path.join(asked["log"], "ledger.pub"), read(asked["proof"] or "")
    try:
        key = Key(read(given).decode() if os.path.exists(given) else given)
        result = check_proof(proof or b"", key) if asked["proof"] else check_log(asked["log"], key, asked)
    except (OSError, ValueError, TypeError) as error:
        print(f"cannot verify: {error}", file=sys.stderr)
        return 2
    print(json.dumps(result))
    return 0 if result["ok"] else 1

if __name__ == "__main__":
    sys.exit(main())
