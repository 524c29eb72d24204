import { startAws, HOME_ACCOUNT } from '#test/harness/aws/aws.ts'
import { seedDemo, createScannerRoles, PROD } from './demo/seed.ts'
import { writeFileSync } from 'node:fs'
const aws = await startAws()
await seedDemo(aws)
await createScannerRoles(aws, 'example-external-id')
const admin = aws.adminCredentials(PROD)
const worker = aws.workerCredentials()
writeFileSync('/tmp/aws.env', `export AWS_ENDPOINT_URL=${aws.url} AWS_REGION=eu-central-1
admin() { env AWS_ACCESS_KEY_ID=${admin.accessKeyId} AWS_SECRET_ACCESS_KEY=${admin.secretAccessKey} "$@"; }
worker() { env AWS_ACCESS_KEY_ID=${worker.accessKeyId} AWS_SECRET_ACCESS_KEY=${worker.secretAccessKey} "$@"; }
`)
console.log('up', process.pid)
process.on('SIGTERM', async () => { await aws.stop(); process.exit(0) })
await new Promise((r) => setTimeout(r, 3_000_000))
