import { SEVERITIES } from '#core/check.ts'
import type { Clock } from '#core/clock.ts'
import type { Io } from '../command.ts'
import type { Progress } from './progress.ts'

/** Shows progress to whoever waits for it. */
export interface ProgressShow {
  show(progress: Progress): void
  /** Takes the line away, so that what follows stands alone. */
  end(): Promise<void>
}

const CLEAR_LINE = '\r\u001B[2K'
/** In a log, a line that says little new is noise. */
const SAY_EVERY_MS = 10_000

const SILENT: ProgressShow = { show: () => undefined, end: () => Promise.resolve() }

/** One line in place on a terminal; in CI and files, a line when an account has ended and every 10 s; none when it is to be quiet. */
export function progressShow(io: Pick<Io, 'stderr' | 'env' | 'clock'>, isQuiet: boolean): ProgressShow {
  if (isQuiet) return SILENT
  const { stderr, env } = io
  const isInPlace = stderr.isTerminal && (env['CI'] ?? '') === '' && env['TERM'] !== 'dumb'
  return isInPlace ? inPlace(io) : inLines(io)
}

function inPlace({ stderr }: Pick<Io, 'stderr'>): ProgressShow {
  let shown = ''
  return {
    show: (progress) => {
      const line = fitting(progressLine(progress), stderr.columns ?? 80)
      if (line === shown) return
      shown = line
      void stderr.write(`${CLEAR_LINE}${line}`)
    },
    end: async () => {
      if (shown !== '') await stderr.write(CLEAR_LINE)
      shown = ''
    },
  }
}

function inLines({ stderr, clock }: { readonly stderr: Io['stderr']; readonly clock: Clock }): ProgressShow {
  let saidMs = -Infinity
  let ended = -1
  return {
    show: (progress) => {
      const now = clock.monotonicMs()
      if (progress.accounts.done === ended && now - saidMs < SAY_EVERY_MS) return
      saidMs = now
      ended = progress.accounts.done
      void stderr.write(`${progressLine(progress)}\n`)
    },
    end: () => Promise.resolve(),
  }
}

/** `scanning: 1 of 2 accounts, 3 of 17 regions, 1 of 3 services, 412 calls, 26 findings, about 40 s left` */
export function progressLine(progress: Progress): string {
  const { accounts, regions, services, calls, findings, waitsFor, secondsLeft } = progress
  const found = SEVERITIES.reduce((sum, severity) => sum + findings[severity], 0)
  const worst = SEVERITIES.find((severity) => findings[severity] > 0)
  const parts = [
    `${accounts.done} of ${many(accounts.total, 'account')}`,
    ...(regions.total === 0 ? [] : [`${regions.done} of ${many(regions.total, 'region')}`]),
    `${services.done} of ${many(services.total, 'service')}`,
    many(calls, 'call'),
    worst === undefined ? many(found, 'finding') : `${many(found, 'finding')} (${findings[worst]} ${worst})`,
    ...(waitsFor === null ? [] : [`waits: ${waitsFor}`]),
    ...(secondsLeft === null || secondsLeft === 0 ? [] : [`about ${duration(secondsLeft)} left`]),
  ]
  return `${accounts.done === accounts.total ? 'scanned' : 'scanning'}: ${parts.join(', ')}`
}

function many(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}

/** Rounded as one would say it: `40 s`, `3 min`. */
function duration(seconds: number): string {
  if (seconds < 10) return `${seconds} s`
  return seconds < 100 ? `${Math.ceil(seconds / 10) * 10} s` : `${Math.ceil(seconds / 60)} min`
}

/** A line that wraps cannot be taken back. */
function fitting(line: string, columns: number): string {
  return line.length < columns ? line : `${line.slice(0, Math.max(0, columns - 2))}…`
}
