import { defineResource, type ResourceOf } from '#core/resource.ts'
import { instant } from '#core/schema.ts'

/** A TLS certificate stored in IAM: the way from before Certificate Manager. */
export const ServerCertificate = defineResource({
  type: 'AWS::IAM::ServerCertificate',
  service: 'iam',
  listed: 'global',
  operation: 'iam:ListServerCertificates',
  fields: {
    uploaded: instant(),
    expires: instant(),
  },
})
export type ServerCertificate = ResourceOf<typeof ServerCertificate>
