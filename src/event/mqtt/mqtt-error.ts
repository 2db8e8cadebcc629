import { AppError } from '../../core/errors.ts'

/** What the broker's answer to the login means (MQTT 3.1.1, table 3.1). */
const refusals: Readonly<Record<number, string>> = {
  1: 'does not speak MQTT 3.1.1',
  2: 'refuses the client id; set mqtt.clientId',
  3: 'says that it is not available',
  4: 'refuses the user name or password; check mqtt.username and mqtt.password',
  5: 'refuses the login: not authorised; check mqtt.username, mqtt.password and its access rules',
}

/**
 * Whatever the connection to a broker failed with, as EVENT_MQTT. Only codes are taken from it, never its text, which
 * may repeat what was sent.
 */
export function mqttError(thrown: unknown, address: string): AppError {
  if (thrown instanceof AppError) return thrown
  const { code } = (thrown ?? {}) as { code?: unknown }
  return new AppError('EVENT_MQTT', `the MQTT broker at ${address} ${reasonOf(code)}`, {
    details: typeof code === 'string' || typeof code === 'number' ? { reason: code } : {},
  })
}

function reasonOf(code: unknown): string {
  if (typeof code === 'number') return refusals[code] ?? `refuses the connection (${code})`
  if (typeof code !== 'string') return 'closed the connection'
  if (/CERT|SIGNATURE|ALTNAME|ISSUER/.test(code))
    return `has a certificate that is not accepted (${code}); see mqtt.tls.ca`
  return `cannot be reached (${code})`
}
