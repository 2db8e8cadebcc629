import { createServer } from '../../src/http/create-server.ts'

/** A part of which nothing is asked: the document says what routes look like, and calls none. */
const nothing = <T>(): T => ({}) as T

/** The OpenAPI document of a server that has every part. */
export async function apiDocument(): Promise<string> {
  const server = createServer({
    health: nothing(),
    metrics: nothing(),
    site: nothing(),
    reviews: nothing(),
    events: nothing(),
    setup: nothing(),
    accounts: nothing(),
    access: 'open',
    monitor: nothing(),
    live: nothing(),
    footage: nothing(),
    learning: nothing(),
  })
  try {
    const { body } = await server.inject({ url: '/openapi.json', headers: { host: 'localhost' } })
    return `${JSON.stringify(JSON.parse(body), null, 2)}\n`
  } finally {
    await server.close()
  }
}
