import { expect, it } from 'vitest'
import { TokenBucket } from '#platform/kube/token-bucket.ts'

it('lets the burst pass at once and spreads the rest at the rate', () => {
  const bucket = new TokenBucket({ ratePerSecond: 10, burst: 3 })

  expect([1, 2, 3, 4, 5].map(() => bucket.reserveMs(0))).toEqual([0, 0, 0, 100, 200])
})

it('fills up to the burst, no further, while nobody asks', () => {
  const bucket = new TokenBucket({ ratePerSecond: 10, burst: 2 })
  for (let taken = 0; taken < 2; taken++) bucket.reserveMs(0)

  expect([1, 2, 3].map(() => bucket.reserveMs(60_000))).toEqual([0, 0, 100])
})
