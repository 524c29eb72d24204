/** One of AWS's separate worlds: accounts, credentials and ARNs of one mean nothing in another. */
export interface Partition {
  readonly id: string
  /** Where the services that belong to no region are called and signed for. */
  readonly homeRegion: string
  readonly regions: RegExp
}

/** Source: the SDK's bundled `partitions.json`. */
const PARTITIONS: readonly Partition[] = [
  {
    id: 'aws',
    homeRegion: 'us-east-1',
    regions: /^(us|eu|ap|sa|ca|me|af|il|mx)-\w+-\d+$/,
  },
  {
    id: 'aws-cn',
    homeRegion: 'cn-northwest-1',
    regions: /^cn-\w+-\d+$/,
  },
  {
    id: 'aws-us-gov',
    homeRegion: 'us-gov-west-1',
    regions: /^us-gov-\w+-\d+$/,
  },
]

/** The partition of that name; throws for one that is not known, which the kinds' schema refuses before. */
export function partitionOf(id: string): Partition {
  const partition = PARTITIONS.find((known) => known.id === id)
  if (partition === undefined) {
    throw new Error(`There is no partition ${id}; known are ${PARTITIONS.map((known) => known.id).join(', ')}.`)
  }
  return partition
}
