-- What every peer fills: messages, conversations, an index of the words.
CREATE TABLE thread (
    id INTEGER PRIMARY KEY, head TEXT NOT NULL UNIQUE, subject TEXT NOT NULL, last_at TEXT NOT NULL, last_from TEXT NOT NULL,
    last_text TEXT NOT NULL, messages INTEGER NOT NULL) STRICT;
CREATE INDEX thread_newest ON thread (last_at DESC) WHERE messages > 0;
CREATE TABLE message (
    id INTEGER PRIMARY KEY, remote TEXT NOT NULL UNIQUE, version TEXT, thread INTEGER NOT NULL REFERENCES thread (id),
    sender TEXT NOT NULL, outgoing INTEGER NOT NULL, at TEXT NOT NULL, text TEXT NOT NULL) STRICT;
CREATE INDEX message_thread ON message (thread, at);
CREATE VIRTUAL TABLE message_text USING fts5 (
    text, content = 'message', content_rowid = 'id', tokenize = 'unicode61 remove_diacritics 2');
