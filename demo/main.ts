// `make demo`: the whole product on this machine, on real parts. On a terminal it stays up until Ctrl-C; without one it
// verifies what it showed and exits.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { Client } from 'pg'
import { styleOf, terminalFor } from '#reports/terminal.ts'
import { findKubectl } from '#test/harness/controlplane/binaries.ts'
import { launch, startParts, type Parts, type Processes } from './parts.ts'
import { scanProgress, type Progress } from './progress.ts'
import { createScannerRoles, seedDemo } from './seed.ts'
import { coverageTable, findingsTable, readGaps, readWorstFindings } from './report.ts'
import { verify } from './verify.ts'

const root = new URL('../', import.meta.url).pathname
const interactive = process.stdout.isTTY
const terminal = terminalFor(process.stdout, process.env)
const style = styleOf(terminal)
const started = performance.now()
const stops: (() => Promise<unknown>)[] = []
const stopping = Promise.withResolvers<void>()
const leaving = new AbortController()

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    leaving.abort()
    stopping.resolve()
  })
}

const seconds = (): string => `${((performance.now() - started) / 1000).toFixed(0).padStart(3)} s`
const say = (line: string): void => console.log(`${style.dim(seconds())}  ${line}`)
const heading = (line: string): void => console.log(`\n${style.bold(line)}`)

async function stopAll(): Promise<void> {
  for (const stop of stops.splice(0).reverse()) {
    await stop().catch((error: unknown) => console.error(error instanceof Error ? error.message : String(error)))
  }
}

async function kubectl(parts: Parts, args: readonly string[], input?: string): Promise<string> {
  const { code, stdout, stderr } = await parts.cluster.kubectl(args, input === undefined ? {} : { input })
  if (code !== 0) throw new Error(`kubectl ${args.join(' ')}: ${stderr.trim()}`)
  return stdout
}

/** Follows both first scans until they have ended; one line per change, or one line in place on a terminal. */
async function follow(database: Client): Promise<void> {
  let shown = ''
  for (let turn = 0; turn < 240 && !leaving.signal.aborted; turn++) {
    const progress: Progress = await scanProgress(database)
    if (progress.line !== shown) {
      shown = progress.line
      if (interactive) process.stdout.write(`\r\u001B[2K${style.dim(seconds())}  ${shown}`)
      else say(shown)
    }
    if (progress.finished) {
      if (interactive) process.stdout.write('\n')
      return
    }
    await wait(500)
  }
  if (!leaving.signal.aborted)
    throw new Error('the scans did not end within 2 minutes; see the logs of operator and workers')
}

async function whereToGoOn(parts: Parts, processes: Processes, logFolder: string): Promise<void> {
  const [operator, ...workers] = processes.urls
  const command = await findKubectl({ env: process.env, say })
  heading('Where to go on')
  console.log(`  export KUBECONFIG=${parts.cluster.adminKubeconfig}`)
  if (command !== 'kubectl' && !command.endsWith('/bin/kubectl')) console.log(`  alias kubectl=${command}`)
  console.log(`  database      ${parts.databaseUrl}`)
  console.log(`  AWS endpoint  ${parts.aws.url}`)
  console.log(
    `  metrics       ${operator}/metrics (operator)  ${workers.map((url) => `${url}/metrics`).join('  ')} (workers)`,
  )
  console.log(`  logs          ${logFolder}`)
  console.log(`
Three things to try, in another terminal, in this folder:
  1. Break a bucket, and scan again:
     node_modules/.bin/node demo/break-a-bucket.ts ${parts.aws.url}
     kubectl annotate scantarget payments-prod -n cloud-security vedette.dev/scan-now=$(date +%s) --overwrite
     kubectl get scantargets -n cloud-security -w
  2. Ask for one scan and wait for it:
     kubectl create -f examples/scan-request.yaml
     kubectl wait --for=condition=Finished scanrequest --all -n cloud-security --timeout=5m
  3. See why an account cannot be looked at everywhere:
     kubectl describe scantarget payments-dev -n cloud-security`)
}

