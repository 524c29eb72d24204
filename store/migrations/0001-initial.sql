-- What every part of Vedette agrees on. Times are the database's own; states are text with a check, so that a new one is
-- a new check and not a type that cannot be dropped. Rows that people read carry their namespace. The wide tables
-- (resources, gaps, findings, finding_changes) have no foreign keys: a check per row would cost as much as the row, and
-- only retention removes what they refer to, after them.

-- Raised by a migration that code of an older major cannot work with.
create table schema_info (
  only_row boolean primary key default true check (only_row),
  major integer not null
);
insert into schema_info (major) values (1);

create table namespaces (
  namespace text primary key,
  -- Of the Kubernetes object: a namespace re-created under the same name has another one.
  uid text not null,
  external_id text not null,
  created_at timestamptz not null default now()
);

create table targets (
  id uuid primary key default gen_random_uuid(),
  namespace text not null references namespaces,
  -- Of the ScanTarget that names this account now, or did last.
  name text not null,
  uid text not null,
  partition text not null,
  account_id text not null,
  -- The newest generation that a scan was asked for.
  generation bigint,
  last_scan_now text,
  proven_generation bigint,
  proven_at timestamptz,
  identity_arn text,
  -- {reason, message, generation, failures, firstAt, lastAt} since the identity was last proven.
  refusal jsonb,
  created_at timestamptz not null default now(),
  deleted_at timestamptz,
  unique (namespace, partition, account_id)
);
create unique index targets_living_name on targets (namespace, name) where deleted_at is null;
create index targets_uid on targets (uid);

create table scans (
  id uuid primary key,
  target_id uuid not null references targets on delete cascade,
  namespace text not null,
  generation bigint not null,
  spec jsonb not null,
  -- Scans of equal scope absorb each other while they wait.
  scope_key text not null,
  trigger_kind text not null,
  state text not null check (state in ('Pending', 'Running', 'Succeeded', 'PartiallySucceeded', 'Failed', 'Cancelled')),
  -- Jobs that have to end before the next step; whoever brings it to 0 takes that step.
  open_jobs integer not null default 0 check (open_jobs >= 0),
  -- {identityArn, regions, regionsLeftOut}
  prepared jsonb,
  reason text,
  message text,
  -- {findings, coveragePercent, opened, resolved, reopened, topGaps}: what status shows.
  summary jsonb,
  created_at timestamptz not null default now(),
  available_at timestamptz not null default now(),
  started_at timestamptz,
  first_leased_at timestamptz,
  deadline_at timestamptz,
  finished_at timestamptz
);
-- One active scan per target.
create unique index scans_running on scans (target_id) where state = 'Running';
create index scans_pending on scans (target_id, created_at) where state = 'Pending';
create index scans_deadline on scans (deadline_at) where state = 'Running';
create index scans_history on scans (target_id, finished_at desc);
create index scans_finished on scans (finished_at);

-- Everything that asked for a scan. The unique key makes asking again harmless.
create table scan_triggers (
  id bigint generated always as identity primary key,
  target_id uuid not null references targets on delete cascade,
  kind text not null check (kind in ('spec', 'annotation', 'schedule', 'request')),
  -- Generation and attempt, annotation token, schedule uid and minute, request uid.
  token text not null,
  -- Null: a scheduled time that was skipped because the one before it still ran.
  scan_id uuid references scans on delete cascade,
  namespace text not null,
  request_name text,
  schedule_uid text,
  withdrawn_at timestamptz,
  created_at timestamptz not null default now(),
  unique (target_id, kind, token)
);
create index scan_triggers_scan on scan_triggers (scan_id);
create index scan_triggers_request on scan_triggers (token) where kind = 'request';
create index scan_triggers_schedule on scan_triggers (schedule_uid) where schedule_uid is not null;

create table schedules (
  uid text primary key,
  namespace text not null,
  name text not null,
  generation bigint not null,
  since timestamptz not null,
  last_schedule_time timestamptz,
  last_missed_time timestamptz
);

create table jobs (
  id uuid primary key,
  scan_id uuid not null references scans on delete cascade,
  target_id uuid not null,
  kind text not null check (kind in ('prepare', 'collect', 'evaluate')),
  location text not null,
  state text not null default 'Queued' check (state in ('Queued', 'Leased', 'Succeeded', 'Failed', 'Cancelled')),
  -- Grows with every lease; each write of a worker names it.
  lease_epoch integer not null default 0,
  lease_until timestamptz,
  worker text,
  lost_leases integer not null default 0,
  -- As the worker that took it last was configured.
  max_attempts integer,
  delays integer not null default 0,
  reason text,
  message text,
  counters jsonb,
  created_at timestamptz not null default now(),
  first_leased_at timestamptz,
  finished_at timestamptz,
  unique (scan_id, kind, location)
);
create index jobs_leased on jobs (lease_until) where state = 'Leased';

