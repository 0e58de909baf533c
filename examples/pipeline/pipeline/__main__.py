"""Replicates until its standard input ends.

    PIPELINE_SOURCE=postgres://... PIPELINE_TARGET=mongodb://.../db python -m pipeline

A line on standard input sets the faults (`{"lag": 5}`; see `applying.Faults`), and each is answered
by a line with the counts so far. The addresses are environment variables, because they may contain
passwords.
"""

from __future__ import annotations

import json
import os
import select
import sys
import time

import psycopg2
from psycopg2.extras import LogicalReplicationConnection, ReplicationCursor
from pymongo import MongoClient

from pipeline.applying import Applier, Faults
from pipeline.decoding import Decoder

PUBLICATION = "pipeline"

# Several pipelines can read the same database, each with its own slot.
SLOT = os.environ.get("PIPELINE_SLOT", "pipeline")
# Rows without this text are skipped.
ONLY = os.environ.get("PIPELINE_ONLY", "")

# Maximum wait for the next change, seconds.
PATIENCE = 0.01
# Seconds between two confirmations of applied changes; after a crash, the others are sent again.
CONFIRM_EVERY = 1.0


def prepare(source: str) -> None:
    """Create the publication and the slot, unless they exist."""
    with psycopg2.connect(source) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_publication WHERE pubname = %s", (PUBLICATION,))
        if cursor.fetchone() is None:
            cursor.execute(f"CREATE PUBLICATION {PUBLICATION} FOR ALL TABLES")
            connection.commit()
        cursor.execute("SELECT 1 FROM pg_replication_slots WHERE slot_name = %s", (SLOT,))
        if cursor.fetchone() is None:
            cursor.execute("SELECT pg_create_logical_replication_slot(%s, 'pgoutput')", (SLOT,))


def replicate(cursor: ReplicationCursor, applier: Applier, confirm: float) -> None:
    """Run until standard input ends."""
    decoder = Decoder()
    confirmed = time.monotonic()
    while True:
        message = cursor.read_message()
        if message is not None:
            change = decoder.decode(message.payload)
            if change is not None and (change.kind == "delete" or ONLY in str(change.row)):
                applier.take(message.data_start, change)
        applier.work()
        if message is not None:
            continue
        if time.monotonic() - confirmed > confirm and not applier.waiting:
            cursor.send_feedback(flush_lsn=cursor.wal_end, force=True)
            confirmed = time.monotonic()
        readable, _, _ = select.select([cursor, sys.stdin], [], [], PATIENCE)
        if sys.stdin in readable and not obey(applier):
            return


def obey(applier: Applier) -> bool:
    """Read one line and answer it; return False at the end of the input."""
    line = sys.stdin.readline()
    if not line:
        return False
    applier.set(Faults(**json.loads(line)))
    report = {**applier.counts, "waiting": len(applier.waiting) + len(applier.held)}
    print(json.dumps(report), flush=True)
    return True


def main() -> int:
    """Connect and replicate."""
    source = os.environ["PIPELINE_SOURCE"]
    prepare(source)
    client: MongoClient[dict[str, object]] = MongoClient(os.environ["PIPELINE_TARGET"])
    connection = psycopg2.connect(source, connection_factory=LogicalReplicationConnection)
    with client, connection.cursor() as cursor:
        cursor.start_replication(
            SLOT, options={"proto_version": "1", "publication_names": PUBLICATION}
        )
        print("{}", flush=True)
        confirm = float(os.environ.get("PIPELINE_CONFIRM", CONFIRM_EVERY))
        replicate(cursor, Applier(client.get_default_database("shop")), confirm)
    return 0


if __name__ == "__main__":
    sys.exit(main())
