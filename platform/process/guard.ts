import { spawn } from 'node:child_process'

/**
 * Waits for the end of its input, which comes when the process holding the other end of the pipe is gone, however it went
 * (SIGKILL included). A line first means that all was stopped in order.
 */
const script = `
if read -r _; then exit 0; fi
kill -s "$2" "$1" 2>/dev/null
for _ in 1 2 3 4 5 6 7 8 9 10; do
  kill -0 "$1" 2>/dev/null || break
  sleep 0.3
done
kill -s KILL -- "-$1" 2>/dev/null
if [ -n "$3" ]; then rm -rf -- "$3"; fi
`

export interface Guard {
  /** The guarded process ended and its folder is somebody else's business: the guard goes without doing anything. */
  release(): void
}

/**
 * Makes a child process die with this one: a vitest that is killed must leave no server behind. Costs one idle `sh` per child.
 * `pid` must lead its process group. It gets `signal`, and SIGKILL three seconds later; then `folder` is removed.
 */
export function guardChild(child: {
  readonly pid: number
  readonly signal: 'SIGTERM' | 'SIGINT'
  readonly folder?: string | undefined
}): Guard {
  const args = [String(child.pid), child.signal.slice('SIG'.length), child.folder ?? '']
  const guard = spawn('/bin/sh', ['-c', script, 'guard', ...args], {
    // Its own session: Ctrl-C on the terminal must not take the guard away before it has acted.
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
    cwd: '/',
  })
  // A guard that is already gone has nothing left to be told.
  guard.stdin.on('error', () => undefined)
  guard.on('error', () => undefined)
  guard.unref()
  return { release: () => void guard.stdin.end('released\n') }
}
