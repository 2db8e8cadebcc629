import { z } from 'zod'

const topicPath = z
  .string()
  .regex(
    /^[A-Za-z0-9_.-]+(\/[A-Za-z0-9_.-]+)*$/,
    'topic levels of letters, digits, dot, underscore, hyphen, with / between them',
  )

const tlsSchema = z.strictObject({
  ca: z
    .string()
    .min(1)
    .exactOptional()
    .describe('PEM text or path of the CA certificate. Absent: those of Node.'),
  cert: z.string().min(1).exactOptional().describe('PEM text or path of the client certificate.'),
  key: z.string().min(1).exactOptional().describe('PEM text or path of the client key. Secret.'),
  rejectUnauthorized: z.boolean().default(true).describe('Refuse a broker whose certificate is not valid.'),
})

const homeAssistantSchema = z.strictObject({
  enabled: z.boolean().default(true).describe('Announce cameras and labels to Home Assistant.'),
  discoveryPrefix: topicPath
    .default('homeassistant')
    .describe('Topic under which Home Assistant looks for devices.'),
})

/** An MQTT broker that gets events and, through it, Home Assistant. */
export const mqttSchema = z.strictObject({
  url: z
    .string()
    .regex(/^mqtts?:\/\/\S+$/, 'an mqtt or mqtts URL')
    .refine((url) => !/^mqtts?:/.test(url) || isBrokerUrl(url), {
      error:
        'an mqtt or mqtts URL with a host, without path or query; reserved characters of a password as %XX',
    })
    .describe('Address of the broker: mqtt://host:1883, or mqtts://host:8883 for TLS.'),
  username: z.string().min(1).exactOptional().describe('User name.'),
  password: z.string().min(1).exactOptional().describe('Password. Secret: refer to an environment variable.'),
  clientId: z
    .string()
    .min(1)
    .max(128)
    .exactOptional()
    .describe('Client id, unique on the broker. Absent: vireo- and the name of the node.'),
  tls: tlsSchema.prefault({}).describe('Certificates of an mqtts address.'),
  prefix: topicPath.default('vireo').describe('First levels of all topics: <prefix>/<node>/<camera>/….'),
  channels: z
    .array(z.enum(['alerts', 'camera-status', 'clips']))
    .min(1)
    .default(['alerts', 'camera-status'])
    .describe('Which events it gets.'),
  connectTimeoutMs: z
    .int()
    .min(100)
    .max(120_000)
    .default(5000)
    .describe('Longest wait for the connection and the login, ms.'),
  ackTimeoutMs: z
    .int()
    .min(100)
    .max(120_000)
    .default(10_000)
    .describe('Longest wait for the broker to acknowledge a message, ms.'),
  keepaliveSeconds: z
    .int()
    .min(1)
    .max(3600)
    .default(30)
    .describe('A broker that is silent for one and a half times so long is taken for gone, seconds.'),
  homeAssistant: homeAssistantSchema.prefault({}).describe('Home Assistant discovery.'),
})

export type MqttConfig = z.infer<typeof mqttSchema>

function isBrokerUrl(text: string): boolean {
  if (!URL.canParse(text)) return false
  const { hostname, port, pathname, search, hash, username, password } = new URL(text)
  if (hostname === '' || port === '0' || !['', '/'].includes(pathname) || search !== '' || hash !== '')
    return false
  try {
    decodeURIComponent(username + password)
    return true
  } catch {
    return false
  }
}
