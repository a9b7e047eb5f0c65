"""What the benchmarks share: servers that live for one run, data, and measuring. No file of the user's is touched."""
import os
import re
import signal
import shlex
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent
SERVERS = REPOSITORY / "scripts" / "test-servers"
BUCKET = "dbops-test"


def say(text):
    print(text, file=sys.stderr, flush=True)


def settings_of(*command, **environment):
    """Runs one of our scripts and takes over the settings that it prints."""
    printed = subprocess.run([str(part) for part in command], env={**os.environ, **environment}, check=True,
                             stdout=subprocess.PIPE, text=True).stdout
    for line in printed.splitlines():
        for word in shlex.split(line.removeprefix("export ")):
            name, _, value = word.partition("=")
            os.environ[name] = value


def dbops():
    """The binary that is measured: $DBOPS, or the release build of this repository."""
    path = os.environ.get("DBOPS") or str(REPOSITORY / ".build" / "release" / "dbops")
    if not os.access(path, os.X_OK):
        sys.exit(f"error: there is no {path}; build it (swift build -c release --product dbops) or set DBOPS")
    return path


class Servers:
    """A throw-away PostgreSQL 15 and a real S3 server (radosgw) with a bucket, ended whatever happens."""

    def __init__(self, s3=True, size_gb=1, settings=""):
        self.s3, self.size_gb, self.settings = s3, size_gb, settings

    def __enter__(self):
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
        for name in [name for name in os.environ if re.match("PG|AWS_|DBOPS_TEST", name)]:
            del os.environ[name]
        self.directory = Path(tempfile.mkdtemp(prefix="dbops-bench."))
        self.directory.chmod(0o755)
        try:
            subprocess.run([REPOSITORY / "scripts" / "install-packages", "run"] + (["test"] if self.s3 else []), check=True)
            say("starting PostgreSQL" + (" and S3" if self.s3 else ""))
            settings_of(SERVERS / "postgres", "start", self.directory / "pg", PGSETTINGS=self.settings)
            os.environ["PATH"] = "/usr/lib/postgresql/15/bin:" + os.environ["PATH"]
            if self.s3:
                settings_of(REPOSITORY / "scripts" / "install-test-tools")
                settings_of(SERVERS / "start", self.directory / "s3", CEPH_SIZE_GB=str(16 + 8 * self.size_gb))
                self.configure_aws()
        except BaseException:
            self.__exit__()
            raise
        return self

    def configure_aws(self):
        (self.directory / "aws").write_text("[default]\ns3 =\n    addressing_style = path\n")
        os.environ.update(
            AWS_ACCESS_KEY_ID=os.environ["DBOPS_TEST_S3_ACCESS_KEY"], AWS_DEFAULT_REGION="us-east-1",
            AWS_SECRET_ACCESS_KEY=os.environ["DBOPS_TEST_S3_SECRET_KEY"], AWS_ENDPOINT_URL=os.environ["DBOPS_TEST_S3"],
            AWS_CONFIG_FILE=str(self.directory / "aws"), AWS_EC2_METADATA_DISABLED="true", AWS_PAGER="",
            AWS_REQUEST_CHECKSUM_CALCULATION="when_required", AWS_RESPONSE_CHECKSUM_VALIDATION="when_required")

    def __exit__(self, *_):
        subprocess.run([SERVERS / "postgres", "stop", self.directory / "pg"])
        if self.s3:
            subprocess.run([SERVERS / "stop", self.directory / "s3"])
        shutil.rmtree(self.directory, ignore_errors=True)


def database_url(name="bench"):
    return f"postgresql:///{name}?host={os.environ['PGHOST']}&port={os.environ['PGPORT']}&user={os.environ['PGUSER']}"


def backup_command(to, workers=2, database="bench"):
    """A backup of `database` below the prefix `to` of the bucket."""
    return [dbops(), "backup", "now", "--database", database_url(database), "--to", f"s3://{BUCKET}/{to}", "--endpoint",
            os.environ["AWS_ENDPOINT_URL"], "--region", "us-east-1", "--path-style", "--workers", str(workers), "--json"]


