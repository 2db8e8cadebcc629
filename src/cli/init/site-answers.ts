import { AppError } from '../../core/errors.ts'
import type { Ask } from './ask.ts'

/** What the rules need to know of a site. */
export interface SiteAnswers {
  /** IANA name. */
  readonly timeZone: string
  readonly closed: ClosedHours
}

/** When nobody should be there: between two times of day, at no time, or always. */
export type ClosedHours = 'never' | 'always' | { readonly from: string; readonly to: string }

const usualClosed = '22:00-06:00'
const time = /^([01]\d|2[0-3]):[0-5]\d$/

/** @throws AppError API_BAD_REQUEST saying what is accepted */
export function parseClosed(text: string): ClosedHours {
  const plain = text.trim().toLowerCase()
  if (plain === 'never' || plain === 'always') return plain
  const [from = '', to = '', ...rest] = plain.split(/\s*[-–]\s*/)
  if (time.test(from) && time.test(to) && from !== to && rest.length === 0) return { from, to }
  throw new AppError(
    'API_BAD_REQUEST',
    `--closed ${text}: give two times of day such as ${usualClosed}, never, or always`,
  )
}

function checkZone(zone: string): string {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone
  } catch (cause) {
    throw new AppError('API_BAD_REQUEST', `--time-zone ${zone}: give an IANA zone such as Europe/Berlin`, {
      cause,
    })
  }
}

/**
 * The answers that were given as options; the others are asked for, or are the usual ones where nobody can be asked.
 *
 * @param ask null: take what is usual
 */
export async function siteAnswers(
  given: { readonly timeZone?: string; readonly closed?: string },
  ask: Ask | null,
  say: (text: string) => void,
): Promise<SiteAnswers> {
  const own = Intl.DateTimeFormat().resolvedOptions().timeZone
  const timeZone = await answer(
    given.timeZone,
    { question: 'Time zone of the cameras', usual: own },
    checkZone,
  )
  const closed = await answer(
    given.closed,
    { question: 'When should nobody be there? (from-to, never or always)', usual: usualClosed },
    parseClosed,
  )
  return { timeZone, closed }

  async function answer<T>(
    option: string | undefined,
    { question, usual }: { question: string; usual: string },
    parse: (text: string) => T,
  ): Promise<T> {
    if (option !== undefined) return parse(option)
    if (!ask) return parse(usual)
    for (;;) {
      const text = await ask.text(question, usual)
      try {
        return parse(text)
      } catch (thrown) {
        if (!(thrown instanceof AppError)) throw thrown
        say(thrown.message.replace(/^--\S+ /, ''))
      }
    }
  }
}

/** Options are looked at before anything is connected to. @throws AppError API_BAD_REQUEST */
export function checkAnswers(given: { timeZone?: string; closed?: string }): void {
  if (given.closed !== undefined) parseClosed(given.closed)
  if (given.timeZone !== undefined) checkZone(given.timeZone)
}

/** What has to be given where nobody can be asked. */
export function missingAnswers(given: { timeZone?: string; closed?: string }): string[] {
  return [
    ...(given.closed === undefined ? [`--closed (${usualClosed})`] : []),
    ...(given.timeZone === undefined
      ? [`--time-zone (${Intl.DateTimeFormat().resolvedOptions().timeZone})`]
      : []),
  ]
}
