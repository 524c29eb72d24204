import type { OwnAccess } from '#platform/aws/own-account.ts'

type Env = Readonly<Record<string, string | undefined>>

/**
 * Why there are no credentials: what was tried, in the order of the SDK's chain, and what to do. Null: there are some.
 * They are looked for here; whether AWS takes them is for AWS to say.
 */
export async function whyNoCredentials(
  access: OwnAccess,
  of: { readonly profile: string | null; readonly env: Env },
): Promise<string | null> {
  try {
    await access.credentials()
    return null
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error)
    return of.profile === null ? byTheChain(of.env, said) : byProfile(of.profile, said)
  }
}

function byProfile(profile: string, said: string): string {
  return `There are no AWS credentials: profile ${profile} gives none (${withoutDot(said)}). Log in with "aws sso login --profile ${profile}" where it is one of SSO, or correct it in ~/.aws/config or ~/.aws/credentials.`
}

function byTheChain(env: Env, said: string): string {
  const tried = [
    `the environment (AWS_ACCESS_KEY_ID ${isSet(env, 'AWS_ACCESS_KEY_ID')}, AWS_SECRET_ACCESS_KEY ${isSet(env, 'AWS_SECRET_ACCESS_KEY')})`,
    `the shared configuration (profile ${env['AWS_PROFILE'] ?? 'default'})`,
    `a web identity (AWS_WEB_IDENTITY_TOKEN_FILE ${isSet(env, 'AWS_WEB_IDENTITY_TOKEN_FILE')})`,
    `a container's role (AWS_CONTAINER_CREDENTIALS_FULL_URI ${isSet(env, 'AWS_CONTAINER_CREDENTIALS_FULL_URI')}, AWS_CONTAINER_CREDENTIALS_RELATIVE_URI ${isSet(env, 'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI')})`,
    env['AWS_EC2_METADATA_DISABLED'] === 'true'
      ? "an EC2 instance's role (AWS_EC2_METADATA_DISABLED is true)"
      : "an EC2 instance's role (no answer)",
  ]
  return `There are no AWS credentials (${withoutDot(said)}). Tried: ${tried.join('; ')}. Log in with "aws configure" or "aws sso login", choose a profile with --profile, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.`
}

function isSet(env: Env, name: string): string {
  return (env[name] ?? '') === '' ? 'is not set' : 'is set'
}

function withoutDot(text: string): string {
  return text.replace(/\.$/, '')
}
