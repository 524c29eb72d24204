import type { AwsCalls } from '#core/aws-call.ts'

/**
 * The ARN of an EC2 or VPC resource, which most answers do not carry. Always built, so that a resource's ARN (and with
 * it the fingerprint of its findings) does not change when AWS starts to return one.
 * Formats: Service Authorization Reference, "Resource types defined by Amazon EC2".
 */
export function ec2Arn(aws: AwsCalls, kind: string, id: string | undefined, ownerId?: string): string {
  return `arn:${aws.partition}:ec2:${aws.region}:${ownerId ?? aws.accountId}:${kind}/${id ?? ''}`
}

/** Images and snapshots name no account in their ARN, because they can be public. */
export function ec2ArnWithoutAccount(aws: AwsCalls, kind: string, id: string | undefined): string {
  return `arn:${aws.partition}:ec2:${aws.region}::${kind}/${id ?? ''}`
}
