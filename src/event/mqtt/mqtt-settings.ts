import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createSecureContext } from 'node:tls'
import type { MqttConfig } from '../../config/schema/mqtt-schema.ts'
import { AppError } from '../../core/errors.ts'

/** Where the broker is and how to log in, with the certificates read. Holds secrets. */
export interface MqttSettings {
  /** `host:port`, for messages; never with a user or a password. */
  readonly address: string
  readonly protocol: 'mqtt' | 'mqtts'
  readonly host: string
  readonly port: number
  readonly username?: string
  readonly password?: string
  readonly tls: MqttTls | null
}

interface MqttTls {
  readonly rejectUnauthorized: boolean
  readonly ca?: string
  readonly cert?: string
  readonly key?: string
}

/**
 * The settings of a connection; `mqtt.username` and `mqtt.password` are preferred to those in the address. Read again
 * for every connection, so that renewed certificates are taken without a restart.
 *
 * @throws AppError CONFIG_INVALID naming the field of a certificate that cannot be used; never shows a secret.
 */
export function readMqttSettings(mqtt: MqttConfig): MqttSettings {
  const url = new URL(mqtt.url)
  const tls = url.protocol === 'mqtts:'
  const port = url.port === '' ? (tls ? 8883 : 1883) : Number(url.port)
  const username = mqtt.username ?? decodeURIComponent(url.username)
  const password = mqtt.password ?? decodeURIComponent(url.password)
  return {
    address: `${url.hostname}:${port}`,
    protocol: tls ? 'mqtts' : 'mqtt',
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port,
    ...(username === '' ? {} : { username }),
    ...(password === '' ? {} : { password }),
    tls: tls ? readTls(mqtt.tls) : null,
  }
}

function readTls(tls: MqttConfig['tls']): MqttTls {
  if ((tls.cert === undefined) !== (tls.key === undefined))
    throw new AppError('CONFIG_INVALID', 'mqtt.tls: a client certificate needs both cert and key')
  const pems: { ca?: string; cert?: string; key?: string } = {}
  for (const field of ['ca', 'cert', 'key'] as const) {
    const value = tls[field]
    if (value !== undefined) pems[field] = readPem(field, value)
  }
  try {
    // The TLS context passes over an authority that it cannot read.
    if (pems.ca) new X509Certificate(pems.ca)
    createSecureContext(pems)
  } catch (thrown) {
    const { code = 'not usable' } = thrown as NodeJS.ErrnoException
    throw new AppError('CONFIG_INVALID', `mqtt.tls: the certificates cannot be used (${code})`)
  }
  return { rejectUnauthorized: tls.rejectUnauthorized, ...pems }
}

function readPem(field: 'ca' | 'cert' | 'key', value: string): string {
  if (value.includes('-----BEGIN')) return value
  // A key that was pasted without its header would be taken for a path: it is not repeated.
  const file =
    field === 'key' || value.length > 250 || value.includes('\n') ? 'the file' : `the file ${value}`
  let text: string
  try {
    text = readFileSync(value, 'utf8')
  } catch (thrown) {
    const { code = 'unreadable' } = thrown as NodeJS.ErrnoException
    throw new AppError('CONFIG_INVALID', `mqtt.tls.${field}: ${file} cannot be read (${code})`)
  }
  if (text.includes('-----BEGIN')) return text
  throw new AppError('CONFIG_INVALID', `mqtt.tls.${field}: ${file} holds no PEM block (-----BEGIN …)`)
}
