import { createHmac } from 'node:crypto'
import type { WebhookConfig } from '../../config/schema/webhook-schema.ts'
import type { Clock } from '../../core/clock.ts'
import { AppError } from '../../core/errors.ts'
import { type EventPublisher, noProgress, type OutboxEvent, type PublishProgress } from '../../core/events.ts'
import { structuredEvent } from '../cloud-event.ts'

/** Answers that say: this request again will not help. Others may be a wrong address or a receiver in trouble. */
const neverAccepts = new Set([400, 413, 415, 422])
/** Events in one request. */
const batchEvents = 50

/**
 * Posts events as a CloudEvents batch (`application/cloudevents-batch+json`). Anything but a 2xx answer rejects, and
 * the outbox sends the same events again. With a secret, `vireo-signature: t=<seconds>,v1=<hex>` carries the
 * HMAC-SHA256 of "<seconds>.<body>", so that the receiver can tell who sent it and how old it is.
 */
export function createWebhookPublisher(options: {
  webhook: WebhookConfig
  clock: Clock
  fetch?: typeof globalThis.fetch
}): EventPublisher {
  const { webhook, clock, fetch = globalThis.fetch } = options
  const closing = new AbortController()

  const post = async (body: string, progress: PublishProgress): Promise<void> => {
    const seconds = Math.floor(clock.nowMs() / 1000)
    const headers: Record<string, string> = { 'content-type': 'application/cloudevents-batch+json' }
    if (webhook.secret !== undefined) {
      const signature = createHmac('sha256', webhook.secret).update(`${seconds}.${body}`).digest('hex')
      headers['vireo-signature'] = `t=${seconds},v1=${signature}`
    }
    const late = new AbortController()
    const cancel = clock.after(webhook.timeoutMs, () => late.abort())
    const signal = AbortSignal.any([late.signal, closing.signal])
    let answer: Response
    try {
      answer = await fetch(webhook.url, { method: 'POST', body, headers, signal, redirect: 'error' })
      await answer.body?.cancel()
    } catch (cause) {
      if (neverConnected(cause)) progress.unsent()
      const why = late.signal.aborted ? `no answer in ${webhook.timeoutMs / 1000} s` : reasonOf(cause)
      throw new AppError('EVENT_WEBHOOK', `webhook ${webhook.name}: ${why}`, { cause })
    } finally {
      cancel()
    }
    if (!answer.ok)
      throw new AppError(
        neverAccepts.has(answer.status) ? 'EVENT_REFUSED' : 'EVENT_WEBHOOK',
        `webhook ${webhook.name} answers ${answer.status}`,
        {
          details: { status: answer.status },
        },
      )
  }

  return {
    name: `webhook:${webhook.name}`,
    async publish(events, progress = noProgress) {
      let parts: string[] = []
      for (const [index, event] of events.entries()) {
        if (webhook.channels.includes(event.channel)) parts.push(partOf(event))
        if (parts.length < batchEvents && index < events.length - 1) continue
        if (parts.length > 0) {
          progress.sending(index + 1)
          await post(`[${parts.join(',')}]`, progress)
        }
        progress.accepted(index + 1)
        parts = []
      }
    },
    close: async () => closing.abort(),
  }
}

function partOf({ attributes, dataJson, attempts }: OutboxEvent): string {
  return structuredEvent({
    attributes: attempts > 0 ? { ...attributes, replay: 'true' } : attributes,
    dataJson,
  })
}

const unreachable = new Set([
  ...['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'EHOSTDOWN'],
  'UND_ERR_CONNECT_TIMEOUT',
])
const noTls = /^(CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_|ERR_TLS_|ERR_SSL_|HOSTNAME_)/

/** Whether the request certainly did not leave: nothing listened, or who did had no certificate to trust. */
function neverConnected(thrown: unknown): boolean {
  const { code = '', message } = ((thrown as Error).cause ?? {}) as { code?: string; message?: string }
  return unreachable.has(code) || noTls.test(code) || message === 'bad port'
}

/** What fetch hides in the cause of its error; never the address. */
function reasonOf(thrown: unknown): string {
  const { code, message } = ((thrown as Error).cause ?? {}) as { code?: string; message?: string }
  if (code) return `the connection failed (${code})`
  return /^[\w ]{1,40}$/.test(message ?? '') ? `the request failed (${message})` : 'the request failed'
}
