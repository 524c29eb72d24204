import { describe, expect, it } from 'vitest'
import { parsePort, Port, transportOf } from './port.ts'

describe('Port', () => {
  it.each(['22/tcp', '3389/udp', '0/tcp', '65535/udp'])('accepts %s', (port) => {
    expect(Port.parse(port)).toBe(port)
  })

  it.each(['22', '22/icmp', '65536/tcp', '-1/tcp', '1.5/tcp', '/tcp', '22/tcp/x', 22])('refuses %j', (port) => {
    expect(Port.safeParse(port).success).toBe(false)
  })

  it('is read as a range of one', () => {
    expect(parsePort('53/udp')).toEqual({ transport: 'udp', first: 53, last: 53 })
  })
})

describe('transportOf', () => {
  it.each([
    ['tcp', 'tcp'],
    ['TCP', 'tcp'],
    ['6', 'tcp'],
    ['17', 'udp'],
    ['-1', 'every'],
    ['all', 'every'],
    ['icmp', 'other'],
    ['58', 'other'],
  ])('reads %s as %s', (protocol, transport) => {
    expect(transportOf(protocol)).toBe(transport)
  })
})
