"""One scenario of several bots under many seeds, in lanes; each in a folder and with a database server of its own."""
import concurrent.futures
import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import time

house = pathlib.Path(__file__).resolve().parents[2]


def build(preset):
    subprocess.run(["cmake", "--preset", preset], cwd=house, check=True, stdout=subprocess.DEVNULL)
    subprocess.run(["ninja", "-C", f"build/{preset}", "test_several_bots"], cwd=house, check=True, stdout=subprocess.DEVNULL)


def memory_folder():
    """Repositories and databases are made in memory where there is room, as tests/run does."""
    shm = pathlib.Path("/dev/shm")
    roomy = os.access(shm, os.W_OK) and shutil.disk_usage(shm).free > 4_000_000_000
    return os.environ.get("TMPDIR") or (str(shm) if roomy else tempfile.gettempdir())


def run_one(preset, tests, seed, variables, logs):
    folder = pathlib.Path(tempfile.mkdtemp(prefix="slipway-several-", dir=memory_folder()))
    folder.chmod(0o1777)  # database servers run as nobody
    begun = time.monotonic()
    ended = subprocess.run(
        [str(house / f"build/{preset}/tests/test_several_bots"), tests],
        env={**os.environ, **variables, "SLIPWAY_SEED": str(seed), "SLIPWAY_KEEP": "1", "TMPDIR": str(folder)},
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace")
    took = time.monotonic() - begun
    skipped = "skipped:" in ended.stdout
    failed = ended.returncode != 0 or skipped
    said = dict(re.findall(r"^(\w+)=(\d+)$", ended.stdout, re.M))
    words = " ".join(f"{name}={count}" for name, count in said.items())
    if failed:
        logs.mkdir(parents=True, exist_ok=True)
        subprocess.run(["cp", "-a", str(folder), str(logs / f"seed-{seed}")], check=False)  # sockets included
        (logs / f"seed-{seed}.log").write_text(ended.stdout)
    shutil.rmtree(folder, ignore_errors=True)
    print(f"seed {seed}: {'FAILED, see ' + str(logs / f'seed-{seed}.log') if failed else 'as undisturbed'} "
          f"{words} seconds={took:.0f}", flush=True)
    return failed, {name: int(count) for name, count in said.items()}


def run_all(name, asked, tests, variables):
    """0 when every seed passed. What a test prints as `name=number` is summed up in the last line."""
    logs = house / "build" / asked.preset / "several_bots" / name
    shutil.rmtree(logs, ignore_errors=True)
    begun = time.monotonic()
    seeds = range(asked.first, asked.first + asked.releases)
    with concurrent.futures.ThreadPoolExecutor(asked.lanes) as lanes:
        outcomes = list(lanes.map(lambda seed: run_one(asked.preset, tests, seed, variables, logs), seeds))
    sums = {}
    for _, said in outcomes:
        for key, count in said.items():
            sums[key] = sums.get(key, 0) + count
    failed = sum(1 for each, _ in outcomes if each)
    print(json.dumps({"releases": len(outcomes), "failed": failed, **sums, "seconds": round(time.monotonic() - begun)}))
    return 1 if failed or not outcomes else 0
