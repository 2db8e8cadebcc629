import { z } from 'zod'

const sslSchema = z.strictObject({
  ca: z.string().optional().describe('PEM text or path of the CA certificate.'),
  cert: z.string().optional().describe('PEM text or path of the client certificate.'),
  key: z.string().optional().describe('PEM text or path of the client key. Secret.'),
  rejectUnauthorized: z.boolean().default(true).describe('Refuse a broker whose certificate is not valid.'),
})

const saslSchema = z.strictObject({
  mechanism: z.enum(['plain', 'scram-sha-256', 'scram-sha-512']).describe('SASL mechanism.'),
  username: z.string().min(1).describe('User name.'),
  password: z.string().min(1).describe('Password. Secret: refer to an environment variable.'),
})

const topic = z
  .string()
  .regex(/^[a-zA-Z0-9._-]{1,249}$/, 'a Kafka topic name: letters, digits, dot, underscore, hyphen')

export const kafkaSchema = z.strictObject({
  brokers: z
    .array(z.string().regex(/^[^\s:/]+:\d{1,5}$|^\[[0-9a-fA-F:]+\]:\d{1,5}$/, 'host:port'))
    .min(1)
    .describe('Bootstrap brokers, host:port.'),
  clientId: z.string().min(1).default('vireo').describe('Client id that the broker logs.'),
  ssl: z.union([z.boolean(), sslSchema]).default(false).describe('TLS: true, false or certificates.'),
  sasl: saslSchema.optional().describe('Absent: no SASL.'),
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
  replicationFactor: z.int().min(1).default(1).describe('Replicas of a topic that Vireo creates.'),
})
