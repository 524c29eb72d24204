import { ListVirtualMFADevicesCommand } from '@aws-sdk/client-iam'
import { GLOBAL } from '#core/resource.ts'
import { collectPages, instantOf, resourceOf, type Collector } from '../collector.ts'
import { VirtualMfaDevice } from './virtual-mfa-device.ts'

/** Cost: a call per 1,000 devices. */
export const virtualMfaDevices: Collector = {
  types: [VirtualMfaDevice],
  listed: 'global',
  operations: [VirtualMfaDevice.operation],
  collect: (aws) =>
    collectPages(aws, {
      operation: VirtualMfaDevice.operation,
      command: (token) => new ListVirtualMFADevicesCommand({ AssignmentStatus: 'Any', MaxItems: 1000, Marker: token }),
      nextToken: ({ IsTruncated, Marker }) => (IsTruncated === true ? Marker : undefined),
      resources: ({ VirtualMFADevices = [] }) =>
        VirtualMFADevices.map((device) =>
          resourceOf(VirtualMfaDevice, {
            id: device.SerialNumber,
            arn: device.SerialNumber ?? null,
            // The serial's last part: what the owner called it.
            name: device.SerialNumber?.split('/').at(-1),
            location: GLOBAL,
            tags: device.Tags,
            data: { userArn: device.User?.Arn ?? null, enabled: instantOf(device.EnableDate) ?? null },
          }),
        ),
    }),
}
