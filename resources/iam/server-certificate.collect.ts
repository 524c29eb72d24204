import { ListServerCertificatesCommand } from '@aws-sdk/client-iam'
import { GLOBAL } from '#core/resource.ts'
import { collectPages, instantOf, resourceOf, type Collector } from '../collector.ts'
import { ServerCertificate } from './server-certificate.ts'

/** Cost: a call per 1,000 certificates; an account may have 20 unless AWS raised its quota. */
export const serverCertificates: Collector = {
  types: [ServerCertificate],
  listed: 'global',
  operations: [ServerCertificate.operation],
  collect: (aws) =>
    collectPages(aws, {
      operation: ServerCertificate.operation,
      command: (token) => new ListServerCertificatesCommand({ MaxItems: 1000, Marker: token }),
      nextToken: ({ IsTruncated, Marker }) => (IsTruncated === true ? Marker : undefined),
      resources: ({ ServerCertificateMetadataList = [] }) =>
        ServerCertificateMetadataList.map((certificate) =>
          resourceOf(ServerCertificate, {
            id: certificate.ServerCertificateName,
            arn: certificate.Arn ?? null,
            location: GLOBAL,
            data: { uploaded: instantOf(certificate.UploadDate), expires: instantOf(certificate.Expiration) },
          }),
        ),
    }),
}
