import { connect, type MqttClient } from 'mqtt'
import type { Clock } from '../../core/clock.ts'
import { AppError } from '../../core/errors.ts'
import { mqttError } from './mqtt-error.ts'
import type { MqttSettings } from './mqtt-settings.ts'
import type { MqttMessage } from './mqtt-topics.ts'

/** One connection to a broker. After its first failure it is of no use any more. */
export interface MqttSession {
  /** Resolves when the broker has accepted the login. */
  ready(): Promise<void>
  /**
   * Sends at QoS 1 in the order given; takes a message from `messages` when it is its turn. Resolves when the broker has
   * acknowledged all of them; rejects with EVENT_MQTT and ends the connection when it has not in time.
   */
  send(messages: Iterable<MqttMessage>): Promise<void>
  /** Resolves false when the broker refuses one of the filters. */
  subscribe(filters: readonly string[]): Promise<boolean>
  /** Sends a last message and takes leave, or ends the connection when that is not done in `graceMs`. */
  close(last: MqttMessage, graceMs: number): Promise<void>
  /** Ends the connection at once: the broker then publishes the will. */
  discard(): void
}

export interface MqttSessionOptions {
  readonly settings: MqttSettings
  readonly clientId: string
  readonly will: MqttMessage
  readonly connectTimeoutMs: number
  readonly ackTimeoutMs: number
  readonly keepaliveSeconds: number
  readonly clock: Clock
  /** `retained`: the broker had kept it; not sent just now. */
  readonly onMessage: (message: { topic: string; payload: string; retained: boolean }) => void
  /** The connection is gone; called once. Not after `close` or `discard`. */
  readonly onLost: (error: AppError) => void
}

/** Messages on their way; brokers limit how many they take at once (20 for Mosquitto). */
const mostInFlight = 16

/** Never reconnects by itself and never queues: whoever made it decides what happens after a failure. */
export function createMqttSession(options: MqttSessionOptions): MqttSession {
  const { settings, clientId, will, connectTimeoutMs, ackTimeoutMs, clock } = options
  const { address, tls, protocol, host, port, username, password } = settings
  const lost = Promise.withResolvers<never>()
  lost.promise.catch(() => {})
  let over = false
  let closing = false

  const client: MqttClient = connect({
    protocol,
    host,
    port,
    clientId,
    ...tls,
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    protocolVersion: 4,
    clean: true,
    keepalive: options.keepaliveSeconds,
    reconnectPeriod: 0,
    queueQoSZero: false,
    resubscribe: false,
    // Ours comes first and is the one that is told.
    connectTimeout: connectTimeoutMs + 1000,
    will: { topic: will.topic, payload: Buffer.from(will.payload), qos: 1, retain: will.retain },
    log: () => {},
  })

  const end = (error: AppError) => {
    if (over) return false
    over = true
    lost.reject(error)
    client.end(true)
    return true
  }
  const fail = (thrown: unknown): AppError => {
    const error = mqttError(thrown, address)
    if (end(error) && !closing) options.onLost(error)
    return error
  }
  client.on('error', fail)
  client.on('close', () => fail(null))
  client.on('message', (topic, payload, { retain }) => {
    if (!over) options.onMessage({ topic, payload: payload.toString(), retained: retain })
  })

  /** The work's result, unless it fails, the connection is lost or the time is over. */
  const within = async <T>(limitMs: number, what: string, work: Promise<T>): Promise<T> => {
    const cancel = clock.after(limitMs, () =>
      fail(
        new AppError('EVENT_MQTT', `the MQTT broker at ${address} did not ${what} in ${limitMs / 1000} s`),
      ),
    )
    try {
      return await Promise.race([work, lost.promise])
    } catch (thrown) {
      throw over ? await lost.promise.catch((first) => first) : fail(thrown)
    } finally {
      cancel()
    }
  }

  const connected = new Promise<void>((resolve) => client.once('connect', () => resolve()))
  const opened = within(connectTimeoutMs, 'accept the connection', connected)
  opened.catch(() => {})

  const publish = ({ topic, payload, retain }: MqttMessage) =>
    new Promise<void>((resolve, reject) => {
      client.publish(topic, payload, { qos: 1, retain }, (error) => (error ? reject(error) : resolve()))
    })

  return {
    ready: () => opened,
    async send(messages) {
      const waiting = messages[Symbol.iterator]()
      for (;;) {
        if (over) await lost.promise
        const chunk: Promise<void>[] = []
        while (chunk.length < mostInFlight) {
          const { value, done } = waiting.next()
          if (done) break
          const sent = publish(value)
          sent.catch(() => {})
          chunk.push(sent)
        }
        if (chunk.length === 0) return
        await within(ackTimeoutMs, 'acknowledge a message', Promise.all(chunk))
      }
    },
    subscribe: (filters) =>
      within(
        ackTimeoutMs,
        'acknowledge a subscription',
        new Promise<boolean>((resolve) => {
          client.subscribe([...filters], { qos: 1 }, (error) => resolve(!error))
        }),
      ),
    async close(last, graceMs) {
      if (over) return
      closing = true
      const left = Promise.withResolvers<void>()
      const cancel = clock.after(graceMs, left.resolve)
      if (client.connected) {
        const leave = publish(last).then(() => client.endAsync())
        await Promise.race([leave.catch(() => {}), lost.promise.catch(() => {}), left.promise])
      }
      cancel()
      end(new AppError('EVENT_MQTT', 'the connection to the MQTT broker was closed'))
      client.stream.destroy()
    },
    discard: () => void end(new AppError('EVENT_MQTT', 'the connection to the MQTT broker was closed')),
  }
}
