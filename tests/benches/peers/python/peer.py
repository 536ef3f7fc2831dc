"""Fetches messages as a script would: `peer.py json DATABASE` or `peer.py fhirclient DATABASE`. See ../README.md."""

import gzip
import json
import os
import ssl
import sys
import time
import urllib.request
from pathlib import Path

import sqlcipher3

PREVIEW = 200


def pages(url):
    """Each page's text, by the links between them."""
    context = ssl.create_default_context(cafile=os.environ["PEER_ROOT"])
    opener = urllib.request.build_opener(
        urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=context)
    )
    fields = {
        "Accept": "application/fhir+json",
        "Accept-Encoding": "gzip",
        "Authorization": "Bearer " + os.environ["PEER_TOKEN"],
    }
    while url:
        with opener.open(urllib.request.Request(url, headers=fields)) as answer:
            body = answer.read()
            if answer.headers.get("Content-Encoding") == "gzip":
                body = gzip.decompress(body)
        page = json.loads(body)
        yield page
        links = page.get("link", [])
        url = next((it["url"] for it in links if it["relation"] == "next"), None)


def plain(resource):
    """The members that are written, of a resource as JSON."""
    sender = resource.get("sender") or {}
    parents = resource.get("partOf") or []
    texts = [it["contentString"] for it in resource.get("payload", []) if "contentString" in it]
    return (
        resource["id"],
        resource["meta"].get("versionId"),
        parents[0]["reference"].rsplit("/", 1)[-1] if parents else resource["id"],
        (resource.get("topic") or {}).get("text", ""),
        sender.get("display", ""),
        sender.get("reference", "").startswith("Patient/"),
        resource.get("sent", ""),
        "\n\n".join(texts),
    )


def modelled(resource):
    """The same, of a model of fhirclient, which checks the types."""
    from fhirclient.models.communication import Communication

    record = Communication(resource)
    sender, topic = record.sender, record.topic
    texts = [it.contentString for it in record.payload or [] if it.contentString]
    return (
        record.id,
        record.meta.versionId,
        record.partOf[0].reference.rsplit("/", 1)[-1] if record.partOf else record.id,
        topic.text if topic and topic.text else "",
        sender.display if sender and sender.display else "",
        bool(sender and sender.reference and sender.reference.startswith("Patient/")),
        record.sent.as_json() if record.sent else "",
        "\n\n".join(texts),
    )


class Store:
    def __init__(self, path):
        self.db = sqlcipher3.connect(path, isolation_level=None)
        self.db.execute("PRAGMA key = \"x'%s'\"" % ("07" * 32))
        self.db.execute("PRAGMA journal_mode = WAL")
        self.db.execute("PRAGMA synchronous = NORMAL")
        self.db.executescript((Path(__file__).parent.parent / "tables.sql").read_text())
        self.threads = {}

    def write(self, rows):
        words, changed = [], set()
        self.db.execute("BEGIN IMMEDIATE")
        for remote, version, head, subject, sender, outgoing, at, text in rows:
            thread = self.threads.get(head)
            if thread is None:
                made = self.db.execute("INSERT INTO thread VALUES (NULL, ?, '', '', '', '', 0)", (head,))
                thread = self.threads[head] = {"id": made.lastrowid, "subject": "", "at": "", "n": 0, "from": "", "text": ""}
            changed.add(head)
            thread["subject"] = thread["subject"] or subject
            if not text:
                continue
            made = self.db.execute(
                "INSERT INTO message VALUES (NULL, ?, ?, ?, ?, ?, ?, ?)",
                (remote, version, thread["id"], sender, outgoing, at, text),
            )
            words.append((made.lastrowid, text))
            thread["n"] += 1
            if at >= thread["at"]:
                thread.update({"at": at, "from": sender, "text": text[:PREVIEW]})
        self.db.executemany("INSERT INTO message_text (rowid, text) VALUES (?, ?)", words)
        threads = (self.threads[head] for head in changed)
        self.db.executemany(
            "UPDATE thread SET subject = ?, last_at = ?, last_from = ?, last_text = ?, messages = ? WHERE id = ?",
            [(it["subject"], it["at"], it["from"], it["text"], it["n"], it["id"]) for it in threads],
        )
        self.db.execute("COMMIT")


def main():
    read = {"json": plain, "fhirclient": modelled}[sys.argv[1]]
    if read is modelled:
        # Loading the models is no part of a sync.
        from fhirclient.models import communication  # noqa: F401
    wall, cpu = time.perf_counter(), time.process_time()
    store = Store(sys.argv[2])
    for page in pages(os.environ["PEER_FIRST"]):
        store.write(read(it["resource"]) for it in page.get("entry", []))
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    count = store.db.execute("SELECT count(*) FROM message").fetchone()[0]
    print(json.dumps({"sync_cpu_us": cpu * 1e6, "sync_wall_us": wall * 1e6, "messages": count}))


main()
