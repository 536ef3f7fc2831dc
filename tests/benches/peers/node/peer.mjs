// Fetches messages as a Node.js program would: `node peer.mjs DATABASE`. See ../README.md.
import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import Database from 'better-sqlite3-multiple-ciphers';

const PREVIEW = 200;
const ca = readFileSync(process.env.PEER_ROOT);
const unpack = promisify(gunzip);
const headers = {
  accept: 'application/fhir+json',
  'accept-encoding': 'gzip',
  authorization: `Bearer ${process.env.PEER_TOKEN}`,
};

function get(url) {
  return new Promise((resolve, reject) => {
    request(url, { ca, headers }, (answer) => {
      const parts = [];
      answer.on('data', (part) => parts.push(part));
      answer.on('error', reject);
      answer.on('end', () => {
        const body = Buffer.concat(parts);
        resolve(answer.headers['content-encoding'] === 'gzip' ? unpack(body) : body);
      });
    }).on('error', reject).end();
  });
}

const db = new Database(process.argv[2]);
const wall = process.hrtime.bigint();
const before = process.cpuUsage();
db.pragma("cipher = 'sqlcipher'");
db.pragma(`key = "x'${'07'.repeat(32)}'"`);
db.pragma('journal_mode = WAL');
db.pragma('synchronous = NORMAL');
db.exec(readFileSync(new URL('../tables.sql', import.meta.url), 'utf8'));
const newThread = db.prepare("INSERT INTO thread VALUES (NULL, ?, '', '', '', '', 0)");
const newMessage = db.prepare('INSERT INTO message VALUES (NULL, ?, ?, ?, ?, ?, ?, ?)');
const newWords = db.prepare('INSERT INTO message_text (rowid, text) VALUES (?, ?)');
const setThread = db.prepare(
  'UPDATE thread SET subject = ?, last_at = ?, last_from = ?, last_text = ?, messages = ? WHERE id = ?');
const threads = new Map();

const write = db.transaction((entries) => {
  const changed = new Set();
  for (const { resource } of entries) {
    const head = resource.partOf?.[0]?.reference?.split('/').pop() ?? resource.id;
    let thread = threads.get(head);
    if (!thread) {
      thread = { id: newThread.run(head).lastInsertRowid, subject: '', at: '', from: '', text: '', count: 0 };
      threads.set(head, thread);
    }
    changed.add(thread);
    thread.subject ||= resource.topic?.text ?? '';
    const text = (resource.payload ?? []).map((part) => part.contentString).filter(Boolean).join('\n\n');
    if (!text) continue;
    const { sender, sent: at = '' } = resource;
    const from = sender?.display ?? '';
    const outgoing = sender?.reference?.startsWith('Patient/') ? 1 : 0;
    const row = newMessage.run(resource.id, resource.meta.versionId, thread.id, from, outgoing, at, text);
    newWords.run(row.lastInsertRowid, text);
    thread.count += 1;
    if (at >= thread.at) Object.assign(thread, { at, from, text: text.slice(0, PREVIEW) });
  }
  for (const it of changed) setThread.run(it.subject, it.at, it.from, it.text, it.count, it.id);
});

for (let url = process.env.PEER_FIRST; url;) {
  const page = JSON.parse(await get(url));
  write(page.entry ?? []);
  url = page.link?.find((link) => link.relation === 'next')?.url;
}
const { user, system } = process.cpuUsage(before);
console.log(JSON.stringify({
  sync_cpu_us: user + system,
  sync_wall_us: Number((process.hrtime.bigint() - wall) / 1000n),
  messages: db.prepare('SELECT count(*) AS n FROM message').get().n,
}));
