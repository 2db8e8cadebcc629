import { z } from 'zod'
import { neverFetched } from '../check/never-fetched.ts'

/** A receiver of events over HTTP. */
export const webhookSchema = z.strictObject({
  name: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'a slug: lower-case letters, digits and hyphens, at most 63')
    .describe('Name of the receiver in logs and metrics. A slug; its place in the outbox is kept under it.'),
  url: z
    .string()
    .regex(/^https?:\/\/\S+$/, 'an http or https URL')
    .superRefine((url, context) => {
      const wrong = /^https?:\/\/\S+$/.test(url) ? whyNever(url) : null
      if (wrong) context.addIssue({ code: 'custom', message: wrong })
    })
    .describe('Where events are posted.'),
  secret: z
    .string()
    .min(16)
    .exactOptional()
    .describe('Signs each request (header vireo-signature). Secret: refer to an environment variable.'),
  timeoutMs: z.int().min(100).max(120_000).default(10_000).describe('Longest wait for an answer, ms.'),
  channels: z
    .array(z.enum(['alerts', 'camera-status', 'clips']))
    .min(1)
    .default(['alerts'])
    .describe('Which events it gets.'),
})

export type WebhookConfig = z.infer<typeof webhookSchema>

/** What keeps an address from ever getting a request; null when nothing does. Never shows the address. */
function whyNever(text: string): string | null {
  if (!URL.canParse(text)) return 'an http or https URL; this one cannot be read'
  const { username, password, port } = new URL(text)
  if (username !== '' || password !== '')
    return 'an http or https URL without user and password, which no request can carry; let the receiver check the signature (secret)'
  if (port === '0' || neverFetched.has(Number(port)))
    return `an http or https URL with a port for HTTP: requests to port ${port} are refused before they are sent`
  return null
}
