import { expect, it } from 'vitest'
import { neverFetched } from '../../../src/config/check/never-fetched.ts'
import { kafkaSchema } from '../../../src/config/schema/kafka-schema.ts'
import { mqttSchema } from '../../../src/config/schema/mqtt-schema.ts'
import { webhookSchema } from '../../../src/config/schema/webhook-schema.ts'

const takes = {
  kafka: (address: string) => kafkaSchema.safeParse({ brokers: [address] }),
  mqtt: (url: string) => mqttSchema.safeParse({ url }),
  webhook: (url: string) => webhookSchema.safeParse({ name: 'site', url }),
}

it.each([
  ['kafka', 'localhost:9092'],
  ['kafka', 'kafka-1.example.org:65535'],
  ['kafka', 'my_broker:9092'],
  ['kafka', 'kafka.example.org.:1'],
  ['kafka', '192.0.2.7:9092'],
  ['kafka', '[2001:db8::1]:9092'],
  ['kafka', '[::ffff:192.0.2.7]:9092'],
  ['mqtt', 'mqtt://broker'],
  ['mqtt', 'mqtts://u:p@broker:8883'],
  ['webhook', 'http://127.0.0.1/'],
  ['webhook', 'https://example.org:8443/hook?token=x'],
  ['webhook', 'http://[::1]:9000/x'],
] as const)('%s: %s is taken', (kind, address) => {
  expect(takes[kind](address).error).toBeUndefined()
})

it.each([
  ['kafka', 'localhost'],
  ['kafka', 'localhost:0'],
  ['kafka', 'localhost:99999'],
  ['kafka', 'localhost:65536'],
  ['kafka', ':9092'],
  ['kafka', '-:9092'],
  ['kafka', 'a..b:9092'],
  ['kafka', '.a:9092'],
  ['kafka', 'a b:9092'],
  ['kafka', 'a,b:9092'],
  ['kafka', 'u:p@h:9092'],
  ['kafka', 'http://h:9092'],
  ['kafka', '300.1.1.1:9092'],
  ['kafka', '1.2.3:9092'],
  ['kafka', '[::1]'],
  ['kafka', '[1:2]:9092'],
  ['kafka', '2001:db8::1:9092'],
  ['mqtt', 'mqtt://'],
  ['mqtt', 'mqtt://broker:0'],
  ['mqtt', 'mqtt://broker:99999'],
  ['mqtt', 'http://broker'],
  ['webhook', 'ftp://h/'],
  ['webhook', 'http://h:99999/'],
  ['webhook', 'http://h:0/'],
  ['webhook', 'http://[::1/'],
  ['webhook', 'http://a b/'],
  ['webhook', 'http://user:hunter2@h/'],
  ['webhook', 'https://hunter2@h/'],
  ['webhook', 'http://h:6000/'],
] as const)('%s: %s is refused when it is read, without showing secrets', (kind, address) => {
  const { error } = takes[kind](address)
  expect(error).toBeDefined()
  expect(error!.issues.map(({ message }) => message).join()).not.toContain('hunter2')
})

it('refuses exactly the ports that this Node never sends to', async () => {
  const listed = [...neverFetched]
  const others = [80, 443, 2, 24, 8080, 6670, 65535]
  const refused = async (port: number) => {
    const gaveUp = await fetch(`http://127.0.0.1:${port}/`, { signal: AbortSignal.timeout(1) }).catch(
      (error) => error,
    )
    return (gaveUp as { cause?: Error }).cause?.message === 'bad port'
  }
  for (const port of others) expect([port, await refused(port)]).toEqual([port, false])
  for (const port of listed) expect([port, await refused(port)]).toEqual([port, true])
})
