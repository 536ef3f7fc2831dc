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
-- A grant is a set of tokens with one fixed patient. `intent` is set before a refresh is sent: a token that is
-- found with it may have been spent by an response that never arrived.
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
-- When the portal was last heard, by its own clock and by the time since boot.
ALTER TABLE account ADD COLUMN heard INTEGER;
ALTER TABLE account ADD COLUMN heard_uptime INTEGER;
-- What the portal asked for before it goes on (RFC 9470), in JSON; a new sign-in answers it.
ALTER TABLE account ADD COLUMN wanted TEXT;
-- Set before anything of an account is destroyed: what is left of it after a death is destroyed at the next start.
ALTER TABLE account ADD COLUMN leaving INTEGER NOT NULL DEFAULT 0;
-- Whom the tokens were given to; empty for those of before, whose client is in the account's configuration.
ALTER TABLE token_grant ADD COLUMN client_id TEXT NOT NULL DEFAULT '';
-- The key of the sign-in: a refresh token belongs to it, and the access token too if it is bound (RFC 9449 §5).
ALTER TABLE token_grant ADD COLUMN dpop_key BLOB;
ALTER TABLE token_grant ADD COLUMN bound INTEGER NOT NULL DEFAULT 0;
-- What is remembered of a sign-in has changed; one that was under way begins anew.
DELETE FROM sign_in;
-- Refresh tokens that a later sign-in took the place of: revoked when the account is left, since revoking them at once ends
-- the new ones too where a server gives both one grant.
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
-- A portal's documents have got their validators; without any they are asked for anew.
UPDATE portal SET document = json_object(
    'asked', json('null'), 'smart', json_object('text', document ->> '$.smart'),
    'server', iif(document ->> '$.server' IS NULL, json('null'), json_object('text', document ->> '$.server')),
    'capability', iif(document ->> '$.capability' IS NULL, json('null'), json_object('text', document ->> '$.capability')));
", "
-- How often the account was sealed. The keystore has the same number: a device.db that knows less is an older copy.
ALTER TABLE account ADD COLUMN seals INTEGER NOT NULL DEFAULT 0;
-- Accounts that are gone from here and whose keys the keystore would not delete yet.
CREATE TABLE doomed_key (account TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
-- What is kept of a revocation is less now.
DELETE FROM revocation;
-- Whether `fhirUser` named the grant's patient at sign-in; then every refresh is compared with it. Not known of older ones.
ALTER TABLE token_grant ADD COLUMN patient_is_user INTEGER NOT NULL DEFAULT 0;
-- Whether the records are behind a server that takes bound tokens as `Bearer` only (RFC 9449 §7.2).
ALTER TABLE portal ADD COLUMN bearer INTEGER NOT NULL DEFAULT 0;
", "
-- The columns take the names of their types, `LastContact` and `StepUp`.
ALTER TABLE account RENAME COLUMN heard TO last_contact;
ALTER TABLE account RENAME COLUMN heard_uptime TO last_contact_uptime;
ALTER TABLE account RENAME COLUMN wanted TO step_up;
"],
};
