import { BROKERS } from '#test/queue/brokers.ts'
import { describeQueue } from '#test/queue/conformance.ts'

for (const { name, start } of BROKERS) describeQueue(name, start)
