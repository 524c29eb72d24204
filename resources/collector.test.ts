import { describe, expect, it } from 'vitest'
import type { Answer, AwsCalls, AwsCommand, Failure } from '#core/aws-call.ts'
import { defineResource } from '#core/resource.ts'
import { integer, text } from '#core/schema.ts'
import { awsDefault } from '#core/stored.ts'
import { systemClock } from '#platform/system-clock.ts'
import { collectPages, detail, inOrder, instantOf, resourceOf } from './collector.ts'

const Box = defineResource({
  type: 'AWS::Test::Box',
  service: 'test',
  listed: 'region',
  operation: 'test:ListBoxes',
  fields: { colour: text(), size: integer() },
})

interface Page {
  readonly boxes: readonly { readonly id?: string; readonly colour?: string; readonly size?: number }[]
  readonly next?: string
}

/** Pages by token, as a service would answer them. */
function service(pages: Readonly<Record<string, Page>>): AwsCalls {
  return {
    accountId: '111122223333',
    partition: 'aws',
    region: 'eu-west-1',
    signal: new AbortController().signal,
    clock: systemClock,
    // The command is the token here, and the answer a page.
    call: async (_, command) => ({ ok: true, value: pages[command as unknown as string] as never }),
  }
}

async function collect(pages: Readonly<Record<string, Page>>) {
  const listing = collectPages<Page>(service(pages), {
    operation: 'test:ListBoxes',
    command: (token) => (token ?? 'first') as unknown as AwsCommand<Page>,
    nextToken: (page) => page.next,
    resources: (page) =>
      page.boxes.map(({ id, colour, size }) =>
        resourceOf(Box, { id, arn: null, location: 'eu-west-1', data: { colour, size } }),
      ),
  })
  const ids: string[] = []
  for (;;) {
    const step = await listing.next()
    if (step.done === true) return { ids, end: step.value }
    ids.push(...step.value.map(({ id }) => id))
  }
}

describe('a listing', () => {
  it('goes from page to page until a token is missing or empty', async () => {
    expect(
      await collect({ first: { boxes: [{ id: 'a' }], next: 't2' }, t2: { boxes: [{ id: 'b' }], next: '' } }),
    ).toEqual({ ids: ['a', 'b'], end: { complete: true } })
  })

  it('with an item that has no id is not complete, though the rest of it stands', async () => {
    const { ids, end } = await collect({
      first: { boxes: [{ id: 'a' }, {}], next: 't2' },
      t2: { boxes: [{ id: 'b' }] },
    })
    expect(ids).toEqual(['a', 'b'])
    expect(end).toMatchObject({ complete: false, failure: { category: 'malformed', operation: 'test:ListBoxes' } })
  })

  it('that gives the same token twice ends instead of paging for ever', async () => {
    const { ids, end } = await collect({
      first: { boxes: [{ id: 'a' }], next: 't' },
      t: { boxes: [{ id: 'b' }], next: 't' },
    })
    expect(ids).toEqual(['a', 'b'])
    expect(end).toMatchObject({ complete: false, failure: { code: 'Malformed' } })
  })
})

describe('a resource', () => {
  const box = (found: { name?: string; tags?: { Key: string; Value: string }[]; colour?: string; size?: number }) =>
    resourceOf(Box, {
      id: 'b-1',
      arn: null,
      location: 'eu-west-1',
      data: { colour: found.colour, size: found.size },
      ...found,
    })

  it('is called by its name, else its Name tag, else its id', () => {
    const tags = [{ Key: 'Name', Value: 'crate' }]
    expect(box({ name: 'chest', tags })?.name).toBe('chest')
    expect(box({ tags })?.name).toBe('crate')
    expect(box({})?.name).toBe('b-1')
  })

  it('says unknown for one odd value and keeps the others', () => {
    expect(box({ colour: 'red', size: 1.5 })?.data).toMatchObject({
      colour: 'red',
      size: { $unknown: [{ kind: 'fault', operation: 'test:ListBoxes' }] },
    })
    expect(box({ size: 1 })?.data).toMatchObject({ colour: { $unknown: [{ kind: 'fault' }] }, size: 1 })
  })
})

describe('a detail', () => {
  const failure = (category: Failure['category']): Answer<{ size: number }> => ({
    ok: false,
    failure: {
      category,
      operation: 'test:GetBox',
      code: 'X',
      message: 'x',
      reason: { kind: 'throttled', operation: 'test:GetBox' },
    },
  })

  it('is read from the answer, is the default where nothing is configured, and else unknown with the reason', () => {
    expect(detail({ ok: true, value: { size: 3 } }, ({ size }) => size)).toBe(3)
    expect(detail(failure('absent_config'), ({ size }) => size, awsDefault(1))).toEqual(awsDefault(1))
    const unknown = { $unknown: [{ kind: 'throttled', operation: 'test:GetBox' }] }
    expect(detail(failure('throttled'), ({ size }) => size, awsDefault(1))).toEqual(unknown)
    expect(detail(failure('absent_config'), ({ size }) => size)).toEqual(unknown)
  })
})

describe('values', () => {
  it('of a set come in one order whatever AWS’s was', () => {
    expect(inOrder([{ port: 22 }, { port: 1 }])).toEqual(inOrder([{ port: 1 }, { port: 22 }]))
    expect(inOrder(['b', 'a', undefined])).toHaveLength(3)
  })

  it('that are no dates do not throw', () => {
    expect(instantOf(new Date('2026-01-01'))).toBe('2026-01-01T00:00:00.000Z')
    expect(instantOf(new Date('nonsense'))).toBe('Invalid Date')
    expect(instantOf(undefined)).toBeUndefined()
  })
})
