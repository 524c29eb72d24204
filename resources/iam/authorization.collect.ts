import {
  GetAccountAuthorizationDetailsCommand,
  type AttachedPolicy,
  type GetAccountAuthorizationDetailsResponse,
  type GroupDetail,
  type PolicyDetail,
  type RoleDetail,
  type UserDetail,
} from '@aws-sdk/client-iam'
import { GLOBAL, type Resource } from '#core/resource.ts'
import { unknown } from '#core/stored.ts'
import { collectPages, instantOf, resourceOf, type Collected, type Collector } from '../collector.ts'
import { fetchReport, REPORT_OPERATIONS, type CredentialReport } from './credential-report.collect.ts'
import { REPORT } from './credential-report.ts'
import { Group } from './group.ts'
import { customerPolicyOf, DETAILS, documentOf, isOfAws, permissionsOf } from './policy.collect.ts'
import { Policy } from './policy.ts'
import { Role } from './role.ts'
import { User } from './user.ts'

/**
 * Users, groups, roles and what they may do, in one pass over one bulk call; users get their row of the credential
 * report, and the listing is as old as that report. Cost: a call per 300 entities, and the report's.
 */
export const authorization: Collector = {
  types: [User, Group, Role, Policy],
  listed: 'global',
  operations: [DETAILS, ...REPORT_OPERATIONS],
  async *collect(aws) {
    const report = await fetchReport(aws)
    const end = yield* collectPages(aws, {
      operation: DETAILS,
      command: (token) =>
        new GetAccountAuthorizationDetailsCommand({
          // Without AWSManagedPolicy: those documents are AWS's, many and large; the one that matters is known.
          Filter: ['User', 'Group', 'Role', 'LocalManagedPolicy'],
          // The answer holds every version of every policy, so a page of 1,000 may take tens of megabytes.
          MaxItems: 300,
          Marker: token,
        }),
      nextToken: ({ IsTruncated, Marker }) => (IsTruncated === true ? Marker : undefined),
      resources: (page) => resourcesOf(page, report),
    })
    return end.complete && report.ok ? { ...end, observedAt: report.generatedAt } : end
  },
}

function resourcesOf(
  page: GetAccountAuthorizationDetailsResponse,
  report: CredentialReport,
): readonly (Resource | undefined)[] {
  return [
    ...(page.UserDetailList ?? []).flatMap((user) => [
      userOf(user, report),
      ...permissionsOf('user', user.UserName, user.Arn, user.UserPolicyList, user.AttachedManagedPolicies),
    ]),
    ...(page.GroupDetailList ?? []).flatMap((group) => [
      groupOf(group),
      ...permissionsOf('group', group.GroupName, group.Arn, group.GroupPolicyList, group.AttachedManagedPolicies),
    ]),
    ...(page.RoleDetailList ?? []).flatMap((role) => [
      roleOf(role),
      ...permissionsOf('role', role.RoleName, role.Arn, role.RolePolicyList, role.AttachedManagedPolicies),
    ]),
    ...(page.Policies ?? []).filter(({ Arn }) => !isOfAws(Arn)).map((policy) => customerPolicyOf(policy)),
  ]
}

function userOf(user: UserDetail, report: CredentialReport): Resource | undefined {
  return resourceOf(User, {
    id: user.UserName,
    arn: user.Arn ?? null,
    location: GLOBAL,
    tags: user.Tags,
    data: {
      created: instantOf(user.CreateDate),
      groups: user.GroupList ?? [],
      attachedPolicies: attached(user.AttachedManagedPolicies),
      inlinePolicies: names(user.UserPolicyList),
      permissionsBoundary: user.PermissionsBoundary?.PermissionsBoundaryArn ?? null,
      report: reportOf(user.UserName ?? '', report),
    },
  })
}

/** A user made after the report was has no row in it yet: nothing is known of its credentials. */
function reportOf(user: string, report: CredentialReport): Collected<User['report']> {
  if (!report.ok) return unknown(report.failure.reason)
  const row = report.rows.get(user)
  if (row === undefined) {
    return unknown({
      kind: 'not_collected',
      detail: `${REPORT} does not list the user yet: AWS renews it every 4 hours`,
    })
  }
  const accessKey = (number: 1 | 2): Collected<User['report']['accessKey1']> => ({
    active: row.flag(`access_key_${number}_active`),
    lastRotated: row.time(`access_key_${number}_last_rotated`),
    lastUsed: row.time(`access_key_${number}_last_used_date`),
  })
  return {
    observedAt: report.generatedAt.toISOString(),
    passwordEnabled: row.flag('password_enabled'),
    passwordLastUsed: row.time('password_last_used'),
    passwordLastChanged: row.time('password_last_changed'),
    mfaActive: row.flag('mfa_active'),
    accessKey1: accessKey(1),
    accessKey2: accessKey(2),
  }
}

function groupOf(group: GroupDetail): Resource | undefined {
  return resourceOf(Group, {
    id: group.GroupName,
    arn: group.Arn ?? null,
    location: GLOBAL,
    data: {
      created: instantOf(group.CreateDate),
      attachedPolicies: attached(group.AttachedManagedPolicies),
      inlinePolicies: names(group.GroupPolicyList),
    },
  })
}

function roleOf(role: RoleDetail): Resource | undefined {
  return resourceOf(Role, {
    id: role.RoleName,
    arn: role.Arn ?? null,
    location: GLOBAL,
    tags: role.Tags,
    data: {
      created: instantOf(role.CreateDate),
      trustPolicy: documentOf(role.AssumeRolePolicyDocument),
      attachedPolicies: attached(role.AttachedManagedPolicies),
      inlinePolicies: names(role.RolePolicyList),
      permissionsBoundary: role.PermissionsBoundary?.PermissionsBoundaryArn ?? null,
      lastUsed: instantOf(role.RoleLastUsed?.LastUsedDate) ?? null,
    },
  })
}

function attached(policies: readonly AttachedPolicy[] | undefined): Collected<User['attachedPolicies']> {
  return (policies ?? []).map(({ PolicyArn, PolicyName }) => ({ arn: PolicyArn, name: PolicyName }))
}

function names(policies: readonly PolicyDetail[] | undefined): Collected<readonly string[]> {
  return (policies ?? []).map(({ PolicyName }) => PolicyName)
}