-- One row per job that has not ended: what is to be sent, and what was sent and may have to be sent again.
create table outbox (
  job_id uuid primary key references jobs on delete cascade,
  scan_id uuid not null,
  target_id uuid not null,
  available_at timestamptz not null default now(),
  sent_at timestamptz,
  sends integer not null default 0
);
create index outbox_unsent on outbox (available_at) where sent_at is null;
create index outbox_target on outbox (target_id);
create index outbox_sent on outbox (sent_at) where sent_at is not null;

create table listings (
  scan_id uuid not null references scans on delete cascade,
  target_id uuid not null,
  namespace text not null,
  type text not null,
  location text not null,
  complete boolean not null,
  resource_count integer not null,
  reasons jsonb not null default '[]',
  observed_at timestamptz not null,
  created_at timestamptz not null default now(),
  primary key (scan_id, location, type)
);
create index listings_newest on listings (target_id, type, location, created_at desc);

create table resources (
  id bigint generated always as identity primary key,
  target_id uuid not null,
  namespace text not null,
  account_id text not null,
  type text not null,
  resource_id text not null,
  -- Where it lives, and where its type is listed: a bucket is listed at 'global' and lives in a region.
  location text not null,
  listed_at text not null,
  key_hash bigint not null,
  arn text,
  name text not null,
  owner_id text,
  tags jsonb not null,
  data jsonb not null,
  content_hash bigint not null,
  first_seen timestamptz not null default now(),
  last_changed timestamptz not null default now(),
  gone_at timestamptz,
  unique (target_id, type, location, resource_id)
);
create index resources_listed on resources (target_id, type, listed_at) where gone_at is null;
create index resources_gone on resources (gone_at) where gone_at is not null;

-- What moves on its own, outside the content hash; written only where it moved.
create table resource_volatile (
  resource bigint primary key references resources on delete cascade,
  "values" jsonb not null
);

create table gaps (
  id bigint generated always as identity primary key,
  target_id uuid not null,
  namespace text not null,
  -- Where the gap comes from: what prepare probed, a job that failed, a listing, a field of a resource.
  source text not null check (source in ('prepare', 'job', 'listing', 'resource')),
  service text not null,
  operation text not null,
  location text not null,
  type text not null default '',
  resource_id text not null default '',
  kind text not null,
  action text not null default '',
  reason jsonb not null,
  since timestamptz not null default now(),
  unique (target_id, type, location, resource_id, source, operation, kind, action)
);

create table check_counts (
  scan_id uuid not null references scans on delete cascade,
  target_id uuid not null,
  namespace text not null,
  check_id text not null,
  location text not null,
  pass integer not null,
  fail integer not null,
  unknown integer not null,
  not_applicable integer not null,
  primary key (scan_id, check_id, location)
);

create table findings (
  id bigint generated always as identity primary key,
  target_id uuid not null,
  namespace text not null,
  account_id text not null,
  fingerprint text not null,
  check_id text not null,
  severity text not null check (severity in ('critical', 'high', 'medium', 'low')),
  type text not null,
  resource_id text not null,
  location text not null,
  listed_at text not null,
  arn text,
  name text not null,
  evidence jsonb not null,
  -- Of severity, name and evidence: equal means that there is nothing to write.
  content_hash bigint not null,
  state text not null default 'open' check (state in ('open', 'resolved')),
  resolved_reason text check (resolved_reason in ('fixed', 'resource_deleted', 'check_removed', 'scope_removed')),
  first_seen timestamptz not null default now(),
  -- Of the present spell: a finding that came back counts from its return.
  opened_at timestamptz not null default now(),
  resolved_at timestamptz,
  reopened integer not null default 0,
  unique (target_id, fingerprint),
  check ((state = 'resolved') = (resolved_at is not null and resolved_reason is not null))
);
create index findings_open on findings (target_id, severity) where state = 'open';
create index findings_resolved on findings (resolved_at) where state = 'resolved';

-- Append-only.
create table finding_changes (
  id bigint generated always as identity primary key,
  target_id uuid not null,
  namespace text not null,
  finding_id bigint not null,
  scan_id uuid not null,
  change text not null check (change in ('opened', 'resolved', 'reopened', 'severity_changed')),
  check_id text not null,
  severity text not null,
  severity_before text,
  reason text,
  at timestamptz not null default now()
);
create index finding_changes_scan on finding_changes (scan_id);
-- Rows come in order of time and are deleted by it.
create index finding_changes_at on finding_changes using brin (at);

create table dead_letters (
  id bigint generated always as identity primary key,
  message_id text not null unique,
  body text not null,
  reason text not null,
  received_at timestamptz not null default now()
);
create index dead_letters_at on dead_letters (received_at);
