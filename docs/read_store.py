#!/usr/bin/env python3
"""Reads a registry's snapshot in use out of an mmdos cache folder, as docs/FORMATS.md describes it.

Once everything is proven, prints `sha256  path` for each file, or writes the files with --out DIR."""
import argparse, hashlib, pathlib, re, sys, zlib

ID, TEXT = r"[0-9a-f]{64}", r"[^\x00-\x1f\x7f-\x9f\ud800-\udfff]+"  # surrogates: bytes that are not UTF-8
ENTRY = re.compile(rf"(blob|tree) (0|[1-9][0-9]{{0,17}}) ({ID}) ([^\x00-\x1f\x7f/\\\ud800-\udfff]+)")
SNAPSHOT = re.compile(
    rf"snapshot 1\ntree ({ID})\n(?:parent {ID}\n)?source {TEXT}\nmanifest ({ID})\nversion {TEXT}\n"
    rf"generated-at {TEXT}\nsynced-at [0-9-]{{10}}T[0-9:]{{8}}Z\npublisher {TEXT}\n"
    rf"trust (?:verified|unsigned)\n(?:signer [!-~]+ [!-~]+ {ID}\n)*agent {TEXT}\n")

def require(condition, what):
    if not condition: sys.exit(f"read_store: {what}")

def packs(cache, known={}):
    """For every pack that has an index: its path, and by id the offset and length of each stream."""
    for path in () if known else sorted((cache / "objects/pack").glob("pack-*.idx")):
        index, pack = path.read_bytes(), path.with_suffix(".pack")
        count = int.from_bytes(index[1036:1040], "big")
        good = index[:16] == b"mmdos-packidx 1\n" and len(index) == 1104 + 56 * count and pack.is_file()
        if not good or hashlib.sha256(index[:-32]).digest() != index[-32:]: continue
        number = lambda column, n: int.from_bytes(index[(at := 1040 + (32 + 8 * column) * count + 8 * n):at + 8], "big")
        known[pack] = {index[at:at + 32].hex(): (number(0, n), number(1, n))
                       for n, at in enumerate(range(1040, 1040 + 32 * count, 32))}
    return known

def stored(cache, id):
    """The zlib stream of an object: its file, or its part of a pack."""
    path = cache / "objects" / id[:2] / id[2:]
    if path.is_file() and not path.is_symlink(): return path.read_bytes()
    for pack, places in packs(cache).items():
        if id in places:
            with pack.open("rb") as file: return file.seek(places[id][0]) and file.read(places[id][1])
    require(False, f"object {id} is missing")

def read(cache, id, limit, size=None):
    """The payload of an object; `limit` is the most to inflate, `size` what a tree states."""
    inflater = zlib.decompressobj()
    try: payload = inflater.decompress(stored(cache, id), limit + 1)
    except (zlib.error, OSError) as error: require(False, f"object {id} cannot be read: {error}")
    require(len(payload) <= limit and size in (None, len(payload)), f"object {id} has the wrong size")
    require(inflater.eof and not inflater.unused_data, f"object {id} is not exactly one zlib stream")
    require(hashlib.sha256(payload).hexdigest() == id, f"object {id} holds other bytes")
    return payload

def walk(cache, id, size=None, folder="", depth=1):
    """Yields (path, blob id, size) of every file beneath a tree, each blob verified."""
    text = read(cache, id, 64 << 20).decode(errors="surrogateescape")
    require(text.startswith("tree 1\n") and text.endswith("\n") and depth <= 64, f"object {id} is not a tree")
    before, total = "", 0
    for entry in map(ENTRY.fullmatch, text[7:].split("\n")[:-1]):
        canonical = entry and entry[4] not in (".", "..") and entry[4] > before
        require(canonical, f"object {id} is not a canonical tree")
        kind, length, child, before = entry[1], int(entry[2]), entry[3], entry[4]
        total += length
        if kind == "tree":
            yield from walk(cache, child, length, folder + before + "/", depth + 1)
        else:
            read(cache, child, length, length)
            yield folder + before, child, length
    require(size in (None, total), f"object {id} does not add up to the size its parent states")

def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("cache", type=pathlib.Path), parser.add_argument("registry")
    parser.add_argument("--out", type=pathlib.Path, metavar="DIR", help="a folder that does not exist yet")
    options = parser.parse_args()
    require(re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}", options.registry), "that is not a registry name")
    require((options.cache / "format").read_bytes() == b"mmdos-cache 1\n", "this is not a cache of format 1")
    ref = (options.cache / "refs/registries" / options.registry).read_bytes()
    require(re.fullmatch(rb"[0-9a-f]{64}\n", ref), f"ref registries/{options.registry} is damaged")
    id = ref[:64].decode()
    snapshot = SNAPSHOT.fullmatch(read(options.cache, id, 64 << 10).decode(errors="surrogateescape"))
    require(snapshot, f"object {id} is not a snapshot")
    files = sorted(walk(options.cache, snapshot[1]))
    require(("manifest.json", snapshot[2]) in [f[:2] for f in files], f"object {id} names another manifest")
    if options.out: options.out.mkdir()
    for path, blob, size in files:
        if options.out:
            (options.out / path).parent.mkdir(parents=True, exist_ok=True)
            (options.out / path).write_bytes(read(options.cache, blob, size, size))
        else: sys.stdout.buffer.write(f"{blob}  {path}\n".encode())

if __name__ == "__main__":
    try: main()
    except OSError as error: require(False, error)
