import http, { type IncomingMessage } from 'node:http'
import https from 'node:https'
import { AppError } from '../../core/errors.ts'
import { createBoundedAgent } from './bounded-agent.ts'
import { addressText } from './device-address.ts'
import type { DeviceClient } from './device-client.ts'
import { deviceError } from './device-error.ts'
import { wholeTextAt } from './soap-tree.ts'

export interface SnapshotOptions {
  /** Profile of which the picture is. */
  readonly token: string
  /**
   * Whether a device that asks for it gets the password as it is (HTTP basic over plain http). Only for devices
   * that the operator named: anything in the network can answer a probe and ask.
   */
  readonly allowClearPassword: boolean
}

interface Reply {
  readonly status: number
  readonly challenges: readonly string[]
  readonly body: Buffer
}

const mostBytes = 16 * 1024 * 1024

/**
 * A JPEG of what the device sees now. The picture is fetched from the device itself only, since the address is
 * the device's word and the request carries the login.
 *
 * @throws AppError CAMERA_UNAUTHORIZED, CAMERA_UNREACHABLE, CAMERA_PROTOCOL
 */
export async function fetchSnapshot(client: DeviceClient, options: SnapshotOptions): Promise<Buffer> {
  const { token, allowClearPassword } = options
  const where = addressText(client.address)
  const body = await client.snapshotUri(token)
  const text =
    wholeTextAt(body, 'getSnapshotUriResponse', 'mediaUri', 'uri') ||
    wholeTextAt(body, 'getSnapshotUriResponse', 'uri')
  const url = URL.canParse(text) ? new URL(text) : null
  if (url === null || !/^https?:$/.test(url.protocol))
    throw new AppError('CAMERA_PROTOCOL', `${where}: gives no address for a snapshot`)
  const host = url.hostname.replace(/^\[|\]$/g, '')
  if (host !== client.address.host)
    throw new AppError(
      'CAMERA_PROTOCOL',
      `${where}: its snapshot is at another address (${host}), not fetched`,
    )
  const first = await get(client, url, null)
  const reply = first.status === 401 ? await get(client, url, login(client, url, first)) : first
  if (reply.status !== 200) throw refusal(client, reply.status)
  if (reply.body.readUIntBE(0, Math.min(3, reply.body.length) || 1) !== 0xffd8ff)
    throw new AppError('CAMERA_PROTOCOL', `${where}: its snapshot is no JPEG`)
  return reply.body

  function login({ credentials }: DeviceClient, { protocol, pathname, search }: URL, asked: Reply): string {
    if (credentials === undefined) throw refusal(client, 401)
    const digests = asked.challenges.filter((challenge) => /^digest /i.test(challenge))
    if (digests.length > 0) return client.digest(digests, pathname + search)
    if (!asked.challenges.some((challenge) => /^basic\b/i.test(challenge))) throw refusal(client, 401)
    if (protocol === 'http:' && !allowClearPassword)
      throw new AppError(
        'CAMERA_UNAUTHORIZED',
        `${where}: wants the password unencrypted for a snapshot; if it is your device, name it with --address`,
      )
    const { user, password } = credentials
    return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`
  }
}

function refusal({ address, credentials }: DeviceClient, status: number): AppError {
  const hasLogin = credentials !== undefined
  const context = { address, answer: { status, xml: '' }, hasLogin }
  return deviceError(new Error('no snapshot'), context)
}

function get(client: DeviceClient, url: URL, authorization: string | null): Promise<Reply> {
  const limitMs = client.timeLeftMs()
  const { address, credentials, clock } = client
  return new Promise((resolve, reject) => {
    const fail = (thrown: unknown) => {
      cancel()
      agent.destroy()
      const answer = { status: null, xml: '' }
      reject(deviceError(thrown, { address, answer, hasLogin: credentials !== undefined }))
    }
    const agent = createBoundedAgent({
      secure: url.protocol === 'https:',
      mostBytes,
      onExceeded: () => fail(new Error('the picture is too long')),
    })
    const cancel = clock.after(limitMs, () =>
      fail(
        new AppError(
          'CAMERA_UNREACHABLE',
          `${addressText(address)}: no snapshot within ${Math.round(limitMs)} ms`,
        ),
      ),
    )
    const take = (response: IncomingMessage) => {
      const parts: Buffer[] = []
      response.on('data', (part: Buffer) => parts.push(part))
      response.on('error', fail)
      response.on('end', () => {
        cancel()
        agent.destroy()
        const challenges = response.headersDistinct['www-authenticate'] ?? []
        resolve({ status: response.statusCode ?? 0, challenges, body: Buffer.concat(parts) })
      })
    }
    const headers = authorization === null ? {} : { authorization }
    const protocol = url.protocol === 'https:' ? https : http
    try {
      protocol.get(url, { agent, headers }, take).on('error', fail)
    } catch (thrown) {
      fail(thrown)
    }
  })
}
