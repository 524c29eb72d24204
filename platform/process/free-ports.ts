import { createServer } from 'node:net'

/** A port of the loopback address that nothing listens on at this moment. It is not reserved: see `withFreePorts`. */
export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  if (address === null || typeof address === 'string') throw new Error('The system gave no loopback port.')
  return address.port
}

/**
 * Starts something on `count` free ports. Another process may take one between the look and the start, so a start that fails
 * with "address already in use" is tried again on other ports, four times in all; any other error passes through.
 */
export async function withFreePorts<T>(count: number, start: (ports: readonly number[]) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    const ports = new Set<number>()
    while (ports.size < count) ports.add(await freePort())
    try {
      return await start([...ports])
    } catch (error) {
      if (attempt === 4 || !/address already in use|EADDRINUSE/i.test(String(error))) throw error
    }
  }
}
