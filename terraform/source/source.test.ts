import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { unknown } from '#core/stored.ts'
import type { InstanceKey } from '../address.ts'
import { resourceAddress } from '../address.ts'
import { readSource, type Source } from './source.ts'

const folders: string[] = []
afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true })
})

async function sourceOf(files: Readonly<Record<string, string>>): Promise<Source> {
  const folder = await mkdtemp(join(tmpdir(), 'vedette-source-'))
  folders.push(folder)
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true })
    await writeFile(join(folder, name), text)
  }
  return readSource(folder)
}

const afterApply = (attribute: string) => unknown({ kind: 'after_apply', attribute })

/** A plan that knows these variables and instances. */
const values = (
  variables: Readonly<Record<string, unknown>> = {},
  instances: Readonly<Record<string, readonly (readonly [InstanceKey, Readonly<Record<string, unknown>>])[]>> = {},
) => ({
  variable: (name: string) => variables[name],
  instances: (of: Omit<Parameters<typeof resourceAddress>[0], 'key'>) =>
    new Map(instances[resourceAddress({ ...of, key: undefined })]),
})

const bucket = (key: string) => ({
  bucket: `site-${key}`,
  id: afterApply(`aws_s3_bucket.this["${key}"].id`),
  arn: afterApply(`aws_s3_bucket.this["${key}"].arn`),
})

describe('where a resource is declared', () => {
  it('is told for modules in modules, that init has installed or that lie beside it', async () => {
    const source = await sourceOf({
      'main.tf': 'module "a" {\n  source = "./a"\n}\nmodule "far" {\n  source = "someone/far/aws"\n}\n',
      'a/main.tf': 'module "b" { source = "../b" }\n',
      'b/main.tf': '\n\nresource "aws_vpc" "this" {\n}\n',
      '.terraform/modules/modules.json': JSON.stringify({
        Modules: [
          { Key: '', Dir: '.' },
          { Key: 'far', Dir: '.terraform/modules/far' },
        ],
      }),
      '.terraform/modules/far/vpc.tf': 'resource "aws_vpc" "far" {}\n',
    })
    const view = source.view(values())
    expect(source.faults).toEqual([])
    expect(view.rangeOf('module.a.module.b.aws_vpc.this')).toEqual({ file: 'b/main.tf', startLine: 3, endLine: 4 })
    expect(view.rangeOf('module.far.aws_vpc.far')?.file).toBe('.terraform/modules/far/vpc.tf')
    expect(view.rangeOf('aws_vpc.other')).toBeUndefined()
  })

  it('is missing, with a sentence, where a module was not installed or a file cannot be understood', async () => {
    const source = await sourceOf({
      'main.tf': 'module "far" {\n  source = "someone/far/aws"\n}\nresource "aws_vpc" "ok" {}\n',
      'broken.tf': 'resource {{{',
      'other.tf.json': '{}',
    })
    expect(source.faults).toEqual([
      'broken.tf:1: cannot be understood from here on',
      'other.tf.json: JSON syntax is not read; results of what it declares carry no lines',
      'main.tf:1: module "far" is not here: run terraform init in the folder first',
    ])
    expect(source.view(values()).rangeOf('aws_vpc.ok')?.startLine).toBe(4)
  })
})

describe('what a local refers to', () => {
  it('is every reference in it, as a plan writes them', async () => {
    const source = await sourceOf({
      'main.tf':
        'locals {\n  one = aws_s3_bucket.a["x"].id\n  two = "${local.one}-${var.b[local.c]}"\n}\nmodule "m" { source = "./m" }\n',
      'm/main.tf': 'locals { in = aws_vpc.v.id }\n',
    })
    const view = source.view(values())
    expect(view.referencesOf([], 'one')).toEqual(['aws_s3_bucket.a["x"].id'])
    expect(view.referencesOf([], 'two')).toEqual(['local.one', 'var.b', 'local.c'])
    expect(view.referencesOf(['m'], 'in')).toEqual(['aws_vpc.v.id'])
    expect(view.referencesOf([], 'nowhere')).toBeUndefined()
  })
})

