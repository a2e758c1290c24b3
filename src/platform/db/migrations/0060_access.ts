import { sql } from "kysely";
import type { Kysely } from "kysely";

/** People, service accounts, roles, bindings and sessions. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}

const STATEMENTS: readonly string[] = [
  `alter table projects add column sandbox boolean not null default false`,

  `create table users (
    id text primary key,
    name text not null unique,
    kind text not null check (kind in ('local','oidc','service')),
    display_name text not null default '',
    email text,
    password_hash text,
    totp_secret text,
    totp_pending_secret text,
    totp_last_step bigint,
    failed_count integer not null default 0,
    locked_until timestamptz,
    disabled_at timestamptz,
    oidc_issuer text,
    oidc_subject text,
    groups jsonb not null default '[]',
    created_at timestamptz not null,
    last_login_at timestamptz,
    unique (oidc_issuer, oidc_subject)
  )`,

  `create table passkeys (
    credential_id text primary key,
    user_id text not null references users (id) on delete cascade,
    name text not null,
    public_key bytea not null,
    counter bigint not null,
    transports jsonb not null default '[]',
    created_at timestamptz not null,
    last_used_at timestamptz
  )`,
  `create index passkeys_user on passkeys (user_id)`,

  `alter table tokens add column user_id text references users (id), add column last_used_at timestamptz,
    add column created_by text`,
  `create index tokens_user on tokens (user_id) where user_id is not null`,

  `create table roles (
    name text primary key,
    description text not null default '',
    permissions jsonb not null,
    created_at timestamptz not null,
    updated_at timestamptz not null
  )`,

  `create table bindings (
    id text primary key,
    subject_type text not null check (subject_type in ('user','group','service_account','token')),
    subject_id text not null,
    role text not null,
    project_id text references projects (id),
    tags jsonb,
    created_at timestamptz not null,
    created_by text not null,
    expires_at timestamptz,
    check (tags is null or project_id is not null)
  )`,
  `create unique index bindings_once on bindings
    (subject_type, subject_id, role, coalesce(project_id, ''), coalesce(tags, '{}'))`,
  `create index bindings_subject on bindings (subject_type, subject_id)`,

  `create table sessions (
    id text primary key,
    secret_hash bytea not null unique,
    user_id text references users (id) on delete cascade,
    token_id text references tokens (id) on delete cascade,
    method text not null,
    address text not null,
    user_agent text not null default '',
    created_at timestamptz not null,
    last_seen_at timestamptz not null,
    expires_at timestamptz not null,
    ended_at timestamptz,
    check ((user_id is null) <> (token_id is null))
  )`,
  `create index sessions_expiry on sessions (expires_at)`,

  // What a sign-in waits for: the second factor, a passkey's answer, the answer of an identity provider.
  `create table sign_in_challenges (
    secret_hash bytea primary key,
    kind text not null check (kind in ('second_factor','passkey','passkey_new','oidc')),
    user_id text references users (id) on delete cascade,
    data jsonb not null default '{}',
    attempts integer not null default 0,
    expires_at timestamptz not null
  )`,
  `create index sign_in_challenges_expiry on sign_in_challenges (expires_at)`,
];
