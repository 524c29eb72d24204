import { defineResource, type ResourceOf } from '#core/resource.ts'
import { instant, orNull, text } from '#core/schema.ts'

/** An authenticator app. Hardware devices are in no listing of IAM. */
export const VirtualMfaDevice = defineResource({
  type: 'AWS::IAM::VirtualMFADevice',
  service: 'iam',
  listed: 'global',
  operation: 'iam:ListVirtualMFADevices',
  fields: {
    /** Whose it is, `arn:aws:iam::111122223333:root` for the root user; null while unassigned. */
    userArn: orNull(text()),
    enabled: orNull(instant()),
  },
})
export type VirtualMfaDevice = ResourceOf<typeof VirtualMfaDevice>
