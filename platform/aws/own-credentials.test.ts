import { expect, test } from 'vitest'
import { ownCredentials } from './own-credentials.ts'

const issued = (n: number) => ({ accessKeyId: `AKIATEST${n}`, secretAccessKey: 'secret', sessionToken: `token-${n}` })

test('are those of the chain; what AWS says is over is looked for again, once', async () => {
  const asked: unknown[] = []
  let fresh = 0
  const own = ownCredentials(async (options) => {
    asked.push(options?.['forceRefresh'] ?? false)
    if (options?.['forceRefresh'] === true) fresh++
    return issued(fresh)
  })

  const first = await own.provide()
  own.expire(first.accessKeyId)
  const second = await own.provide()
  const third = await own.provide()

  expect([first, second, third].map(({ accessKeyId }) => accessKeyId)).toEqual(['AKIATEST0', 'AKIATEST1', 'AKIATEST1'])
  expect(asked).toEqual([false, true, false])
  // So that no client of the SDK keeps a copy.
  expect(first.expiration).toEqual(new Date(0))
})

test('that cannot be found are looked for again by force the next time too', async () => {
  let isAway = true
  const forced: unknown[] = []
  const own = ownCredentials(async (options) => {
    forced.push(options?.['forceRefresh'])
    if (isAway && forced.length > 1) throw new Error('away')
    return issued(0)
  })
  own.expire((await own.provide()).accessKeyId)
  await expect(own.provide()).rejects.toThrow('away')
  isAway = false
  await own.provide()
  expect(forced).toEqual([undefined, true, true])
})
