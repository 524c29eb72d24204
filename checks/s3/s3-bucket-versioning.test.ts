import { bucket } from '#test/checks/samples.ts'
import { table } from '#test/checks/table.ts'
import { hidden } from '#test/checks/world.ts'
import { s3BucketVersioning } from './s3-bucket-versioning.ts'

const status = (status: unknown) => bucket({ versioning: { status, mfaDelete: false } })

table(
  s3BucketVersioning,
  [
    ['pass', 'on', status('Enabled')],
    ['fail', 'never switched on', status('Off')],
    ['fail', 'suspended', status('Suspended')],
    ['unknown', 'denied', bucket({ versioning: hidden() })],
  ],
  { unreachable: { not_applicable: 'every bucket can keep versions' } },
)
