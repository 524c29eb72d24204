import { assumedDefault, awsDefault, isUnknown, unknown, type Stored, type Unknown } from '#core/stored.ts'
import { Instance } from '#resources/ec2/instance.ts'
import type { Attributes } from '../attributes.ts'
import type { Mapping, Planned } from '../mapping.ts'
import { elsewhere } from '../property.ts'
import { mapTold, type Told } from '../told.ts'
import { named } from './vpc.ts'

type MetadataOptions = Instance['metadataOptions']

/** A virtual machine, with what its launch template gives it where it says nothing itself. */
export const instance: Mapping<Instance> = {
  from: 'aws_instance',
  to: Instance,
  lives: 'region',
  names: ['id', 'arn'],
  companions: [],
  says: ['state', 'instanceType', 'imageId', 'metadataOptions', 'instanceProfileArn'],
  resources: (planned) => [{ ...named(planned), data: dataOf(planned) }],
}

function dataOf(planned: Planned): Stored<Instance> {
  const { attributes } = planned
  const template = templateOf(planned)
  const shows = unknown({ kind: 'elsewhere', detail: 'AWS tells it once the instance is there' })
  return {
    // The provider refuses any other word when it reads.
    state: (attributes.text('instance_state') as Told<Instance['state']> | undefined) ?? awsDefault('running'),
    instanceType: attributes.text('instance_type') ?? fromTemplate(template, 'instance_type'),
    imageId: attributes.text('ami') ?? fromTemplate(template, 'image_id'),
    launchedAt: shows,
    vpcId: shows,
    subnetId: planned.reference('subnet_id') ?? shows,
    publicIp: shows,
    instanceProfileArn: profileOf(planned, template),
    metadataOptions: metadataOptionsOf(planned, template),
  }
}

/** The launch template that an instance names; undefined: none. One that the plan does not hold may say anything. */
function templateOf(planned: Planned): Attributes | Unknown | undefined {
  const blocks = planned.attributes.blocks('launch_template')
  if (blocks === undefined || blocks.items.length + blocks.incomplete.length === 0) return undefined
  const [template, ...others] = planned.named('launch_template', 'aws_launch_template')
  if (template !== undefined && others.length === 0) return template.attributes
  return unknown({ kind: 'elsewhere', detail: `the launch template of ${planned.address} is none of this plan's` })
}

function fromTemplate(template: Attributes | Unknown | undefined, attribute: string): Stored<string> {
  const none = unknown({ kind: 'unreadable', detail: `neither instance nor template has ${attribute}` })
  if (template === undefined) return none
  return isUnknown(template) ? template : (template.text(attribute) ?? none)
}

/** Only an instance or its template gives it a role: neither image nor account does. */
function profileOf(planned: Planned, template: Attributes | Unknown | undefined): Stored<string | null> {
  const own = planned.reference('iam_instance_profile')
  // Refreshed, an instance without a role has an empty one.
  if (own !== undefined) return mapTold(own, (name) => (name === '' ? null : name))
  if (!planned.isNew) return fact(planned, 'instanceProfileArn')
  if (template === undefined || isUnknown(template)) return template ?? awsDefault(null)
  const profile = template.block('iam_instance_profile')
  if (profile === undefined || isUnknown(profile)) return profile ?? awsDefault(null)
  return profile.text('arn') ?? profile.text('name') ?? awsDefault(null)
}

/**
 * The instance's own options, else the template's, else the account's defaults for the region, else what AWS does, which
 * an image may alter. Source: EC2 User Guide, "Order of precedence for instance metadata options".
 */
function metadataOptionsOf(planned: Planned, template: Attributes | Unknown | undefined): Stored<MetadataOptions> {
  const own = planned.attributes.block('metadata_options')
  if (own !== undefined && isUnknown(own)) return own
  if (own === undefined && !planned.isNew) return fact(planned, 'metadataOptions')
  const given = template === undefined || isUnknown(template) ? template : template.block('metadata_options')
  const [defaults] = planned.others('aws_ec2_instance_metadata_defaults')
  const option = <T extends string>(name: string, otherwise: T): Stored<T> => {
    // Terraform's schema refuses any other word when it plans.
    const said = own?.text(name) ?? (given !== undefined && isUnknown(given) ? given : given?.text(name))
    return (said ?? preference(defaults, name) ?? assumedDefault(otherwise)) as Stored<T>
  }
  return { httpEndpoint: option('http_endpoint', 'enabled'), httpTokens: option('http_tokens', 'optional') }
}

/** `no-preference` leaves it to the image. */
function preference(defaults: Planned | undefined, name: string): Told<string> | undefined {
  const said = defaults?.attributes.text(name)
  return said !== undefined && !isUnknown(said) && said.$value === 'no-preference' ? undefined : said
}

function fact<F extends 'instanceProfileArn' | 'metadataOptions'>(planned: Planned, field: F): Stored<Instance[F]> {
  // What a fact holds was stored for this very field: `facts.ts` made it conform to the type's schema.
  return (planned.fact(Instance.type, field) as Stored<Instance[F]> | undefined) ?? elsewhere(planned, field)
}
