import { request as openRequest, type IncomingMessage, type ServerResponse } from 'node:http'

/** SQS speaks JSON and names each operation in a header; no other service that a worker calls does. */
export function isForSqs({ headers }: IncomingMessage): boolean {
  return headers['x-amz-target']?.toString().startsWith('AmazonSQS.') === true
}

/** Hands a request to another server as it is, and its answer back. A caller that goes takes a long poll with it. */
export function passOn(request: IncomingMessage, response: ServerResponse, to: string): void {
  const { method, url = '/', headers } = request
  const onward = openRequest(new URL(url, to), { method, headers }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers)
    answer.pipe(response)
  })
  // Without an answer the caller's connection breaks, as it does when a real endpoint goes away.
  onward.on('error', () => response.destroy())
  response.on('close', () => onward.destroy())
  request.pipe(onward)
}
