import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { type ConnectionOptions, createSecureContext } from 'node:tls'
import type { SASLOptions } from 'kafkajs'
import type { KafkaConfig } from '../../config/schema.ts'
import { AppError } from '../../core/errors.ts'

/** TLS options of one connection, with the files read. Null: no TLS. */
export type KafkaTls = ConnectionOptions | null

/**
 * The certificates of `kafka.ssl`, each given as PEM text or as a path. Read again for every new connection, so
 * that renewed files are taken without a restart.
 *
 * @throws AppError CONFIG_INVALID naming the field; the key's value is never shown.
 */
export function readKafkaTls(ssl: KafkaConfig['ssl']): KafkaTls {
  if (ssl === false) return null
  if (ssl === true) return { rejectUnauthorized: true }
  if ((ssl.cert === undefined) !== (ssl.key === undefined))
    throw new AppError(
      'CONFIG_INVALID',
      'kafka.ssl: a client certificate needs both cert and key; one of them is missing',
    )
  const pems: { ca?: string; cert?: string; key?: string } = {}
  for (const field of ['ca', 'cert', 'key'] as const) {
    const value = ssl[field]
    if (value === undefined) continue
    const pem = readPem(field, value)
    checkPem(field, { [field]: pem })
    pems[field] = pem
  }
  checkPem('cert and key together', pems)
  return { rejectUnauthorized: ssl.rejectUnauthorized, ...pems }
}

function readPem(field: string, value: string): string {
  if (value.includes('-----BEGIN')) return value
  try {
    const text = readFileSync(value, 'utf8')
    if (text.includes('-----BEGIN')) return text
  } catch (thrown) {
    const code = (thrown as NodeJS.ErrnoException).code ?? 'unreadable'
    throw new AppError(
      'CONFIG_INVALID',
      `kafka.ssl.${field}: the file${named(field, value)} cannot be read (${code}); give a path or PEM text`,
    )
  }
  throw new AppError(
    'CONFIG_INVALID',
    `kafka.ssl.${field}: the file${named(field, value)} holds no PEM block (-----BEGIN …)`,
  )
}

/** A key that was pasted without its header would be taken for a path: it is not repeated. */
const named = (field: string, value: string) =>
  field === 'key' || value.includes('\n') || value.length > 250 ? '' : ` ${value}`

function checkPem(field: string, pems: { ca?: string; cert?: string; key?: string }) {
  try {
    // The TLS context passes over an authority that it cannot read.
    if (pems.ca) new X509Certificate(pems.ca)
    createSecureContext(pems)
  } catch (thrown) {
    const code = (thrown as NodeJS.ErrnoException).code ?? 'not usable'
    throw new AppError('CONFIG_INVALID', `kafka.ssl: ${field} cannot be used (${code})`)
  }
}

/** `kafka.sasl` as kafkajs wants it. */
export function kafkaSasl(sasl: KafkaConfig['sasl']): SASLOptions | undefined {
  if (!sasl) return undefined
  const { mechanism, username, password } = sasl
  return { mechanism, username, password } as SASLOptions
}

/** A function that takes the configured secrets out of a text. */
export function kafkaScrubber(kafka: KafkaConfig): (text: string) => string {
  const secrets = [kafka.sasl?.password, typeof kafka.ssl === 'object' ? kafka.ssl.key : undefined].filter(
    (secret): secret is string => secret !== undefined && secret !== '',
  )
  return (text) => secrets.reduce((scrubbed, secret) => scrubbed.replaceAll(secret, '***'), text)
}