async function demo(): Promise<void> {
  console.log(
    style.bold('Vedette: two AWS accounts, watched. Everything runs on this machine and stops with this command.'),
  )
  console.log(
    style.dim('About 40 seconds; the first time, the Kubernetes control plane is built before (some 5 minutes).\n'),
  )
  const logFolder = await mkdtemp(join(tmpdir(), 'vedette-demo-'))
  // After a failure the logs are what is left to read.
  stops.push(async () => (process.exitCode === 1 ? undefined : rm(logFolder, { recursive: true, force: true })))

  say('starting a Kubernetes API server, Postgres, and an AWS API (moto) with SQS')
  const parts = await startParts(stops, say)
  say('seeding accounts 111122223333 and 444455556666: good and bad resources in three regions')
  await Promise.all([
    seedDemo(parts.aws),
    kubectl(parts, ['apply', '--server-side', '-f', join(root, 'crds')]),
    kubectl(parts, ['apply', '-f', join(root, 'deploy/rbac.yaml')]),
  ])
  await kubectl(parts, ['wait', '--for=condition=Established', '--timeout=30s', 'crd', '--all'])
  say('starting the operator and two workers')
  const processes = await launch({ parts, stops, logFolder, workers: 2 })

  say('kubectl apply -f examples/quickstart/')
  await kubectl(parts, ['apply', '-f', join(root, 'examples/quickstart/namespace.yaml')])
  await kubectl(parts, ['apply', '-f', join(root, 'examples/quickstart')])
  const externalId = await readExternalId(parts)
  say('creating the role VedetteScan in both accounts, with the ExternalId of the namespace in its trust policy')
  await createScannerRoles(parts.aws, externalId)
  await kubectl(parts, [
    'annotate',
    'scantargets',
    '--all',
    '-n',
    'cloud-security',
    'vedette.dev/scan-now=the-role-is-there',
    '--overwrite',
  ])

  const database = new Client({ connectionString: parts.databaseUrl })
  await database.connect()
  stops.push(() => database.end())
  await follow(database)
  if (leaving.signal.aborted) return
  await kubectl(parts, [
    'wait',
    '--for=condition=Ready',
    '--timeout=30s',
    'scantarget',
    '--all',
    '-n',
    'cloud-security',
  ])

  heading('kubectl get scantargets,scanschedules -n cloud-security')
  console.log((await kubectl(parts, ['get', 'scantargets,scanschedules', '-n', 'cloud-security'])).trimEnd())
  heading('The worst findings')
  const findings = await readWorstFindings(database, 15)
  console.log(findingsTable(findings, terminal))
  heading('What could be looked at')
  const gaps = await readGaps(database)
  console.log(coverageTable(gaps, terminal))
  await whereToGoOn(parts, processes, logFolder)

  if (interactive) {
    console.log(`\n${style.bold('Up until you press Ctrl-C.')}`)
    await stopping.promise
    return
  }
  heading('Verifying what was shown')
  const faults = await verify({ parts, database, processes, findings, gaps })
  for (const fault of faults) console.log(`  WRONG  ${fault}`)
  if (faults.length > 0) throw new Error(`${faults.length} of the things shown above are not so`)
  console.log(`  all of it holds; the demo took ${seconds().trim()}`)
}

async function readExternalId(parts: Parts): Promise<string> {
  for (let turn = 0; turn < 100; turn++) {
    const externalId = await kubectl(parts, [
      'get',
      'scantarget',
      'payments-prod',
      '-n',
      'cloud-security',
      '-o',
      'jsonpath={.status.externalId}',
    ])
    if (externalId !== '') return externalId
    await wait(200)
  }
  throw new Error('the operator did not show an ExternalId within 20 seconds')
}

try {
  await Promise.race([demo(), stopping.promise])
} catch (error) {
  console.error(`\n${error instanceof Error ? error.message : String(error)}`)
  process.exitCode = 1
} finally {
  if (interactive) console.log('\nstopping everything')
  await stopAll()
}
