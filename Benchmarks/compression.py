#!/usr/bin/env python3
"""Measures zlib's levels on the kind of text that registries hold.

Usage: compression.py FOLDER...

Takes every Markdown, YAML and JSON file below the folders, cuts long ones at line ends into pieces of
0.5 to 64 KiB, and compresses each piece as one object file, the way Sources/ObjectStore/Zlib.swift does:
one zlib stream per object, one compressor that is reset in between. The library is called directly, so
that the figures hold no cost of Python's own zlib module. Times are of the processor, not of the clock,
so that they hold on a busy machine too. Standard library only.
"""

import ctypes
import ctypes.util
import os
import random
import sys
import time

# The first class is what ObjectEncoder stores: with 11 bytes of framing it fits one disk block.
CLASSES = [(512, 4085), (4086, 8 << 10), (8 << 10, 32 << 10), (32 << 10, 64 << 10)]
DISK_BLOCK_BYTES = 4096
PIECES_PER_CLASS = 2000
LARGE_BYTES = 16 << 20
ROUNDS = 4
Z_FINISH = 4
Z_STREAM_END = 1


class Stream(ctypes.Structure):
    """struct z_stream_s of zlib.h."""

    _fields_ = [
        ("next_in", ctypes.c_void_p), ("avail_in", ctypes.c_uint), ("total_in", ctypes.c_ulong),
        ("next_out", ctypes.c_void_p), ("avail_out", ctypes.c_uint), ("total_out", ctypes.c_ulong),
        ("msg", ctypes.c_char_p), ("state", ctypes.c_void_p), ("zalloc", ctypes.c_void_p),
        ("zfree", ctypes.c_void_p), ("opaque", ctypes.c_void_p), ("data_type", ctypes.c_int),
        ("adler", ctypes.c_ulong), ("reserved", ctypes.c_ulong),
    ]


zlib = ctypes.CDLL(ctypes.util.find_library("z"))
zlib.zlibVersion.restype = ctypes.c_char_p


def texts(folders):
    for folder in folders:
        for parent, _, names in sorted(os.walk(folder)):
            for name in sorted(names):
                if name.endswith((".md", ".yaml", ".yml", ".json")):
                    with open(os.path.join(parent, name), "rb") as file:
                        yield file.read()


def pieces(all_texts, low, high, seed):
    """Files of the size class as they are, longer ones cut at line ends."""
    generator = random.Random(seed)
    found = []
    for text in all_texts:
        if low <= len(text) <= high:
            found.append(text)
            continue
        start = 0
        while len(text) - start >= high:
            end = text.find(b"\n", start + generator.randint(low, high) - 200) + 1
            if not low <= end - start <= high:
                end = start + high
            found.append(text[start:end])
            start = end
    generator.shuffle(found)
    return found[:PIECES_PER_CLASS]


def check(result, expected=0):
    if result != expected:
        sys.exit(f"zlib answered {result}")


def compress(level, inputs):
    """The compressed pieces and the processor seconds that compressing them took."""
    stream = Stream()
    check(zlib.deflateInit_(ctypes.byref(stream), level, zlib.zlibVersion(), ctypes.sizeof(stream)))
    output = ctypes.create_string_buffer(max(map(len, inputs)) * 2 + 1024)
    address, reference, results, seconds = ctypes.addressof(output), ctypes.byref(stream), [], 0.0
    for piece in inputs:
        source = ctypes.c_char_p(piece)
        stream.next_in, stream.avail_in = ctypes.cast(source, ctypes.c_void_p), len(piece)
        stream.next_out, stream.avail_out = address, len(output)
        start = time.thread_time()
        result = zlib.deflate(reference, Z_FINISH)
        zlib.deflateReset(reference)
        seconds += time.thread_time() - start
        check(result, Z_STREAM_END)
        results.append(output.raw[: len(output) - stream.avail_out])
    zlib.deflateEnd(reference)
    return results, seconds


def inflate(inputs, largest):
    """The processor seconds that inflating the pieces took."""
    stream = Stream()
    check(zlib.inflateInit_(ctypes.byref(stream), zlib.zlibVersion(), ctypes.sizeof(stream)))
    output = ctypes.create_string_buffer(largest + 1)
    address, reference, seconds = ctypes.addressof(output), ctypes.byref(stream), 0.0
    for piece in inputs:
        source = ctypes.c_char_p(piece)
        stream.next_in, stream.avail_in = ctypes.cast(source, ctypes.c_void_p), len(piece)
        stream.next_out, stream.avail_out = address, len(output)
        start = time.thread_time()
        result = zlib.inflate(reference, Z_FINISH)
        zlib.inflateReset(reference)
        seconds += time.thread_time() - start
        check(result, Z_STREAM_END)
    zlib.inflateEnd(reference)
    return seconds


def measure(title, inputs):
    total = sum(map(len, inputs))
    print(f"\n{title}: {len(inputs)} {'object' if len(inputs) == 1 else 'objects'}, {total / 2**20:.1f} MiB\n")
    print("| level | bytes | on disk | µs an object in | back | MB/s in | back |")
    print("| ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
    for level in range(10):
        best, best_back, size = float("inf"), float("inf"), 0
        for _ in range(ROUNDS):
            results, seconds = compress(level, inputs)
            best, size = min(best, seconds), sum(map(len, results))
            best_back = min(best_back, inflate(results, max(map(len, inputs))))
        blocks = sum(-(-len(result) // DISK_BLOCK_BYTES) for result in results)
        print(
            f"| {level} | {size / total * 100:.1f} % | {blocks * DISK_BLOCK_BYTES / total * 100:.0f} % "
            f"| {best / len(inputs) * 1e6:.1f} | {best_back / len(inputs) * 1e6:.1f} "
            f"| {total / best / 1e6:.0f} | {total / best_back / 1e6:.0f} |", flush=True)


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    all_texts = list(texts(sys.argv[1:]))
    print(f"zlib {zlib.zlibVersion().decode()}, {len(all_texts)} files")
    for seed, (low, high) in enumerate(CLASSES):
        found = pieces(all_texts, low, high, seed)
        if found:
            measure(f"{low} to {high} bytes", found)
    joined = b"".join(all_texts)
    if joined:
        measure("one large text", [(joined * (LARGE_BYTES // len(joined) + 1))[:LARGE_BYTES]])


if __name__ == "__main__":
    main()
