import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startMoto } from './moto.ts'
import type { Moto } from './moto.ts'
import { MOTO, pythonWith } from '../python.ts'

describe('moto', () => {
  let moto: Moto
  beforeAll(async () => {
    moto = await startMoto()
  })
  afterAll(() => moto.stop())

  test('listens on loopback and forgets everything on reset', async () => {
    expect(moto.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
    await fetch(`${moto.url}/some-bucket`, { method: 'PUT' })
    expect(await (await fetch(moto.url)).text()).toContain('some-bucket')

    await moto.reset()

    expect(await (await fetch(moto.url)).text()).not.toContain('some-bucket')
  })

  test('is gone once stopped', async () => {
    const other = await startMoto()
    await other.stop()
    await expect(fetch(other.url)).rejects.toThrow('fetch failed')
  })
})

test('names Python and what it is for when there is none', async () => {
  const cache = await mkdtemp(join(tmpdir(), 'vedette-venv-'))
  const options = {
    env: { XDG_CACHE_HOME: cache, PATH: cache, PYTHON: 'no-such-python' },
    log: () => {},
    signal: AbortSignal.timeout(5_000),
  }

  await expect(pythonWith(MOTO, options)).rejects.toThrow(/Python 3\.9 or newer .* moto, the AWS API .*no-such-python/)

  expect(await readdir(join(cache, 'vedette', 'moto'))).toEqual([])
  await rm(cache, { recursive: true })
})
