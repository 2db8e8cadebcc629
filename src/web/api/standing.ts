import { computed, effect, signal } from '@preact/signals'
import { language } from '../text/language.ts'
import { theme } from '../text/theme.ts'
import type { paths } from './api-types.ts'
import { type ApiProblem, api, dataOf, problemOf, signedOut } from './client.ts'

/** Who is logged in, and whether one has to be. */
export type Standing = paths['/api/v1/session']['get']['responses'][200]['content']['application/json']
export type Role = 'viewer' | 'operator' | 'admin'

/** Null until the server has said it. */
export const standing = signal<Standing | null>(null)
/** Whether the server did not say it; it is asked again. */
export const standingProblem = signal(false)
export const identity = computed(() => standing.value?.identity ?? null)

const roles: readonly Role[] = ['viewer', 'operator', 'admin']

/** Whether who is logged in has this role or a higher one: what cannot be done is not shown. */
export const mayDo = (least: Role): boolean =>
  identity.value !== null && roles.indexOf(identity.value.role) >= roles.indexOf(least)

const retryMs = 3000

/** Asks who is logged in; goes on asking until the server answers. */
export async function loadStanding(): Promise<void> {
  try {
    takeStanding(await dataOf(api.GET('/api/v1/session')))
  } catch {
    standingProblem.value = true
    setTimeout(loadStanding, retryMs)
  }
}

/** Takes over what the server says, and what the person chose elsewhere. */
export function takeStanding(next: Standing): void {
  const { language: chosen, theme: colours } = next.preferences
  if (chosen) language.value = chosen
  if (colours) theme.value = colours
  standingProblem.value = false
  signedOut.value = false
  standing.value = next
}

// A session that ended meanwhile is found by the first request that is refused.
effect(() => {
  if (signedOut.value && standing.peek()?.identity) void loadStanding()
})

export interface LoginFailure {
  readonly problem: ApiProblem
  /** Seconds until it may be tried again. */
  readonly retryAfterS: number | null
}

/** Logs in. @returns what went wrong; null when it went well */
export async function logIn(name: string, password: string): Promise<LoginFailure | null> {
  try {
    const { data, error, response } = await api.POST('/api/v1/session', { body: { name, password } })
    if (data) {
      takeStanding(data)
      return null
    }
    const wait = Number(response.headers.get('retry-after'))
    return { problem: problemOf(error), retryAfterS: wait > 0 ? wait : null }
  } catch (thrown) {
    return { problem: problemOf(thrown), retryAfterS: null }
  }
}

/** Logs out, here or everywhere. @throws ApiProblem */
export async function logOut(everywhere = false): Promise<void> {
  const query = everywhere ? { everywhere: 'true' } : {}
  takeStanding(await dataOf(api.DELETE('/api/v1/session', { params: { query } })))
}
