"""Drives `rspipe bench`."""
import json
import subprocess


class Server:
    """One process that does what it is told, each time it is told: for taking turns with peers."""

    def __init__(self, program, threads, side):
        self.process = subprocess.Popen(
            [program, "bench", "--serve", "--threads", str(threads), "--size", str(side)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def seconds(self, name):
        self.process.stdin.write(name + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"rspipe bench ended at '{name}' with status {self.process.wait()}")
        return json.loads(line)["seconds"]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait()


def measure(program, threads, *options):
    """The results of one run of `rspipe bench --json`."""
    run = subprocess.run([program, "bench", "--json", "--threads", str(threads), *map(str, options)],
                         check=True, stdout=subprocess.PIPE, text=True)
    return [json.loads(line) for line in run.stdout.splitlines()]
