"""What it costs. Printed for the reader; only waking up without cause is judged."""

import statistics
import time

from central.central import Central

from . import mushpi
from .spored import figure


def process_status(pid):
    with open(f"/proc/{pid}/status", encoding="ascii") as file:
        return dict(line.split(":\t", 1) for line in file.read().splitlines() if ":\t" in line)


def story_reads(_spored):
    """500 reads are all answered; their latency is a figure"""
    latencies = []
    with Central() as central:
        central.connect(name=mushpi.NAME).discover()
        for _ in range(500):
            begin = time.perf_counter()
            assert len(central.read_once(mushpi.ENV_MEASUREMENTS)) == 12
            latencies.append((time.perf_counter() - begin) * 1000)
    cuts = statistics.quantiles(latencies, n=100)
    figure("read latency", f"p50 {cuts[49]:.1f} ms, p95 {cuts[94]:.1f} ms")


def story_idle(spored):
    """an idle spored sleeps: fewer than 5 wake-ups in 10 seconds"""
    pid = spored.pid
    figure("resident memory", process_status(pid)["VmRSS"].strip())
    before = int(process_status(pid)["voluntary_ctxt_switches"])
    time.sleep(10)  # idleness is what is measured
    woken = int(process_status(pid)["voluntary_ctxt_switches"]) - before
    figure("wake-ups in 10 idle seconds", woken)
    assert woken < 5, woken


def story_idle_with_a_subscriber(spored):
    """with a silent subscriber it sleeps as well"""
    pid = spored.pid
    with Central() as central:
        central.connect(name=mushpi.NAME).subscribe(mushpi.ENV_MEASUREMENTS).get()
        before = int(process_status(pid)["voluntary_ctxt_switches"])
        time.sleep(10)  # idleness is what is measured
        woken = int(process_status(pid)["voluntary_ctxt_switches"]) - before
    figure("wake-ups in 10 seconds with a silent subscriber", woken)
    assert woken < 5, woken
