import { Cam, type RequestCallback } from 'onvif'
import { type Clock, systemClock } from '../../core/clock.ts'
import { AppError } from '../../core/errors.ts'
import { createBoundedAgent } from './bounded-agent.ts'
import { addressText, type DeviceAddress } from './device-address.ts'
import { type Answer, deviceError } from './device-error.ts'
import { escapeXml, parseSoap, type SoapNode } from './soap-tree.ts'
import { createXmlBounds } from './xml-bounds.ts'

export interface Credentials {
  readonly user: string
  readonly password: string
}

export interface ClientOptions {
  readonly credentials?: Credentials
  /** For each answer, milliseconds. */
  readonly timeoutMs?: number
  /** For everything that is asked of the device together, milliseconds. */
  readonly totalMs?: number
  readonly clock?: Clock
}

export interface DeviceClient {
  readonly address: DeviceAddress
  readonly credentials: Credentials | undefined
  readonly clock: Clock
  /**
   * Sets the clock that digests are made with to the device's, which refuses digests of another time.
   * @returns by how much the device's clock is ahead of ours, milliseconds; null when it does not tell
   */
  syncClock(): Promise<number | null>
  /**
   * Learns where the services are.
   * @returns which media service it has (version 2 knows H.265)
   */
  findServices(): Promise<'media' | 'media2' | null>
  /** From now on use the older media service, for devices whose newer one does not work. */
  useOlderMedia(): void
  deviceInformation(): Promise<SoapNode>
  profiles(): Promise<SoapNode>
  streamUri(token: string): Promise<SoapNode>
  snapshotUri(token: string): Promise<SoapNode>
  /** The `Authorization` of an HTTP GET that answers these digest challenges. */
  digest(challenges: readonly string[], path: string): string
  /** What is left of the time, milliseconds; at most that of one answer. @throws AppError CAMERA_UNREACHABLE */
  timeLeftMs(): number
}

/** A recorder with 64 channels tells some hundred kilobytes of profiles. */
const mostAnswerBytes = 524_288

/** The library's client, with what it puts into XML and digests as it is made right for any name and password. */
class DeviceCam extends Cam {
  readonly #credentials: Credentials | undefined

  constructor(address: DeviceAddress, credentials: Credentials | undefined) {
    super({
      hostname: address.host,
      port: address.port,
      path: address.path,
      useSecure: address.secure,
      autoconnect: false,
    })
    this.#credentials = credentials
    this.#setLogin(false)
  }

  override digestAuth(challenges: string[], request: { method?: string; path?: string }): string {
    this.#setLogin(true)
    try {
      return super.digestAuth(challenges, request)
    } finally {
      this.#setLogin(false)
    }
  }

  /** HTTP digests are over the plain texts; the SOAP header takes the user as XML and the password as bytes. */
  #setLogin(plain: boolean): void {
    if (this.#credentials === undefined) return
    const { user, password } = this.#credentials
    this.username = plain ? user : escapeXml(user)
    this.password = plain ? password : Buffer.from(password, 'utf8').toString('latin1')
  }
}

/**
 * A typed client of one ONVIF device over the library `onvif`: one request at a time, each bounded in time and size,
 * errors as AppError. It talks to the given host and port only, whatever addresses the device names.
 */
export function createDeviceClient(address: DeviceAddress, options: ClientOptions = {}): DeviceClient {
  const { credentials, timeoutMs = 5000, totalMs = timeoutMs * 12, clock = systemClock } = options
  const cam = new DeviceCam(address, credentials)
  const startedMs = clock.monoMs()
  let answer: Answer = { status: null, xml: '' }
  cam.on('rawResponse', (xml: string, status: number) => {
    answer = { status, xml }
  })
  const timeLeftMs = () => {
    const leftMs = totalMs - (clock.monoMs() - startedMs)
    if (leftMs <= 0)
      throw new AppError(
        'CAMERA_UNREACHABLE',
        `${addressText(address)}: too slow, given up after ${totalMs} ms`,
      )
    return Math.min(timeoutMs, leftMs)
  }

  async function call<T>(send: (done: RequestCallback<T>) => void): Promise<{ value: T; body: SoapNode }> {
    const limitMs = timeLeftMs()
    answer = { status: null, xml: '' }
    const late = new AppError('CAMERA_UNREACHABLE', `${addressText(address)}: no answer within ${limitMs} ms`)
    try {
      const { value, xml } = await new Promise<{ value: T; xml: string }>((resolve, reject) => {
        const agent = createBoundedAgent({
          secure: address.secure,
          mostBytes: mostAnswerBytes,
          // The library reads the answer before we have it.
          accepts: createXmlBounds(),
          onExceeded: () => end(new Error('the answer is longer or deeper than any of a device')),
        })
        const cancel = clock.after(limitMs, () => end(late))
        const end = (error: Error) => {
          cancel()
          agent.destroy()
          reject(error)
        }
        cam.agent = agent
        cam.timeout = limitMs * 2
        try {
          send((error, value, xml) => {
            if (error) return end(error)
            cancel()
            agent.destroy()
            resolve({ value: value as T, xml: xml ?? '' })
          })
        } catch (thrown) {
          end(thrown as Error)
        }
      })
      return { value, body: await parseSoap(xml) }
    } catch (thrown) {
      throw deviceError(thrown, { address, answer, hasLogin: credentials !== undefined })
    }
  }

  const bodyOf = async (send: (done: RequestCallback) => void) => (await call(send)).body
  return {
    address,
    credentials,
    clock,
    timeLeftMs,
    async syncClock() {
      const uptimeMs = () => process.uptime() * 1000
      // For the devices that want a login for the time already.
      cam.timeShift = clock.nowMs() - uptimeMs()
      const { value: time } = await call<Date>((done) => cam.getSystemDateAndTime(done))
      const timeMs = time instanceof Date ? time.getTime() : Number.NaN
      if (!Number.isFinite(timeMs)) return null
      cam.timeShift = timeMs - uptimeMs()
      return timeMs - clock.nowMs()
    },
    async findServices() {
      try {
        await call((done) => cam.getServices(false, done))
      } catch (thrown) {
        // GetServices is younger than GetCapabilities. A refused login is not tried again: accounts get locked.
        if (!(thrown instanceof AppError) || thrown.code !== 'CAMERA_PROTOCOL') throw thrown
        await call((done) => cam.getCapabilities(done))
      }
      if (cam.media2Support) return 'media2'
      return cam.uri?.media ? 'media' : null
    },
    useOlderMedia() {
      cam.media2Support = false
    },
    deviceInformation: () => bodyOf((done) => cam.getDeviceInformation(done)),
    profiles: () => bodyOf((done) => cam.getProfiles(done)),
    streamUri: (token) =>
      bodyOf((done) => cam.getStreamUri({ protocol: 'RTSP', profileToken: escapeXml(token) }, done)),
    snapshotUri: (token) => bodyOf((done) => cam.getSnapshotUri({ profileToken: escapeXml(token) }, done)),
    digest: (challenges, path) => cam.digestAuth([...challenges], { method: 'GET', path }),
  }
}