def remove_objects(prefix):
    subprocess.run(["aws", "s3", "rm", "--only-show-errors", "--recursive", f"s3://{BUCKET}/{prefix}"], check=True)


def psql(sql, database="bench"):
    """Runs a script that stops at its first error; returns what it prints."""
    return subprocess.run(["psql", "-qXAtd", database, "-v", "ON_ERROR_STOP=1"], input=sql, text=True, check=True,
                          stdout=subprocess.PIPE).stdout.strip()


def make_data(size_gb):
    """About size_gb GB of COPY text: three tenths pgbench accounts, the rest rows of uuid, timestamp, numeric, jsonb
    and text in six tables of several sizes. Returns the bytes of the text."""
    say(f"making {size_gb:g} GB of data")
    subprocess.run(["psql", "-qXc", "CREATE DATABASE bench TEMPLATE template0"], check=True)
    subprocess.run(["pgbench", "-i", "-q", "-s", str(max(1, round(31 * size_gb))), "bench"], check=True,
                   stderr=subprocess.DEVNULL)
    statements = ["SELECT setseed(0.5)"]
    for number, share in enumerate([0.30, 0.25, 0.20, 0.15, 0.08, 0.02], start=1):
        rows = int(3_250_000 * size_gb * share)
        statements += [f"""CREATE TABLE mixed_{number} AS SELECT i AS id, md5(random()::text)::uuid AS u,
            '2026-01-01 00:00:00+00'::timestamptz + random() * interval '300 days' AS at, (random() * 10000)::numeric(12, 2) AS amount,
            jsonb_build_object('n', i, 'state', (ARRAY['open', 'paid', 'shipped'])[i % 3 + 1], 'score', round(random()::numeric, 6),
            'tags', ARRAY['t' || i % 17, 't' || i % 5]) AS body, 'customer ' || i % 9973 || ' said ' || md5(random()::text) AS words
            FROM generate_series(1, {rows}) i""", f"ALTER TABLE mixed_{number} ADD PRIMARY KEY (id)",
            f"CREATE INDEX ON mixed_{number} (at)"]
    subprocess.run(["psql", "-qXd", "bench", "-v", "ON_ERROR_STOP=1"], input=";\n".join(statements) + ";\nCHECKPOINT;\n",
                   text=True, check=True, stdout=subprocess.DEVNULL)
    subprocess.run(["psql", "-qXd", "bench", "-c", "VACUUM ANALYZE"], check=True)
    return int(subprocess.run("pg_dump -a bench | wc -c", shell=True, check=True, stdout=subprocess.PIPE).stdout)


class Measured:
    """One run: seconds on the wall, seconds of CPU and peak RSS of the command and of what it started and waited for;
    own_peak_mib is the peak RSS of the command alone, without a server that it starts."""

    def __init__(self, command):
        with tempfile.TemporaryFile("w+") as output, tempfile.TemporaryFile("w+") as errors:
            started = time.monotonic()
            process = subprocess.Popen(
                ["bash", "-o", "pipefail", "-c", command] if isinstance(command, str) else command,
                stdin=subprocess.DEVNULL, stdout=output, stderr=errors)
            watcher = threading.Thread(target=self.watch, args=(process.pid,), daemon=True)
            watcher.start()
            _, status, usage = os.wait4(process.pid, 0)
            self.seconds = time.monotonic() - started
            process.returncode = os.waitstatus_to_exitcode(status)
            output.seek(0)
            errors.seek(0)
            self.output = output.read()
            if process.returncode != 0:
                sys.exit(f"error: exit code {process.returncode} of: {command}\n{errors.read()}")
        self.cpu_seconds = usage.ru_utime + usage.ru_stime
        self.peak_mib = usage.ru_maxrss / 1024
        watcher.join()

    def watch(self, pid):
        """The kernel keeps the peak, but forgets it when the process ends."""
        self.own_peak_mib = 0
        while True:
            try:
                peak = re.search(r"VmHWM:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())
            except OSError:
                return
            if peak is None:
                return
            self.own_peak_mib = int(peak[1]) / 1024
            time.sleep(0.05)


def median(values):
    return statistics.median(values)
