"""python -S tests/bench/launch.py CORES PROGRAM ARGUMENTS…: run a program and print, as JSON, its status, seconds, seconds of CPU and MiB at the peak.

A process of its own, and a small one: the memory that the system notes of a process begins with that of the one that started it.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time


def main(cores: str, *args: str) -> None:
    """cores: numbers of the processors that it may use, with commas between."""
    os.sched_setaffinity(0, {int(one) for one in cores.split(",")})
    start = time.perf_counter()
    process = subprocess.Popen(args, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    wall = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    print(json.dumps([process.returncode, wall, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024]))


if __name__ == "__main__":
    main(*sys.argv[1:])
