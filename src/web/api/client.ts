import { signal } from '@preact/signals'
import createClient, { type Middleware } from 'openapi-fetch'
import { problemText } from '../text/problem-text.ts'
import { serverBase } from './address.ts'
import type { paths } from './api-types.ts'

/** Whether the server refused to answer because nobody is signed in. */
export const signedOut = signal(false)

/** What the server says of a failure: a code of docs/errors.md and a sentence. */
export interface ApiProblem {
  readonly code: string
  readonly message: string
}

const watch: Middleware = {
  onResponse({ response }) {
    if (response.status === 401) signedOut.value = true
  },
}

/** The REST API, typed by its own OpenAPI document: `await api.GET('/api/v1/alerts', { params: { query } })`. */
export const api = createClient<paths>({
  baseUrl: serverBase,
  credentials: 'same-origin',
  // What changes something has to come from this page: no other can send that.
  headers: { 'x-vireo-csrf': '1' },
})
api.use(watch)

/** The problem of an answer or of a request that found nobody; a plain sentence where the server gave none. */
export function problemOf(thrown: unknown): ApiProblem {
  const { code, message } = (thrown ?? {}) as Partial<ApiProblem>
  if (typeof code === 'string' && typeof message === 'string')
    return { code, message: problemText(code, message) }
  return {
    code: 'OFFLINE',
    message: problemText('OFFLINE', typeof message === 'string' ? message : String(thrown)),
  }
}

/** The data of an answer. @throws ApiProblem */
export async function dataOf<T>(answer: Promise<{ data?: T; error?: unknown }>): Promise<T> {
  const { data, error } = await answer
  if (error !== undefined) throw problemOf(error)
  return data as T
}
