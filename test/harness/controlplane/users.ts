import { createHmac, timingSafeEqual } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'

export interface User {
  readonly name: string
  readonly groups: readonly string[]
}

/** A bearer token that our webhook takes for `user`: the API server then knows them by that name and those groups. */
export function userToken(user: User, secret: string): string {
  const claims = Buffer.from(JSON.stringify(user)).toString('base64url')
  return `${claims}.${sign(claims, secret)}`
}

export interface UserWebhook {
  readonly url: string
  stop(): Promise<void>
}

/**
 * Tells the API server who holds a token (https://kubernetes.io/docs/reference/access-authn-authz/authentication/#webhook-token-authentication),
 * so that a test can act as anybody without a certificate tool or a restart. Listens on loopback.
 */
export async function startUserWebhook(secret: string): Promise<UserWebhook> {
  const server = createServer((request, response) => {
    void json(request).then(
      (review) => {
        const { spec } = review as { readonly spec: { readonly token: string } } // a TokenReview, from the API server
        const user = userOf(spec.token, secret)
        const status = user
          ? { authenticated: true, user: { username: user.name, uid: user.name, groups: user.groups } }
          : { authenticated: false }
        response.setHeader('content-type', 'application/json')
        response.end(JSON.stringify({ apiVersion: 'authentication.k8s.io/v1', kind: 'TokenReview', status }))
      },
      () => response.writeHead(400).end(),
    )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo // it listens on TCP
  return {
    url: `http://127.0.0.1:${port}/`,
    stop: () => {
      server.closeAllConnections()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
}

function userOf(token: string, secret: string): User | undefined {
  const [claims = '', signature = ''] = token.split('.')
  const [found, expected] = [Buffer.from(signature), Buffer.from(sign(claims, secret))]
  if (found.length !== expected.length || !timingSafeEqual(found, expected)) return undefined
  return JSON.parse(Buffer.from(claims, 'base64url').toString()) as User // signed by `userToken`
}

function sign(claims: string, secret: string): string {
  return createHmac('sha256', secret).update(claims).digest('base64url')
}
