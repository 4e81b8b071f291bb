"""What the measurements were made on."""
import os
import pathlib
import subprocess
import tempfile

HERE = pathlib.Path(__file__).resolve().parent


def processors():
    """CPUs that this process may use."""
    return len(os.sched_getaffinity(0))


def peak_mebibytes():
    """The most memory that this process held.

    The kernel's mark of this program: getrusage also counts what the process held before exec, as a fork of its
    parent.
    """
    for line in open("/proc/self/status"):
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    return 0.0


def fma_peak(threads):
    """Multiply-adds in registers, as fast as they go, in GFLOP/s."""
    with tempfile.TemporaryDirectory() as folder:
        program = f"{folder}/fma_peak"
        subprocess.run(["cc", "-O3", "-march=native", "-pthread", "-o", program, str(HERE / "fma_peak.c")], check=True)
        found = subprocess.run([program, str(threads)], check=True, capture_output=True, text=True)
    return float(found.stdout)


def description(threads):
    """Model, CPUs, vector instructions and FMA peak."""
    text = pathlib.Path("/proc/cpuinfo").read_text()
    fields = dict(line.split(":", 1) for line in text.split("\n\n")[0].splitlines() if ":" in line)
    fields = {key.strip(): value.strip() for key, value in fields.items()}
    flags = fields.get("flags", fields.get("Features", "")).split()
    known = ("avx2", "fma", "avx512f", "avx512_vnni", "avx512_bf16", "amx_bf16", "amx_tile", "asimd", "sve", "bf16")
    return dict(model=fields.get("model name", os.uname().machine), family=fields.get("cpu family", ""),
                number=fields.get("model", ""), processors=processors(), threads=threads,
                instructions=[flag for flag in known if flag in flags], fma_peak=fma_peak(threads))
