import { startReplay } from '../replay.ts'

const { url } = await startReplay(JSON.parse(process.argv[2] ?? '{}'))
console.log(`replaying on ${url}`)
