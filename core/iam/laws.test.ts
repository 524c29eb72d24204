import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Field } from '../field.ts'
import { Truth } from '../truth.ts'
import { isAdmin } from './admin.ts'
import { BUCKET, extensions, policies, type PolicyKind } from './arbitrary.ts'
import { parsePolicy, type PolicyDocument } from './document.ts'
import { hideParts, type Hide } from './half-known.ts'
import { deniesInsecureTransport } from './insecure-transport.ts'
import { isPublic } from './is-public.ts'
import { whoCan, type Answer } from './who-can.ts'
import { describeWho, isStranger } from './who.ts'

/** How often each law is tried, and from where. A failure prints both, and the path to its smallest case. */
const RUNS = Number(process.env['FUZZ_RUNS'] ?? 5000)
const SEED = Number(process.env['FUZZ_SEED'] ?? 20261124)
const law = (runs: number) => ({ numRuns: runs, seed: SEED })

type Policy = Field<PolicyDocument>
/** What checks ask about policies. */
const QUESTIONS: Readonly<Record<PolicyKind, Readonly<Record<string, (policy: Policy) => Truth>>>> = {
  bucket: {
    isPublic: (policy) => isPublic(policy),
    isPublicToRead: (policy) => isPublic(policy, { resource: BUCKET, actions: ['s3:Get*'] }),
  },
  transport: { deniesHttp: (policy) => deniesInsecureTransport(policy, BUCKET) },
  role: { isPublic: (policy) => isPublic(policy) },
  key: { isPublic: (policy) => isPublic(policy) },
  identity: { isAdmin: (policy) => isAdmin(policy) },
}

type Answers = Readonly<Record<string, boolean | 'unknown'>>

/** Throws when an answer is another one than before. */
function learnsNothing(before: Answers, after: Answers, half: unknown): void {
  for (const [name, answer] of Object.entries(after)) {
    if (answer === 'unknown' || answer === before[name]) continue
    throw new Error(`${name} was ${before[name]} and is ${answer}, of ${JSON.stringify(half)}`)
  }
}

function answers(kind: PolicyKind, document: unknown): Answers {
  // Masked and odd documents are what is tested.
  const policy = new Field({ value: document as PolicyDocument, basis: 'observed' }, 'policy')
  return Object.fromEntries(
    Object.entries(QUESTIONS[kind]).map(([name, question]) => [name, Truth.read(question(policy)).state]),
  )
}

/** Hides one thing, the `at`-th that can be hidden, or each by chance. */
const hiding: fc.Arbitrary<() => Hide> = fc.oneof(
  fc.nat(60).map((at) => () => {
    let asked = 0
    return () => asked++ === at
  }),
  fc.tuple(fc.infiniteStream(fc.nat(29)), fc.constantFrom(0, 1, 3, 8)).map(([stream, most]) => () => () => {
    const { value } = stream.next()
    return typeof value === 'number' && value <= most
  }),
)

