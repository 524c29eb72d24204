/**
 * Why no plan answers a check, by its id: half a sentence for people, the same as in `examples/terraform/README.md`. A test
 * compares the list with what the mappings say, so a check that gains a twin leaves it.
 */
export const WITHOUT_TWIN: Readonly<Record<string, string>> = {
  'iam-root-access-key': 'Terraform does not manage the root user',
  'iam-root-hardware-mfa': 'Terraform does not manage the root user',
  'iam-root-mfa': 'Terraform does not manage the root user',
  'iam-root-recent-use': 'how it is used shows only afterwards',
  'iam-server-certificate-expired': 'a certificate expires on a day, whatever is planned',
  // A plan that attaches the policy could pass it; none could fail it, and a gate that cannot fail tells nobody anything.
  'iam-support-role': 'that no role has the policy shows only in the account',
  'iam-user-access-key-rotation': 'a key grows old after it was planned',
  'iam-user-console-mfa': 'only the user can pair a device',
  'iam-user-key-at-creation': 'whether a key is used shows only afterwards',
  'iam-user-unused-credentials': 'whether they are used shows only afterwards',
  's3-bucket-encryption': 'AWS encrypts every bucket, whatever is planned',
}
