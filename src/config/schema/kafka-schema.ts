import { isIPv4, isIPv6 } from 'node:net'
import { z } from 'zod'

const sslSchema = z.strictObject({
  ca: z.string().exactOptional().describe('PEM text or path of the CA certificate.'),
  cert: z.string().exactOptional().describe('PEM text or path of the client certificate.'),
  key: z.string().exactOptional().describe('PEM text or path of the client key. Secret.'),
  rejectUnauthorized: z.boolean().default(true).describe('Refuse a broker whose certificate is not valid.'),
})

const saslSchema = z.strictObject({
  mechanism: z.enum(['plain', 'scram-sha-256', 'scram-sha-512']).describe('SASL mechanism.'),
  username: z.string().min(1).describe('User name.'),
  password: z.string().min(1).describe('Password. Secret: refer to an environment variable.'),
})

/** A host name (as of RFC 1123, underscores allowed as they are used), an IPv4 address or an IPv6 one in brackets. */
const brokerPattern =
  /^(?:\[([0-9a-fA-F:.]+)\]|((?=.{1,253}:)[\p{L}\p{N}_](?:[\p{L}\p{N}_-]{0,62})(?:\.[\p{L}\p{N}_-]{1,63})*\.?)):(\d{1,5})$/u

function isBroker(text: string): boolean {
  const [, ipv6, host, port] = brokerPattern.exec(text) ?? []
  if (port === undefined || Number(port) < 1 || Number(port) > 65535) return false
  if (ipv6 !== undefined) return isIPv6(ipv6)
  // What looks like an address of IPv4 must be one.
  return !/^[\d.]+$/.test(host!) || isIPv4(host!)
}

const topic = z
  .string()
  .regex(/^[a-zA-Z0-9._-]{1,249}$/, 'a Kafka topic name: letters, digits, dot, underscore, hyphen')

export const kafkaSchema = z.strictObject({
  brokers: z
    .array(z.string().refine(isBroker, 'host:port, with a name or an address and a port from 1 to 65535'))
    .min(1)
    .describe('Bootstrap brokers, host:port.'),
  clientId: z.string().min(1).default('vireo').describe('Client id that the broker logs.'),
  ssl: z.union([z.boolean(), sslSchema]).default(false).describe('TLS: true, false or certificates.'),
  sasl: saslSchema.exactOptional().describe('Absent: no SASL.'),
  compression: z.enum(['none', 'gzip', 'zstd']).default('none').describe('Compression of batches.'),
  topics: z
    .strictObject({
      alerts: topic.default('vireo.alerts').describe('Topic of alerts.'),
      cameraStatus: topic.default('vireo.camera-status').describe('Topic of camera states.'),
      clips: topic.default('vireo.clips').describe('Topic of clips that were recorded or removed.'),
    })
    .prefault({})
    .describe('Where events go.'),
  partitions: z.int().min(1).default(6).describe('Partitions of a topic that Vireo creates.'),
  replicationFactor: z
    .union([z.literal(-1), z.int().min(1).max(32767)])
    .default(-1)
    .describe('Replicas of a topic that Vireo creates; -1: what the brokers have as their default.'),
})
