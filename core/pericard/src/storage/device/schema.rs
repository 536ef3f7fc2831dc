//! The tables of device.db.

use super::super::database::Schema;

pub(super) static SCHEMA: Schema = Schema {
    part: "device",
    steps: &["
CREATE TABLE account (
    id TEXT PRIMARY KEY,
    base TEXT NOT NULL,
    issuer TEXT NOT NULL,
    subject TEXT NOT NULL,
    config TEXT NOT NULL,
    sealed TEXT,
    UNIQUE (base, issuer, subject)
) STRICT;
-- A grant is a set of tokens for one patient. `intent` is set before a refresh is sent: if it is found set, the refresh
-- token may be used up although the response never arrived.
CREATE TABLE token_grant (
    account TEXT PRIMARY KEY REFERENCES account (id) ON DELETE CASCADE,
    patient TEXT NOT NULL,
    access_token TEXT NOT NULL,
    expires INTEGER NOT NULL,
    refresh_token TEXT,
    scope TEXT NOT NULL,
    intent INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE person (
    id TEXT PRIMARY KEY,
    account TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    patient TEXT NOT NULL,
    name TEXT NOT NULL,
    is_self INTEGER NOT NULL,
    wrapped BLOB NOT NULL,
    UNIQUE (account, patient)
) STRICT;
CREATE TABLE sign_in (
    id TEXT PRIMARY KEY,
    state TEXT NOT NULL,
    expires INTEGER NOT NULL
) STRICT;
CREATE TABLE portal (
    base TEXT PRIMARY KEY,
    document TEXT NOT NULL
) STRICT;
CREATE TABLE revocation (
    id INTEGER PRIMARY KEY,
    document TEXT NOT NULL,
    expires INTEGER NOT NULL
) STRICT;
", "
-- When the portal last answered, by its own clock and by the time since boot.
ALTER TABLE account ADD COLUMN heard INTEGER;
ALTER TABLE account ADD COLUMN heard_uptime INTEGER;
-- The step-up that the portal asked for (RFC 9470), in JSON; cleared by a new sign-in.
ALTER TABLE account ADD COLUMN wanted TEXT;
-- Set before an account is removed, so that the next start finishes a removal that was interrupted.
ALTER TABLE account ADD COLUMN leaving INTEGER NOT NULL DEFAULT 0;
-- The client that the tokens were issued to; empty in older rows, whose client is in the account's configuration.
ALTER TABLE token_grant ADD COLUMN client_id TEXT NOT NULL DEFAULT '';
-- The key of the sign-in: the refresh token is bound to it, and the access token if `bound` is set (RFC 9449 §5).
ALTER TABLE token_grant ADD COLUMN dpop_key BLOB;
ALTER TABLE token_grant ADD COLUMN bound INTEGER NOT NULL DEFAULT 0;
-- The format of a sign-in has changed; one in progress starts again.
DELETE FROM sign_in;
-- Refresh tokens that a later sign-in replaced. They are revoked when the account is removed, because some servers give
-- both sign-ins one grant, and revoking an old token at once would end the new session too.
CREATE TABLE superseded (
    account TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    client_id TEXT NOT NULL,
    refresh_token TEXT NOT NULL
) STRICT;
CREATE TABLE registration (
    base TEXT NOT NULL,
    issuer TEXT NOT NULL,
    redirect TEXT NOT NULL,
    client_id TEXT NOT NULL,
    PRIMARY KEY (base, issuer, redirect)
) STRICT;
-- A portal's documents are saved with their validators; those without any are fetched again.
UPDATE portal SET document = json_object(
    'asked', json('null'), 'smart', json_object('text', document ->> '$.smart'),
    'server', iif(document ->> '$.server' IS NULL, json('null'), json_object('text', document ->> '$.server')),
    'capability', iif(document ->> '$.capability' IS NULL, json('null'), json_object('text', document ->> '$.capability')));
", "
-- How often the account was sealed. The keystore has the same number; a device.db with a lower one is an older copy.
ALTER TABLE account ADD COLUMN seals INTEGER NOT NULL DEFAULT 0;
-- Removed accounts whose keys the keystore has not deleted yet.
CREATE TABLE doomed_key (account TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
-- The format of a revocation has changed.
DELETE FROM revocation;
-- Whether `fhirUser` named the patient at sign-in; then every refresh is compared with it. Unknown for older rows.
ALTER TABLE token_grant ADD COLUMN patient_is_user INTEGER NOT NULL DEFAULT 0;
-- Whether the record server accepts bound tokens only as `Bearer` (RFC 9449 §7.2).
ALTER TABLE portal ADD COLUMN bearer INTEGER NOT NULL DEFAULT 0;
", "
-- The columns take the names of their types, `LastContact` and `StepUp`.
ALTER TABLE account RENAME COLUMN heard TO last_contact;
ALTER TABLE account RENAME COLUMN heard_uptime TO last_contact_uptime;
ALTER TABLE account RENAME COLUMN wanted TO step_up;
", "
-- Who signed in for the person, as `Type/id`; empty where that is the person. They are the sender of what is written here.
ALTER TABLE person ADD COLUMN user TEXT NOT NULL DEFAULT '';
", "
-- How long the person may be away, in milliseconds, before a chosen lock closes.
ALTER TABLE account ADD COLUMN auto_lock INTEGER NOT NULL DEFAULT 0;
-- The newest change that each of a person's mirrors has seen: what changed later is counted while the content is locked.
CREATE TABLE seen (
    person TEXT NOT NULL REFERENCES person (id) ON DELETE CASCADE,
    track TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (person, track)
) STRICT, WITHOUT ROWID;
", "
-- The policy of each portal as it was accepted, empty where there is none, when the portal was last asked for it, and what
-- was wrong with what it showed then.
CREATE TABLE policy (
    base TEXT PRIMARY KEY,
    document TEXT NOT NULL,
    etag TEXT,
    asked INTEGER,
    problem TEXT
) STRICT;
-- When and how the person last proved who they are, as far as the portal said so: what a policy asks for is held against it.
ALTER TABLE token_grant ADD COLUMN auth_time INTEGER;
ALTER TABLE token_grant ADD COLUMN acr TEXT;
", "
-- Each person has a session of their own: what was the account's is theirs.
ALTER TABLE person ADD COLUMN sealed TEXT;
ALTER TABLE person ADD COLUMN last_contact INTEGER;
ALTER TABLE person ADD COLUMN last_contact_uptime INTEGER;
ALTER TABLE person ADD COLUMN step_up TEXT;
UPDATE person SET (sealed, last_contact, last_contact_uptime, step_up) =
    (SELECT sealed, last_contact, last_contact_uptime, step_up FROM account WHERE account.id = person.account);
ALTER TABLE account DROP COLUMN sealed;
ALTER TABLE account DROP COLUMN last_contact;
ALTER TABLE account DROP COLUMN last_contact_uptime;
ALTER TABLE account DROP COLUMN step_up;
CREATE TABLE person_grant (
    person TEXT PRIMARY KEY REFERENCES person (id) ON DELETE CASCADE,
    access_token TEXT NOT NULL,
    expires INTEGER NOT NULL,
    refresh_token TEXT,
    scope TEXT NOT NULL,
    intent INTEGER NOT NULL DEFAULT 0,
    client_id TEXT NOT NULL DEFAULT '',
    dpop_key BLOB,
    bound INTEGER NOT NULL DEFAULT 0,
    patient_is_user INTEGER NOT NULL DEFAULT 0,
    auth_time INTEGER,
    acr TEXT
) STRICT, WITHOUT ROWID;
INSERT INTO person_grant
    SELECT person.id, access_token, expires, refresh_token, scope, intent, client_id, dpop_key, bound, patient_is_user, auth_time, acr
    FROM token_grant JOIN person ON person.account = token_grant.account AND person.patient = token_grant.patient;
DROP TABLE token_grant;
ALTER TABLE person_grant RENAME TO token_grant;
"],
};