describe('what an attribute is set to', () => {
  it('is a policy by jsonencode, with unknowns only where the plan has them', async () => {
    const { view } = await sourceOf({
      'main.tf': `
variable "names" { default = ["a"] }
resource "aws_s3_bucket" "this" {
  for_each = toset(var.names)
  bucket = "site-\${each.key}"
}
resource "aws_s3_bucket_policy" "this" {
  for_each = aws_s3_bucket.this
  bucket = each.value.id
  policy = jsonencode({
    Statement = [{
      Effect = "Allow", Principal = "*", Action = local.actions,
      Resource = ["\${each.value.arn}/*", aws_s3_bucket.this[each.key].arn]
    }]
  })
}
locals { actions = concat(["s3:GetObject"], var.write ? ["s3:PutObject"] : []) }
`,
    })
    const plan = values({ write: true }, { 'aws_s3_bucket.this': [['a', bucket('a')]] })
    const arn = bucket('a').arn
    expect(view(plan).valueOf('aws_s3_bucket_policy.this["a"]', 'policy')).toEqual({
      Statement: [{ Effect: 'Allow', Principal: '*', Action: ['s3:GetObject', 's3:PutObject'], Resource: [arn, arn] }],
    })
    expect(view(plan).valueOf('aws_s3_bucket.this["a"]', 'bucket')).toBe('site-a')
  })

  it('is a policy in a heredoc too, around what is not known', async () => {
    const { view } = await sourceOf({
      'main.tf': `
resource "aws_iam_policy" "p" {
  policy = <<-JSON
    {"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "\${aws_s3_bucket.b.arn}/*"}]}
  JSON
}
`,
    })
    const arn = afterApply('aws_s3_bucket.b.arn')
    const plan = values({}, { 'aws_s3_bucket.b': [[undefined, { arn }]] })
    expect(view(plan).valueOf('aws_iam_policy.p', 'policy')).toEqual({
      Statement: [{ Effect: 'Allow', Action: '*', Resource: arn }],
    })
  })

  it('goes through the inputs and outputs of modules, and their keys', async () => {
    const { view } = await sourceOf({
      'main.tf': `
module "net" {
  for_each = { eu = "10.0.0.0/8" }
  source = "./net"
  cidr = each.value
}
resource "aws_vpc_security_group_ingress_rule" "x" { cidr_ipv4 = module.net["eu"].wide }
`,
      'net/main.tf':
        'variable "cidr" {}\nresource "aws_vpc" "this" { cidr_block = var.cidr }\noutput "wide" { value = aws_vpc.this.cidr_block }\n',
    })
    const plan = values({}, { 'module.net["eu"].aws_vpc.this': [[undefined, { cidr_block: '10.0.0.0/8' }]] })
    expect(view(plan).valueOf('module.net["eu"].aws_vpc.this', 'cidr_block')).toBe('10.0.0.0/8')
    expect(view(plan).valueOf('aws_vpc_security_group_ingress_rule.x', 'cidr_ipv4')).toBe('10.0.0.0/8')
  })

  it('writes dynamic blocks out, beside the others; what they go over may be known in part', async () => {
    const { view } = await sourceOf({
      'main.tf': `
resource "aws_security_group" "web" {
  ingress {
    from_port = 443
    cidr_blocks = ["10.0.0.0/8"]
  }
  dynamic "ingress" {
    for_each = concat([22], local.more)
    iterator = port
    content {
      from_port = port.value
      cidr_blocks = ["0.0.0.0/0", aws_eip.x.public_ip]
    }
  }
}
locals { more = [for id in aws_eip.x.ids : id] }
`,
    })
    const ids = afterApply('aws_eip.x.ids')
    const ip = afterApply('aws_eip.x.public_ip')
    const made = view(values({}, { 'aws_eip.x': [[undefined, { ids, public_ip: ip }]] }))
    expect(made.isDynamic('aws_security_group.web', 'ingress')).toBe(true)
    expect(made.isDynamic('aws_security_group.web', 'egress')).toBe(false)
    expect(made.valueOf('aws_security_group.web', 'ingress')).toEqual({
      $items: [
        { from_port: 443, cidr_blocks: ['10.0.0.0/8'] },
        { from_port: 22, cidr_blocks: ['0.0.0.0/0', ip] },
      ],
      $incomplete: ids.$unknown,
    })
    expect(made.valueOf('aws_security_group.web', 'egress')).toBeUndefined()
  })

  it.each([
    ['what a function of the machine makes', 'file("x")', /file/],
    ['what refers to itself', 'local.loop', /refers to itself/],
    ['what takes too long', 'local.d', /takes too long/],
    ['what is nested too deeply', `${'['.repeat(20_000)}${']'.repeat(20_000)}`, /too long|understood|\[/],
  ])('never guesses %s', async (_, expression, detail) => {
    const { view } = await sourceOf({
      'main.tf': `
resource "aws_s3_bucket" "b" { bucket = ${expression} }
locals {
  loop = "\${local.loop}x"
  a = range(1000)
  d = [for x in local.a : [for y in local.a : x + y]]
}
`,
    })
    const value = view(values()).valueOf('aws_s3_bucket.b', 'bucket')
    if (value === undefined) return
    expect(value).toMatchObject({ $unknown: [{ kind: 'unreadable', detail: expect.stringMatching(detail) }] })
  })
})

describe('skips', () => {
  it('belong to the resource in which or above which they stand, for all its instances', async () => {
    const { skips } = await sourceOf({
      'main.tf': `
# vedette:skip=s3-bucket-public:the website
# and a remark
resource "aws_s3_bucket" "site" {
  # vedette:skip=CKV_AWS_21
}
# vedette:skip=s3-bucket-public:nothing below

resource "aws_s3_bucket" "other" {}
module "twice" { source = "./m" }
module "again" { source = "./m" }
`,
      'm/main.tf': 'resource "aws_vpc" "v" { # vedette:skip=ec2-vpc-flow-logs: a lab\n}\n',
    })
    expect(skips).toEqual([
      { address: 'aws_s3_bucket.site', check: 's3-bucket-public', reason: 'the website', file: 'main.tf', line: 2 },
      { address: 'aws_s3_bucket.site', check: 'CKV_AWS_21', reason: '', file: 'main.tf', line: 5 },
      { address: null, check: 's3-bucket-public', reason: 'nothing below', file: 'main.tf', line: 7 },
      { address: 'module.twice.aws_vpc.v', check: 'ec2-vpc-flow-logs', reason: 'a lab', file: 'm/main.tf', line: 1 },
      { address: 'module.again.aws_vpc.v', check: 'ec2-vpc-flow-logs', reason: 'a lab', file: 'm/main.tf', line: 1 },
    ])
  })
})