/** What is hidden, whichever the statement, operator and key: `Condition.operator.key[]…`. */
function shapeOf(path: string): string {
  return path
    .replaceAll(/\[\d+\]/g, '[]')
    .replace(/^Statement\[\]\./, '')
    .replace(/^Condition\.[^.…]+\.[^[…]+?(?=\[|…|-|$)/, 'Condition.operator.key')
    .replace(/^Condition\.(?!operator\.key)[^.…]+?(?=…|-|$)/, 'Condition.operator')
}

class Counts {
  readonly #counts = new Map<string, number>()
  add(name: string): void {
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1)
  }
  /** Those of `names` that were not met at least `least` times. */
  rarerThan(least: number, names: readonly string[]): readonly string[] {
    return names
      .filter((name) => (this.#counts.get(name) ?? 0) < least)
      .map((name) => `${name}: ${this.#counts.get(name) ?? 0}`)
  }
}

const resourcePolicies = policies.filter(({ kind }) => kind !== 'identity' && kind !== 'transport')

// Quick, but for neighbours on the same cores.
describe('the laws of core/iam', { timeout: 120_000 }, () => {
  it('hiding any part of a policy leaves an answer or makes it unknown', () => {
    const met = new Counts()
    const hidden = new Counts()
    fc.assert(
      fc.property(policies, hiding, ({ kind, document }, hide) => {
        const isHidden = hide()
        const half = hideParts(document, (path) => {
          const yes = isHidden(path)
          if (yes) hidden.add(shapeOf(path))
          return yes
        })
        const [before, after] = [answers(kind, document), answers(kind, half)]
        learnsNothing(before, after, half)
        for (const [name, answer] of Object.entries(before)) met.add(`${kind} ${name}: ${answer}, then ${after[name]}`)
      }),
      law(RUNS),
    )
    const changes = ['true, then true', 'true, then unknown', 'false, then false', 'false, then unknown']
    const wanted = Object.entries(QUESTIONS).flatMap(([kind, questions]) =>
      Object.keys(questions).flatMap((name) => changes.map((change) => `${kind} ${name}: ${change}`)),
    )
    expect(met.rarerThan(RUNS / 200, wanted)).toEqual([])
    expect(hidden.rarerThan(RUNS / 1000, HIDEABLE)).toEqual([])
  })

  it('knowing even less cannot teach anything either', () => {
    fc.assert(
      fc.property(policies, hiding, hiding, ({ kind, document }, first, second) => {
        const half = hideParts(document, first())
        const less = hideParts(half, second())
        learnsNothing(answers(kind, half), answers(kind, less), less)
      }),
      law(RUNS / 5),
    )
  })

  it('one more Deny never opens a policy, nor does one more Allow close it', () => {
    fc.assert(
      fc.property(extensions, ({ kind, document, extra }) => {
        const before = answers(kind, document)
        const after = answers(kind, { ...document, Statement: [document.Statement, extra].flat() })
        const isMore = extra['Effect'] === (kind === 'transport' ? 'Deny' : 'Allow')
        for (const [name, answer] of Object.entries(before)) {
          if (answer === isMore) expect(after[name], name).toBe(answer)
        }
      }),
      law(RUNS / 5),
    )
  })

  it('the order of statements and of values does not matter', () => {
    const turned = (value: unknown): unknown => {
      if (Array.isArray(value)) return value.map(turned).reverse()
      if (typeof value !== 'object' || value === null) return value
      return Object.fromEntries(
        Object.entries(value)
          .map(([name, member]) => [name, turned(member)] as const)
          .reverse(),
      )
    }
    fc.assert(
      fc.property(policies, hiding, ({ kind, document }, hide) => {
        const hidden = hideParts(document, hide())
        expect(answers(kind, turned(hidden))).toEqual(answers(kind, hidden))
      }),
      law(RUNS / 5),
    )
  })

  it('whoCan names a stranger from anywhere exactly when the policy is public', () => {
    fc.assert(
      fc.property(resourcePolicies, hiding, ({ kind, document }, hide) => {
        for (const policy of [document, hideParts(document, hide())]) {
          // The generator makes documents, and hiding leaves them documents.
          const { grants, isPublic: said } = whoCan(policy as PolicyDocument)
          expect(grants.some(({ who, from }) => isStranger(who) && from === null)).toBe(said === true)
          expect(typeof said === 'boolean' ? said : 'unknown').toBe(answers(kind, policy)['isPublic'])
        }
      }),
      law(RUNS / 20),
    )
  })

  it('whoCan lets in whom it lets in for certain, whatever is hidden, and says when somebody may be missing', () => {
    fc.assert(
      fc.property(resourcePolicies, hiding, ({ document }, hide) => {
        const whole = whoCan(document)
        // Hiding leaves documents.
        const half = whoCan(hideParts(document, hide()) as PolicyDocument)
        const names = ({ grants }: Answer) => grants.map(({ who }) => describeWho(who))
        const isOpen = ({ grants }: Answer) => grants.some(({ who }) => isStranger(who))
        // Strangers stand for everybody else.
        if (!isOpen(whole))
          expect([...names(whole), ...whole.perhaps.map(describeWho)]).toEqual(expect.arrayContaining(names(half)))
        if (!isOpen(half) && half.reasons.length === 0)
          expect(names(half)).toEqual(expect.arrayContaining(names(whole)))
      }),
      law(RUNS / 20),
    )
  })

  it('nothing throws, whatever the document is', () => {
    const odd = fc.oneof(
      fc.jsonValue(),
      fc.record(
        {
          Version: fc.jsonValue(),
          Statement: fc.array(
            fc.dictionary(
              fc.constantFrom(
                'Effect',
                'Principal',
                'NotPrincipal',
                'Action',
                'NotResource',
                'Resource',
                'Condition',
                'Foo',
              ),
              fc.oneof(
                fc.jsonValue(),
                fc.constantFrom('Allow', '*', { StringEquals: { 'aws:x': '${' } }, { Bool: { y: 1 } }),
                fc.record({
                  $items: fc.oneof(fc.jsonValue(), fc.array(fc.jsonValue())),
                  $incomplete: fc.array(fc.jsonValue()),
                }),
              ),
            ),
          ),
        },
        { requiredKeys: [] },
      ),
    )
    fc.assert(
      fc.property(
        fc.oneof(
          odd,
          fc.string(),
          odd.map((value) => JSON.stringify(value)),
          odd.map((value) => encodeURIComponent(JSON.stringify(value))),
        ),
        (source) => {
          const parsed = parsePolicy(source)
          if (!parsed.ok) return
          for (const kind of ['bucket', 'transport', 'identity'] as const) answers(kind, parsed.document)
          whoCan(parsed.document)
        },
      ),
      law(RUNS / 10),
    )
  })
})

/** All that `hideParts` can hide of a policy. */
const HIDEABLE = [
  ['Version', 'Sid', 'Effect', 'Statement', 'Statement…', 'Statement[]', 'Statement[]-'],
  ['Principal', 'Principal?', 'Principal…', 'NotPrincipal', 'NotPrincipal?', 'NotPrincipal…'],
  ['AWS', 'Service', 'Federated', 'CanonicalUser'].flatMap((type) => [`Principal.${type}`, `Principal.${type}[]`]),
  ['Action', 'NotAction', 'Resource', 'NotResource'].flatMap((name) =>
    ['', '?', '…', '[]', '[]-'].map((what) => name + what),
  ),
  ['Condition', 'Condition.operator', 'Condition.operator.key'].flatMap((name) => [name, `${name}…`]),
  ['Condition.operator-', 'Condition.operator.key-', 'Condition.operator.key[]', 'Condition.operator.key[]-'],
].flat()
