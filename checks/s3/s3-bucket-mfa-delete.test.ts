import { bucket } from '#test/checks/samples.ts'
import { table } from '#test/checks/table.ts'
import { hidden } from '#test/checks/world.ts'
import { s3BucketMfaDelete } from './s3-bucket-mfa-delete.ts'

const mfaDelete = (mfaDelete: unknown) => bucket({ versioning: { status: 'Enabled', mfaDelete } })

table(
  s3BucketMfaDelete,
  [
    ['pass', 'needed', mfaDelete(true)],
    ['fail', 'not needed', mfaDelete(false)],
    ['fail', 'versions are not even kept', bucket()],
    ['unknown', 'denied', bucket({ versioning: hidden() })],
  ],
  { unreachable: { not_applicable: 'every bucket can ask for it' } },
)
