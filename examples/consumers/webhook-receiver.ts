// Prints alerts that Vireo posts, and refuses what it did not sign.
//   WEBHOOK_SECRET=… PORT=9000 node examples/consumers/webhook-receiver.ts
import { createHmac, timingSafeEqual } from 'node:crypto'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createAlertReader, readJson } from './alert-reader.ts'

const { WEBHOOK_SECRET = '', HOST = '127.0.0.1', PORT = '9000' } = process.env
if (!WEBHOOK_SECRET) throw new Error('set WEBHOOK_SECRET to the secret that Vireo signs with')

const toleranceSeconds = 5 * 60
const mostBodyBytes = 4 * 1024 * 1024
const read = createAlertReader()

const server = createServer(async (request, response) => {
  // Not 4xx: the trouble is here, and Vireo is to send the events again.
  const answer = await receive(request).catch(() => 500)
  response.writeHead(answer, { connection: 'close' }).end()
})
server.listen(Number(PORT), HOST, () => {
  console.log(`listening on http://${HOST}:${(server.address() as AddressInfo).port}`)
})
process.once('SIGTERM', () => server.close())

/**
 * Resolves with the status to answer. Vireo sends the same events again until it is a 2xx; 400 and 413 tell it that
 * this will never be taken.
 */
async function receive(request: IncomingMessage): Promise<number> {
  if (request.method !== 'POST') return 405
  const body = await bytesOf(request)
  if (!body) return 413
  if (!isSigned(String(request.headers['vireo-signature']), body)) return 401
  const events = readJson(body)
  if (!Array.isArray(events) || !events.every((event) => typeof event?.id === 'string')) return 400
  // The JSON format of CloudEvents: the attributes and `data` in one object.
  for (const { id, type, replay, data } of events) read({ id, type, replay: replay === 'true', data })
  return 204
}

/** The bytes as they came: parsed and printed again they need not be the ones that were signed. */
async function bytesOf(request: IncomingMessage): Promise<Buffer | null> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of request) {
    length += chunk.length
    if (length <= mostBodyBytes) chunks.push(chunk)
  }
  return length > mostBodyBytes ? null : Buffer.concat(chunks)
}

/** Whether the header `t=<seconds>,v1=<hex>` fits the body, and is not an old request that somebody sends again. */
function isSigned(header: string, body: Buffer): boolean {
  const [, seconds, signature] = /^t=(\d{1,12}),v1=([0-9a-f]{64})$/.exec(header) ?? []
  if (seconds === undefined || signature === undefined) return false
  if (Math.abs(Date.now() / 1000 - Number(seconds)) > toleranceSeconds) return false
  const expected = createHmac('sha256', WEBHOOK_SECRET).update(`${seconds}.`).update(body).digest()
  // Takes as long for a signature that is nearly right as for one that is all wrong.
  return timingSafeEqual(Buffer.from(signature, 'hex'), expected)
}
