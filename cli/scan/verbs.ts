import { serviceOfCheck } from '#core/selection.ts'
import { scanVerb } from './verb.ts'

const WHOSE =
  'The account is that of the default credential chain, of --profile or of --role-arn; several come with --accounts-file.'

/** What decides who reaches what over the network. */
const NETWORK: readonly string[] = ['AWS::EC2::NetworkAcl', 'AWS::EC2::SecurityGroup', 'AWS::EC2::VPC']

export const scan = scanVerb({
  name: 'scan',
  summary: 'what is wrong in AWS accounts',
  about: `Scans AWS accounts from this machine and judges them by the same checks as the operator in a cluster: every region that is enabled, read-only calls alone. ${WHOSE} Nothing is kept but in --state DIR, from which the next scan tells what is new, fixed or reopened.`,
  examples: [
    { command: 'vedette scan', what: 'The account of your credentials' },
    { command: 'vedette scan --profile prod --regions eu-central-1,us-east-1', what: 'A profile, two regions' },
    {
      command: 'vedette scan --role-arn arn:aws:iam::111122223333:role/VedetteScan --external-id ID',
      what: 'Through a role',
    },
    {
      command: 'vedette scan --accounts-file accounts.yaml --state ./vedette-state -o json --out report.json',
      what: 'Many accounts, beside what the last scan found',
    },
    { command: 'vedette scan --framework cis-aws-5.0 --fail-on high', what: 'CIS; exit 1 for high findings too' },
    {
      command: 'vedette scan --quiet --facts-out facts.json',
      what: 'What vedette scan-plan --facts needs to know',
    },
  ],
  isAbout: () => true,
})

export const checkAll = scanVerb({
  name: 'check-all',
  summary: 'the same as scan',
  about: `Asks every check of AWS accounts; another name for vedette scan. ${WHOSE}`,
  examples: [{ command: 'vedette check-all', what: 'The account of your credentials' }],
  isAbout: () => true,
})

export const checkIam = scanVerb({
  name: 'check-iam',
  summary: 'users, keys, roles, policies and the root user',
  about: `Scans AWS accounts by the checks on IAM alone: who may do what, and how they prove who they are. ${WHOSE}`,
  examples: [
    { command: 'vedette check-iam', what: 'The account of your credentials' },
    {
      command: 'vedette check-iam --param iam-user-access-key-rotation.keyMaxAgeDays=60 --results all',
      what: 'Stricter than the default, with what passes',
    },
  ],
  isAbout: (check) => serviceOfCheck(check) === 'iam',
})

export const checkS3 = scanVerb({
  name: 'check-s3',
  summary: 'buckets: who reaches them, how they are kept',
  about: `Scans AWS accounts by the checks on S3 alone: public buckets, encryption, versions, access without TLS. ${WHOSE}`,
  examples: [{ command: 'vedette check-s3', what: 'All buckets of the account of your credentials' }],
  isAbout: (check) => serviceOfCheck(check) === 's3',
})

export const checkNetwork = scanVerb({
  name: 'check-network',
  summary: 'what is open to the internet: security groups, network ACLs, VPCs',
  about: `Scans AWS accounts by the checks on networks alone: security groups, network ACLs, flow logs. ${WHOSE}`,
  examples: [
    { command: 'vedette check-network --regions eu-central-1', what: 'One region' },
    { command: 'vedette check-network --fail-on high', what: 'Exit 1 for high findings too' },
  ],
  isAbout: ({ on }) => NETWORK.includes(on.type),
})
