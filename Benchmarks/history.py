#!/usr/bin/env python3
"""Measures a long history beside git: size, log, checkout, garbage collection.

    Benchmarks/history.py [MMDOS] [--files 5000] [--snapshots 500] [--share 0.01] [--runs 5]

A generated registry is published as often as there are snapshots, each time with a share of its files
changed; mmdos syncs it from its folder, git commits the same folder. Then the same is asked of both, in
turn, and medians and ratios are printed as a Markdown table. git is measured as it is after its commits
(loose objects, like mmdos) and, for size, again after `git gc`. Standard library only; needs git.
"""
import argparse
import os
import pathlib
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
WORDS = ("review", "branch", "commit", "check", "release", "prompt", "skill", "error", "limit", "test")


def run(command, cwd):
    result = subprocess.run([str(part) for part in command], cwd=cwd, stdin=subprocess.DEVNULL,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if result.returncode != 0:
        sys.exit(f"error: {' '.join(map(str, command[:6]))} ended with {result.returncode}\n"
                 + result.stderr.decode())
    return result.stdout.decode()


def timed(command, cwd):
    begin = time.perf_counter()
    run(command, cwd)
    return time.perf_counter() - begin


def disk_bytes(folder):
    """What the files below a folder take of the disk, each counted once."""
    seen, total = set(), 0
    for path, _, names in os.walk(folder):
        for name in names:
            status = os.lstat(os.path.join(path, name))
            if (status.st_dev, status.st_ino) not in seen:
                seen.add((status.st_dev, status.st_ino))
                total += status.st_blocks * 512
    return total


class Publisher:
    def __init__(self, folder, count):
        self.folder, self.random = folder, random.Random(20260115)
        (folder / "catalog").mkdir(parents=True)
        (folder / "catalog.yaml").write_text(
            'catalog:\n  version: "1.0.0"\n  description: "generated"\n  plugins: []\n')
        self.paths = [folder / f"catalog/d{n % 100:02}/file-{n:05}.md" for n in range(count)]
        for path in self.paths:
            path.parent.mkdir(exist_ok=True)
            path.write_text(self.text())

    def text(self):
        size = self.random.randint(80, 900)
        return "# " + " ".join(self.random.choice(WORDS) for _ in range(size)) + f" {self.random.random()}\n"

    def change(self, share):
        for path in self.random.sample(self.paths, max(1, int(len(self.paths) * share))):
            path.write_text(self.text())


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("mmdos", nargs="?", default=ROOT / ".build/release/mmdos")
    parser.add_argument("--files", type=int, default=5000)
    parser.add_argument("--snapshots", type=int, default=500)
    parser.add_argument("--share", type=float, default=0.01)
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    mmdos = pathlib.Path(options.mmdos).resolve()
    with tempfile.TemporaryDirectory(prefix="mmdos-history-") as name:
        measure(mmdos, options, pathlib.Path(name))


def measure(mmdos, options, work):
    project, folder, store = work / "project", work / "registry", work / "git"
    (project / ".ai/policies").mkdir(parents=True)
    (project / ".ai/policies/registry-policy.yaml").write_text(
        "allow_unsigned_local: true\nmax_registry_cache_size_kb: 8388608\nmax_registry_files: 200000\n")
    publisher = Publisher(folder, options.files)
    git = ["git", f"--git-dir={store}", f"--work-tree={folder}", "-c", "user.name=bench",
           "-c", "user.email=bench@localhost", "-c", "gc.auto=0"]
    run(["git", "init", "-q", "--bare", "-b", "main", store], work)
    run(git + ["config", "core.bare", "false"], work)
    run([mmdos, "registry", "add", "bench", folder, "--approved"], project)
    syncs, commits = [], []
    for version in range(1, options.snapshots + 1):
        if version > 1:
            publisher.change(options.share)
        run([mmdos, "registry", "publish", folder, "--name", "bench", "--publisher", "Bench",
             "--version", f"1.0.{version}"], work)
        syncs.append(timed([mmdos, "registry", "sync", "bench", "--approved", "--quiet"], project))
        commits.append(timed(git + ["add", "-A", "."], folder) + timed(git + ["commit", "-q", "-m", "x"], folder))
        if version % 50 == 0:
            print(f"{version} of {options.snapshots}", file=sys.stderr)
    cache = project / ".ai/registry-cache"
    rows = [("sync, beside add and commit (median of all)", statistics.median(syncs[1:]),
             statistics.median(commits[1:]), "s")]
    rows.append(("store on disk, loose", disk_bytes(cache / "objects"), disk_bytes(store / "objects"), "MB"))
    middle = options.snapshots // 2
    tree = work / "tree"
    tree.mkdir()
    out = ["git", f"--git-dir={store}", f"--work-tree={tree}"]

    def pair(label, ours, theirs):
        mine, other = [], []
        for _ in range(options.runs):
            mine.append(sum(timed(command, project) for command in ours))
            other.append(sum(timed(command, work) for command in theirs))
        rows.append((label, statistics.median(mine) / len(ours), statistics.median(other) / len(theirs), "s"))

    pair("log, all", [[mmdos, "registry", "log", "bench", "-n", options.snapshots]],
         [git + ["log", "--shortstat", "-n", options.snapshots]])
    pair("log, 10", [[mmdos, "registry", "log", "bench", "-n", "10"]], [git + ["log", "--shortstat", "-n", "10"]])
    run(out + ["checkout", "-q", "-f", "main"], work)
    pair("checkout, half way back and again the newest",
         [[mmdos, "registry", "checkout", "bench", f"v1.0.{middle}", "--approved", "-q"],
          [mmdos, "registry", "checkout", "bench", "latest", "--approved", "-q"]],
         [out + ["checkout", "-q", "-f", f"main~{options.snapshots - middle}"], out + ["checkout", "-q", "-f", "main"]])
    pair("clear --unreachable, nothing to free",
         [[mmdos, "registry", "cache", "clear", "--unreachable", "--approved"]], [git + ["prune", "--expire=now"]])
    keep = options.snapshots // 5
    copy = work / "copy.git"
    shutil.copytree(store, copy)
    mine = timed([mmdos, "registry", "cache", "clear", "bench", "--keep", keep, "--approved"], project)
    cut = run(["git", f"--git-dir={copy}", "rev-parse", f"main~{keep - 1}"], work).strip()
    (copy / "shallow").write_text(cut + "\n")
    theirs = timed(["git", f"--git-dir={copy}", "reflog", "expire", "--expire=now", "--all"], work)
    theirs += timed(["git", f"--git-dir={copy}", "prune", "--expire=now"], work)
    rows.append((f"trim to {keep} and free the rest", mine, theirs, "s"))
    rows.append(("store on disk after that", disk_bytes(cache / "objects"), disk_bytes(copy / "objects"), "MB"))
    theirs = timed(git + ["gc", "-q", "--prune=now"], work)
    packed = disk_bytes(store / "objects")
    show(options, rows)
    print(f"\n`git gc` of all {options.snapshots} takes {theirs:.2f} s and leaves {packed / 1e6:.1f} MB; "
          "mmdos has no packs yet.")


def show(options, rows):
    print(f"{options.snapshots} snapshots of {options.files} files, {options.share:.0%} changed each time\n")
    print("| | mmdos | git | ratio |\n| --- | --- | --- | --- |")
    for label, ours, theirs, unit in rows:
        scale, digits = (1e6, 1) if unit == "MB" else (1, 3)
        print(f"| {label} | {ours / scale:.{digits}f} {unit} | {theirs / scale:.{digits}f} {unit} "
              f"| {ours / theirs:.2f} |")


main()
