import { randomBytes } from 'node:crypto'
import { Client, escapeIdentifier } from 'pg'

export interface Template {
  /** Names the prepared state; whoever asks first prepares it, the others clone. Change it when `prepare` changes. */
  readonly name: string
  /** Brings an empty database into that state, and closes its connections: one left open makes cloning fail. */
  readonly prepare: (url: string) => Promise<void>
}

/**
 * Creates an empty database, or a clone of a prepared one (about 50 ms either way), on the server that `serverUrl` leads to.
 * Returns its connection string.
 */
export async function createDatabase(serverUrl: string, template?: Template): Promise<string> {
  const client = new Client({ connectionString: serverUrl })
  await client.connect()
  try {
    const source = template ? await prepared(client, serverUrl, template) : 'template1'
    const name = `test_${randomBytes(6).toString('hex')}`
    await client.query(`create database ${name} template ${escapeIdentifier(source)}`)
    return databaseUrl(serverUrl, name)
  } finally {
    await client.end()
  }
}

/** Drops it, whoever is still connected. */
export async function dropDatabase(serverUrl: string, url: string): Promise<void> {
  const client = new Client({ connectionString: serverUrl })
  await client.connect()
  try {
    await client.query(`drop database if exists ${escapeIdentifier(new URL(url).pathname.slice(1))} with (force)`)
  } finally {
    await client.end()
  }
}

async function prepared(client: Client, serverUrl: string, template: Template): Promise<string> {
  const name = `template_${template.name}`
  // Workers ask at the same time: one prepares, the rest wait here.
  await client.query('select pg_advisory_lock(hashtext($1))', [name])
  try {
    const found = await client.query('select from pg_database where datname = $1 and datistemplate', [name])
    if (found.rowCount === 0) {
      const id = escapeIdentifier(name)
      // Without the mark it is the remains of a preparation that failed.
      await client.query(`drop database if exists ${id} with (force)`)
      await client.query(`create database ${id}`)
      await template.prepare(databaseUrl(serverUrl, name))
      await client.query(`alter database ${id} is_template true`)
    }
  } finally {
    await client.query('select pg_advisory_unlock(hashtext($1))', [name])
  }
  return name
}

function databaseUrl(serverUrl: string, database: string): string {
  const url = new URL(serverUrl)
  url.pathname = `/${database}`
  return url.href
}
